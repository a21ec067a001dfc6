/// What classes may be called.
package enum ClassNames {
  /// What a class is called that has no name: columns of its probabilities are.
  package static func unnamed(_ number: Int) -> String { "class_\(number)" }

  /// The first name that cannot be one, and what is expected in its place; nil if all are in order.
  ///
  /// - Parameters:
  ///   - names: of the first classes.
  ///   - count: the number of classes.
  ///   - hasNoise: whether there is noise beside them.
  package static func objection(
    to names: [String], of count: Int, _ hasNoise: Bool
  ) -> (number: Int, expected: String)? {
    for (number, name) in names.enumerated() {
      if ["", "-1", "na", "nan"].contains(name.lowercased()) {
        return (number, "a word that labels can have")
      }
      if hasNoise && name == "noise" { return (number, "another name, as noise has this one") }
      if let other = (names.count..<max(count, names.count)).first(where: { unnamed($0) == name }) {
        return (number, "another name, as class \(other) without a name has this one")
      }
    }
    return nil
  }
}
