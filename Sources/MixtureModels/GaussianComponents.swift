import Kernels

/// What every tile of one E-step needs of the parameters of a Gaussian mixture.
///
/// Responsibilities below rounding: a component whose joint density for a row is under 2^-60 of the
/// row's largest gets responsibility 0: its row is left out of the component's statistics, and most often
/// its density need not be computed to the end (`ScreenedLogDensities`). The rule looks at the row and
/// the parameters alone. It lowers the log-likelihood of a row by less than K 2^-60 nats.
///
/// A component that has little but such responsibilities would lose what it lives on. So the rule
/// does not hold in an iteration in which a component that has a weight has, or would get, less than
/// 2^-20 of all: what is left out is then at most 2^-40 of any mass.
public struct GaussianComponents: Components {
  let columnCount: Int
  let form: any CovarianceForm
  /// K means, each padded with zeros to whole vectors.
  let means: [Double]
  /// The numbers of `means` from one component to the next.
  let meanStride: Int
  /// K values log weight - (D log 2 pi + log |covariance|) / 2; -infinity for weight 0.
  var logScales: [Double]
  /// Full and tied: L^-1 of each covariance in panels (one when tied); diag: K × D precisions;
  /// spherical: -1/2 of K precisions.
  let factors: [Double]
  /// The numbers of `factors` from one component to the next; 0 when tied.
  let factorStride: Int
  /// Tied, where the means are near each other: what the components share; else nil.
  let shared: SharedCenter?
  /// Full: as `logScales`, of the marginal distributions of the leading columns.
  let leadingLogScales: [Double]
  /// Full, where they help: what tells rows near one component to be far from others.
  private(set) var directions: SeparatingDirections?
  /// How far below the row's largest joint density a component's may lie to count.
  public private(set) var floor: Double
  /// Whether densities are screened where the rule holds.
  private let canScreen: Bool
  /// What is made of rows that lack columns; nil where all are complete.
  let conditional: (any ConditionalColumns)?
  public let fill: [Double]?

  /// The smallest share of a component in the rows' weight for which the rule holds.
  private static let smallestShare = 0x1p-20

  /// - Parameters:
  ///   - exactDense: whether every responsibility counts that float64 can hold.
  ///   - observed: of the data, if rows may lack columns.
  /// - Throws: `FitError` if a variance is infinite or no number, or a covariance singular.
  init(
    _ parameters: Parameters, _ form: any CovarianceForm, columns: Int, exactDense: Bool,
    observed: ObservedColumns?, sharing work: WorkSharing
  ) throws {
    let weights = parameters.weights
    let parts = try form.factors(of: parameters, columns: columns, sharing: work)
    var factors: [Double] = []
    factors.reserveCapacity(parts.reduce(0) { $0 + $1.numbers.count })
    for part in parts { factors += part.numbers }
    let normalizer = Double(columns) * logTwoPi
    logScales = weights.indices.map { k in
      Portable.log(weights[k]) - 0.5 * (normalizer + parts[form.isShared ? 0 : k].logDeterminant)
    }
    (self.form, columnCount, self.factors) = (form, columns, factors)
    means = padded(parameters.means, columns: columns)
    meanStride = paddedCount(columns)
    factorStride = form.isShared ? 0 : factors.count / max(weights.count, 1)
    shared = form.shared(parameters, parts)
    leadingLogScales = parts.map(\.leadingLogScale)
    conditional = observed.map { _ in form.conditional(parameters, parts, columns: columns) }
    fill = observed?.means
    let leavesOutNegligible =
      !exactDense && weights.allSatisfy { $0 == 0 || $0 >= Self.smallestShare }
    floor = leavesOutNegligible ? negligibleLogRatio : smallestExponent
    canScreen =
      form.isMatrix && !form.isShared && !exactDense && weights.count > 1
      && ScreenedLogDensities.leadingColumns(of: columns) > 0
    if screensDensities {
      directions = withFullComponents { SeparatingDirections($0, columnCount: columns) }
    }
  }

  public var count: Int { logScales.count }

  /// Whether `writeLogJointAboveFloor` does less than `writeLogJoint`.
  private var screensDensities: Bool { canScreen && floor > smallestExponent }

  /// The rows' differences from a center and the whitened tile, or scratch to screen them.
  public var scratchCount: Int { completeScratchCount + incompleteScratchCount }

  var completeScratchCount: Int {
    max(
      (paddedCount(columnCount) + columnCount) * tileStride,
      canScreen ? ScreenedLogDensities.scratchCount(columnCount: columnCount, stride: tileRows) : 0)
  }

  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    writeFilled(of: tile, into: logJoint)
    writeIncomplete(of: tile, into: logJoint)
  }

  /// The same of the rows as they are filled.
  func writeFilled(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    form.writeLogJoint(of: tile, self, into: logJoint)
  }

  public func writeLogJointAboveFloor(
    of tile: Tile, into logJoint: UnsafeMutablePointer<Double>
  ) {
    guard screensDensities else { return writeLogJoint(of: tile, into: logJoint) }
    withFullComponents { components in
      ScreenedLogDensities(
        tile.rows.rows, count: tile.count, columns: tile.columns, columnCount: columnCount,
        stride: tile.stride, components: components, directions: directions, scratch: tile.scratch
      ).write(into: logJoint, densityStride: tileStride)
    }
    writeIncomplete(of: tile, into: logJoint)
  }

  public func exact(masses: [Double], total: Double) -> GaussianComponents? {
    guard floor > smallestExponent else { return nil }
    let isStarved = zip(masses, logScales).contains { mass, logScale in
      logScale > -.infinity && mass < Self.smallestShare * total
    }
    guard isStarved else { return nil }
    var exact = self
    exact.floor = smallestExponent
    return exact
  }

  /// Calls `body` with the padded mean of component `k`.
  @inline(__always)
  func withMean(_ k: Int, _ body: (UnsafePointer<Double>) -> Void) {
    means.withUnsafeBufferPointer { body($0.baseAddress! + k * meanStride) }
  }

  /// Calls `body` with all components, of full covariances.
  private func withFullComponents<Result>(_ body: (FullComponents) -> Result) -> Result {
    means.withUnsafeBufferPointer { means in
      factors.withUnsafeBufferPointer { factors in
        logScales.withUnsafeBufferPointer { logScales in
          leadingLogScales.withUnsafeBufferPointer { leadingLogScales in
            body(
              FullComponents(
                count: logScales.count, means: means.baseAddress!, meanStride: meanStride,
                panels: factors.baseAddress!, panelStride: factorStride,
                logScales: logScales.baseAddress!,
                leadingLogScales: leadingLogScales.baseAddress!))
          }
        }
      }
    }
  }

  /// Calls `body` with what writes log densities that are sums of squares about `means`.
  func withSquares(
    _ columns: UnsafePointer<Double>, stride: Int, means: [Double], meanStride: Int,
    _ body: (SquareLogDensities) -> Void
  ) {
    means.withUnsafeBufferPointer { means in
      logScales.withUnsafeBufferPointer { logScales in
        body(
          SquareLogDensities(
            columns, columnCount: columnCount, stride: stride, componentCount: count,
            means: means.baseAddress!, meanStride: meanStride,
            logScales: logScales.baseAddress!))
      }
    }
  }
}
