import ArgumentParser
import MPICommunicator
import MessagePassing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program `shardem`: a list of verbs, one file each.
@main struct Shardem: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shardem",
    abstract: "Fit mixture models by expectation-maximization over sharded data.",
    discussion: """
      The same command runs alone and under mpirun; the fitted model is the same, byte for byte, \
      on any number of ranks and threads. 'shardem fit --help' teaches by examples.

      Exit status: 0 done; 2 the command line or the input is wrong, nothing was written; 3 not \
      converged, if --require-convergence was given; 75 stopped by a signal, to go on with --resume; \
      1 anything else.
      """,
    version: "0.1.0",
    subcommands: [
      FitCommand.self, PredictCommand.self, ScoreCommand.self, SampleCommand.self,
      ShardCommand.self, InspectCommand.self,
    ])

  static func main() {
    EndingSignals.install()
    OpenFiles.raiseLimit()
    // A write that has no reader or no room fails with an error instead: the model of a long fit
    // is not to be lost because its log is no longer read.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    let command = parse()
    do {
      guard let command = command as? any WorldCommand else {
        // ArgumentParser's own, such as `help`, which ends in a request for a help text.
        var command = command
        try command.run()
        return
      }
      let status = try command.runInWorld()
      endProcess(status: status.rawValue)
    } catch {
      if exitCode(for: error) == .success { endWithText(of: error) }
      endProcess(reporting: error, program: "shardem")
    }
  }

  private static func parse() -> any ParsableCommand {
    do {
      return try parseAsRoot()
    } catch {
      if exitCode(for: error) == .success { endWithText(of: error) }
      refuse(UsageError(error))
    }
  }

  /// Ends all ranks because this one's command line is refused. Those of others may be in order: they
  /// learn of it in their first collective (`runInWorld`).
  private static func refuse(_ usage: UsageError) -> Never {
    var failure: any Error = usage
    do {
      try withMPI { world in try world.agree { () throws -> Void in throw usage } }
    } catch { failure = error }
    endProcess(reporting: failure, program: "shardem")
  }

  /// Ends the process with a help text or version that was asked for.
  private static func endWithText(of request: any Error) -> Never {
    if Launcher.isReportingRank { print(fullMessage(for: request)) }
    endProcess(status: 0)
  }
}

/// A command line that ArgumentParser or a command's `validate` refuses.
struct UsageError: InputError, CustomStringConvertible {
  let description: String

  /// In one line: what is wrong, and where to read on.
  init(_ error: any Error) {
    var message = Shardem.message(for: error).split(whereSeparator: \.isNewline)
      .joined(separator: " ")
    if message.hasSuffix(".") { message.removeLast() }
    let words = CommandLine.arguments.dropFirst()
    let verb = Shardem.configuration.subcommands.first {
      $0.configuration.commandName == words.first
    }
    // Before an argument that is missing: it may be there under another name.
    if let verb, let suggestion = OptionSuggestion(
      in: words.dropFirst(), help: Shardem.helpMessage(for: verb, columns: 100))
    {
      message = suggestion.description
    }
    let name = verb?.configuration.commandName.map { $0 + " " } ?? ""
    description = "\(message); see 'shardem \(name)--help'"
  }
}
