import ArgumentParser
import Host
import MPICommunicator
import MessagePassing
import ShardEM
import SystemLibrary
import Words

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
    version: programVersion,
    subcommands: [
      FitCommand.self, SelectCommand.self, PredictCommand.self, ScoreCommand.self,
      ImputeCommand.self, SampleCommand.self, ShardCommand.self, InspectCommand.self,
    ])

  static func main() {
    let kernels = Result { try LaterBuild.start() }
    Term.use(\.nameOnCommandLine)
    EndingSignals.install()
    OpenFiles.raiseLimit()
    // A write that has no reader or no room fails with an error instead: the model of a long fit
    // is not to be lost because its log is no longer read.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    let request = Result {
      // The command line is read with the help of the families, which are compiled for the processor, too.
      try requireProcessor()
      return try Request()
    }
    runJob(
      "shardem", ranks: ranks(for: request),
      advice: "\(AloneOption.flag) lets each work by itself"
    ) { world in
      // Another rank's command line may be refused, or ask for something else.
      let request = try world.agree { try request.get() }
      try DifferentOptions.check(request.words, in: world)
      switch request {
      case .work(let command):
        try world.agree { try kernels.get() }
        return try command.run(in: world).rawValue
      case .text(let text):
        try world.agree { if world.rank == 0 { try printResult(text + "\n") } }
        return ExitStatus.done.rawValue
      }
    }
  }

  private static func ranks(for request: Result<Request, any Error>) -> JobRanks {
    // Known before the command line is: one that is refused has no options.
    if CommandLine.arguments.prefix(while: { $0 != "--" }).contains(AloneOption.flag) {
      return .one
    }
    // A help text is right on whichever process.
    if case .success(.text) = request { return .found }
    return .launched
  }
}

/// What the command line asks for.
private enum Request {
  /// Work that all ranks do together.
  case work(any WorldCommand)
  /// A help text or the version.
  case text(String)

  /// - Throws: `UsageError` or `DashedName` if the command line is refused.
  init() throws {
    try DashedName.check(CommandLine.arguments.dropFirst())
    do {
      var command = try Shardem.parseAsRoot(
        FamilySettings.completed(CommandLine.arguments.dropFirst()))
      if let command = command as? any WorldCommand {
        self = .work(command)
      } else {
        // ArgumentParser's own, such as `help`, which ends in a request for a help text.
        try command.run()
        self = .text("")
      }
    } catch {
      guard Shardem.exitCode(for: error) == .success else { throw UsageError(error) }
      self = .text(Shardem.fullMessage(for: error))
    }
  }

  /// What all ranks must have in common.
  var words: [String] {
    switch self {
    case .work(let command): command.words
    case .text: [CommandLine.arguments.dropFirst().reduce("shardem") { "\($0) \($1)" }]
    }
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
    if let verb,
      let suggestion = OptionSuggestion(
        in: words.dropFirst(), help: Shardem.helpMessage(for: verb, columns: 100))
    {
      message = suggestion.description
    }
    let name = verb?.configuration.commandName.map { $0 + " " } ?? ""
    description = "\(message); see 'shardem \(name)--help'"
  }
}
