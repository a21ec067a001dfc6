import Words

/// A mixture that programs fit by its name and that model files hold: one file, and one line of
/// `Families`.
public protocol Family: SamplableModel {
  /// As options and model files have it: `gaussian`.
  static var name: String { get }

  /// What it is for, in a few words of a help text; by default nothing is said.
  static var purpose: String { get }

  /// What its fits maximize. By default the likelihood.
  var estimate: Estimate { get }

  /// What is maximized, in a word. By default as `estimate` has it.
  var objectiveName: String { get }

  /// What another program calls the bound of these parameters, where its updates are made and its bound is
  /// not what `estimate` maximizes. Nil, the default: there is none.
  func externalBound(of parameters: Parameters) -> Double?

  /// What a fit gives, of the same parameters: the mixture of which model files, log-likelihoods and criteria
  /// are, without what only a fit knows, such as labels of the rows. Nil, the default: this one.
  var fitted: (any Family)? { get }

  /// What it can be told beside the numbers of components and columns. By default nothing.
  static var settings: [FamilySetting] { get }

  /// The names of the numbers that a prior of its parameters may have beside that of the weights. Empty,
  /// the default: it has no priors.
  static var priorNames: [String] { get }

  /// Whether `FamilyOptions.regularization` makes a difference. By default it does.
  static var isRegularized: Bool { get }

  /// Whether it is added to variances, which have units. By default not.
  static var regularizesVariances: Bool { get }

  /// Whether its components are densities of the rows, by default: else there is no log-likelihood, and fits
  /// maximize minus an inertia, the sum of w |x - c|² over rows.
  static var hasDensities: Bool { get }

  /// Whether `FamilyOptions.exactDense` makes a difference. By default not.
  static var leavesOutNegligible: Bool { get }

  /// Whether more than the component of a row is latent, such as a precision or what a missing cell holds: an
  /// M-step is then no maximum even where all components are known, and iterations go on to it as those of a
  /// smooth map do. By default not.
  var hasMoreLatent: Bool { get }

  /// - Throws: `FitError.unusable` about a setting.
  init(_ options: FamilyOptions, components: Int, columns: Int) throws

  /// The mixture that `options` want: by default one of this type.
  static func mixture(
    _ options: FamilyOptions, components: Int, columns: Int
  ) throws -> any Family

  /// Whether options are in order for columns of any number and names, or only for certain ones. By default
  /// for any.
  static var fitsAnyColumns: Bool { get }

  /// Whether some columns of a mixture may be of this family, beside others of other families. By default
  /// they may.
  static var canBePart: Bool { get }

  /// Whether columns of one mixture are independent of each other within a component unless covariances say
  /// otherwise. By default they are.
  static var hasIndependentColumns: Bool { get }

  /// Which of `count` data columns, whose names it gets if they have any, are of categories rather than of
  /// numbers. Empty, the default: none.
  ///
  /// - Throws: `FitError.unusable` about a setting.
  static func categoricalColumns(
    _ options: FamilyOptions, names: [String]?, count: Int
  ) throws -> [Bool]

  /// What the categories of each column are called, in the order of their numbers; nil of a column
  /// of numbers. Empty, the default: all are.
  var categories: [[String]?] { get }

  /// What the classes are called that components belong to, in their order; the last ones may have no name.
  /// Nil, the default: none has, or there are no classes.
  var classNames: [String]? { get }

  /// What tells variants of the family apart in model files: keys and texts, the most particular last. By
  /// default nothing.
  var variant: [(key: String, value: String)] { get }

  /// Parameters from a file, as a fit starts from them: with what the settings fix. By default as they are.
  func starting(from parameters: Parameters) -> Parameters

  /// The version of model files that hold it: 2 for what a reader of version 1 would take for something
  /// else. By default 1.
  var fileVersion: Int { get }

  /// The family and its variant, for messages: `gaussian (full)`.
  var kind: String { get }

