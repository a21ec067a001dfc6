import Kernels
import MixtureModels

/// A shape to be measured: N rows, D columns, K components, whose means are some distance apart.
struct BenchmarkCase: Sendable, Encodable, CustomStringConvertible {
  var rows: Int
  var columns: Int
  var components: Int
  var covarianceType: CovarianceType
  /// About how many standard deviations two means are apart.
  var separation: Double

  /// From "N,D,K,TYPE", whose components overlap, or "N,D,K,TYPE,SEPARATION"; nil if it is neither.
  init?(_ text: String) {
    let fields = text.split(separator: ",").map(String.init)
    guard (4...5).contains(fields.count), let rows = Int(fields[0]), let columns = Int(fields[1]),
      let components = Int(fields[2]), let type = CovarianceType(rawValue: fields[3]),
      let separation = fields.count == 5 ? Double(fields[4]) : BenchmarkCase.overlapping,
      rows > 0, columns > 0, components > 0, separation > 0
    else { return nil }
    (self.rows, self.columns, self.components, covarianceType) = (rows, columns, components, type)
    self.separation = separation
  }

  var description: String {
    "\(rows),\(columns),\(components),\(covarianceType.rawValue)"
      + (separation == BenchmarkCase.overlapping ? "" : ",\(separation)")
  }

  /// A distance at which nearly all responsibilities count.
  private static let overlapping = 4.0

  /// Whether nearly all responsibilities are negligible.
  var isSeparated: Bool { separation > 12 }

  /// The floating-point operations that one EM iteration cannot do without (`Yardstick`).
  var operations: Double {
    covarianceType.yardstick.operations(Double(rows), Double(columns), Double(components))
  }

  /// The shape that fills whole vectors: the same with the next multiple of 8 columns, or of 8
  /// components; nil if both are such multiples.
  var neighbour: BenchmarkCase? {
    var other = self
    other.columns = paddedCount(columns)
    if other.columns == columns { other.components = paddedCount(components) }
    return other.columns == columns && other.components == components ? nil : other
  }

  /// The cases of the project's own table.
  static let standard = cases([
    "2000000,2,4,full", "500000,16,16,full", "200000,64,32,full", "50000,128,64,full",
    "500000,40,128,diag", "1000000,8,32,spherical", "500000,32,32,tied",
  ])

  /// Columns and components that fill no whole vectors, few and many; rows for an iteration of 0.1
  /// to 1 s, and enough for a covariance of that many columns.
  static let odd = cases([
    "2000000,1,16,full", "2000000,3,16,full", "1000000,7,16,full", "500000,13,16,full",
    "200000,33,16,full", "50000,100,16,full", "20000,500,2,full",
    "2000000,16,1,full", "1000000,16,2,full", "1000000,16,5,full", "200000,16,50,full",
    "100000,8,1000,full",
  ])

  /// Components that overlap, and some that are so far apart that most responsibilities are
  /// negligible. Of 496 distances of means about 13 deviations apart the smallest is about 10.
  static let negligible = cases([
    "200000,64,32,full", "200000,64,32,full,10", "200000,64,32,full,13", "200000,64,32,full,20",
  ])

  private static func cases(_ texts: [String]) -> [BenchmarkCase] {
    texts.compactMap { BenchmarkCase($0) }
  }
}

/// By its name.
extension CovarianceType: Encodable {}
