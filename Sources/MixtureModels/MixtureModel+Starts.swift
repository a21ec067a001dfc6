extension MixtureModel {
  /// Parameters in which some components have the mean of all components' covariances or variances, by
  /// weight, in place of their own; of a model without any as they are.
  ///
  /// For starts: components that get few rows at first would be spikes, and stay so.
  package func poolingSpreads(
    _ parameters: Parameters, of components: some Sequence<Int>, sharing work: WorkSharing
  ) throws -> Parameters {
    var pooled = parameters
    let weights = parameters.names.contains("weights") ? parameters.weights : []
    for part in layout.parts
    where (part.domain == .covariance || part.domain == .variance) && isOfComponents(part) {
      let numbers = parameters[part.name]
      let size = part.count / componentCount
      var mean = [Double](repeating: 0, count: size)
      var total = 0.0
      for k in 0..<componentCount {
        let weight = weights.isEmpty ? 1 : weights[k]
        total += weight
        for i in 0..<size { mean[i] += weight * numbers[k * size + i] }
      }
      for k in components {
        pooled[part.name].replaceSubrange(k * size..<(k + 1) * size, with: mean.map { $0 / total })
      }
    }
    return try corrected(pooled, sharing: work)
  }
}
