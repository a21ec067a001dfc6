import ArgumentParser
import Host
import Kernels
import MessagePassing

/// A command that all ranks run together.
protocol WorldCommand: ParsableCommand, CommonOptions {
  /// Collective. Does the command's work in `world`.
  ///
  /// Rank 0 alone prints. Errors reach every rank: work that may fail on one rank only is done
  /// within `world.agree`, and what all ranks meet alike is thrown by `world.common`. Any other
  /// error ends the job at once, with the rank that met it.
  func run(in world: any Communicator) throws -> ExitStatus
}

/// How a command ends that did its work, or may go on with it later.
enum ExitStatus: Int32 {
  case done = 0
  /// The main result is there, something else that was asked for is not.
  case incomplete = 1
  case notConverged = 3
  /// Told by an `Interruption`.
  case interrupted = 75
}

extension WorldCommand {
  /// The command and its options, but those that ranks may have of their own.
  var words: [String] {
    ["shardem \(Self.configuration.commandName ?? "")"] + common
      + DifferentOptions.words(for: GivenOption.all(of: self), besides: common)
  }
}

/// Throws, before any kernel runs, if this processor is not one that they were compiled for.
func requireProcessor() throws {
  if let missing = Processor.missingInstructionSet { throw WrongProcessor(missing: missing) }
}

/// The kernels need instructions that this processor has not.
struct WrongProcessor: InputError, CustomStringConvertible {
  /// The first instruction set it lacks.
  let missing: String

  var description: String {
    "this processor has no \(missing), which the program was built for; build it with "
      + "SHARDEM_CPU=native on this machine, or by scripts/portable for most machines"
  }
}
