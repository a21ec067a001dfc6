import ArgumentParser
import Files
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

/// A family by its name.
struct FamilyName: ExpressibleByArgument, CustomStringConvertible {
  let type: any Family.Type
  /// Whether the families of the columns are to be guessed from the data.
  let isGuessed: Bool

  init(_ type: any Family.Type, isGuessed: Bool = false) {
    (self.type, self.isGuessed) = (type, isGuessed)
  }

  init?(argument: String) {
    if argument == Self.auto {
      self.init(MixedMixture.self, isGuessed: true)
      return
    }
    guard let type = Families.standard[argument] else { return nil }
    self.init(type)
  }

  private static let auto = "auto"
  var description: String { isGuessed ? Self.auto : type.name }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { Families.standard.names + [auto] }
}

/// Which mixture to fit.
struct ModelOptions: ParsableArguments, CommonOptions {
  @Option(
    name: [.customShort("K", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("The number of components.", valueName: "k"))
  var components: Int

  @Option(
    help: ArgumentHelp(
      "The components' distribution: "
        + Families.standard.types
        .map { $0.purpose.isEmpty ? $0.name : "\($0.name) (\($0.purpose))" }
        .joined(separator: ", ")
        + "; auto: mixed, the families of the columns guessed from the first rows."))
  var family = FamilyName(GaussianMixture.self)

  @OptionGroup(title: "Model") var details: MixtureOptions

  func validate() throws {
    if components < 1 { throw ValidationError("--components \(components); expected 1 or more") }
    let known = Families.standard.settings(of: family.type).map(\.name)
    for setting in Families.standard.settings where !known.contains(setting.name) {
      guard let value = settings.values[setting.name] else { continue }
      throw ValidationError(
        "--\(setting.name) \(value) with --family \(family), which has no \(setting.noun)")
    }
    if family.isGuessed, settings.values[GuessedFamilies.setting] != nil {
      throw ValidationError(
        "--column-families with --family auto, which guesses them; give --family mixed")
    }
    for setting in family.type.settings where setting.isRequired {
      guard settings.values[setting.name] == nil else { continue }
      throw ValidationError(
        "--family \(family) without --\(setting.name); give --\(setting.name) \(setting.valueName)")
    }
    if !family.type.isRegularized, regularization != MixtureOptions.defaultRegularization {
      throw ValidationError(
        "--regularization \(regularization) with --family \(family), which has none")
    }
    if exactDense, !family.type.leavesOutNegligible {
      throw ValidationError("--exact-dense with --family \(family), which computes all anyway")
    }
    if labels == nil, let count = settings.values[Self.perClass] {
      throw ValidationError("--\(Self.perClass) \(count) without --labels")
    }
    let value = regularization.value
    guard value >= 0, value.isFinite else {
      throw ValidationError("--regularization \(regularization); expected a number from 0 up")
    }
    // Its reciprocal, and for bernoulli twice it, have to be numbers too.
    guard value <= 0x1p1022 else {
      throw ValidationError(
        "--regularization \(regularization); expected a number from 0 to 4.4e+307")
    }
    if !family.type.fitsAnyColumns { return }
    do {
      _ = try mixture(FamilyOptions(), columns: 1)
    } catch { throw ValidationError("--\(error)") }
  }

  var common: [String] {
    [word("--components", components), word("--family", family)] + details.common
  }

  /// The setting of classes, which there are where there are labels.
  private static let perClass = FamilyExtension.classes.setting.name

  /// The settings of a mixture's family that are other than by default, of several names for one thing
  /// that which model files have, of a file what it says.
  func effectiveSettings(
    of mixture: any Family, prior: PriorNumbers?
  ) -> [(option: String, value: String)] {
    Families.standard.settings(of: family.type).compactMap { setting in
      if setting.name == "prior", let prior { return ("--prior", "\(prior)") }
      let kept = mixture.variant.last { part in
        setting.isKept && setting.keys.contains { $0.key == part.key }
      }
      let given = values[setting.name]
      return (kept?.value ?? (given == setting.defaultValue ? nil : given)).map {
        ("--\(setting.name)", $0)
      }
    }
  }

  /// The values of settings; with labels one component a class, if nothing else is said.
  private var values: [String: String] {
    labels == nil
      ? settings.values : settings.values.merging([Self.perClass: "1"]) { own, _ in own }
  }

  /// The file of `--prior`, if it is one.
  var inputs: [String] {
    settings.values["prior"].map { $0 == FamilySetting.defaultPrior ? [] : [$0] } ?? []
  }

  /// Collective. Reads it, on rank 0 for all.
  func prior(in world: any Communicator) throws -> PriorNumbers? {
    guard let path = inputs.first else { return nil }
    let own = try world.agree { world.rank == 0 ? try fileContents(path) : [] }
    let bytes = try world.gather(own)[0]
    return try world.common { try PriorNumbers(json: bytes, name: path) }
  }

  /// Collective. The mixture, for the data of `engine`.
  ///
  /// - Parameters:
  ///   - prior: what `prior(in:)` returned.
  ///   - names: of the columns, if the data have none.
  func mixture(
    for engine: Engine, prior: PriorNumbers?, names: [String]?
  ) throws -> any Family {
    try mixture(
      for: engine, try DataFacts(for: [self], engine), prior: prior, names: names)
  }

  /// The same, of whose data is known what it needs.
  func mixture(
    for engine: Engine, _ facts: DataFacts, prior: PriorNumbers?, names: [String]?
  ) throws -> any Family {
    try engine.world.common {
      let data = engine.data
      return try mixture(
        FamilyOptions(
          regularizationUnits: facts.units(for: self), ranges: data.ranges,
          measures: facts.measures(for: self), prior: prior,
          columnNames: data.columnNames ?? names,
          categories: data.categories.map { $0?.names }, classNames: data.classNames),
        columns: data.columnCount)
    }
  }

  /// What the cells of data columns are.
  ///
  /// - Parameter guess: is told the families of the columns, if they are guessed.
  func kinds(guess: @escaping (String) -> Void) -> ColumnKinds {
    ColumnKinds(looksAtValues: family.isGuessed) { found in
      try categoricalColumns(found, guess: guess).map { $0 ? .category(nil) : .number }
    }
  }

  /// Which columns are of categories.
  func categoricalColumns(
    _ found: FoundColumns, guess: (String) -> Void
  ) throws -> [Bool] {
    var values = settings.values
    if family.isGuessed {
      let text = GuessedFamilies(found).text
      guess(text)
      values[GuessedFamilies.setting] = text
    }
    let options = FamilyOptions(columnNames: found.names, values: values)
    return try family.type.categoricalColumns(options, names: found.names, count: found.count)
  }

  /// The same with the families of the columns of a start, if they were to be guessed.
  ///
  /// - Throws: `FitError.unusable` if it is of another family.
  func guessing(from start: ModelFile?) throws -> ModelOptions {
    guard family.isGuessed, let start else { return self }
    let text = start.mixture.variant.first { $0.key == "column_families" }
    guard start.family == MixedMixture.name, let text else {
      throw FitError.unusable(
        setting: "family auto from a model of \(start.mixture.kind)",
        expected: "family \(start.family)")
    }
    return guessing(text.value)
  }

  /// The same with guessed families of the columns.
  func guessing(_ text: String) -> ModelOptions {
    var options = self
    options.family = FamilyName(family.type)
    options.details.settings.values[GuessedFamilies.setting] = text
    return options
  }

  /// - Parameter options: what is known of the data.
  private func mixture(_ options: FamilyOptions, columns: Int) throws -> any Family {
    var options = options
    options.regularization = regularization.value
    options.exactDense = exactDense
    options.isHard = hard
    options.values = values
    return try Families.standard.mixture(
      family.type, options, components: components, columns: columns)
  }
}

extension Regularization: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { description }
}
