import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Monotone")
struct GaussianMonotoneTests {
  @Test(
    "Without regularization the log-likelihood never falls by more than rounding",
    arguments: CovarianceType.allCases, [false, true])
  func logLikelihoodNeverFalls(type: CovarianceType, weighted: Bool) throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      let columns = [1, 2, 3, 5, 8, 13][Int(seed) % 6]
      let problem = GaussianProblem(
        seed: seed, rowCount: 600, componentCount: 1 + Int(seed) % 5, columnCount: columns,
        covarianceType: type, weighted: weighted, separation: 1)
      var means: [Double] = []
      let fit = try problem.fit(
        options: FitOptions(maximumIterations: 200, convergence: .parameters(0))
      ) { means.append($0.meanLogLikelihood) }
      means.append(fit.score.meanLogLikelihood)
      // A row's log density, of up to 4 times the mean's size, is off by about 4u of itself, with
      // u = 2^-53; a fall is the difference of two means of those. The M-step's own rounding
      // costs less: its square near a maximum, a small part of the step's gain elsewhere.
      let rounding = 2 * 16 * 0x1p-53 * abs(means.last!)
      for (before, after) in zip(means, means.dropFirst()) {
        #expect(after >= before - rounding, "seed \(seed), \(columns) columns")
      }
      #expect(means.last! > means[0] && means.count == 201)
    }
  }
}
