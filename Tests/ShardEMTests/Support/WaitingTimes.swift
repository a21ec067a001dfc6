import Kernels
import MixtureModels

// The example of README.md, word for word; a test compares them.

/// A mixture of exponential distributions: waiting times, one column.
struct WaitingTimes: ExponentialFamily {
  struct Parameters: Sendable { var weights: [Double], rates: [Double] }
  let componentCount: Int
  let columnCount = 1
  let featureCount = 2  // of a row x: 1 and x
  var freeParameterCount: Int { 2 * componentCount - 1 }

  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count { (features[2 * n], features[2 * n + 1]) = (1, tile.rows[n]) }
  }
  // log(weight rate exp(-rate x)) = (log weight + log rate) 1 + (-rate) x
  func naturalParameters(of parameters: Parameters) -> [Double] {
    zip(parameters.weights, parameters.rates)
      .flatMap { [Portable.log($0) + Portable.log($1), -$1] }
  }

  // The statistics: log-likelihood, number of rows; for each component, sums of the features.
  func maximized(_ statistics: [Double], from previous: Parameters) -> Parameters {
    let masses = (0..<componentCount).map { statistics[2 + 2 * $0] }
    return Parameters(
      weights: masses.map { $0 / statistics[1] },
      rates: masses.indices.map { masses[$0] / statistics[3 + 2 * $0] })
  }
  func largestChange(from old: Parameters, to new: Parameters) -> Double {
    zip(old.rates, new.rates).reduce(0) { max($0, abs($1.0 - $1.1) / $1.1) }
  }
  func numbers(of parameters: Parameters) -> [Double] { parameters.weights + parameters.rates }
  func parameters(numbers: [Double]) -> Parameters? {
    guard numbers.count == 2 * componentCount else { return nil }
    return Parameters(
      weights: Array(numbers[..<componentCount]), rates: Array(numbers[componentCount...]))
  }
  func reference(centers: [Double]) -> Parameters {
    Parameters(
      weights: centers.map { _ in 1 / Double(centers.count) }, rates: centers.map { 1 / $0 })
  }
}
