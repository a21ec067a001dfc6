import MixtureModels

/// `WaitingTimes` with a fault: M-steps that give something else.
struct AlteredTimes: ExponentialFamily {
  typealias Parameters = WaitingTimes.Parameters
  private let times = WaitingTimes(componentCount: 2)
  private let alter: @Sendable (_ previous: Parameters, _ next: inout Parameters) -> Void

  /// - Parameter alter: changes what an M-step gives.
  init(
    _ alter: @escaping @Sendable (_ previous: Parameters, _ next: inout Parameters) -> Void
  ) { self.alter = alter }

  var componentCount: Int { 2 }
  var columnCount: Int { 1 }
  var featureCount: Int { 2 }
  var freeParameterCount: Int { times.freeParameterCount }
  func writeFeatures(of tile: RowBlock, into features: UnsafeMutablePointer<Double>) {
    times.writeFeatures(of: tile, into: features)
  }
  func naturalParameters(of parameters: Parameters) -> [Double] {
    times.naturalParameters(of: parameters)
  }
  func maximized(_ statistics: [Double], from previous: Parameters) -> Parameters {
    var next = times.maximized(statistics, from: previous)
    alter(previous, &next)
    return next
  }
  func largestChange(from old: Parameters, to new: Parameters) -> Double {
    times.largestChange(from: old, to: new)
  }
  func numbers(of parameters: Parameters) -> [Double] { times.numbers(of: parameters) }
  func parameters(numbers: [Double]) -> Parameters? { times.parameters(numbers: numbers) }
  func reference(centers: [Double]) -> Parameters { times.reference(centers: centers) }
}
