import Kernels

/// The columns that make a covariance singular: the first one that those before it leave no variance
/// of its own, and those it then follows from.
public struct SingularColumns: Equatable, Sendable, CustomStringConvertible {
  /// From 0; nil for all of them, of a variance that all share.
  public var column: Int?
  /// The columns before it of which it is a linear combination, from 0; none if it is constant.
  public var others: [Int]
  /// What the data call them; by default by number.
  private var labels: [Int: String] = [:]

  public init(column: Int?, others: [Int] = []) {
    (self.column, self.others) = (column, others)
  }

  func naming(_ label: (_ column: Int) -> String) -> SingularColumns {
    var named = self
    for column in others + [column].compactMap({ $0 }) { named.labels[column] = label(column) }
    return named
  }

  public var description: String {
    guard let column else { return "all columns constant" }
    if others.isEmpty { return "\(name(column)) constant" }
    if others.count == 1 { return "\(name(column)) a multiple of \(name(others[0]))" }
    // The message is one line, however many columns there are.
    let shown = others.prefix(5).map(name)
    let rest = others.count > shown.count ? " and \(others.count - shown.count) more" : ""
    return "\(name(column)) a linear combination of \(shown.joined(separator: ", "))\(rest)"
  }

  private func name(_ column: Int) -> String { labels[column] ?? "column \(column + 1)" }
}

extension SingularColumns {
  /// Those of a covariance without a Cholesky factor; nil if there are none to be found.
  ///
  /// Pivot by pivot as `CholeskyFactor` judges them. Where pivot j vanishes, column j less its
  /// regression on the columns before it has no variance: a = A_11 v gives the coefficients v, of which
  /// those count whose part in column j, v_i s_i, is more than 2^-20 of its deviation s_j; smaller
  /// ones are roundings of ill-conditioned columns.
  /// - Parameter matrix: D × D, row-major, with a positive diagonal.
  init?(of matrix: [Double], _ d: Int) {
    var factor = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      var pivot = matrix[i * d + i]
      for j in 0..<i {
        var value = matrix[i * d + j]
        for p in 0..<j { value.addProduct(-factor[i * d + p], factor[j * d + p]) }
        value /= factor[j * d + j]
        factor[i * d + j] = value
        pivot.addProduct(-value, value)
      }
      guard pivot > CholeskyFactor.smallestPivot(order: d) * matrix[i * d + i] else {
        self.init(column: i, others: Self.parts(of: i, factor, matrix, d))
        return
      }
      factor[i * d + i] = pivot.squareRoot()
    }
    return nil
  }

  /// The columns before `column` that it consists of: L_11' v = l, solved from the last on.
  private static func parts(
    of column: Int, _ factor: [Double], _ matrix: [Double], _ d: Int
  ) -> [Int] {
    var v = Array(factor[column * d..<column * d + column])
    for i in stride(from: column - 1, through: 0, by: -1) {
      for p in i + 1..<max(column, i + 1) { v[i].addProduct(-factor[p * d + i], v[p]) }
      v[i] /= factor[i * d + i]
    }
    let scale = 0x1p-20 * matrix[column * d + column].squareRoot()
    return v.indices.filter { abs(v[$0]) * matrix[$0 * d + $0].squareRoot() > scale }
  }
}
