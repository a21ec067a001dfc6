import ArgumentParser
import MixtureModels
import ModelFiles
import ShardEM

/// A family by its name.
struct FamilyName: ExpressibleByArgument, CustomStringConvertible {
  let type: any Family.Type

  init(_ type: any Family.Type) { self.type = type }

  init?(argument: String) {
    guard let type = Families.standard[argument] else { return nil }
    self.type = type
  }

  var description: String { type.name }
  var defaultValueDescription: String { type.name }
  static var allValueStrings: [String] { Families.standard.names }
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
        .joined(separator: ", ") + "."))
  var family = FamilyName(GaussianMixture.self)

  @OptionGroup(title: "Model") var settings: FamilySettings

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Added to the variances, in squared units of the data; for bernoulli, rows of 0 and of 1 "
        + "added to each component, for poisson and exponential of 1.", valueName: "v"))
  var regularization = 1e-6

  @Flag(
    help: """
      Compute every density of a Gaussian mixture and count every responsibility, also those under \
      2^-60 of a row's largest, which else are 0. Slower where components lie apart.
      """)
  var exactDense = false

  func validate() throws {
    if components < 1 { throw ValidationError("--components \(components); expected 1 or more") }
    let known = Families.standard.settings(of: family.type).map(\.name)
    for setting in Families.standard.settings where !known.contains(setting.name) {
      guard let value = settings.values[setting.name] else { continue }
      throw ValidationError(
        "--\(setting.name) \(value) with --family \(family), which has no \(setting.noun)")
    }
    if exactDense, !family.type.leavesOutNegligible {
      throw ValidationError("--exact-dense with --family \(family), which computes all anyway")
    }
    guard regularization >= 0, regularization.isFinite else {
      throw ValidationError("--regularization \(regularization); expected a number from 0 up")
    }
    // Its reciprocal, and for bernoulli twice it, have to be numbers too.
    guard regularization <= 0x1p1022 else {
      throw ValidationError(
        "--regularization \(regularization); expected a number from 0 to 4.4e+307")
    }
    do {
      _ = try mixture(settings.values, columns: 1, ranges: nil)
    } catch { throw ValidationError("--\(error)") }
  }

  var common: [String] {
    Families.standard.settings.map { word("--\($0.name)", settings.values[$0.name]) } + [
      word("--components", components), word("--family", family),
      word("--regularization", regularization), word("--exact-dense", isOn: exactDense),
    ]
  }

  /// The settings of a mixture's family, those that are not given by their defaults, and of several names
  /// for one thing that which model files have.
  func effectiveSettings(of mixture: any Family) -> [(option: String, value: String)] {
    Families.standard.settings(of: family.type).compactMap { setting in
      let kept = mixture.variant.last { part in
        setting.isKept && setting.keys.contains { $0.key == part.key }
      }
      return (kept?.value ?? settings.values[setting.name] ?? setting.defaultValue).map {
        ("--\(setting.name)", $0)
      }
    }
  }

  /// Collective. The mixture, for the data of `engine`.
  func mixture(for engine: Engine) throws -> any Family {
    let values = try engine.measured(settings.values)
    return try engine.world.common {
      try mixture(values, columns: engine.data.columnCount, ranges: engine.data.ranges)
    }
  }

  private func mixture(
    _ values: [String: String], columns: Int, ranges: ColumnRanges?
  ) throws -> any Family {
    try Families.standard.mixture(
      family.type,
      FamilyOptions(
        regularization: regularization, exactDense: exactDense, ranges: ranges,
        values: values),
      components: components, columns: columns)
  }
}
