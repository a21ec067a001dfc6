import Kernels

/// A mixture of products of categorical distributions (latent classes): p(x | k) = Π_j p_kj(x_j), the product
/// over the columns that a row shows.
///
/// A cell is the number of its category, from 0. Probabilities of exactly 0, which EM reaches with smoothing
/// 0, are taken at their word: a row of such a category has density 0 under the component.
///
/// Source: Goodman, "Exploratory latent structure analysis using both identifiable and unidentifiable models"
/// (Biometrika 61, 1974); Bishop, "Pattern Recognition and Machine Learning", section 9.3.3.
public struct CategoricalMixture: Family {
  public static let name = "categorical"
  public static let purpose = "columns of words or numbers that name categories"

  public let componentCount: Int
  public var columnCount: Int { names.count }
  /// Of each column.
  let names: [[String]]
  let columns: CategoryColumns
  /// So many rows of each category are added to each component: the a of a Dirichlet(1 + a) prior on every
  /// column's probabilities. The M-step then maximizes the log-likelihood + a Σ log p.
  public let smoothing: Double
  /// In the place of smoothing; nil: the likelihood is what fits look at.
  private let prior: DirichletPrior?
  public private(set) var observed: ObservedColumns?

  /// - Parameter categories: what they are called, of each column.
  public init(componentCount: Int, categories: [[String]], smoothing: Double = 1e-6) {
    self.init(componentCount, categories, smoothing, nil)
  }

  private init(
    _ componentCount: Int, _ categories: [[String]], _ smoothing: Double, _ prior: DirichletPrior?
  ) {
    (self.componentCount, names, self.smoothing) = (componentCount, categories, smoothing)
    self.prior = prior
    columns = CategoryColumns(counts: categories.map(\.count))
  }

  /// Without categories, which the data say, there is no fit.
  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    let categories =
      options.categories.isEmpty ? Array(repeating: [], count: columns) : options.categories
    self.init(
      components, categories.map { $0 ?? [] }, options.regularization,
      try DirichletPrior(options, smoothing: options.regularization, count: columns))
  }

  public static let settings = FamilySetting.conjugate
  public static let priorNames = [DirichletPrior.name]
  public var estimate: Estimate { prior == nil ? .ml : .map }

  public func logPrior(of parameters: Parameters) -> Double {
    guard let prior, let part = layout.parts.last else { return 0 }
    return prior.logDensity(
      weights: parameters.weights, probabilities: parameters[part.name], lists: part.lists)
  }

  public static func categoricalColumns(
    _ options: FamilyOptions, names: [String]?, count: Int
  ) -> [Bool] { Array(repeating: true, count: count) }

  public var categories: [[String]?] { names }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(smoothing, "smoothing")
    if let j = names.firstIndex(where: \.isEmpty) {
      throw FitError.unusable(setting: "column \(j + 1) without categories", expected: "1 or more")
    }
  }

  public var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init(
        "probabilities", [componentCount, columnCount], lengths: names.map(\.count), .simplex),
    ])
  }

  public var takesMissing: Bool { true }
  public func observing(_ columns: ObservedColumns?) -> CategoricalMixture {
    var mixture = self
    mixture.observed = columns
    return mixture
  }

  public var valueCheck: ValueCheck? {
    let counts = names.map { Double($0.count) }
    return { block in
      for i in 0..<block.count * block.columnCount {
        let (row, column) = i.quotientAndRemainder(dividingBy: block.columnCount)
        let value = block.rows[i]
        if value.isNaN || value >= 0 && value < counts[column] && value == value.rounded() {
          continue
        }
        return ValueProblem(
          row: row, column: column, value: value,
          expected: "the number of a category, 0 to \(Int(counts[column]) - 1)")
      }
      return nil
    }
  }

  // MARK: E-step and M-step

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> CategoricalComponents {
    CategoricalComponents(
      count: componentCount, probabilities: parameters["probabilities"], columns: columns,
      tables: CategoryTables(
        columns, logWeights: parameters.weights.map { Portable.log($0) },
        logProbabilities: parameters["probabilities"].map { Portable.log($0) }),
      fill: observed?.means)
  }

  public func moments(
    of components: CategoricalComponents, at parameters: Parameters
  ) -> CategoricalMoments { moments(about: []) }

  public func moments(about centers: [Double]) -> CategoricalMoments {
    CategoricalMoments(componentCount: componentCount, columns: columns, fill: observed?.means)
  }

  /// weight_k = N_k / N, p_kjc = (N_kjc + a) / (Σ_c N_kjc + a C_j).
  ///
  /// With smoothing or a prior a component without mass stays. All categories of a column that all rows of
  /// a component lack are as probable as each other.
  /// - Throws: `FitError.collapsed` for a component without mass if there is neither.
  public func maximized(
    _ sums: Sums, of moments: CategoricalMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    let (masses, counts) = (sums[Slots.masses], sums[CategoricalMoments.name])
    let total = masses.reduce(0, +)
    if smoothing == 0, prior == nil, let empty = masses.firstIndex(where: { !($0 > 0) }) {
      throw FitError.collapsed(component: empty, mass: masses[empty], rows: total, iteration: nil)
    }
    let probabilities = (0..<componentCount).flatMap { k in
      (0..<columnCount).flatMap { j in
        let added = prior.map { $0.concentrations[j] - 1 } ?? smoothing
        let own = columns.range(j).map { counts[$0 * componentCount + k] + added }
        let sum = own.reduce(0, +)
        return own.map { sum > 0 ? $0 / sum : 1 / Double(own.count) }
      }
    }
    return Parameters([
      ("weights", prior?.weights.weights(masses) ?? masses.map { $0 / total }),
      ("probabilities", probabilities),
    ])
  }

  // MARK: Draws and tables

  public func sampler(under parameters: Parameters) -> Parameters { parameters }

  public func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    for j in 0..<columnCount {
      row[j] = Double(random.choice(Array(probabilities(k, j, parameters)), 1 + j))
    }
  }

  public var title: String { "Mixture of categorical distributions" }

  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    .categories(names[j], probabilities: Array(probabilities(k, j, parameters)))
  }

  private func probabilities(_ k: Int, _ j: Int, _ parameters: Parameters) -> ArraySlice<Double> {
    let range = columns.range(j)
    let first = k * columns.total
    return parameters["probabilities"][first + range.lowerBound..<first + range.upperBound]
  }
}

