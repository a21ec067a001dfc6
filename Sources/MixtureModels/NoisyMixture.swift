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
  /// In units of the data's densities; nil where parameters say it.
  private let density: Double?
  /// Whether noise is uniform in a box along the columns.
  private let hasBox: Bool
  /// That box; nil also where parameters say it.
  private let box: ColumnRanges?

  /// - Parameter hasBox: whether there is a box of which the parameters say what it is.
  init(_ base: Base, density: Double?, box: ColumnRanges?, hasBox: Bool) {
    (self.base, self.density, self.box) = (base, density, box)
    self.hasBox = hasBox || box != nil
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(
      try Base(options, components: components, columns: columns), density: nil, box: nil,
      hasBox: options.hasNoiseBox)
  }

  public var responsibilityCount: Int { base.responsibilityCount + 1 }
  public var fileVersion: Int { 2 }
  public var kind: String { base.kind + " with noise" }
  public var kindOfCompleteRows: String {
    hasBox ? kind : kind + " that has no box along the columns"
  }
  public var title: String { base.title + " and noise" }
  public var freeParameterCount: Int { base.freeParameterCount + 2 }

  public var layout: ParameterLayout {
    ParameterLayout(
      base.layout.parts + [
        .init("noise.weight", [], .weights), .init(Self.density, [], .fixed),
      ] + (hasBox ? [Self.minimum, Self.maximum].map { .init($0, [columnCount], .given) } : []))
  }

  private static var density: String { "noise.density" }
  private static var minimum: String { "noise.minimum" }
  private static var maximum: String { "noise.maximum" }

  public var takesMissing: Bool { hasBox && base.takesMissing }
  public func observing(_ columns: ObservedColumns?) -> NoisyMixture {
    NoisyMixture(base.observing(columns), density: density, box: box, hasBox: hasBox)
  }

  /// - Throws: `FitError.unusable` about a side that has no length.
  private func box(_ parameters: Parameters) throws -> ColumnRanges? {
    guard hasBox else { return nil }
    let box = ColumnRanges(
      minimum: parameters[Self.minimum], maximum: parameters[Self.maximum])
    guard let j = (0..<columnCount).first(where: { !(box.minimum[$0] < box.maximum[$0]) }) else {
      return box
    }
    throw FitError.unusable(
      setting: "noise from \(box.minimum[j]) to \(box.maximum[j]) in column \(j + 1)",
      expected: "a box with a volume")
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> NoisyComponents<Base.StepComponents> {
    NoisyComponents(
      try base.components(at: parameters, sharing: work), weight: parameters["noise.weight"][0],
      density: parameters[Self.density][0], box: try box(parameters))
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
    next[Self.density] = previous?[Self.density] ?? [density ?? 0]
    guard hasBox else { return next }
    let zeros = [Double](repeating: 0, count: columnCount)
    next[Self.minimum] = previous?[Self.minimum] ?? box?.minimum ?? zeros
    next[Self.maximum] = previous?[Self.maximum] ?? box?.maximum ?? zeros
    return next
  }

  public func starting(from parameters: Parameters) -> Parameters {
    let start = base.starting(from: parameters)
    guard let density else { return start }
    // Behind the density, before what others have added.
    return Parameters(
      start.names.flatMap { name -> [(name: String, numbers: [Double])] in
        switch name {
        case Self.minimum, Self.maximum: []
        case Self.density:
          [(name, [density])]
            + (box.map { [(Self.minimum, $0.minimum), (Self.maximum, $0.maximum)] } ?? [])
        default: [(name, start[name])]
        }
      })
  }

  /// The base's row, or noise.
  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    if random.uniform(noiseNumber) >= sampler.noiseWeight {
      base.writeRow(random, sampler.base, into: row)
    } else {
      for j in 0..<columnCount {
        row[j] = sampler.box.place(j, random.uniform(1 + j))
      }
    }
  }

  /// What draws need of the parameters.
  public struct Sampler: Sendable {
    let base: Base.Sampler
    let noiseWeight: Double
    /// The box that noise is drawn from.
    let box: ColumnRanges
  }

  /// Where the noise has no box, it is drawn from one about the mean of all components, of the noise's
  /// volume, 1 / density, whose sides are in proportion to the standard deviations of the columns.
  ///
  /// - Throws: `FitError` if no component has a weight, or the base cannot be drawn from.
  public func sampler(under parameters: Parameters) throws -> Sampler {
    guard parameters.weights.contains(where: { $0 > 0 }) else {
      throw FitError.unusable(
        setting: "components without any weight beside noise", expected: "one with a weight")
    }
    let noiseWeight = parameters["noise.weight"][0]
    if let box = try box(parameters) {
      return Sampler(
        base: try base.sampler(under: parameters), noiseWeight: noiseWeight, box: box)
    }
    let moments = base.momentsOfAll(parameters)
    let deviations = moments.map { $0.variance.squareRoot() }
    let logVolume = -Portable.log(parameters[Self.density][0])
    let logSides = deviations.reduce(0) { $0 + Portable.log($1) }
    let scale = Portable.exp((logVolume - logSides) / Double(columnCount))
    return Sampler(
      base: try base.sampler(under: parameters), noiseWeight: noiseWeight,
      box: ColumnRanges(
        minimum: zip(moments, deviations).map { $0.mean - scale * $1 / 2 },
        maximum: zip(moments, deviations).map { $0.mean + scale * $1 / 2 }))
  }
}

