import Kernels
import MixtureModels

// The example of README.md, word for word; a test compares them.

/// A mixture of exponential distributions: waiting times, one column.
struct WaitingTimes: Family, ExponentialFamily {
  static let name = "waiting-times"
  let componentCount: Int
  let columnCount = 1
  let featureCount = 2  // of a row x: 1 and x

  init(_ options: FamilyOptions = FamilyOptions(), components: Int, columns: Int = 1) {
    componentCount = components
  }
  var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights), .init("rates", [componentCount], .positive),
    ])
  }

  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    for n in 0..<tile.count { (features[2 * n], features[2 * n + 1]) = (1, tile.rows[n]) }
  }
  // log(weight rate exp(-rate x)) = (log weight + log rate) 1 + (-rate) x
  func naturalParameters(of parameters: Parameters) -> [Double] {
    zip(parameters.weights, parameters["rates"])
      .flatMap { [Portable.log($0) + Portable.log($1), -$1] }
  }
  // Of each component the sums of the features, weighed by its responsibilities.
  func maximized(features: [[Double]]) -> Parameters {
    let rows = features.reduce(0) { $0 + $1[0] }
    return ["weights": features.map { $0[0] / rows }, "rates": features.map { $0[0] / $0[1] }]
  }

  func sampler(under parameters: Parameters) -> Parameters { parameters }
  func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    row[0] = -Portable.log(random.uniform(1)) / parameters["rates"][k]
  }
}
