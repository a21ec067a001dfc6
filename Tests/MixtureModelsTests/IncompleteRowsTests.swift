import Kernels
import MixtureModels
import Testing
import _TestSupport

/// The E-step and M-step of rows that lack columns, beside plain loops that factor the covariances of what is
/// observed.
@Suite("Rows that lack columns")
struct IncompleteRowsTests {
  /// Rows with about `share` of the cells missing; rows of nothing, and complete ones, among them.
  private func incomplete(_ rows: [Double], columns: Int, share: Double, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return rows.indices.map { i in
      let n = i / columns
      let isMissing = generator.uniform() < share && n % 5 != 0 || n % 97 == 13
      return isMissing ? .nan : rows[i]
    }
  }

  private func observed(_ rows: [Double], _ weights: [Double]?, columns: Int) -> ObservedColumns {
    var (means, variances): ([Double], [Double]) = ([], [])
    for j in 0..<columns {
      let cells = stride(from: j, to: rows.count, by: columns).filter { !rows[$0].isNaN }
      let mass = cells.reduce(0) { $0 + (weights?[$1 / columns] ?? 1) }
      let mean = cells.reduce(0) { $0 + (weights?[$1 / columns] ?? 1) * rows[$1] } / mass
      means.append(mean)
      variances.append(
        cells.reduce(0) {
          $0 + (weights?[$1 / columns] ?? 1) * (rows[$1] - mean) * (rows[$1] - mean)
        } / mass)
    }
    return ObservedColumns(means: means, variances: variances)
  }