/// The number of a row that decides whether it is noise: one that no base asks for.
private let noiseNumber = 1 << 30

extension ColumnRanges {
  /// What lies a share of the side from the smallest value of column `j`.
  fileprivate func place(_ j: Int, _ share: Double) -> Double {
    minimum[j] * (1 - share) + maximum[j] * share
  }
}

/// The components of another family, and noise as the last one.
public struct NoisyComponents<Base: Components>: DerivedComponents {
  public let base: Base
  private let weight: Double
  private let logJoint: Double
  /// Of rows that lack columns; nil: all are complete.
  private let box: ColumnRanges?
  /// Of its D sides.
  private let logSides: [Double]

  /// Noise of hardly any weight lives on responsibilities that are else left out, as any component
  /// (`GaussianComponents`).
  init(_ base: Base, weight: Double, density: Double, box: ColumnRanges?) {
    let isStarved = weight > 0 && weight < 0x1p-20
    let none = [Double](repeating: 0, count: base.count)
    self.base = isStarved ? base.exact(masses: none, total: 1) ?? base : base
    self.weight = weight
    logJoint = Portable.log(weight) + Portable.log(density)
    self.box = box
    // Halves: a side may be longer than the largest number.
    logSides =
      box.map { box in
        box.minimum.indices.map {
          Portable.log(box.maximum[$0] / 2 - box.minimum[$0] / 2) + Portable.log(2)
        }
      } ?? []
  }

  private init(_ base: Base, like other: Self) {
    (self.base, weight, logJoint) = (base, other.weight, other.logJoint)
    (box, logSides) = (other.box, other.logSides)
  }

  public var count: Int { base.count + 1 }

  public func writeLogJoint(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: joint)
    writeNoise(of: tile, into: joint + base.count * tileStride)
  }

  public func writeLogJointAboveFloor(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJointAboveFloor(of: tile, into: joint)
    writeNoise(of: tile, into: joint + base.count * tileStride)
  }

  private func writeNoise(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    joint.update(repeating: logJoint, count: tileRows)
    guard let incomplete = tile.incomplete, !logSides.isEmpty else { return }
    for pattern in incomplete.patterns {
      let row = incomplete.row(pattern[0])
      let own = logSides.indices.reduce(logJoint) { row[$1].isNaN ? $0 + logSides[$1] : $0 }
      for n in pattern { joint[n] = own }
    }
  }

  public func exact(masses: [Double], total: Double) -> Self? {
    let isStarved = weight > 0 && masses[base.count] < 0x1p-20 * total
    let own = isStarved ? masses.map { _ in 0 } : masses
    return base.exact(masses: Array(own.dropLast()), total: total).map { Self($0, like: self) }
  }
}

extension NoisyComponents: ImputingComponents where Base: ImputingComponents {
  /// What the base expects, and of noise the middle of the box; or a draw from either, where the number that
  /// no base asks for decides.
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    guard let box, let incomplete = tile.incomplete else { return }
    var shares = Array(UnsafeBufferPointer(start: responsibilities, count: base.count * tileStride))
    // The base must have something to draw from in rows of noise, too.
    for n in 0..<tile.count {
      let isNoise = (0..<base.count).allSatisfy { shares[$0 * tileStride + n] == 0 }
      if isNoise && random != nil { shares[n] = 1 }
    }
    base.impute(tile, responsibilities: shares, random: random, into: rows)
    let columnCount = tile.rows.columnCount
    for n in incomplete.patterns.joined() {
      let noise = responsibilities[base.count * tileStride + n]
      let random = random?(n)
      if let random, random.uniform(noiseNumber) >= noise { continue }
      let row = incomplete.row(n)
      for j in 0..<columnCount where row[j].isNaN {
        let place = n * columnCount + j
        if let random {
          rows[place] = box.place(j, random.uniform(1 + j))
        } else {
          rows[place] += noise * box.place(j, 0.5)
        }
      }
    }
  }
}

extension FamilyExtension {
  /// Noise beside the components.
  public static let noise = FamilyExtension(
    setting: FamilySetting(
      "noise",
      help: """
        Beside the components of gaussian or student-t, noise of this density everywhere; auto, or the \
        option alone: 1 over the volume of the data, the smaller of the boxes along the columns and along \
        the principal axes, of data with missing cells that along the columns; a density that is given \
        takes complete rows only. Rows that noise explains best have the label -1.
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
        expected: "family \(GaussianMixture.name) or \(StudentMixture.name)")
    }
    if mixture.estimate == .vb {
      throw FitError.unusable(setting: "noise with estimate vb", expected: "estimate ml or map")
    }
    // The weights are those of components and noise together.
    if options.prior?.entries.contains(where: { $0.name == WeightPrior.name }) == true {
      throw FitError.unusable(
        setting: "prior with \(WeightPrior.name) beside noise", expected: "no prior of the weights")
    }
    let box = value == "auto" ? options.measures?.box : nil
    func noisy<Base: Family>(_ base: Base) -> any Family {
      NoisyMixture(
        base, density: density, box: box,
        hasBox: (value.isEmpty || value == "auto") && options.hasNoiseBox)
    }
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
        expected:
          "a density, or other columns: none constant or dependent on others, in other units")
    }
    return density
  }
}
