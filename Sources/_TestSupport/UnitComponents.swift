import MixtureModels

extension GaussianMixture {
  /// Components of equal weights with unit covariances.
  ///
  /// - Parameter centers: K × D means, row-major.
  public func unitComponents(at centers: [Double]) -> Parameters {
    return Parameters(
      weights: Array(repeating: 1 / Double(componentCount), count: componentCount),
      means: centers,
      covariances: covarianceType.numbers(count: componentCount, columns: columnCount) {
        $1 == $2 ? 1 : 0
      })
  }
}
