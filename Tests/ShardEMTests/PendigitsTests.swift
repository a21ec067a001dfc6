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

  private func data(_ world: any Communicator) throws -> DataSet {
    try DataSet.open(
      [TestData.shipped.appending(path: "pendigits.csv").path],
      options: ReadOptions(columns: Self.columns), world: world)
  }

  /// Fits by scikit-learn from k-means, as `scripts/make-fixtures.py` recorded them.
  private struct Recorded: Decodable {
    struct Fits: Decodable {
      let options: Options
      /// Of the seeds 0, 1, 2, ...
      let meanLogLikelihoods: [Double]
    }
    struct Options: Decodable {
      let nComponents: Int
      let regCovar: Double
      let tol: Double
      let maxIter: Int
    }
    let fits: [Fits]
  }

  @Test(
    "Fits from a race are at least as good as scikit-learn's from k-means on average",
    arguments: [1e-6, 1])
  func scikitLearn(regularization: Double) throws {
    let file = TestData.shipped.appending(path: "scikit-learn.json")
    let recorded = try #require(try TestData.json(Recorded.self, file)).fits
    let fits = try #require(recorded.first { $0.options.regCovar == regularization })
    let options = fits.options
    let data = try data(SoloCommunicator())
    let model = GaussianMixture(
      components: options.nComponents, columns: data.columnCount, regularization: regularization,
      ranges: data.ranges)
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    let found = try (0..<3).map { seed in
      try engine.fit(
        model, from: .race,
        options: FitOptions(
          maximumIterations: options.maxIter, convergence: .logLikelihood(options.tol),
          // Coordinates are cut off at 0 and 100: the likeliest components are narrow there.
          spikes: .keep, seed: UInt64(seed))
      ).score.meanLogLikelihood
    }
    let expected = fits.meanLogLikelihoods
    #expect(expected.count == 100)
    // Of one k-means start each; other maxima are 0.3 to 2 apart.
    #expect(found.allSatisfy { $0 >= mean(expected[...]) })
  }

  private func mean(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
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
        let fit = try Engine(data, threads: 1, world: world).fit(
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
