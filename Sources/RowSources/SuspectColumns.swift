/// Columns of a text file that look as if they were no measurements.
public enum SuspectColumns: Equatable, Sendable {
  /// Columns, counted from 0, whose names are empty: of the first, an index of rows, as pandas and R
  /// write it.
  case unnamed([Int])
  /// The first column numbers the rows, from 0 or 1.
  case counting(from: Int)

  /// Fewer rows that happen to be numbered are no sign.
  private static let fewestRows = 5

  /// - Parameters:
  ///   - names: what the file calls its columns; nil if it does not.
  ///   - firstFields: the first fields of the first rows of data.
  init?(names: [String]?, columnCount: Int, firstFields: [String]) {
    // There has to be something left without it.
    guard columnCount > 1 else { return nil }
    let unnamed = (names ?? []).indices.filter { names![$0].isEmpty }
    if !unnamed.isEmpty {
      self = .unnamed(unnamed)
      return
    }
    guard firstFields.count >= SuspectColumns.fewestRows,
      let start = firstFields.first.flatMap({ Int($0) }), start == 0 || start == 1,
      firstFields.enumerated().allSatisfy({ $1 == "\(start + $0)" })
    else { return nil }
    self = .counting(from: start)
  }

  /// The columns, counted from 0.
  public var columns: [Int] {
    switch self {
    case .unnamed(let columns): columns
    case .counting: [0]
    }
  }
}
