/// Rows from which the seeds of a fit are chosen; the same on every rank.
package struct SeedCandidates {
  let columnCount: Int
  /// Row-major, in the order they were drawn.
  private(set) var rows: [Double] = []
  /// Those drawn together, in the order of the draws.
  private(set) var rounds: [Round] = []
  private var different: Set<[Double]> = []

  struct Round {
    /// The number of the first of them.
    let firstNumber: Int
    /// Row-major.
    let rows: [Double]
  }

  package init(columnCount: Int) { self.columnCount = columnCount }

  var count: Int { rows.count / columnCount }
  /// How many of them are no copies of others.
  var differentCount: Int { different.count }

  func row(_ number: Int) -> ArraySlice<Double> {
    rows[number * columnCount..<(number + 1) * columnCount]
  }

  package mutating func add(_ drawn: [[Double]]) {
    rounds.append(Round(firstNumber: count, rows: drawn.flatMap { $0 }))
    rows += rounds.last!.rows
    different.formUnion(drawn)
  }
}
