import ArgumentParser
import MixtureModels
import ModelFiles
import ShardEM

extension CovarianceType: ExpressibleByArgument {}

/// Which mixture to fit.
struct ModelOptions: ParsableArguments, CommonOptions {
  enum Family: String, CaseIterable, ExpressibleByArgument {
    case gaussian
    case bernoulli
  }

  @Option(
    name: [.customShort("K", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("The number of components.", valueName: "k"))
  var components: Int

  @Option(help: "The components' distribution: gaussian, or bernoulli for columns of 0 and 1.")
  var family: Family = .gaussian

  @Option(
    help: ArgumentHelp(
      "The covariances of a Gaussian mixture. (default: full)",
      valueName: "type"))
  var covariance: CovarianceType?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Added to the variances, in squared units of the data; for bernoulli, rows of 0 and of 1 "
        + "added to each component.", valueName: "v"))
  var regularization = 1e-6

  @Flag(
    help: """
      Compute every density of a Gaussian mixture and count every responsibility, also those under \
      2^-60 of a row's largest, which else are 0. Slower where components lie apart.
      """)
  var exactDense = false

  func validate() throws {
    if components < 1 { throw ValidationError("--components \(components); expected 1 or more") }
    if family == .bernoulli, let covariance {
      throw ValidationError(
        "--covariance \(covariance.rawValue) with --family bernoulli, which has no covariances")
    }
    if family == .bernoulli, exactDense {
      throw ValidationError("--exact-dense with --family bernoulli, which computes all anyway")
    }
    guard regularization >= 0, regularization.isFinite else {
      throw ValidationError("--regularization \(regularization); expected a number from 0 up")
    }
    // Its reciprocal, and for bernoulli twice it, have to be numbers too.
    guard regularization <= 0x1p1022 else {
      throw ValidationError(
        "--regularization \(regularization); expected a number from 0 to 4.4e+307")
    }
  }

  var common: [String] {
    [
      word("--components", components), word("--family", family.rawValue),
      word("--covariance", (covariance ?? .full).rawValue),
      word("--regularization", regularization), word("--exact-dense", isOn: exactDense),
    ]
  }

  /// The mixture, for these data.
  func mixture(for data: DataSet) -> any FiledMixture {
    switch family {
    case .gaussian:
      GaussianMixture(
        components: components, columns: data.columnCount, covarianceType: covariance ?? .full,
        regularization: regularization, ranges: data.ranges, exactDense: exactDense)
    case .bernoulli:
      BernoulliMixture(
        componentCount: components, columnCount: data.columnCount, smoothing: regularization)
    }
  }
}
