import JSONDocuments

extension IterationReport {
  /// A JSON object; `compute_seconds` are the slowest rank's (`RankSeconds`), `processor_seconds`
  /// those of all ranks together, other seconds this rank's.
  public var traceLine: String {
    JSONText.object([
      ("restart", .integer(restart)),
      ("iteration", .integer(iteration)),
      ("mean_log_likelihood", isLogLikelihood ? .number(meanLogLikelihood) : nil),
      ("mean_objective", isLogLikelihood ? nil : .number(meanObjective)),
      ("objective", .number(objective)),
      ("change", change.map(JSONText.number) ?? .null),
      ("remaining", remaining.map(JSONText.number) ?? .null),
      ("parameter_change", .number(parameterChange)),
      ("converged", .bool(converged)),
      ("start_seconds", .number(startSeconds)),
      ("seconds", .number(seconds)),
      ("compute_seconds", .number(computeSeconds.slowest)),
      ("processor_seconds", .number(processorSeconds)),
      ("communication_seconds", .number(communicationSeconds)),
      ("m_step_seconds", .number(mStepSeconds)),
      ("shared_seconds", .number(sharedSeconds)),
      ("checkpoint_seconds", .number(checkpointSeconds)),
      ("imbalance", .number(imbalance)),
      ("together", .integer(searchesTogether)),
      ("retakes", .integer(retakes)),
      ("rejected", .integer(rejected)),
      ("message_bytes", .integer(messageBytes)),
      ("exchanged_bytes", .integer(exchangedBytes)),
      ("rows", .integer(rows)),
      ("ranks", .integer(ranks)),
      ("threads", .integer(threads)),
    ]).description
  }
}
