import MixtureModels
import Words

/// A mixture whose parameters model files hold.
///
/// What a program needs to fit, apply and draw from whichever family a file or an option names:
/// `ModelFile.mixture` is `any FiledMixture`, and generic code takes it from there.
public protocol FiledMixture: SamplableModel {
  /// The family and its variant as a file has them, for messages: `gaussian (full)`.
  var kind: String { get }

  /// What a model file holds of `parameters`.
  func filed(_ parameters: Parameters) -> ModelFile.Model

  /// The parameters in a model file of this family and variant; nil of another. The number of
  /// components and columns is not looked at.
  func parameters(filed model: ModelFile.Model) -> Parameters?

  /// What a fit owes to its options rather than to the data; by default nothing.
  ///
  /// - Parameter rows: the number of rows of positive weight.
  func concerns(about parameters: Parameters, rows: Int) -> [FitConcern]
}

extension FiledMixture {
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] { [] }
}

extension GaussianMixture: FiledMixture {
  public var kind: String { "gaussian (\(covarianceType.rawValue))" }

  public func filed(_ parameters: GaussianParameters) -> ModelFile.Model {
    .gaussian(covarianceType, parameters)
  }

  public func parameters(filed model: ModelFile.Model) -> GaussianParameters? {
    guard case .gaussian(covarianceType, let parameters) = model else { return nil }
    return parameters
  }
}

extension BernoulliMixture: FiledMixture {
  public var kind: String { "bernoulli" }

  public func filed(_ parameters: BernoulliParameters) -> ModelFile.Model {
    .bernoulli(parameters)
  }

  public func parameters(filed model: ModelFile.Model) -> BernoulliParameters? {
    guard case .bernoulli(let parameters) = model else { return nil }
    return parameters
  }
}

extension ModelFile {
  /// The mixture whose parameters this file holds; it counts the responsibilities that the fit
  /// counted, so that it gives the fit's log-likelihood to the last bit.
  public var mixture: any FiledMixture {
    switch model {
    case .gaussian(let type, _):
      GaussianMixture(
        components: components, columns: dimensions, covarianceType: type,
        exactDense: fit?.exactDense ?? false)
    case .bernoulli:
      BernoulliMixture(componentCount: components, columnCount: dimensions)
    }
  }

  /// The parameters in this file, for a mixture of the same kind and size.
  ///
  /// - Parameter name: the file's name, for the message.
  /// - Throws: `ModelMismatch` if family, variant, components or columns differ.
  public func parameters<Mixture: FiledMixture>(
    for mixture: Mixture, name: String
  ) throws(ModelMismatch) -> Mixture.Parameters {
    guard let parameters = mixture.parameters(filed: model),
      mixture.componentCount == components, mixture.columnCount == dimensions
    else {
      throw ModelMismatch(
        file: name, found: self.mixture.summary, expected: mixture.summary)
    }
    return parameters
  }
}

extension FiledMixture {
  /// Kind and size in a sentence: `gaussian (full), 3 components, 2 columns`.
  public var summary: String {
    "\(kind), \(counted(componentCount, "component")), \(counted(columnCount, "column"))"
  }
}

/// A model file of another kind or size than needed.
public struct ModelMismatch: Error, Equatable, CustomStringConvertible {
  /// The model file, as the user named it.
  public let file: String
  /// What it holds.
  public let found: String
  /// What was asked for.
  public let expected: String

  public var description: String { "\(file): a model of \(found); expected \(expected)" }
}
