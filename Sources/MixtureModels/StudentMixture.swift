import Kernels

/// A mixture of multivariate t distributions: Gaussians whose rows have precisions of their own, so that
/// rows far off count for little.
///
/// A row's precision has a Gamma(ν/2, ν/2) distribution; given component k its expectation is
/// u = (ν + D) / (ν + δ), with the squared Mahalanobis distance δ. The moments are those of the Gaussian
/// with weights r u; means are divided by Σ r u, covariances (scale matrices) by Σ r. Degrees of freedom,
/// if they are estimated, maximize the expected log density too (`Portable.degreesOfFreedom`). All of it
/// is EM: with regularization 0 the log-likelihood never falls.
///
/// Source: Peel and McLachlan, "Robust mixture modelling using the t distribution" (Statistics and
/// Computing 10, 2000).
public struct StudentMixture: DerivedFamily {
  public static let name = "student-t"
  // A row's precision is that of all its columns.
  public static let hasIndependentColumns = false
  public static let priorNames = GaussianPrior.names
  public static let purpose = "heavier tails"
  public static let settings = [
    GaussianMixture.covarianceSetting, .estimate, .prior, DegreesOfFreedom.setting,
  ]

  public private(set) var base: GaussianMixture
  private let freedom: DegreesOfFreedom

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    base = try GaussianMixture(options, components: components, columns: columns)
    freedom = try DegreesOfFreedom(options, components: components)
  }

  public var layout: ParameterLayout { ParameterLayout(base.layout.parts + [freedom.part]) }
  public var freeParameterCount: Int { base.freeParameterCount + freedom.freeCount }
  public var variant: [(key: String, value: String)] { freedom.variant + base.variant }
  public var takesMissing: Bool { true }
  public var hasMoreLatent: Bool { true }
  public func observing(_ columns: ObservedColumns?) -> StudentMixture {
    var mixture = self
    mixture.base = base.observing(columns)
    return mixture
  }

  public var title: String { "Mixture of t distributions with \(base.covariance.name) scales" }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> StudentComponents {
    StudentComponents(
      try base.components(at: parameters, screening: false, sharing: work),
      degreesOfFreedom: parameters.degreesOfFreedom, areEstimated: !freedom.areFixed)
  }

  public func moments(
    of components: StudentComponents, at parameters: Parameters
  ) -> GaussianMoments {
    var moments = base.moments(of: components.squares, at: parameters)
    moments.weighsRows = true
    return moments
  }

  public func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    var next = try base.maximized(sums, of: moments, from: previous, sharing: work)
    next[DegreesOfFreedom.name] = freedom.maximized(
      sums, from: previous, columnCount: columnCount)
    return next
  }

  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    var corrected = try base.corrected(parameters, sharing: work)
    corrected[DegreesOfFreedom.name] = freedom.corrected(parameters)
    return corrected
  }

  public func starting(from parameters: Parameters) -> Parameters {
    var start = parameters
    if let numbers = freedom.start { start[DegreesOfFreedom.name] = numbers }
    return start
  }

  /// A Gaussian's row, its distance from the mean divided by the root of a Gamma(ν/2, ν/2) number, which
  /// takes the row's numbers from D + 1 on.
  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    base.writeRow(random, sampler.base, into: row)
    let k = random.choice(sampler.base.weights, 0)
    let half = sampler.degreesOfFreedom[k] / 2
    let precision = random.gamma(shape: half, from: 1 + columnCount) / half
    // Of few degrees of freedom a draw may be beyond all numbers.
    let deviation = min((1 / precision).squareRoot(), 0x1p400)
    for j in 0..<columnCount {
      let mean = sampler.base.means[k * columnCount + j]
      row[j] = mean + (row[j] - mean) * deviation
    }
  }

  public func sampler(under parameters: Parameters) throws -> Sampler {
    Sampler(
      base: try base.sampler(under: parameters), degreesOfFreedom: parameters.degreesOfFreedom)
  }

  /// What draws need of the parameters.
  public struct Sampler: Sendable {
    let base: GaussianMixture.Sampler
    let degreesOfFreedom: [Double]
  }
}

/// The log joint densities of t distributions: the Gaussian's squares, and what the tails make of them.
public struct StudentComponents: Components {
  /// The sums of w r (log u - u), of which degrees of freedom are estimated.
  static let logTerms = "log weights"

  /// Gives -δ / 2.
  let squares: GaussianComponents
  private let densities: [StudentDensities]
  let degreesOfFreedom: [Double]
  /// Whether log u - u are summed up.
  let areEstimated: Bool
  /// Of rows that lack columns, by the number of those that are there.
  let tails: [StudentTails]

  init(_ gaussian: GaussianComponents, degreesOfFreedom: [Double], areEstimated: Bool) {
    let columnCount = gaussian.columnCount
    // log Γ((ν + D)/2) - log Γ(ν/2) - D/2 log(ν π) instead of -D/2 log(2 π).
    densities = zip(gaussian.logScales, degreesOfFreedom).map {
      StudentDensities(
        logScale: $0 + Portable.logGammaRatio($1 / 2, halfSteps: columnCount),
        degreesOfFreedom: $1, columnCount: columnCount)
    }
    var squares = gaussian
    squares.logScales = densities.map { _ in 0 }
    (self.squares, self.degreesOfFreedom) = (squares, degreesOfFreedom)
    self.areEstimated = areEstimated
    tails =
      gaussian.conditional.map { _ in
        (0...columnCount).map {
          StudentTails(
            gaussianLogScales: gaussian.logScales, degreesOfFreedom: degreesOfFreedom, observed: $0,
            of: columnCount)
        }
      } ?? []
  }

  public var count: Int { densities.count }
  public var fill: [Double]? { squares.fill }
  public var scratchCount: Int { squares.scratchCount + 3 * paddedCount(count) }
  public var weightSlots: Slots {
    [GaussianMoments.weights: count] + (areEstimated ? [Self.logTerms: count] : [:])
  }
  /// The rows' weights u and, if they are summed up, log u - u, of each component.
  public var keptCount: Int { (areEstimated ? 2 : 1) * count * tileStride }

  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    squares.writeFilled(of: tile, into: logJoint)
    for k in 0..<count {
      densities[k].write(
        logJoint + k * tileStride, count: tile.count, weights: tile.kept + k * tileStride,
        logTerms: logTerms(tile, k))
    }
    writeIncomplete(of: tile, into: logJoint)
  }

  /// Where the log u - u of component `k` are kept, if they are.
  func logTerms(_ tile: Tile, _ k: Int) -> UnsafeMutablePointer<Double>? {
    areEstimated ? tile.kept + (count + k) * tileStride : nil
  }

  public func weigh(
    _ tile: Tile, _ weights: UnsafeMutablePointer<Double>,
    into sums: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<count {
      let own = Kernels.weigh(
        weights + k * tileStride, count: tile.count, by: tile.kept + k * tileStride,
        logTerms: logTerms(tile, k))
      sums[k] += own.weight
      if areEstimated { sums[count + k] += own.logTerm }
    }
  }
}
