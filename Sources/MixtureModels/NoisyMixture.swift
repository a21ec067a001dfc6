import Kernels

/// A mixture of another family, and rows that belong to none of its components: noise of a density that is
/// the same everywhere.
///
/// Σ_k π_k f(x | θ_k) + π_0 d, the weights with π_0 summing to 1. Only π_0 is estimated of the noise; as
/// mclust does, the density counts as a free parameter too. A start that gives no row to the noise gives it
/// a tenth of the weight, else it would stay without.
///
/// Source: Banfield and Raftery, "Model-based Gaussian and non-Gaussian clustering" (Biometrics 49, 1993).
public struct NoisyMixture<Base: Family>: DerivedFamily {
  public static var name: String { Base.name }

  public let base: Base
  /// In units of the data's densities; nil where parameters say it.
  private let density: Double?

  init(_ base: Base, density: Double?) { (self.base, self.density) = (base, density) }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(try Base(options, components: components, columns: columns), density: nil)
  }

  public var responsibilityCount: Int { base.responsibilityCount + 1 }
  public var fileVersion: Int { 2 }
  public var kind: String { base.kind + " with noise" }
  public var title: String { base.title + " and noise" }
  public var freeParameterCount: Int { base.freeParameterCount + 2 }

  public var layout: ParameterLayout {
    ParameterLayout(
      base.layout.parts + [
        .init("noise.weight", [], .weights), .init("noise.density", [], .fixed),
      ])
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> NoisyComponents<Base.StepComponents> {
    NoisyComponents(
      try base.components(at: parameters, sharing: work), weight: parameters["noise.weight"][0],
      density: parameters["noise.density"][0])
  }

  public func moments(
    of components: NoisyComponents<Base.StepComponents>, at parameters: Parameters
  ) -> Base.StepMoments { base.moments(of: components.base, at: parameters) }

  public func moments(about centers: [Double]) -> Base.StepMoments {
    base.moments(about: centers)
  }

  public func maximized(
    _ sums: Sums, of moments: Base.StepMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    let masses = sums[Slots.masses]
    let own = Array(masses.dropLast())
    var next = try base.maximized(
      sums.replacing(Slots.masses, with: own), of: moments, from: previous, sharing: work)
    let mass = own.reduce(0, +)
    let noise = previous == nil && masses[own.count] == 0 ? mass / 9 : masses[own.count]
    let total = mass + noise
    next.weights = own.map { $0 / total }
    next["noise.weight"] = [noise / total]
    next["noise.density"] = previous?["noise.density"] ?? [density ?? 0]
    return next
  }

  public func starting(from parameters: Parameters) -> Parameters {
    var start = base.starting(from: parameters)
    if let density { start["noise.density"] = [density] }
    return start
  }

  /// The base's row, or noise: a number that no base asks for decides.
  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    if random.uniform(1 << 30) >= sampler.noiseWeight {
      base.writeRow(random, sampler.base, into: row)
    } else {
      for j in 0..<columnCount {
        row[j] = sampler.lows[j] + sampler.widths[j] * random.uniform(1 + j)
      }
    }
  }

  /// What draws need of the parameters.
  public struct Sampler: Sendable {
    let base: Base.Sampler
    let noiseWeight: Double
    /// The box that noise is drawn from: D smallest values, and D widths.
    let lows: [Double]
    let widths: [Double]
  }

  /// The file has no region of the noise: it is drawn from a box about the mean of all components, of the
  /// noise's volume, 1 / density, whose sides are in proportion to the standard deviations of the columns.
  /// - Throws: `FitError` if no component has a weight, or the base cannot be drawn from.
  public func sampler(under parameters: Parameters) throws -> Sampler {
    guard parameters.weights.contains(where: { $0 > 0 }) else {
      throw FitError.unusable(
        setting: "components without any weight beside noise", expected: "one with a weight")
    }
    let moments = base.momentsOfAll(parameters)
    let deviations = moments.map { $0.variance.squareRoot() }
    let logVolume = -Portable.log(parameters["noise.density"][0])
    let logSides = deviations.reduce(0) { $0 + Portable.log($1) }
    let scale = Portable.exp((logVolume - logSides) / Double(columnCount))
    return Sampler(
      base: try base.sampler(under: parameters), noiseWeight: parameters["noise.weight"][0],
      lows: zip(moments, deviations).map { $0.mean - scale * $1 / 2 },
      widths: deviations.map { scale * $0 })
  }
}

