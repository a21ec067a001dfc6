import ArgumentParser
import Foundation
import MixtureModels

/// How everything is measured.
struct Settings: ParsableArguments {
  @Option(help: "Iterations of each fit.")
  var iterations = 5

  @Option(help: "How often ShardEM and the libraries beside it take turns.")
  var rounds = 3

  @Option(help: "Threads of the fits; above 1, one thread takes its turn too.")
  var threads = 1

  @Option(
    help: ArgumentHelp(
      "A Python that has scikit-learn, daal4py and pandas, to be run beside ShardEM.",
      valueName: "python"))
  var peers: String?

  func validate() throws {
    for (name, value) in [("iterations", iterations), ("rounds", rounds), ("threads", threads)]
    where value < 1 {
      throw ValidationError("--\(name) \(value); expected 1 or more")
    }
  }

  /// The libraries that have mixtures of this type; none without `--peers`.
  func libraries(for type: CovarianceType) -> [String] {
    peers == nil ? [] : type.yardstick.libraries.map(\.name)
  }

  /// A worker that runs a library.
  func library(_ arguments: String...) throws -> WorkerProcess {
    try WorkerProcess([peers!, "scripts/bench-peers.py"] + arguments)
  }

  /// ShardEM on one thread, and on several if there are to be several.
  func fitWorkers(_ problem: Problem) throws -> [WorkerProcess] {
    try Set([1, threads]).sorted().map {
      try .own("fit", problem.folder, "\(iterations)", "--threads", "\($0)")
    }
  }
}

/// The programs that are measured.
enum Programs {
  static let benchmarks = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
  static let shardem = URL(fileURLWithPath: benchmarks).deletingLastPathComponent()
    .appendingPathComponent("shardem").path
}
