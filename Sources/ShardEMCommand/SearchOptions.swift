import ArgumentParser
import Files
import Host
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// Where a fit starts and when it ends.
struct SearchOptions: ParsableArguments, CommonOptions {
  /// Those of the library.
  private static let defaults = FitOptions()

  @Option(
    help: ArgumentHelp(
      "Where to start. A file is a model or a checkpoint to start from; or data, a row for each row: one "
        + "column of labels, 0 to K - 1 and -1 for noise, or words in order, or K of responsibilities, and one more "
        + "beside noise, which an M-step comes first from.",
      valueName: "race|kmeans|k-means++|random|file"))
  var `init` = Start.race

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What all random numbers derive from.", valueName: "s"))
  var seed = SearchOptions.defaults.seed

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Starts; the best final log-likelihood, or with a prior log-posterior, wins.", valueName: "r")
  )
  var restarts = SearchOptions.defaults.restarts

  @Option(
    help: ArgumentHelp(
      "Fits with a component on few or nearly equal rows, whose likelihood is next to unbounded: behind all "
        + "others, or as they are.", valueName: "last|keep"))
  var spikes = SearchOptions.defaults.spikes

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest number of iterations of a start.", valueName: "t"))
  var maxIterations = SearchOptions.defaults.maximumIterations

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when less is left to gain, by the last iterations: of the mean log-likelihood per row, or with "
        + "a prior the log-posterior; of k-means of the inertia, relatively. "
        + "(default: \(SearchOptions.defaults.convergence.tolerance))",
      valueName: "e"))
  var tolerance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when every parameter changes relatively by less, instead.", valueName: "e"))
  var toleranceParameters: Double?

  @Option(
    help: ArgumentHelp(
      "Go further than iterations do, from the eleventh on: by squared extrapolation, and by mixing the last "
        + "four. Nothing that lowers what is maximized counts.", valueName: "none|squarem|anderson")
  )
  var accelerate = SearchOptions.defaults.acceleration

  @Option(
    help: ArgumentHelp(
      "Components by weight, the largest first, or where they have none by centers, unless the start is a file; "
        + "or as the start has them.",
      valueName: "weight|none"))
  var order = SearchOptions.defaults.order

  @Flag(help: "Exit with status 3 if the fit has not converged.")
  var requireConvergence = false

  func validate() throws {
    if restarts < 1 { throw ValidationError("--restarts \(restarts); expected 1 or more") }
    guard restarts <= FitOptions.mostRestarts else {
      throw ValidationError("--restarts \(restarts); expected at most \(FitOptions.mostRestarts)")
    }
    if maxIterations < 1 {
      throw ValidationError("--max-iterations \(maxIterations); expected 1 or more")
    }
    if tolerance != nil && toleranceParameters != nil {
      throw ValidationError("--tolerance and --tolerance-parameters exclude each other")
    }
    for (name, value) in [("", tolerance), ("-parameters", toleranceParameters)] {
      if let value, !(value >= 0 && value.isFinite) {
        throw ValidationError("--tolerance\(name) \(value); expected a number from 0 up")
      }
    }
  }

  var convergence: Convergence {
    toleranceParameters.map(Convergence.parameters) ?? tolerance.map(Convergence.logLikelihood)
      ?? SearchOptions.defaults.convergence
  }

  var fitOptions: FitOptions {
    FitOptions(
      maximumIterations: maxIterations, convergence: convergence, acceleration: accelerate,
      restarts: restarts, spikes: spikes, order: order, seed: seed)
  }

  /// The option that may have another value when a fit goes on from a checkpoint.
  static let limitOption = "--max-iterations"

  /// These options as checkpoints record them.
  ///
  /// - Parameter start: the model that `--init` names.
  func settings(start: ModelFile?) throws -> [(option: String, value: String)] {
    let name = try start.map { try "a model with the digest \($0.digest())" } ?? `init`.name
    return [("--init", name)] + counts
  }

  /// Hosts may have the model to start from in different places.
  var common: [String] {
    [word("--init", `init`.name)] + counts.map { word($0.option, $0.value) }
  }

  /// The options that are numbers.
  private var counts: [(option: String, value: String)] {
    let criterion =
      toleranceParameters.map { ("--tolerance-parameters", "\($0)") }
      ?? ("--tolerance", "\(convergence.tolerance)")
    return [
      ("--seed", "\(seed)"), ("--restarts", "\(restarts)"),
      ("--spikes", spikes.rawValue),
      (Self.limitOption, "\(maxIterations)"), criterion, ("--accelerate", accelerate.rawValue),
      ("--order", order.rawValue),
    ]
  }

  /// The `fit` section of the model file. A tolerance of 0 is one that was not in effect.
  ///
  /// - Parameter score: of what the fit of `mixture` gives (`Family.fitted`).
  func record(
    of fit: Fit, _ score: Score, _ mixture: some Family, data: DataSet, model: ModelOptions
  ) -> FitRecord {
    FitRecord(
      fit, score, of: mixture, data: data, options: fitOptions,
      regularization: model.regularization,
      exactDense: model.exactDense, isHard: model.hard, initialization: `init`.name)
  }
}