  /// K shares of the components, 1 in sum but for noise. By default the parameters "weights".
  func weights(_ parameters: Parameters) -> [Double]

  /// The same where it cannot do without a missing cell. By default `kind`.
  var kindOfCompleteRows: String { get }

  /// For people: `Gaussian mixture with full covariances`. By default the name.
  var title: String { get }

  /// What a table of components shows of component `k` and column `j`.
  func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell

  /// What a fit owes to its options rather than to the data; by default components of weight 0.
  ///
  /// - Parameter rows: the number of rows of positive weight.
  func concerns(about parameters: Parameters, rows: Int) -> [FitConcern]
}

extension Family {
  public static var purpose: String { "" }
  public static var settings: [FamilySetting] { [] }
  public static var priorNames: [String] { [] }
  public var hasExchangeableComponents: Bool { true }
  public static var isRegularized: Bool { true }
  public static var regularizesVariances: Bool { false }
  public static var hasDensities: Bool { true }
  public var hasMoreLatent: Bool { false }
  public static var leavesOutNegligible: Bool { false }
  public static func categoricalColumns(
    _ options: FamilyOptions, names: [String]?, count: Int
  ) throws -> [Bool] { [] }
  public static var fitsAnyColumns: Bool { true }
  public static var canBePart: Bool { true }
  public static var hasIndependentColumns: Bool { true }
  public var categories: [[String]?] { [] }
  public var classNames: [String]? { nil }
  public static func mixture(
    _ options: FamilyOptions, components: Int, columns: Int
  ) throws -> any Family { try Self(options, components: components, columns: columns) }
  public func weights(_ parameters: Parameters) -> [Double] { parameters.weights }
  public var estimate: Estimate { .ml }
  public var objectiveName: String { estimate.objectiveName }
  public var fitted: (any Family)? { nil }
  public func externalBound(of parameters: Parameters) -> Double? { nil }
  public var variant: [(key: String, value: String)] { [] }
  public func starting(from parameters: Parameters) -> Parameters { parameters }
  public var fileVersion: Int { 1 }
  public var kind: String { Self.name + (variant.last.map { " (\($0.value))" } ?? "") }
  public var kindOfCompleteRows: String { kind }
  public var title: String { "\(Self.name) mixture" }
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    emptyComponents(of: parameters)
  }

  func emptyComponents(of parameters: Parameters) -> [FitConcern] {
    weights(parameters).enumerated().compactMap { $1 == 0 ? .empty(component: $0) : nil }
  }

  /// The number of the first parameters that have one for each component and column.
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    let part = layout.parts.first { $0.shape == [componentCount, columnCount] }
    return part.map { .number(parameters[$0.name][k * columnCount + j]) } ?? .nothing
  }

  /// The mean and variance of each column over all components, of a family of continuous columns.
  func momentsOfAll(_ parameters: Parameters) -> [(mean: Double, variance: Double)] {
    let weights = weights(parameters)
    let total = weights.reduce(0, +)
    return (0..<columnCount).map { j in
      let cells = weights.indices.map { cell($0, j, parameters).moments ?? (0, 1) }
      func mean(_ number: ((mean: Double, variance: Double)) -> Double) -> Double {
        zip(weights, cells).reduce(0) { $0 + $1.0 / total * number($1.1) }
      }
      let middle = mean { $0.mean }
      return (middle, mean { $0.variance + ($0.mean - middle) * ($0.mean - middle) })
    }
  }

  /// Kind and size in a sentence: `gaussian (full), 3 components, 2 columns`.
  public var summary: String {
    "\(kind), \(counted(componentCount, "component")), \(counted(columnCount, "column"))"
  }
}

/// What a table of components shows of one of them and a column.
public enum ComponentCell: Sendable, Equatable {
  case spread(mean: Double, variance: Double)
  case probability(Double)
  case number(Double)
  /// The probabilities of all.
  case categories([String], probabilities: [Double])
  case nothing

