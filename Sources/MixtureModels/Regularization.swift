/// What is added to the variances of a mixture, or to the counts of one, as options have it.
public struct Regularization: Sendable, Equatable, CustomStringConvertible {
  public var value: Double
  /// Whether variances get it in units of each column's own variance in the data: what gives the same model
  /// in whatever units columns are. Else in squared units of the data.
  public var isRelative: Bool

  public init(_ value: Double, isRelative: Bool = false) {
    (self.value, self.isRelative) = (value, isRelative)
  }

  /// `1e-6`, or `1e-6rel`. Nil if it is neither.
  public init?(_ text: String) {
    let isRelative = text.hasSuffix(Self.suffix)
    guard let value = Double(text.dropLast(isRelative ? Self.suffix.count : 0)) else { return nil }
    self.init(value, isRelative: isRelative)
  }

  private static let suffix = "rel"

  /// What `init` takes.
  public var description: String { "\(value)" + (isRelative ? Self.suffix : "") }
}
