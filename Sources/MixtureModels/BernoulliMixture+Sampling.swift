import Kernels

extension BernoulliMixture: SamplableModel {
  /// The parameters themselves.
  public func sampler(under parameters: Parameters) -> Parameters { parameters }

  /// Column j is 1 if number 1 + j is below its probability in the chosen component.
  public func writeRow(
    _ random: RandomRow, _ parameters: Parameters,
    into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    for j in 0..<columnCount {
      row[j] = random.uniform(1 + j) < parameters.probabilities[k * columnCount + j] ? 1 : 0
    }
  }
}