extension Acceleration: ExpressibleByArgument {}
extension ComponentOrder: ExpressibleByArgument {}
extension SpikeRank: ExpressibleByArgument {}

/// Where a fit starts, as the command line names it.
enum Start: ExpressibleByArgument, CustomStringConvertible {
  case race
  case kMeans
  case kMeansPlusPlus
  case random
  case file(String)

  init(argument: String) {
    self =
      switch argument {
      case "race": .race
      case "kmeans": .kMeans
      case "k-means++": .kMeansPlusPlus
      case "random": .random
      default: .file(argument)
      }
  }

  /// As model files record it.
  var name: String {
    switch self {
    case .race: "race"
    case .kMeans: "kmeans"
    case .kMeansPlusPlus: "k-means++"
    case .random: "random"
    case .file: "file"
    }
  }

  /// The way to find a start; nil for that of a file.
  var method: Initialization? {
    switch self {
    case .race: .race
    case .kMeans: .kMeans
    case .kMeansPlusPlus: .kMeansPlusPlus
    case .random: .random
    case .file: nil
    }
  }

  /// The file, if it is one.
  var inputs: [String] { if case .file(let path) = self { [path] } else { [] } }

  var description: String { name }
  var defaultValueDescription: String { name }

  /// Collective. Reads the model, if it is one.
  func read(in world: any Communicator) throws -> ModelFile? {
    guard case .file(let path) = self, try !isData(path, in: world) else { return nil }
    return try ModelFile.readOrTakeSoFar(path, in: world) { _ in NoSuchStart(argument: path) }
  }

  /// Collective. Whether a file holds rows: it begins otherwise than a model or checkpoint, which rank 0
  /// sees for all.
  private func isData(_ path: String, in world: any Communicator) throws -> Bool {
    let own = world.rank == 0 && Start.beginsAsData(path)
    return try world.gather([own ? 1 : 0])[0] == [1]
  }

  private static func beginsAsData(_ path: String) -> Bool {
    if HDF5Name(path)?.dataset != nil { return true }
    guard !path.hasSuffix(".json"), let start = try? fileContents(path, atMost: 4096) else {
      return false
    }
    return start.first { !" \t\r\n".utf8.contains($0) } != UInt8(ascii: "{")
  }

  /// Collective. Opens the labels or responsibilities, if the file holds such.
  ///
  /// - Parameter file: what `read` returned.
  func responsibilities(
    beside data: DataSet, of mixture: any Family, file: ModelFile?, reading: ReadOptions,
    threads: Int,
    in world: any Communicator
  ) throws -> GivenResponsibilities? {
    guard case .file(let path) = self, file == nil else { return nil }
    return try data.responsibilities(
      path, of: mixture, reading: reading, threads: threads, in: world)
  }

  /// What the model calls its columns, if it is one.
  ///
  /// - Parameter file: what `read` returned.
  func columns(of file: ModelFile?) -> ModelColumns? {
    guard case .file(let path) = self else { return nil }
    return file.map { ModelColumns($0, path: path) }
  }

  /// - Parameters:
  ///   - file: what `read` returned.
  ///   - given: what `responsibilities` returned.
  /// - Throws: `ModelMismatch` if the file's model is of another kind or size.
  func initialization(
    of mixture: any Family, file: ModelFile?, given: GivenResponsibilities?
  ) throws -> Initialization {
    if let given { return .responsibilities(given) }
    if let method { return method }
    guard case .file(let path) = self, let file else {
      preconditionFailure("start \(name) without a model or responsibilities")
    }
    let parameters = try file.inClasses(of: mixture).parameters(for: mixture, name: path)
    return .parameters(mixture.starting(from: parameters))
  }
}

extension DataSet {
  /// Collective. Opens a file of labels or responsibilities for the rows.
  func responsibilities(
    _ path: String, of mixture: any Family, reading: ReadOptions, threads: Int,
    in world: any Communicator
  ) throws -> GivenResponsibilities {
    let rows = try open(beside: path, options: reading, threads: threads, world: world)
    return try world.common { try GivenResponsibilities(rows, for: mixture) }
  }
}

/// An argument of `--init` that is neither a method nor a file.
struct NoSuchStart: InputError, CustomStringConvertible {
  let argument: String

  var description: String {
    "\(shown(argument)): no such file; --init takes race, kmeans, k-means++, random, a model file, or a file "
      + "of labels or responsibilities"
  }
}