/// The components of another family, and noise as the last one.
public struct NoisyComponents<Base: Components>: DerivedComponents {
  public let base: Base
  private let weight: Double
  private let logJoint: Double

  /// Noise of hardly any weight lives on responsibilities that are else left out, as any component
  /// (`GaussianComponents`).
  init(_ base: Base, weight: Double, density: Double) {
    let isStarved = weight > 0 && weight < 0x1p-20
    let none = [Double](repeating: 0, count: base.count)
    self.base = isStarved ? base.exact(masses: none, total: 1) ?? base : base
    self.weight = weight
    logJoint = Portable.log(weight) + Portable.log(density)
  }

  private init(_ base: Base, like other: Self) {
    (self.base, weight, logJoint) = (base, other.weight, other.logJoint)
  }

  public var count: Int { base.count + 1 }

  public func writeLogJoint(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: joint)
    (joint + base.count * tileStride).update(repeating: logJoint, count: tileRows)
  }

  public func writeLogJointAboveFloor(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJointAboveFloor(of: tile, into: joint)
    (joint + base.count * tileStride).update(repeating: logJoint, count: tileRows)
  }

  public func exact(masses: [Double], total: Double) -> Self? {
    let isStarved = weight > 0 && masses[base.count] < 0x1p-20 * total
    let own = isStarved ? masses.map { _ in 0 } : masses
    return base.exact(masses: Array(own.dropLast()), total: total).map { Self($0, like: self) }
  }
}

extension FamilyExtension {
  /// Noise beside the components.
  public static let noise = FamilyExtension(
    setting: FamilySetting(
      "noise",
      help: """
        Beside the components, noise of this density everywhere; auto, or the option alone: 1 over the \
        volume of the data, the smaller of the boxes along the columns and along the principal axes. Rows \
        that noise explains best have the label -1.
        """,
      valueName: "density", noun: "noise", bareValue: "auto",
      measures: { $0 == "auto" ? .volume : nil })
  ) { mixture, value, options in
    let density =
      value == "auto"
      ? try options.measures?.logVolume.map(density(logVolume:)) : Double(value)
    guard value.isEmpty || value == "auto" || density.map({ $0 > 0 && $0.isFinite }) == true else {
      throw FitError.unusable(setting: "noise \(value)", expected: "a density above 0, or auto")
    }
    guard ["weights", "means"].allSatisfy(mixture.layout.parts.map(\.name).contains) else {
      throw FitError.unusable(
        setting: "noise beside a \(mixture.title)",
        expected: "a family of continuous columns with weights")
    }
    if mixture.estimate == .vb {
      throw FitError.unusable(setting: "noise with estimate vb", expected: "estimate ml or map")
    }
    // The weights are those of components and noise together.
    if options.prior?.entries.contains(where: { $0.name == WeightPrior.name }) == true {
      throw FitError.unusable(
        setting: "prior with \(WeightPrior.name) beside noise", expected: "no prior of the weights")
    }
    func noisy<Base: Family>(_ base: Base) -> any Family { NoisyMixture(base, density: density) }
    return noisy(mixture)
  }

  /// 1 over the volume that the data fill.
  ///
  /// - Throws: `FitError.unusable` if there is no such number.
  private static func density(logVolume: Double) throws -> Double {
    let density = Portable.exp(-logVolume)
    guard density > 0, density.isFinite else {
      throw FitError.unusable(
        setting: logVolume == -.infinity
          ? "noise auto of data that fill no volume"
          : "noise auto of data that fill a volume of exp(\(logVolume))",
        expected: "a density, or other columns: none constant or dependent on others, in other units")
    }
    return density
  }
}
