import ArgumentParser
import MessagePassing
import MixtureModels
import RowSources
import ShardEM

/// Families by their names, as a command line lists them: `gaussian,student-t`.
struct FamilyNames: ExpressibleByArgument, CustomStringConvertible {
  /// Each once.
  let values: [FamilyName]

  init(_ values: [FamilyName]) { self.values = values }

  init?(argument: String) {
    var values: [FamilyName] = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let family = FamilyName(argument: String(name)) else { return nil }
      if !values.contains(where: { "\($0)" == "\(family)" }) { values.append(family) }
    }
    self.values = values
  }

  var description: String { values.map { "\($0)" }.joined(separator: ",") }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { FamilyName.allValueStrings }
}

/// Which mixtures to compare.
struct CandidateOptions: ParsableArguments, CommonOptions {
  @Option(
    name: [.customShort("K", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "The numbers of components, as 1-9 or 2,4,8-12.", valueName: "list"),
    transform: ComponentCounts.init(argument:))
  var components: ComponentCounts

  @Option(
    help: ArgumentHelp(
      "The components' distributions, those of fit, between commas. An option that only some of them have is "
        + "for these.", valueName: "list"))
  var family = FamilyNames([FamilyName(GaussianMixture.self)])

  @OptionGroup(title: "Model") var details: MixtureOptions

  /// The setting that may be a list too.
  private static let covariance = "covariance"
  private static let all = "all"

  /// A family with one kind of covariances, if it has any: a column of the table.
  struct Model {
    let name: String
    let family: FamilyName
    let covariance: String?
  }

  func validate() throws {
    for family in family.values where !family.type.hasDensities {
      throw ValidationError(
        "--family \(family), which has no log-likelihood by which it could be compared")
    }
    if family.values.count > 1, let guessed = family.values.first(where: \.isGuessed) {
      throw ValidationError(
        "--family \(family), of which \(guessed) is not to be compared with others")
    }
    _ = try models
  }

  var common: [String] {
    [word("--components", components), word("--family", family)] + details.common
  }

  /// In the order in which they were given.
  ///
  /// - Throws: what is wrong with one of them whatever its number of components; with `all` covariances those
  ///   that cannot be are left out.
  var models: [Model] {
    get throws {
      var models: [Model] = []
      var failure: (any Error)?
      for (model, isOptional) in named {
        do {
          try require(model)
          models.append(model)
        } catch {
          guard isOptional else { throw error }
          failure = failure ?? error
        }
      }
      guard !models.isEmpty else { throw failure! }
      return models
    }
  }

  private func require(_ model: Model) throws {
    let outcomes = components.values.map { count in
      Result { try options(of: model, components: count).validate() }
    }
    if outcomes.allSatisfy({ (try? $0.get()) == nil }) { try outcomes[0].get() }
  }

  /// All of them, and whether one may be left out.
  private var named: [(Model, isOptional: Bool)] {
    family.values.flatMap { family -> [(Model, isOptional: Bool)] in
      let hasCovariances = knows(family, Self.covariance)
      guard let text = details.settings.values[Self.covariance],
        hasCovariances || !isKnown(Self.covariance)
      else {
        return [(model(family, nil), false)]
      }
      if text == Self.all {
        return CovarianceModels.all.map { (model(family, $0.names.last), true) }
      }
      let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return names.indices.filter { !names[..<$0].contains(names[$0]) }
        .map { (model(family, names[$0]), false) }
    }
  }

  private func model(_ family: FamilyName, _ covariance: String?) -> Model {
    let own = covariance ?? (knows(family, Self.covariance) ? CovarianceType.full.rawValue : nil)
    let isAmongOthers = self.family.values.count > 1
    let words = [isAmongOthers || own == nil ? "\(family)" : nil, own]
    return Model(
      name: words.compactMap { $0 }.joined(separator: " "), family: family, covariance: covariance)
  }

  private func knows(_ family: FamilyName, _ setting: String) -> Bool {
    Families.standard.settings(of: family.type).contains { $0.name == setting }
  }

  /// Whether any of the families has a setting.
  private func isKnown(_ setting: String) -> Bool {
    family.values.contains { knows($0, setting) }
  }

  /// As `fit` would get them for one of the candidates: without what only other families have.
  func options(of model: Model, components: Int) -> ModelOptions {
    let type = model.family.type
    var details = details
    details.settings.values = details.settings.values.filter { name, _ in
      knows(model.family, name) || !isKnown(name)
    }
    details.settings.values[Self.covariance] = model.covariance
    let types = family.values.map(\.type)
    if !type.isRegularized, types.contains(where: { $0.isRegularized }) {
      details.regularization = MixtureOptions.defaultRegularization
    }
    if !type.leavesOutNegligible, types.contains(where: { $0.leavesOutNegligible }) {
      details.exactDense = false
    }
    var options = ModelOptions()
    (options.components, options.family, options.details) = (components, model.family, details)
    return options
  }

  /// What the cells of data columns are.
  ///
  /// - Parameter guess: is told the families of the columns, if they are guessed.
  func kinds(of models: [ModelOptions], guess: @escaping (String) -> Void) -> ColumnKinds {
    guard models.count > 1 else { return models[0].kinds(guess: guess) }
    return ColumnKinds { found in
      let kinds = try models.map { try $0.categoricalColumns(found, guess: guess) }
      for (model, own) in zip(models, kinds) where own != kinds[0] {
        throw FitError.unusable(
          setting:
            "families \(models[0].family) and \(model.family) of the same columns, which are "
            + "categories to only one of them",
          expected: "families that take the columns alike")
      }
      return kinds[0].map { $0 ? .category(nil) : .number }
    }
  }
}
