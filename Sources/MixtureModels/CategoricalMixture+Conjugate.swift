import Kernels

/// p ~ Dirichlet(α, ..., α) of each column, by default Dirichlet(1, ..., 1), even.
extension CategoricalMixture: ConjugateFamily {
  private var counts: [Int] { names.map(\.count) }
  public var posteriorParts: [ParameterLayout.Part] {
    [.init(DirichletPrior.name, [componentCount, columnCount], lengths: counts, .positive)]
  }
  private var lists: [Range<Int>] { posteriorParts[0].lists }

  public func conjugatePrior(_ given: PriorNumbers, means: [Double]?) throws -> [[Double]] {
    let alphas = try given.positive(
      DirichletPrior.name, columnCount, else: Array(repeating: 1, count: columnCount))
    return [zip(alphas, counts).flatMap { Array(repeating: $0, count: $1) }]
  }

  public func posterior(_ sums: Sums, prior: [[Double]]) -> [[Double]] {
    let added = sums[CategoricalMoments.name]
    return [
      prior[0].indices.map { i in
        let (k, category) = i.quotientAndRemainder(dividingBy: columns.total)
        return prior[0][i] + added[category * componentCount + k]
      }
    ]
  }

  public func parameters(weights: [Double], posterior: [[Double]], _ sums: Sums) -> Parameters {
    Parameters([
      ("weights", weights), ("probabilities", expectations(posterior[0], lists: lists)),
    ])
  }

  public func components(
    logWeights: [Double], posterior: [[Double]], at parameters: Parameters
  ) -> CategoricalComponents {
    CategoricalComponents(
      count: componentCount, probabilities: parameters["probabilities"], columns: columns,
      tables: CategoryTables(
        columns, logWeights: logWeights,
        logProbabilities: expectedLogs(posterior[0], lists: lists)),
      fill: observed?.means)
  }

  public func divergence(_ posterior: [[Double]], from prior: [[Double]]) -> Double {
    dirichletDivergence(posterior[0], from: prior[0], lists: lists)
  }
}