  /// The log-likelihood under `parameters`, and what the M-step makes of them.
  private func step<M: MixtureModel>(
    _ model: M, _ parameters: Parameters, _ rows: [Double], _ weights: [Double]?
  ) throws -> (logLikelihood: Double, parameters: Parameters) {
    var step = try model.step(at: parameters, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    func run() {
      rows.withUnsafeBufferPointer { rows in
        func write(_ weights: UnsafePointer<Double>?) {
          let block = RowBlock(
            rows: rows.baseAddress!, weights: weights, count: rows.count / model.columnCount,
            columnCount: model.columnCount)
          step.write(block, workspace: Workspace(), into: &numbers)
        }
        if let weights {
          weights.withUnsafeBufferPointer { write($0.baseAddress) }
        } else {
          write(nil)
        }
      }
    }
    run()
    while let next = model.again(step, after: Sums(step.slots, numbers)) {
      step = next
      run()
    }
    let sums = Sums(step.slots, numbers)
    return (
      sums.logLikelihood,
      try model.maximized(sums, of: step, from: parameters, sharing: .none)
    )
  }

  @Test("One EM step is that of plain loops", arguments: CovarianceType.allCases)
  func plainLoops(type: CovarianceType) throws {
    for (columns, components, share) in [
      (1, 2, 0.3), (2, 3, 0.3), (3, 9, 0.5), (5, 1, 0.01), (9, 8, 0.3), (17, 3, 0.6),
    ] {
      let problem = GaussianProblem(
        seed: UInt64(columns), rowCount: 600, componentCount: components, columnCount: columns,
        covarianceType: type, weighted: columns % 2 == 1)
      let rows = incomplete(problem.rows, columns: columns, share: share, seed: 4)
      let model = GaussianMixture(
        components: components, columns: columns, covarianceType: type, regularization: 0
      ).observing(observed(rows, problem.weights, columns: columns))
      let found = try step(model, problem.start, rows, problem.weights)
      let expected = PlainIncomplete(rows, problem.weights, problem.start, type).step()
      // As the tests of complete rows: densities of up to 200 nats, off by 4u of that, and responsibilities
      // and parameters, averages under them, likewise; the plain loops as much again, and both the
      // condition of the covariances, here up to 100 or so, times u.
      #expect(relativeError(found.logLikelihood, expected.logLikelihood) < 4e-13)
      #expect(parameterError(found.parameters, expected.parameters, type) < 1e-11)
    }
  }

  @Test("Nearly singular covariances lose no more digits than their condition takes")
  func illConditioned() throws {
    // Two columns that differ by 1e-5 of themselves: correlation 1 - 5e-11, condition 4e10.
    let covariance = [1, 1, 0, 1, 1 + 1e-10, 0, 0, 0, 1]
    let start: Parameters = [
      "weights": [1], "means": [0, 0, 0], "covariances": covariance,
    ]
    let rows = [0.5, .nan, 1, .nan, -0.3, 2, 0.1, 0.100001, .nan]
    let model = GaussianMixture(
      components: 1, columns: 3, regularization: 0
    ).observing(observed(rows, nil, columns: 3))
    let found = try step(model, start, rows, nil)
    // The marginal densities are known: of columns 0 and 2, 1 and 2, independent; of 0 and 1 given by the
    // difference of the two, which has the variance 1e-10.
    let parts = [
      0.25 + 1, 0.09 / (1 + 1e-10) + 4, 0.01 + 1e-12 / 1e-10,
    ]
    let logs = [0.0, Portable.log(1 + 1e-10), Portable.log(1e-10)]
    let expected = zip(parts, logs).reduce(0) { $0 - 0.5 * ($1.0 + $1.1) - logTwoPi }
    // The precision is off by the condition times u, 4e10 x 1.1e-16 = 4.4e-6, of itself, and so are half of
    // log |Λ_mm| and the distance of each of two rows; 1e-10 beside 1 is known to 1.1e-6, of which the third
    // row's log determinant and distance have as much: 1e-5, and the loops twice that.
    #expect(abs(found.logLikelihood - expected) < 3e-5)
  }

  @Test("Rows of nothing have the density 1, and leave the parameters as they are")
  func nothing() throws {
    let problem = GaussianProblem(
      seed: 3, rowCount: 1, componentCount: 3, columnCount: 4, covarianceType: .full)
    let rows = [Double](repeating: .nan, count: 40)
    let model = GaussianMixture(
      components: 3, columns: 4, regularization: 0
    ).observing(ObservedColumns(means: [0, 0, 0, 0], variances: [1, 1, 1, 1]))
    let found = try step(model, problem.start, rows, nil)
    #expect(abs(found.logLikelihood) < 1e-13)
    #expect(parameterError(found.parameters, problem.start, .full) < 1e-13)
  }

  @Test(
    "Of t distributions with many degrees of freedom the step is the Gaussian's",
    arguments: [1, 3, 6])
  func studentLimit(columns: Int) throws {
    let problem = GaussianProblem(
      seed: 8, rowCount: 300, componentCount: 2, columnCount: columns, covarianceType: .full)
    let rows = incomplete(problem.rows, columns: columns, share: 0.4, seed: 1)
    let columns = observed(rows, nil, columns: columns)
    let gaussian = try GaussianMixture(
      FamilyOptions(regularization: 0), components: 2, columns: columns.means.count
    ).observing(columns)
    let limit = try step(gaussian, problem.start, rows, nil)
    var differences: [Double] = []
    for nu in [1e5, 1e6] {
      let student = try StudentMixture(
        FamilyOptions(regularization: 0, values: ["degrees-of-freedom": "\(nu)"]),
        components: 2, columns: columns.means.count
      ).observing(columns)
      var start = problem.start
      start["degrees_of_freedom"] = [nu, nu]
      let found = try step(student, start, rows, nil)
      differences.append(found.logLikelihood - limit.logLikelihood)
      var parameters = found.parameters
      parameters = Parameters(
        weights: parameters.weights, means: parameters.means, covariances: parameters.covariances)
      // Differences are of the order of distance / ν, up to 300 / 1e5.
      #expect(parameterError(parameters, limit.parameters, .full) < 300 / nu)
    }
    // The first term left out is in 1 / ν.
    #expect(abs(differences[0] / differences[1] - 10) < 0.1)
  }
}

/// EM for rows that lack columns, one row and component at a time: the covariance of what is observed is
/// factored, and the rest regressed on it.
private struct PlainIncomplete {
  let rows: [Double]
  let weights: [Double]?
  let start: Parameters
  let type: CovarianceType
  let k: Int
  let d: Int

  init(_ rows: [Double], _ weights: [Double]?, _ start: Parameters, _ type: CovarianceType) {
    (self.rows, self.weights, self.start, self.type) = (rows, weights, start, type)
    k = start.weights.count
    d = start.means.count / k
  }

