import ArgumentParser
import Kernels
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM

/// Times fits of one problem by ShardEM.
struct FitWorker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "fit", shouldDisplay: false)

  @Argument var folder: String
  @Argument var iterations: Int
  @Option var threads = 1
  @Flag var exactDense = false

  func run() throws {
    let world = SoloCommunicator()
    let data = try DataSet.open(["\(folder)/rows.npy"], threads: threads, world: world)
    let file = try ModelFile.read("\(folder)/start.json")
    guard let mixture = file.mixture as? GaussianMixture else {
      throw ValidationError("\(folder)/start.json: expected a Gaussian mixture")
    }
    let start = file.parameters
    // The other libraries get no regularization either.
    let model = GaussianMixture(
      components: file.components, columns: data.columnCount,
      covarianceType: mixture.covarianceType, regularization: 0, ranges: data.ranges,
      exactDense: exactDense)
    let engine = Engine(data, threads: threads, world: world)
    try answerRequests(name: "ShardEM") { request in
      switch request {
      case "parts":
        let totals = try engine.expectationStep(model, under: start).sums[0]
        return try Measurement(model, start, data, totals: totals, iterations: iterations)
      case "predict":
        return try engine.timedLabels(model, under: start).answer
      case "initialize":
        return try engine.timedFit(model, from: .kMeans, iterations: 1)
      default:
        return try engine.timedFit(model, from: .parameters(start), iterations: iterations)
      }
    }
  }
}

/// Times the reading of one text file by ShardEM: all of it, with the check of every number.
struct ReadWorker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "read", shouldDisplay: false)

  @Argument var file: String

  func run() throws {
    try answerRequests(name: "ShardEM") { _ in
      var watch = StopWatch()
      let data = try DataSet.open([file], world: SoloCommunicator())
      return withExtendedLifetime(data) { Answer([watch.lap()]) }
    }
  }
}

/// Measures the core, in a process of its own: it takes much memory.
struct CeilingsWorker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ceilings", shouldDisplay: false)

  func run() throws {
    try answerRequests(name: "ceilings") { _ in
      Peaks(
        processor: Peaks.processorName() ?? "this processor", flops: Ceilings.multiplyAdds(),
        readBytesPerSecond: Ceilings.readBytes())
    }
  }
}
