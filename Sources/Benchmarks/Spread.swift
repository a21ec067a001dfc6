/// What several rounds found: neighbours on the machine come and go.
struct Spread: Encodable {
  let least: Double
  let median: Double
  let largest: Double

  /// - Parameter values: at least one.
  init(_ values: [Double]) {
    (least, median, largest) = (values.min()!, values.median, values.max()!)
  }

  /// "2.4 x (2.1 x to 2.6 x)"
  func text(_ text: (Double) -> String) -> String {
    least == largest ? text(median) : "\(text(median)) (\(text(least)) to \(text(largest)))"
  }
}
