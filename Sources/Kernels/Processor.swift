import CProcessor

/// The processor these kernels were compiled for, and whether this machine is one.
public enum Processor {
  /// The first instruction set the kernels use that this processor lacks; nil when it has all.
  ///
  /// A program asks this before its first kernel call: the alternative is an illegal instruction.
  public static var missingInstructionSet: String? {
    shardem_missing_instruction_set().map { String(cString: $0) }
  }

  /// Whether these kernels are for AVX-512.
  public static var usesAVX512: Bool { shardem_vectors_in_registers() >= 32 }

  /// Whether the processor has AVX-512, all of x86-64-v4, and these kernels do not use it: others are faster.
  public static var hasUnusedAVX512: Bool { shardem_has_unused_avx512() != 0 }
}

/// How many accumulators a kernel's tile has, and what surrounds its multiply-adds. Results do not
/// depend on it.
public enum TileShape: Sendable, CaseIterable {
  /// For registers that hold 8 vectors of eight numbers, as those of AVX2 and NEON.
  case small
  /// For registers that hold 32, as those of AVX-512.
  case large

  /// That of the processor these kernels were compiled for.
  public static var native: TileShape { Processor.usesAVX512 ? .large : .small }
}
