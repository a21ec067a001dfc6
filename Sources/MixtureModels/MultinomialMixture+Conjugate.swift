import Kernels

/// p ~ Dirichlet(α, ..., α), by default Dirichlet(1, ..., 1), even.
extension MultinomialMixture: ConjugateExponentialFamily {
  public var posteriorParts: [ParameterLayout.Part] {
    [.init(DirichletPrior.name, [componentCount, columnCount], .positive)]
  }
  private var lists: [Range<Int>] { posteriorParts[0].lists }

  public func conjugatePrior(_ given: PriorNumbers, means: [Double]?) throws -> [[Double]] {
    let alpha = try given.positive(DirichletPrior.name, 1, else: [1])
    return [alpha.repeated(columnCount)]
  }

  public func posterior(features: [[Double]], prior: [[Double]]) -> [[Double]] {
    [zip(prior[0], features.flatMap { $0.dropFirst() }).map { $0 + $1 }]
  }

  public func parameters(weights: [Double], posterior: [[Double]], _ sums: Sums) -> Parameters {
    let features = features(sums)
    let mass = features.reduce(0) { $0 + $1[0] }
    let total = features.reduce(0) { $1.dropFirst().reduce($0, +) }
    return [
      "weights": weights, "probabilities": expectations(posterior[0], lists: lists),
      Self.meanTotal: [total > 0 ? total / mass : 1],
    ]
  }

  public func expectedNaturalParameters(_ posterior: [[Double]]) -> [Double] {
    let logs = expectedLogs(posterior[0], lists: lists)
    return lists.flatMap { [0] + logs[$0] }
  }

  public func divergence(_ posterior: [[Double]], from prior: [[Double]]) -> Double {
    dirichletDivergence(posterior[0], from: prior[0], lists: lists)
  }
}
