import ArgumentParser
import Logging
import MessagePassing
import MixtureModels
import ShardEM

/// Whether a fit is one by online EM.
struct StepwiseOptions: ParsableArguments, CommonOptions {
  @Flag(
    help: """
      Online EM, for data too large for more than a few passes: from a fit of a sample, or a model, in \
      steps, each from a 64th of the rows or so. Gives a model near a maximum, not at it.
      """)
  var stepwise = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Passes of --stepwise over the rows, beside those that read them, find a start and tell the "
        + "likelihood. (default: 2)", valueName: "n"))
  var passes: Int?

  func validate() throws {
    guard let passes else { return }
    if passes < 1 { throw ValidationError("--passes \(passes); expected 1 or more") }
    if !stepwise { throw ValidationError("--passes \(passes) without --stepwise") }
  }

  var common: [String] {
    [word("--stepwise", isOn: stepwise), word("--passes", passes)]
  }

  /// - Parameter others: options beside it that need iterations.
  /// - Throws: `ValidationError` about the first one that is there.
  func validate(beside others: [(option: String, isThere: Bool)]) throws {
    guard stepwise, let other = others.first(where: \.isThere) else { return }
    throw ValidationError("--stepwise has no iterations for \(other.option)")
  }

  /// Collective. Such a fit; nil if none is wanted.
  func fit(
    _ mixture: some Family, from initialization: Initialization, _ options: FitOptions,
    _ engine: Engine, _ log: Logger
  ) throws -> Fit? {
    guard stepwise else { return nil }
    return try engine.fitStepwise(
      mixture, from: initialization, options: options, passes: passes ?? Engine.stepwisePasses
    ) { step, count in
      // Eight lines, whatever the number of steps.
      if 8 * step / count > 8 * (step - 1) / count { log.info("step \(step) of \(count)") }
    }
  }
}
