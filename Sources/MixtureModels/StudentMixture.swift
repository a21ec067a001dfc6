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
    GaussianMixture.covarianceSetting, .estimate, .prior, freedomSetting,
  ]

  static let freedomSetting = FamilySetting(
    "degrees-of-freedom",
    help: """
      Of a mixture of t distributions: a number, or one for each component (4,10), or fixed, those \
      of the start, which stay; common, or each: estimated. (default: each)
      """,
    valueName: "nu", noun: "degrees of freedom", defaultValue: "each",
    keys: [(freedomModel, ["fixed", "common"])])

  static let freedomModel = "degrees_of_freedom_model"

  public private(set) var base: GaussianMixture
  /// A number for all or one for each, if they are given.
  private let given: [Double]?
  /// Whether they stay as they are.
  private let areFixed: Bool
  /// Whether all components have the same.
  private let areCommon: Bool

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    base = try GaussianMixture(options, components: components, columns: columns)
    let text = options.values["degrees-of-freedom"] ?? "each"
    areCommon = text == "common"
    areFixed = text != "each" && !areCommon
    if !areFixed || text == "fixed" {
      given = nil
      return
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let areUsable = numbers.allSatisfy { $0.map { $0 >= 1e-3 && $0.isFinite } ?? false }
    guard areUsable, numbers.count == 1 || numbers.count == components else {
      throw FitError.unusable(
        setting: "degrees-of-freedom \(text)",
        expected: "a number from 0.001, or \(components) of them, fixed, common or each")
    }
    given = numbers.compactMap { $0 }
  }

  public var layout: ParameterLayout {
    let domain = areFixed ? ParameterLayout.Domain.fixed : .positive
    return ParameterLayout(
      base.layout.parts + [.init("degrees_of_freedom", [componentCount], domain)])
  }

  public var freeParameterCount: Int {
    base.freeParameterCount + (areFixed ? 0 : areCommon ? 1 : componentCount)
  }

  public var variant: [(key: String, value: String)] {
    let model = areFixed ? "fixed" : areCommon ? "common" : nil
    return (model.map { [(Self.freedomModel, $0)] } ?? []) + base.variant
  }

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
      degreesOfFreedom: parameters.degreesOfFreedom, areEstimated: !areFixed)
  }

  public func moments(
    of components: StudentComponents, at parameters: Parameters
  ) -> GaussianMoments {
    var moments = base.moments(of: components.squares, at: parameters)
    moments.weighsRows = true
    return moments
  }

  /// Estimated degrees of freedom start from 10.
  public func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    var next = try base.maximized(sums, of: moments, from: previous, sharing: work)
    next["degrees_of_freedom"] =
      previous.map {
        areFixed
          ? $0.degreesOfFreedom
          : Portable.degreesOfFreedom(
            logTerms: sums[StudentComponents.logTerms], masses: sums[Slots.masses],
            previous: $0.degreesOfFreedom, columnCount: columnCount, areCommon: areCommon)
      } ?? starts(given ?? [10])
    return next
  }

  /// Degrees of freedom that an M-step may give.
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    var corrected = try base.corrected(parameters, sharing: work)
    if !areFixed {
      corrected["degrees_of_freedom"] = parameters.degreesOfFreedom.map { min(max($0, 1e-3), 1e6) }
    }
    return corrected
  }

  private func starts(_ numbers: [Double]) -> [Double] {
    numbers.count == 1 ? Array(repeating: numbers[0], count: componentCount) : numbers
  }

  public func starting(from parameters: Parameters) -> Parameters {
    var start = parameters
    if let given { start["degrees_of_freedom"] = starts(given) }
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

extension Parameters {
  /// Of a mixture of t distributions: K numbers, more than 0.
  public var degreesOfFreedom: [Double] { self["degrees_of_freedom"] }
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
