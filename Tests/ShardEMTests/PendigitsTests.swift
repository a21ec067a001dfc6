import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

@Suite("Handwritten digits")
struct PendigitsTests {
  private static let columns = (1...8).flatMap { ["x\($0)", "y\($0)"] }

  private func data<World: Communicator>(_ world: World) throws -> DataSet {
    try DataSet.open(
      [TestData.shipped.appending(path: "pendigits.csv").path],
      options: ReadOptions(columns: Self.columns), world: world)
  }

  /// Fits by scikit-learn from k-means, as `scripts/make-fixtures.py` recorded them.
  private struct Recorded: Decodable {
    struct Options: Decodable {
      let nComponents: Int
      let regCovar: Double
      let tol: Double
      let maxIter: Int
    }
    let options: Options
    /// Of the seeds 0, 1, 2, ...
    let meanLogLikelihoods: [Double]
  }

  /// The two draw their k-means seeds from different random numbers, so that fits of the same seed
  /// have nothing in common: what can be compared is the distribution over seeds.
  @Test("Fits from k-means are on average as good as scikit-learn's, within sampling error")
  func scikitLearn() throws {
    let file = TestData.shipped.appending(path: "scikit-learn.json")
    let recorded = try #require(try TestData.json(Recorded.self, file))
    let options = recorded.options
    let data = try data(SoloCommunicator())
    let model = GaussianMixture(
      components: options.nComponents, columns: data.columnCount,
      regularization: options.regCovar, ranges: data.ranges)
    let sweep = Sweep(data, threads: 2, world: SoloCommunicator())
    let found = try (0..<100).map { seed in
      try sweep.fit(
        model, from: .kMeans,
        options: FitOptions(
          maximumIterations: options.maxIter, convergence: .logLikelihood(options.tol),
          seed: UInt64(seed))
      ).score.meanLogLikelihood
    }
    let expected = recorded.meanLogLikelihoods
    #expect(expected.count == 100)
    // Three standard errors of the difference of two means: a fit that is as good falls short of
    // that once in 700 choices of the seeds.
    let error = ((variance(found) + variance(expected)) / 100).squareRoot()
    #expect(mean(found) >= mean(expected) - 3 * error)
    // The comparison means something: the best local maxima are farther away than that.
    #expect(3 * error < expected.max()! - mean(expected))
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// Of the population that `values` are a sample of.
  private func variance(_ values: [Double]) -> Double {
    let center = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return squares / Double(values.count - 1)
  }

  @Test("Binarized, they fit a Bernoulli mixture: monotone, the same on any number of ranks")
  func binarized() throws {
    let scratch = Workspace()
    let data = try data(SoloCommunicator())
    let bits = try data.blocks.indices.flatMap { number in
      try data.withBlock(number, scratch: scratch) { block in
        (0..<block.count * block.columnCount).map { block.rows[$0] > 50 ? 1.0 : 0 }
      }
    }
    // Without smoothing, so that it is the log-likelihood that never falls.
    let model = BernoulliMixture(componentCount: 10, columnCount: 16, smoothing: 0)
    let options = FitOptions(maximumIterations: 40, convergence: .parameters(0))
    let fits = try [1, 2, 3].map { ranks in
      try onRanks(ranks) { world in
        let data = try DataSet(values: bits, columnCount: 16, world: world)
        var previous = -Double.infinity
        let fit = try Sweep(data, threads: 1, world: world).fit(
          model, from: .kMeans, options: options
        ) { report in
          // Log densities of up to 100 nats, off by 4 x 2^-53 of themselves; two of them.
          #expect(report.meanLogLikelihood >= previous - 9e-14)
          previous = report.meanLogLikelihood
        }
        return fit
      }[0]
    }
    #expect(fits[1] == fits[0] && fits[2] == fits[0])
    // Sixteen tosses of fair coins have 16 log 2 = 11.1 nats; digits are more regular than that.
    #expect(fits[0].score.meanLogLikelihood > -8)
  }
}
