import Rows

/// Which components rows of a known class can belong to: those of class c are numbered from c M to
/// c M + M - 1. What is no group, such as noise, is of no class.
public struct ComponentClasses: Sendable, Equatable {
  /// The number of classes.
  public let count: Int
  /// M.
  public let componentsPerClass: Int

  /// The components that a row with this label (`RowBlock.labels`) can belong to; nil: all and what is no
  /// group, as its class is unknown.
  package func components(of label: Double) -> Range<Int>? {
    guard label >= 0 else { return nil }
    let first = Int(label) * componentsPerClass
    return first..<first + componentsPerClass
  }

  /// K numbers, the class of each component.
  package var ofComponents: [Double] {
    (0..<count * componentsPerClass).map { Double($0 / componentsPerClass) }
  }

  /// What a label is, in words.
  package var expected: String { "a label, 0 to \(count - 1), or -1 where it is unknown" }

  /// Whether a number is a label, of a known class or an unknown one.
  package func has(_ label: Double) -> Bool {
    label.isNaN || label >= -1 && label < Double(count) && label.rounded() == label
  }
}