  /// Of a spread.
  var moments: (mean: Double, variance: Double)? {
    if case .spread(let mean, let variance) = self { (mean, variance) } else { nil }
  }
}

/// Something that a family can be told: an option of programs, a key of model files.
public struct FamilySetting: Sendable {
  /// As options have it: `degrees-of-freedom`.
  public let name: String
  /// In words, for help texts.
  public let help: String
  /// What means the same as nothing, where it may be given at all; nil: nothing does.
  public let defaultValue: String?
  /// What the setting means where it is given without a value; nil: it needs one. A value beside this
  /// one is a number: any other word is none.
  public let bareValue: String?
  /// What a value stands for in help texts: `type`.
  public let valueName: String
  /// What families without it have not: `covariances`.
  public let noun: String
  /// Where a model file has it: keys and the texts possible there; of several the last one that is there
  /// counts. Without texts: any text. None: files do without.
  public let keys: [(key: String, values: [String])]
  /// Whether the first key must be there.
  public let isKept: Bool
  /// Whether a family with the setting cannot be fitted without a value.
  public let isRequired: Bool
  /// What a value needs to know of the data before a fit; nil: nothing.
  public let measures: @Sendable (_ value: String) -> DataMeasure?

  public init(
    _ name: String, help: String, valueName: String, noun: String, defaultValue: String? = nil,
    bareValue: String? = nil, keys: [(key: String, values: [String])] = [], isKept: Bool = false,
    isRequired: Bool = false,
    measures: @escaping @Sendable (_ value: String) -> DataMeasure? = { _ in nil }
  ) {
    (self.name, self.help, self.valueName) = (name, help, valueName)
    (self.noun, self.defaultValue, self.bareValue, self.keys) = (
      noun, defaultValue, bareValue, keys
    )
    (self.isKept, self.isRequired, self.measures) = (isKept, isRequired, measures)
  }
}

/// What families are told.
public struct FamilyOptions: Sendable {
  /// Added to variances, or to counts.
  public var regularization: Double
  /// The variances of the columns of the data to be fitted, if those are its units where it is added to
  /// variances; nil: squared units of the data.
  public var regularizationUnits: [Double]?
  /// Whether responsibilities below rounding count too.
  public var exactDense: Bool
  /// Whether the fit is to leave each row wholly to its most probable component.
  public var isHard: Bool
  /// Of the data to be fitted; nil for a given model.
  public var ranges: ColumnRanges?
  /// What the data columns are called; nil if they have no names.
  public var columnNames: [String]?
  /// What the categories of each column are called; nil of a column of numbers. Empty: all are.
  public var categories: [[String]?]
  /// Of these too what the settings need to know; nil for a given model.
  public var measures: DataMeasures?
  /// The numbers of a prior, if the setting `prior` has its own.
  public var prior: PriorNumbers?
  /// What classes of the components are called; nil if they have no names.
  public var classNames: [String]?
  /// Of a model file or a checkpoint, whether it has the box of its noise.
  public var hasNoiseBox = false
  /// The values of settings, by name.
  public var values: [String: String]

  public init(
    regularization: Double = 1e-6, regularizationUnits: [Double]? = nil, exactDense: Bool = false,
    isHard: Bool = false,
    ranges: ColumnRanges? = nil, measures: DataMeasures? = nil, prior: PriorNumbers? = nil,
    columnNames: [String]? = nil, categories: [[String]?] = [], classNames: [String]? = nil,
    values: [String: String] = [:]
  ) {
    (self.regularization, self.regularizationUnits) = (regularization, regularizationUnits)
    self.exactDense = exactDense
    (self.isHard, self.ranges, self.measures) = (isHard, ranges, measures)
    (self.columnNames, self.categories) = (columnNames, categories)
    (self.prior, self.classNames, self.values) = (prior, classNames, values)
  }
}
