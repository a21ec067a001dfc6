import Kernels

/// A mixture of von Mises-Fisher distributions over rows of length 1, directions in D columns:
///
///     p(x | k) = C_D(κ_k) exp(κ_k μ_k·x),    C_D(κ) = κ^ν / ((2π)^(D/2) I_ν(κ)),    ν = D/2 - 1.
///
/// As μ·x = 1 - |x - μ|²/2 for vectors of length 1, the E-step is that of Gaussians of variance
/// 1/κ, scaled otherwise, and the sums are theirs: with the mean m of the rows that a component
/// has, and their variance about it, 1 - |m|² in sum over the columns, both |m| and 1 - |m| have
/// all their digits. The M-step is μ = m / |m| and I_(D/2)(κ) / I_(D/2-1)(κ) = |m|, solved to
/// rounding (`Portable.concentration`).
///
/// Rows must have length 1 within 1e-6: numbers rounded to float32 are within 6e-8 of that, those
/// that were divided by their length in float32 or written with seven digits within some 1e-7. What
/// a row lacks changes its distances in the second order only, 1e-12.
///
/// Source: Banerjee, Dhillon, Ghosh and Sra, "Clustering on the unit hypersphere using von
/// Mises-Fisher distributions" (Journal of Machine Learning Research 6, 2005), with κ solved for
/// instead of approximated.
public struct VonMisesFisherMixture: Family {
  public static let name = "von-mises-fisher"
  public static let purpose = "rows of length 1"
  // Its columns say something only together.
  public static let canBePart = false
  private static let directions = "directions"
  private static let concentrations = "concentrations"

  public let componentCount: Int
  public let columnCount: Int
  /// So many rows of all directions alike are added to each component, 0 or more: a prior of a log
  /// C_D(κ).
  public let smoothing: Double
  /// Whose sums these are.
  private let gaussian: GaussianMixture

  public init(_ options: FamilyOptions, components: Int, columns: Int) {
    (componentCount, columnCount) = (components, columns)
    smoothing = options.regularization
    gaussian = GaussianMixture(
      components: components, columns: columns, covarianceType: .spherical, regularization: 0)
  }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(smoothing, "smoothing")
    guard columnCount > 1 else {
      throw FitError.unusable(setting: "directions in 1 column", expected: "2 columns or more")
    }
  }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init(Self.directions, [componentCount, columnCount], .unitVector),
      .init(Self.concentrations, [componentCount], .rate),
    ])
  }

  public var hasOwnMetric: Bool { true }

  public var valueCheck: ValueCheck? {
    { block in
      for n in 0..<block.count {
        let row = block.rows + n * block.columnCount
        let square = (0..<block.columnCount).reduce(0) { $0 + row[$1] * row[$1] }
        if !(abs(square - 1) <= 2e-6) {
          return ValueProblem(
            row: n, column: nil, value: square.squareRoot(), quantity: "a length of",
            expected: "1 (divide each row by its length)")
        }
      }
      return nil
    }
  }

  // MARK: E-step

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> VonMisesFisherComponents {
    VonMisesFisherComponents(
      weights: parameters.weights, directions: parameters[Self.directions],
      concentrations: parameters[Self.concentrations], columnCount: columnCount)
  }

  public func moments(
    of components: VonMisesFisherComponents, at parameters: Parameters
  ) -> GaussianMoments { gaussian.moments(about: parameters[Self.directions]) }

  public func moments(about centers: [Double]) -> GaussianMoments {
    gaussian.moments(about: centers)
  }

  // MARK: M-step

  /// A component whose rows cancel keeps its direction, or has the first column's; one without mass
  /// likewise, with smoothing.
  ///
  /// - Throws: `FitError.collapsed` for a component without mass, or whose rows are all the same,
  ///   without smoothing.
  public func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters {
    let masses = sums[Slots.masses]
    let total = masses.reduce(0, +)
    let own = MomentSums(sums, of: moments)
    var (directions, concentrations): ([Double], [Double]) = ([], [])
    for (k, mass) in masses.enumerated() {
      let mean = (0..<columnCount).map { own.mean(k, $0) }
      let length = mass > 0 ? mean.reduce(0) { $0 + $1 * $1 }.squareRoot() : 0
      let variance = mass > 0 ? max(own.second[k] / mass - own.squaredShift(k), 0) : 1
      // |m| and 1 - |m| among the rows that are added, whose mean is 0.
      let share = mass / (mass + smoothing)
      let rest = share * (variance / (1 + length)) + smoothing / (mass + smoothing)
      guard rest > 0 else {
        throw FitError.collapsed(component: k, mass: mass, rows: total, iteration: nil)
      }
      directions +=
        length > 0
        ? mean.map { $0 / length } : direction(k, previous)
      concentrations.append(
        Portable.concentration(length: share * length, rest: rest, columnCount: columnCount))
    }
    return [
      "weights": masses.map { $0 / total }, Self.directions: directions,
      Self.concentrations: concentrations,
    ]
  }

  private func direction(_ k: Int, _ previous: Parameters?) -> [Double] {
    previous.map { Array($0[Self.directions][k * columnCount..<(k + 1) * columnCount]) }
      ?? (0..<columnCount).map { $0 == 0 ? 1 : 0 }
  }

  // MARK: Draws

  /// The parameters themselves.
  public func sampler(under parameters: Parameters) -> Parameters { parameters }

  /// μ·x and a direction across: the standard normal numbers 1 + j without their part along μ.
  public func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    let direction = parameters[Self.directions][k * columnCount..<(k + 1) * columnCount]
    let away = random.distanceFromPole(
      concentration: parameters[Self.concentrations][k], columnCount: columnCount,
      from: 1 + columnCount)
    let normals = (0..<columnCount).map { random.normal(1 + $0) }
    let along = zip(normals, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let across = zip(normals, direction).map { $0 - along * $1 }
    let length = across.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let scale = length > 0 ? (away * (2 - away)).squareRoot() / length : 0
    let x = zip(direction, across).map { (1 - away) * $0 + scale * $1 }
    // Directions of a file may have other lengths, by a little.
    let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for j in 0..<columnCount { row[j] = x[j] / norm }
  }

  public var title: String { "Mixture of von Mises-Fisher distributions" }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .number(parameters[Self.directions][k * columnCount + j])
  }
}

/// The log joint densities log π + log C_D(κ) + κ - κ |x - μ|²/2.
public struct VonMisesFisherComponents: Components {
  private let columnCount: Int
  /// K directions, each padded with zeros to whole vectors.
  private let means: [Double]
  private let logScales: [Double]
  /// -κ/2.
  private let factors: [Double]

  init(weights: [Double], directions: [Double], concentrations: [Double], columnCount: Int) {
    self.columnCount = columnCount
    means = padded(directions, columns: columnCount)
    let logTwoPis = Double(columnCount) / 2 * logTwoPi
    logScales = zip(weights, concentrations).map {
      Portable.log($0) - logTwoPis
        - Portable.logScaledBessel(order: Double(columnCount) / 2 - 1, $1)
    }
    factors = concentrations.map { -0.5 * $0 }
  }

  public var count: Int { factors.count }

  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    means.withUnsafeBufferPointer { means in
      logScales.withUnsafeBufferPointer { logScales in
        SquareLogDensities(
          tile.columns, columnCount: columnCount, stride: tile.stride, componentCount: count,
          means: means.baseAddress!, meanStride: paddedCount(columnCount),
          logScales: logScales.baseAddress!
        ).write(factors: factors, factorStride: 1, into: logJoint, densityStride: tileStride)
      }
    }
  }
}
