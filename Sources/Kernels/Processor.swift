import CProcessor

/// The processor these kernels were compiled for, and whether this machine is one.
public enum Processor {
  /// The first instruction set the kernels use that this processor lacks; nil when it has all.
  ///
  /// A program asks this before its first kernel call: the alternative is an illegal instruction.
  public static var missingInstructionSet: String? {
    shardem_missing_instruction_set().map { String(cString: $0) }
  }
}
