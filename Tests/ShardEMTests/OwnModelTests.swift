import Foundation
import MessagePassing
import ShardEM
import Testing
import _TestSupport

@Suite("A model of a user's own")
struct OwnModelTests {
  @Test("The example of the README fits waiting times, the same on any number of ranks")
  func fit() throws {
    var generator = SeededGenerator(seed: 1)
    // 30% of rate 0.2, the others of rate 5.
    let times = (0..<20_000).map { n in
      -log(1 - generator.uniform()) / (n % 10 < 3 ? 0.2 : 5)
    }
    let fits = try [1, 3].map { ranks in
      try onRanks(ranks) { world in
        let data = try DataSet(values: times, columnCount: 1, world: world)
        return try Engine(data, threads: 2, world: world).fit(
          WaitingTimes(componentCount: 2), from: .kMeansPlusPlus,
          options: FitOptions(maximumIterations: 500, convergence: .parameters(1e-9)))
      }[0]
    }
    let rates = fits.map(\.parameters.rates)
    #expect(fits[0].converged && rates[0].map(\.bitPattern) == rates[1].map(\.bitPattern))
    // Standard errors: of a rate, itself over the square root of its rows, 1.3% and 0.9% here, and
    // a little more as the components overlap; five of them.
    #expect(abs(rates[0].min()! - 0.2) < 0.2 * 0.08)
    #expect(abs(rates[0].max()! - 5) < 5 * 0.06)
  }

  @Test("The README has the example as it is tested here")
  func readme() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: TestData.package.appending(path: path), encoding: .utf8)
    }
    let source = try text("Tests/ShardEMTests/Support/WaitingTimes.swift")
    let start = try #require(source.range(of: "///")).lowerBound
    #expect(try text("README.md").contains("```swift\n\(source[start...])```\n"))
  }
}
