import MixtureModels
import ModelFiles
import ShardEM
import Words

/// What a caller wants to be fitted, by its options.
struct FitRequest {
  let family: any Family.Type
  /// Whether the families of the columns are those that the data's first rows look like.
  let guessesFamilies: Bool
  private(set) var components: Int
  /// Values of settings of the family, by name.
  private(set) var settings: [String: String]
  let prior: PriorNumbers?
  let regularization: Regularization
  let exactDense: Bool
  let isHard: Bool
  let initialization: Start
  let options: FitOptions

  /// Where a fit starts, in words as model files have them.
  enum Start {
    case race, kMeans, kMeansPlusPlus, random
    case model(ModelFile)

    var name: String {
      switch self {
      case .race: "race"
      case .kMeans: "kmeans"
      case .kMeansPlusPlus: "k-means++"
      case .random: "random"
      case .model: "file"
      }
    }

    init(_ name: String) throws {
      let all: [Start] = [.race, .kMeans, .kMeansPlusPlus, .random]
      guard let own = all.first(where: { $0.name == name }) else {
        throw ArgumentError(
          "init: found \(quoted(name)), expected \(all.map(\.name).joined(separator: ", "))")
      }
      self = own
    }
  }

  private static let families = Families.standard

  /// The largest number of starts, whose states are held.
  private static let mostRestarts: UInt64 = 1_000_000

  /// - Parameter json: see the header.
  /// - Throws: `ArgumentError`, or an error of the start's model file.
  init(_ json: UnsafePointer<CChar>?) throws {
    var reader = try OptionReader(json)
    guard let components = try reader.integer("components", 1...Self.mostComponents) else {
      throw ArgumentError("components: expected a number of them")
    }
    try self.init(&reader, components: Int(components))
  }

  static let mostComponents = UInt64(Int32.max)

  /// The same with another number of components, and other covariances if they are given.
  func with(components: Int, covariance: String?) throws -> FitRequest {
    var other = self
    other.components = components
    if let covariance { other.settings["covariance"] = covariance }
    try other.requireKnownSettings()
    return other
  }

  /// - Parameter reader: of options of which some have been taken.
  init(_ reader: inout OptionReader, components: Int) throws {
    let name = try reader.string("family")
    let family = try Self.family(name)
    (self.family, self.components) = (family, components)
    guessesFamilies = name == Self.guessed
    let given = try reader.texts("settings") ?? [:]
    settings = given
    prior = try Self.prior(given)
    let text = try reader.string("regularization") ?? "1e-6rel"
    guard let regularization = Regularization(text), regularization.value >= 0,
      regularization.value <= 0x1p1022
    else {
      throw ArgumentError(
        "regularization: found \(quoted(text)), expected a number from 0 to 4.4e+307")
    }
    self.regularization = regularization
    exactDense = try reader.bool("exact_dense") ?? false
    isHard = try reader.bool("hard") ?? false
    let start = try reader.string("start")
    let way = try reader.string("init")
    initialization =
      try start.map { .model(try ModelFile(json: Array($0.utf8), name: "start")) }
      ?? Start(way ?? "race")
    options = try Self.options(&reader)
    try reader.requireEmpty()
    try requireKnownSettings()
  }

  /// A mixed mixture, of families that are guessed.
  static let guessed = "auto"

  /// - Parameter name: nil: Gaussian.
  static func family(_ name: String?) throws -> any Family.Type {
    let name = name ?? GaussianMixture.name
    guard let family = families[name == guessed ? MixedMixture.name : name] else {
      let names = families.names + [guessed]
      throw ArgumentError(
        "family: found \(quoted(name)), expected \(names.joined(separator: ", "))")
    }
    return family
  }

  private static func options(_ reader: inout OptionReader) throws -> FitOptions {
    var options = FitOptions()
    if let seed = try reader.integer("seed", 0...UInt64.max) { options.seed = seed }
    if let starts = try reader.integer("restarts", 1...mostRestarts) {
      options.restarts = Int(starts)
    }
    if let most = try reader.integer("max_iterations", 1...UInt64(Int32.max)) {
      options.maximumIterations = Int(most)
    }
    let tolerance = try reader.number("tolerance")
    let ofParameters = try reader.number("tolerance_parameters")
    if tolerance != nil && ofParameters != nil {
      throw ArgumentError("tolerance and tolerance_parameters exclude each other")
    }
    if let tolerance { options.convergence = .logLikelihood(tolerance) }
    if let ofParameters { options.convergence = .parameters(ofParameters) }
    if let way = try reader.word("accelerate", Acceleration.self) { options.acceleration = way }
    if let rank = try reader.word("spikes", SpikeRank.self) { options.spikes = rank }
    if let order = try reader.word("order", ComponentOrder.self) { options.order = order }
    return options
  }

  /// The numbers of a prior: JSON in the place of the file that the program takes.
  private static func prior(_ settings: [String: String]) throws -> PriorNumbers? {
    guard let text = settings["prior"], text != FamilySetting.defaultPrior else { return nil }
    return try PriorNumbers(json: Array(text.utf8), name: "prior")
  }

  /// - Throws: `ArgumentError` about a setting that the family has not, or that has no value it needs.
  private func requireKnownSettings() throws {
    let known = Self.families.settings(of: family).map(\.name)
    for name in settings.keys.sorted() where !known.contains(name) {
      throw ArgumentError("settings: \(family.name) has no \(quoted(name))")
    }
    if guessesFamilies, settings[GuessedFamilies.setting] != nil {
      throw ArgumentError(
        "settings: \(GuessedFamilies.setting) with family \(Self.guessed), which guesses them")
    }
    for setting in family.settings where setting.isRequired && settings[setting.name] == nil {
      if guessesFamilies, setting.name == GuessedFamilies.setting { continue }
      throw ArgumentError("settings: \(family.name) without \(setting.name)")
    }
    if exactDense, !family.leavesOutNegligible {
      throw ArgumentError("exact_dense: \(family.name) computes all anyway")
    }
  }
}
