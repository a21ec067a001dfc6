extension IterationReport {
  /// A JSON object; `compute_seconds` are the slowest rank's (`RankSeconds`), `processor_seconds`
  /// those of all ranks together, other seconds this rank's.
  public var traceLine: String {
    let fields: [(String, String)] = [
      ("restart", "\(restart)"),
      ("iteration", "\(iteration)"),
      ("mean_log_likelihood", json(meanLogLikelihood)),
      ("change", change.map(json) ?? "null"),
      ("parameter_change", json(parameterChange)),
      ("converged", "\(converged)"),
      ("start_seconds", json(startSeconds)),
      ("seconds", json(seconds)),
      ("compute_seconds", json(computeSeconds.slowest)),
      ("processor_seconds", json(processorSeconds)),
      ("communication_seconds", json(communicationSeconds)),
      ("m_step_seconds", json(mStepSeconds)),
      ("shared_seconds", json(sharedSeconds)),
      ("checkpoint_seconds", json(checkpointSeconds)),
      ("imbalance", json(imbalance)),
      ("retakes", "\(retakes)"),
      ("message_bytes", "\(messageBytes)"),
      ("exchanged_bytes", "\(exchangedBytes)"),
      ("rows", "\(rows)"),
      ("ranks", "\(ranks)"),
      ("threads", "\(threads)"),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }
}

/// A number in the shortest form that reads back to the same bits; JSON has no other than finite.
private func json(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }
