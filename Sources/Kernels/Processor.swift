import CProcessor

#if arch(x86_64)
  import _Builtin_intrinsics.intel.cpuid
#endif

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

  /// Whether the processor has AVX-512, all of x86-64-v4, but these kernels do not use it: others would be faster.
  public static var hasUnusedAVX512: Bool { shardem_has_unused_avx512() != 0 }
}

/// How many accumulators a kernel's tile has, and what surrounds its multiply-adds. Results do not
/// depend on it.
public enum TileShape: Sendable, CaseIterable {
  /// For registers that hold 8 vectors of eight numbers, as those of AVX2 and NEON.
  case small
  /// For registers that hold 32, as those of AVX-512.
  case large
  /// For such registers where a core computes a whole vector at once, and most two a cycle: Intel's.
  /// Zen 4 computes halves, and its loads and additions hide beside multiply-adds.
  case wide

  /// That of the processor these kernels were compiled for, or of the one that runs them.
  public static var native: TileShape {
    if !Processor.usesAVX512 { return .small }
    return isIntel ? .wide : .large
  }

  private static let isIntel = vendorBegins(with: 0x756e_6547)  // "Genu"
}

/// Whether the processor's maker, in ASCII from the lowest byte on, begins so.
private func vendorBegins(with letters: UInt32) -> Bool {
  #if arch(x86_64)
    var (highest, first, second, third): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    return __get_cpuid(0, &highest, &first, &third, &second) == 1 && first == letters
  #else
    return false
  #endif
}
