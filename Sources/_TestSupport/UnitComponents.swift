import MixtureModels

extension GaussianMixture {
  /// Components of equal weights with unit covariances.
  ///
  /// - Parameter centers: K × D means, row-major.
  public func unitComponents(at centers: [Double]) -> Parameters {
    let shape = covarianceType.shape(components: componentCount, columns: columnCount)
    let isMatrix = covarianceType == .full || covarianceType == .tied
    return Parameters(
      weights: Array(repeating: 1 / Double(componentCount), count: componentCount),
      means: centers,
      covariances: (0..<shape.reduce(1, *)).map {
        let isVariance = $0 % (columnCount * columnCount) % (columnCount + 1) == 0
        return isMatrix && !isVariance ? 0 : 1
      })
  }
}
