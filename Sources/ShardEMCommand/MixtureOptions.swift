import ArgumentParser
import MixtureModels

/// What a mixture can be told beside its family and size.
struct MixtureOptions: ParsableArguments, CommonOptions {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Classes of the rows that are known: a file of one column over all shards, or a column of the data, of "
        + "numbers from 0, or words, the classes in their order; -1, NaN or nothing where unknown. A labelled "
        + "row is of a component of its class. What is maximized is the likelihood of rows and labels; "
        + "predict --classes says the classes of others.",
      valueName: "file|column"))
  var labels: String?

  @OptionGroup(title: "Model") var settings: FamilySettings

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Added to the variances: in squared units of the data, or with rel at the end in units of each column's "
        + "variance, so that units do not matter; for bernoulli, rows of 0 and of 1 "
        + "added to each component, for categorical of each category, for poisson and exponential of 1, for "
        + "multinomial counts in each column, for von-mises-fisher rows of all directions alike.",
      valueName: "v"))
  var regularization = MixtureOptions.defaultRegularization

  static let defaultRegularization = Regularization(1e-6, isRelative: true)

  @Flag(
    help: """
      Compute every density of a Gaussian mixture and count every responsibility, also those under \
      2^-60 of a row's largest, which else are 0. Slower where components lie apart.
      """)
  var exactDense = false

  @Flag(
    help: """
      Leave each row wholly to its most probable component in the fit (classification EM), which \
      maximizes the likelihood of rows and components together.
      """)
  var hard = false

  var common: [String] {
    Families.standard.settings.map { word("--\($0.name)", settings.values[$0.name]) } + [
      word("--labels", labels), word("--regularization", regularization.description),
      word("--exact-dense", isOn: exactDense), word("--hard", isOn: hard),
    ]
  }
}

extension ModelOptions {
  var labels: String? { details.labels }
  var settings: FamilySettings { details.settings }
  var regularization: Regularization { details.regularization }
  var exactDense: Bool { details.exactDense }
  var hard: Bool { details.hard }
}
