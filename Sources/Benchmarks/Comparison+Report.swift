extension Comparison {
  /// The table that `row` is one of.
  static func table(_ settings: Settings) -> Table {
    Table(
      ["N,D,K,covariance", "s", "s (wall)", "Mrow/s", "GFLOP/s", "of peak"]
        + ["read", "E-step", "statistics", "exact sums", "combine", "M-step", "MiB"]
        + (settings.threads > 1 ? ["speed-up", "quiet"] : [])
        + settings.libraries(for: .full) + (settings.peers == nil ? [] : ["differs"]))
  }

  func row(_ settings: Settings) -> [String] {
    let shares = [
      parts.read, expectationSeconds, parts.statistics, parts.exactSums, combineSeconds,
      parts.maximization,
    ]
    var fields = ["\(shape)", digits(seconds)]
    fields += [digits(wallSeconds), digits(rowsPerSecond / 1e6), digits(flops / 1e9)]
    fields += [peakFraction.text(percent)] + shares.map { percent($0 / seconds) }
    fields.append(mebibytes(peakMemoryBytes))
    if let speedup { fields += [digits(speedup), percent(quietness)] }
    for library in settings.libraries(for: .full) {
      let peer = peers.first { $0.name.hasPrefix(library) }
      fields.append(
        peer.map { "\($0.ratio.text { "\(digits($0)) x" }), \(digits($0.seconds)) s" } ?? "")
    }
    if let largestDifference { fields.append(digits(largestDifference)) }
    return fields
  }

  /// For each library, what it computed with.
  static func linearAlgebra(of peers: [Peer]) -> [String] {
    let lines = peers.map {
      "\($0.name): \($0.linearAlgebra.isEmpty ? "no BLAS found" : $0.linearAlgebra.joined(separator: ", "))"
    }
    return Set(lines).sorted()
  }

  /// Of the log-likelihoods of any library and ShardEM; nil without libraries.
  private var largestDifference: Double? { peers.map(\.logLikelihoodDifference).max() }

  /// What a case is to reach.
  var goals: [Goal] {
    let yardstick = shape.covarianceType.yardstick
    var goals = [Goal("\(shape): share of the exact sums", parts.exactSums / seconds, atMost: 0.03)]
    if threads == 1, let least = yardstick.leastPeakFraction(shape.columns) {
      goals.append(Goal("\(shape): share of the peak", peakFraction.median, atLeast: least))
    }
    if threads == 1 && shape.columns <= 2 && shape.components <= 4 {
      let nanoseconds = 1e9 * seconds / Double(shape.rows)
      goals.append(Goal("\(shape): nanoseconds a row", nanoseconds, atMost: 5))
    }
    if let largestDifference {
      goals.append(Goal("\(shape): log-likelihoods differ", largestDifference, atMost: 1e-9))
    }
    for library in yardstick.libraries {
      goals += peers.filter { $0.name.hasPrefix(library.name) }.map {
        Goal(
          "\(shape): times faster than \($0.name)", $0.ratio.median,
          atLeast: library.leastRatio(shape.columns))
      }
    }
    if let speedup {
      goals.append(
        Goal("\(shape): speed-up of \(threads) threads", speedup, atLeast: 0.95 * Double(threads)))
    }
    return goals
  }
}
