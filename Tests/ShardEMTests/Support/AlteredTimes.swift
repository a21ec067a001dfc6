import MixtureModels

/// `WaitingTimes` with a fault: M-steps that give something else.
struct AlteredTimes: ExponentialFamily {
  private let times = WaitingTimes(components: 2)
  private let alter: @Sendable (_ previous: Parameters, _ next: inout Parameters) -> Void

  /// - Parameter alter: changes what the M-step of an iteration gives; not that of a start.
  init(
    _ alter: @escaping @Sendable (_ previous: Parameters, _ next: inout Parameters) -> Void
  ) { self.alter = alter }

  var componentCount: Int { times.componentCount }
  var columnCount: Int { times.columnCount }
  var featureCount: Int { times.featureCount }
  var layout: ParameterLayout { times.layout }
  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    times.writeFeatures(of: tile, into: features)
  }
  func naturalParameters(of parameters: Parameters) -> [Double] {
    times.naturalParameters(of: parameters)
  }
  func maximized(features: [[Double]]) -> Parameters { times.maximized(features: features) }
  func maximized(
    _ sums: Sums, of step: Step, from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters {
    var next = try times.maximized(sums, of: step, from: previous, sharing: work)
    alter(previous, &next)
    return next
  }
}