  private func covariance(_ c: Int, _ i: Int, _ j: Int) -> Double {
    switch type {
    case .full: start.covariances[(c * d + i) * d + j]
    case .tied: start.covariances[i * d + j]
    case .diag: i == j ? start.covariances[c * d + i] : 0
    case .spherical: i == j ? start.covariances[c] : 0
    }
  }

  /// The log joint density of what a row shows, the completed difference from the mean, and the covariance
  /// that remains.
  private func complete(_ row: ArraySlice<Double>, _ c: Int) -> (Double, [Double], [Double]) {
    let x = Array(row)
    let mean = Array(start.means[c * d..<(c + 1) * d])
    let observed = (0..<d).filter { !x[$0].isNaN }
    // Observed columns first: the Cholesky factor of all then has that of the observed, the regression, and
    // the factor of what remains.
    let order = observed + (0..<d).filter { x[$0].isNaN }
    var l = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0...i {
        var sum = covariance(c, order[i], order[j])
        for p in 0..<j { sum -= l[i * d + p] * l[j * d + p] }
        l[i * d + j] = i == j ? sum.squareRoot() : sum / l[j * d + j]
      }
    }
    var y = [Double](repeating: 0, count: d)
    var logDensity = Portable.log(start.weights[c]) - 0.5 * Double(observed.count) * logTwoPi
    for i in observed.indices {
      var sum = x[order[i]] - mean[order[i]]
      for p in 0..<i { sum -= l[i * d + p] * y[p] }
      y[i] = sum / l[i * d + i]
      logDensity -= Portable.log(l[i * d + i]) + 0.5 * y[i] * y[i]
    }
    var (difference, remaining) = (
      [Double](repeating: 0, count: d), [Double](repeating: 0, count: d * d)
    )
    for i in 0..<d {
      difference[order[i]] = (0...i).reduce(0) { $0 + l[i * d + $1] * y[$1] }
      for j in 0..<d where i >= observed.count && j >= observed.count {
        remaining[order[i] * d + order[j]] = (observed.count...max(min(i, j), observed.count))
          .reduce(0) {
            $0 + l[i * d + $1] * l[j * d + $1]
          }
      }
    }
    return (logDensity, difference, remaining)
  }

  func step() -> (logLikelihood: Double, parameters: Parameters) {
    var logLikelihood = 0.0
    var masses = [Double](repeating: 0, count: k)
    var first = [Double](repeating: 0, count: k * d)
    var second = [Double](repeating: 0, count: k * d * d)
    for n in 0..<rows.count / d {
      let weight = weights?[n] ?? 1
      if weight == 0 { continue }
      let parts = (0..<k).map { complete(rows[n * d..<(n + 1) * d], $0) }
      let (responsibilities, logDensity) = PlainLoops.posterior(parts.map(\.0))
      logLikelihood += weight * logDensity
      for c in 0..<k {
        let r = weight * responsibilities[c]
        masses[c] += r
        for i in 0..<d {
          first[c * d + i] += r * parts[c].1[i]
          for j in 0..<d {
            second[(c * d + i) * d + j] +=
              r * (parts[c].1[i] * parts[c].1[j] + parts[c].2[i * d + j])
          }
        }
      }
    }
    let total = masses.reduce(0, +)
    let shifts = first.indices.map { first[$0] / masses[$0 / d] }
    let scatters = second.indices.map { i in
      let (c, row, column) = (i / (d * d), i / d % d, i % d)
      return second[i] - masses[c] * shifts[c * d + row] * shifts[c * d + column]
    }
    let covariances: [Double] =
      switch type {
      case .full: scatters.indices.map { scatters[$0] / masses[$0 / (d * d)] }
      case .tied:
        (0..<d * d).map { i in (0..<k).reduce(0) { $0 + scatters[$1 * d * d + i] } / total }
      case .diag:
        (0..<k * d).map { scatters[($0 / d * d + $0 % d) * d + $0 % d] / masses[$0 / d] }
      case .spherical:
        (0..<k).map { c in
          (0..<d).reduce(0) { $0 + scatters[(c * d + $1) * d + $1] } / (masses[c] * Double(d))
        }
      }
    return (
      logLikelihood,
      Parameters(
        weights: masses.map { $0 / total },
        means: start.means.indices.map { start.means[$0] + shifts[$0] }, covariances: covariances)
    )
  }
}
