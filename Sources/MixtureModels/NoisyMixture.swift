import Kernels

/// A mixture of another family, and rows that belong to none of its components: noise of a density that is
/// the same everywhere.
///
/// Σ_k π_k f(x | θ_k) + π_0 d, the weights with π_0 summing to 1. Only π_0 is estimated of the noise; as
/// mclust does, the density counts as a free parameter too. A start that gives no row to the noise gives it
/// a tenth of the weight, else it would stay without.
///
/// Where noise is uniform in a box along the columns, so are values of some of them: rows that lack columns
/// have the density d Π_j s_j, over the missing columns j with the sides s_j of the box. Of a density that is
/// given, or of a box along other axes, nothing like it can be said: rows must then be complete.
///
/// Source: Banfield and Raftery, "Model-based Gaussian and non-Gaussian clustering" (Biometrics 49, 1993).
public struct NoisyMixture<Base: Family>: DerivedFamily {
  public static var name: String { Base.name }

  public let base: Base
  /// Whether noise is uniform in a box along the columns (`NoiseBox`).
  private let hasBox: Bool
  /// The parameters that no M-step changes: the density, in units of the data's densities, and the box.
  /// None where other parameters say them.
  private let given: [(name: String, numbers: [Double])]

  init(_ base: Base, hasBox: Bool) { (self.base, self.hasBox, given) = (base, hasBox, []) }

  init(_ base: Base, density: Double, box: ColumnRanges?) {
    (self.base, hasBox) = (base, box != nil)
    given = [(name: Noise.density, numbers: [density])] + (box.map(NoiseBox.parameters) ?? [])
  }

  private init(_ base: Base, like other: Self) {
    (self.base, hasBox, given) = (base, other.hasBox, other.given)
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(
      try Base(options, components: components, columns: columns), hasBox: options.hasNoiseBox)
  }

  public var responsibilityCount: Int { base.responsibilityCount + 1 }
  public var fileVersion: Int { 2 }
  public var kind: String { base.kind + " with noise" }
  public var kindOfCompleteRows: String {
    hasBox ? kind : kind + " that has no box along the columns"
  }
  public var title: String { base.title + " and noise" }
  public var freeParameterCount: Int { base.freeParameterCount + 2 }
  public var takesMissing: Bool { hasBox && base.takesMissing }
  public func observing(_ columns: ObservedColumns?) -> NoisyMixture {
    NoisyMixture(base.observing(columns), like: self)
  }

  // MARK: Parameters

  public var layout: ParameterLayout {
    ParameterLayout(base.layout.parts + [.init(Noise.weight, [], .weights)] + fixed)
  }

  /// What no M-step changes.
  private var fixed: [ParameterLayout.Part] {
    [.init(Noise.density, [], .fixed)] + (hasBox ? NoiseBox.parts(columns: columnCount) : [])
  }

  private func box(_ parameters: Parameters) throws -> NoiseBox? {
    hasBox ? try NoiseBox(parameters) : nil
  }

  public func starting(from parameters: Parameters) -> Parameters {
    let start = base.starting(from: parameters)
    if given.isEmpty { return start }
    // Where the density is, before what others have added.
    return Parameters(
      start.names.filter { !NoiseBox.has($0) }.flatMap { name in
        name == Noise.density ? given : [(name: name, numbers: start[name])]
      })
  }

  // MARK: EM

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> NoisyComponents<Base.StepComponents> {
    NoisyComponents(
      try base.components(at: parameters, sharing: work), weight: parameters[Noise.weight][0],
      density: parameters[Noise.density][0], box: try box(parameters))
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
    next[Noise.weight] = [noise / total]
    for part in fixed {
      next[part.name] =
        previous?[part.name] ?? given.first { $0.name == part.name }?.numbers
        ?? [Double](repeating: 0, count: part.count)
    }
    return next
  }

  // MARK: Draws

  /// What draws need of the parameters.
  public struct Sampler: Sendable {
    let base: Base.Sampler
    let noiseWeight: Double
    /// The box that noise is drawn from.
    let box: NoiseBox
  }

  /// - Throws: `FitError` if no component has a weight, or the base cannot be drawn from.
  public func sampler(under parameters: Parameters) throws -> Sampler {
    guard parameters.weights.contains(where: { $0 > 0 }) else {
      throw FitError.unusable(
        setting: "components without any weight beside noise", expected: "one with a weight")
    }
    let box = try self.box(parameters)
    return Sampler(
      base: try base.sampler(under: parameters), noiseWeight: parameters[Noise.weight][0],
      box: box
        ?? NoiseBox(
          about: base.momentsOfAll(parameters), density: parameters[Noise.density][0]))
  }

  /// The base's row, or noise.
  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    guard random.uniform(Noise.deciding) < sampler.noiseWeight else {
      return base.writeRow(random, sampler.base, into: row)
    }
    for j in 0..<columnCount { row[j] = sampler.box.place(j, random.uniform(1 + j)) }
  }
}

/// Names and numbers of noise beside components.
enum Noise {
  static let weight = "noise.weight"
  static let density = "noise.density"
  /// The random number of a row that decides whether it is noise: one that no base asks for.
  static let deciding = 1 << 30
}
