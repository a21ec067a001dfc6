import Kernels

/// A covariance matrix of each component.
struct FullCovariances: TriangularCovariances {
  func shape(components: Int, columns: Int) -> [Int] { [components, columns, columns] }

  func variance(_ k: Int, _ j: Int, columns: Int) -> Int { (k * columns + j) * columns + j }

  /// Threads share this work, and ranks: K D³ operations do not become fewer with the rows of a rank.
  func factors(
    of parameters: Parameters, columns: Int, sharing work: WorkSharing
  ) throws -> [CovarianceFactor] {
    let (weights, covariances) = (parameters.weights, parameters.covariances)
    // A factor and its inverse.
    let parts = WorkSharing.Parts(
      count: weights.count, operations: 2 * factorOperations(columns: columns),
      numberCount: CovarianceFactor.recordCount(columns: columns))
    return try work.forFactors(count: weights.count, columns: columns).numbers(of: parts) { k in
      var factor = try triangularFactor(covariances, k, columns: columns)
      // L^-1 of the marginal distribution is the leading part of the whole one.
      let leading = 0..<ScreenedLogDensities.leadingColumns(of: columns)
      factor.leadingLogScale = leading.reduce(Portable.log(weights[k])) {
        $0 + Portable.log(factor.inverse![PackedTriangle.row($1) + $1]) - 0.5 * logTwoPi
      }
      return factor.record
    }.map { CovarianceFactor(record: $0) }
  }

  func writeLogJoint(
    of tile: Tile, _ components: GaussianComponents, into logJoint: UnsafeMutablePointer<Double>
  ) { writeFullDensities(of: tile, components, into: logJoint) }

  /// Q_k / N_k - d_k d_k'.
  func covariances(_ sums: MomentSums, sharing work: WorkSharing) throws -> [Double] {
    let d = sums.columnCount
    let work = work.forFactors(count: sums.componentCount, columns: d)
    let size = PackedTriangle.count(d)
    let covariances = try work.map(sums.componentCount) { k in
      let mass = sums.divisors[k]
      let shift = (0..<d).map { sums.shift(k, $0) }
      var packed = Array(sums.second[k * size..<(k + 1) * size])
      PackedTriangle.forEachEntry(order: d) { slot, i, j in
        let central = mass > 0 ? packed[slot] / mass : 0
        packed[slot] = central - shift[i] * shift[j]
      }
      return PackedTriangle.unpackSymmetric(packed[...], order: d)
    }
    return Array(covariances.joined())
  }

  func losesDigits(_ sums: MomentSums) -> Bool {
    let size = PackedTriangle.count(sums.columnCount)
    return sums.losesDigits { k, j in sums.second[k * size + PackedTriangle.row(j) + j] }
  }
}

/// What ranks exchange of a factor.
extension CovarianceFactor {
  fileprivate static func recordCount(columns: Int) -> Int {
    2 + triangularPanelsCount(order: columns)
  }

  fileprivate var record: [Double] { [logDeterminant, leadingLogScale] + numbers }

  fileprivate init(record: [Double]) {
    self.init(
      logDeterminant: record[0], numbers: record[2...], leadingLogScale: record[1])
  }
}
