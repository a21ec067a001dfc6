#if arch(x86_64)
  import MessagePassing
  import MixtureModels
  import ShardEM
  import _TestSupport

  /// Compares what the program makes of a problem with the reference.
  ///
  /// Step by step, each from the parameters that the program itself had reached: they are float64
  /// numbers and so have no error of their own, and what is compared is one E-step and one M-step,
  /// whose errors the reference bounds. That every step is right says that the fit is.
  struct DifferentialCheck {
    let problem: DifferentialProblem
    /// What does not agree, in words.
    private(set) var faults: [String] = []
    /// The largest share of its bound that any number was off.
    private(set) var largestExcess = 0.0

    private let reference: ReferenceEM
    private let outcome: DifferentialOutcome

    init(_ problem: DifferentialProblem) throws {
      self.problem = problem
      var allowance = ReferenceEM.Allowance()
      if problem.exactDense { allowance.negligible = 0x1p-1000 }
      reference = ReferenceEM(
        rows: problem.rows, columnCount: problem.columnCount, weights: problem.weights,
        covarianceType: problem.type, regularization: problem.regularization,
        allowance: allowance)
      outcome = DifferentialOutcome(of: problem, threads: 1, in: SoloCommunicator())
      try compareRanks()
      try compareSteps()
    }

    private mutating func compareRanks() throws {
      let expected = outcome.identity
      for threads in [2, 3] {
        let other = DifferentialOutcome(of: problem, threads: threads, in: SoloCommunicator())
        if other.identity != expected { faults.append("\(threads) threads give other bits") }
      }
      for ranks in [2, 3, 7] {
        let others = try ThreadCommunicator.run(ranks: ranks) { [problem] world in
          DifferentialOutcome(of: problem, threads: 1, in: world).identity
        }
        for (rank, other) in others.enumerated() where other != expected {
          faults.append("rank \(rank) of \(ranks) gives other bits")
        }
      }
    }

    private mutating func compareSteps() throws {
      var parameters = problem.start
      var expectation = reference.expectation(under: parameters)
      for (t, next) in outcome.steps.enumerated() {
        compareLogLikelihood(outcome.means[t], expectation, "iteration \(t + 1)")
        let maximum = reference.maximization(expectation, from: parameters)
        if isSingular(maximum) == .singular {
          faults.append("iteration \(t + 1): singular by the reference, but it went on")
        }
        compare(next, maximum, "iteration \(t + 1)")
        let after = reference.expectation(under: next)
        compareGain(maximum, expectation, after, t)
        (parameters, expectation) = (next, after)
      }
      guard let score = outcome.score else { return judgeError(expectation, from: parameters) }
      compareLogLikelihood(score.meanLogLikelihood, expectation, "the score")
      try comparePredictions(expectation, under: parameters)
    }

    /// A fit may end early only where a criterion for that is met.
    private mutating func judgeError(
      _ expectation: ReferenceExpectation, from parameters: Parameters
    ) {
      guard let error = outcome.error as? FitError else {
        return faults.append("ends: \(outcome.error.map { "\($0)" } ?? "")")
      }
      let maximum = reference.maximization(expectation, from: parameters)
      if isSingular(maximum) == .regular {
        faults.append("regular by the reference, but: \(error)")
      }
    }

    private func isSingular(_ maximum: ReferenceMaximum) -> ReferenceVerdict {
      reference.verdict(maximum, magnitudes: problem.magnitudes)
    }

    // MARK: Numbers

    private mutating func compare(
      _ found: Double, _ expected: Bounded, _ what: @autoclosure () -> String
    ) {
      let excess = expected.excess(of: found)
      if expected.bound < .infinity { largestExcess = max(largestExcess, excess) }
      guard !(excess <= 1) else { return }
      faults.append(
        "\(what()) is \(found), expected \(Double(expected.value)), off by \(excess) of the bound "
          + "\(Double(expected.bound))")
    }

    private mutating func compareLogLikelihood(
      _ mean: Double, _ expectation: ReferenceExpectation, _ place: String
    ) {
      let total = reference.totalWeight
      let expected = expectation.logLikelihood.value / total
      // The sum of weights and the quotient are rounded too.
      compare(
        mean,
        Bounded(
          expected, within: expectation.logLikelihood.bound / total + 0x1p-44 * abs(expected)),
        "\(place): the mean log-likelihood")
    }

    private mutating func compare(
      _ found: Parameters, _ maximum: ReferenceMaximum, _ place: String
    ) {
      let d = problem.columnCount
      for (k, weight) in maximum.weights.enumerated() {
        compare(found.weights[k], weight, "\(place): weight \(k + 1)")
      }
      for (i, mean) in maximum.means.enumerated() {
        compare(
          found.means[i], mean, "\(place): mean of column \(i % d + 1) in component \(i / d + 1)")
      }
      for (i, covariance) in maximum.covariances.enumerated() {
        compare(found.covariances[i], covariance, "\(place): covariance \(i)")
      }
    }

    /// Without regularization an iteration never lowers the log-likelihood, but for roundings: of both
    /// log-likelihoods, and of the M-step, at whose exact result the likelihood is flat, to second order.
    private mutating func compareGain(
      _ maximum: ReferenceMaximum, _ before: ReferenceExpectation, _ after: ReferenceExpectation,
      _ t: Int
    ) {
      guard problem.regularization == 0 else { return }
      let total = reference.totalWeight
      let next =
        t + 1 < outcome.means.count ? outcome.means[t + 1] : outcome.score?.meanLogLikelihood
      guard let next, let loss = reference.secondOrderLoss(of: maximum, after) else { return }
      let rounding =
        (before.logLikelihood.bound + after.logLikelihood.bound + loss) / total
        + 0x1p-43 * abs(Wide(next))
      if Wide(next) < Wide(outcome.means[t]) - rounding {
        faults.append(
          "iteration \(t + 1): the mean log-likelihood falls from \(outcome.means[t]) to \(next), more "
            + "than \(Double(rounding))")
      }
    }

    private mutating func comparePredictions(
      _ expectation: ReferenceExpectation, under parameters: Parameters
    ) throws {
      let found = try problem.predictions(under: parameters)
      let k = problem.componentCount
      for n in 0..<problem.rowCount {
        compare(
          found.logDensities[n], expectation.logDensities[n], "row \(n + 1): the log density")
        let joint = expectation.logJoint[n * k..<(n + 1) * k]
        let label = joint[joint.startIndex + Int(found.labels[n])]
        if joint.contains(where: { $0.value - $0.bound > label.value + label.bound }) {
          faults.append("row \(n + 1): label \(found.labels[n])")
        }
        for c in n * k..<(n + 1) * k {
          compare(
            found.responsibilities[c], expectation.responsibilities[c],
            "row \(n + 1): responsibility of component \(c % k + 1)")
        }
      }
      let first = min(3, problem.rowCount)
      let score = try problem.score(firstRows: first, under: parameters)
      let rows = expectation.logDensities[..<first]
      let total = rows.reduce(0) { $0 + $1.value }
      compare(
        score,
        Bounded(
          total,
          within: rows.reduce(0x1p-40 * max(abs(total), Wide(first))) {
            $0 + $1.bound + 0x1p-50 * abs($1.value)
          }), "the score of \(first) rows")
    }
  }

  extension DifferentialProblem {
    /// The largest magnitude of each column among the rows that count.
    fileprivate var magnitudes: [Double] {
      (0..<columnCount).map { j in
        (0..<rowCount).reduce(0) { largest, n in
          weights.map { $0[n] == 0 } ?? false
            ? largest : max(largest, abs(rows[n * columnCount + j]))
        }
      }
    }
  }
#endif