/// The log joint densities of a mixture of categorical distributions.
public struct CategoricalComponents: Components {
  public let count: Int
  let probabilities: [Double]
  let columns: CategoryColumns
  let tables: CategoryTables
  public let fill: [Double]?

  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    tables.writeLogJoint(
      of: tile.rowsAsTheyAre.rows, count: tile.count, stride: tileStride, into: logJoint)
  }
}

extension CategoricalComponents: ImputingComponents {
  /// Of a missing cell the category that is most probable, the first of those.
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    imputeCells(of: tile, responsibilities, random, into: rows) { j, own, drawn in
      func probability(_ k: Int, _ category: Int) -> Double {
        probabilities[k * columns.total + category]
      }
      let chances = columns.range(j).map { category in
        drawn.map { probability($0.component, category) }
          ?? own.indices.reduce(0) { $0 + own[$1] * probability($1, category) }
      }
      let likeliest = chances.indices.reduce(0) { chances[$1] > chances[$0] ? $1 : $0 }
      return Double(drawn?.random.choice(chances, 1 + j) ?? likeliest)
    }
  }
}

/// For each category of each column K sums of w r.
public struct CategoricalMoments: Moments {
  static let name = "counts"

  private let componentCount: Int
  private let columns: CategoryColumns
  public let slots: Slots
  public let fill: [Double]?

  init(componentCount: Int, columns: CategoryColumns, fill: [Double]?) {
    (self.componentCount, self.columns, self.fill) = (componentCount, columns, fill)
    slots = [Self.name: columns.total * componentCount]
  }

  public var scratchCount: Int { paddedCount(componentCount) * tileRows }

  public func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    columns.addCounts(
      of: tile.rowsAsTheyAre.rows, count: tile.count, weights: weights,
      componentCount: componentCount, stride: tileStride, scratch: tile.scratch, into: sums)
  }
}
