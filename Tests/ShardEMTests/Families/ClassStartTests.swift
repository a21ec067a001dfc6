import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Where mixtures start whose components belong to classes.
@Suite("Starts of labels known in part")
struct ClassStartTests {
  @Test(
    "From any start, the bits are the same on any number of ranks and threads",
    arguments: ["kmeans", "k-means++", "random", "responsibilities"])
  func sameBits(start: String) throws {
    let problem = GaussianProblem(
      seed: 6, rowCount: 700, componentCount: 6, columnCount: 3, covarianceType: .full,
      weighted: true)
    // Of one class no row is labelled.
    let labels = ClassFits.labels(700, classes: 2, seed: 2)
    let shares = (0..<700 * 6).map { $0 % 6 < 4 ? 0.125 : 0.25 }
    let mixture = try ClassFits.classed(components: 6, perClass: 2, columns: 3)
    func run(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: problem.rows, columnCount: 3, weights: problem.weights, labels: labels,
          shardRows: [250, 450], blockRows: 64, world: world)
        func given(_ mixture: some Family) throws -> Initialization {
          .responsibilities(
            try GivenResponsibilities(RowsBeside(values: shares, columnCount: 6), for: mixture))
        }
        let starts: [String: Initialization] = [
          "kmeans": .kMeans, "k-means++": .kMeansPlusPlus, "random": .random,
          "responsibilities": try given(mixture),
        ]
        return try ClassFits.fit(
          mixture, data, from: starts[start]!, iterations: 3, threads: threads, world: world)
      }[0]
    }
    let one = try run(ranks: 1, threads: 1)
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1)] {
      let other = try run(ranks: ranks, threads: threads)
      #expect(
        other.parameters.numbers.map(\.bitPattern) == one.parameters.numbers.map(\.bitPattern))
      #expect(other == one)
    }
  }

  /// Three groups on a line; the labels call the two outer ones, whichever is found first.
  @Test("Components start where their class is labelled, those of no labelled class elsewhere")
  func seeded() throws {
    var generator = SeededGenerator(seed: 1)
    let rows = (0..<300).map { Double([0, 20, 40][$0 % 3]) + generator.normal() }
    // Class 0 is the last group, class 1 the first, class 2 has no labels.
    let labels = (0..<300).map { $0 >= 12 ? -1 : [1, -1, 0][$0 % 3] }
    let data = try DataSet(values: rows, columnCount: 1, labels: labels, world: ClassFits.solo)
    let mixture = try ClassFits.classed(components: 3, columns: 1)
    for seed in 0..<5 as Range<UInt64> {
      for start in [Initialization.kMeans, .kMeansPlusPlus] {
        let means = try ClassFits.fit(mixture, data, from: start, iterations: 0, seed: seed)
          .parameters.means
        #expect(zip(means, [40, 0, 20]).allSatisfy { abs($0 - $1) < 1 })
      }
    }
  }

  @Test("Classes of several components start from different rows of theirs")
  func severalOfAClass() throws {
    var generator = SeededGenerator(seed: 2)
    // Class 0 lies on both sides of class 1.
    let rows = (0..<400).map { Double([0, 60, 20, 40][$0 % 4]) + generator.normal() }
    let labels = (0..<400).map { $0 >= 40 ? -1 : [0, 0, 1, 1][$0 % 4] }
    let data = try DataSet(values: rows, columnCount: 1, labels: labels, world: ClassFits.solo)
    let mixture = try ClassFits.classed(components: 4, perClass: 2, columns: 1)
    let means = try ClassFits.fit(mixture, data, iterations: 20).parameters.means
    #expect(zip(means[..<2].sorted(), [0, 60]).allSatisfy { abs($0 - $1) < 1 })
    #expect(zip(means[2...].sorted(), [20, 40]).allSatisfy { abs($0 - $1) < 1 })
  }

  @Test(
    "Given labels and responsibilities count within the class of a row, and may not contradict it")
  func given() throws {
    let problem = GaussianProblem(
      seed: 6, rowCount: 60, componentCount: 4, columnCount: 1, covarianceType: .full)
    let labels = [1] + Array(repeating: -1, count: 59)
    let data = try DataSet(
      values: problem.rows, columnCount: 1, labels: labels, world: ClassFits.solo)
    let mixture = try ClassFits.classed(components: 4, perClass: 2, columns: 1)
    func message(_ values: [Double], columns: Int) -> String {
      func start(_ mixture: some Family) throws -> Initialization {
        .responsibilities(
          try GivenResponsibilities(
            RowsBeside(values: values, columnCount: columns), for: mixture))
      }
      do {
        _ = try ClassFits.fit(mixture, data, from: start(mixture), iterations: 1)
        return "no error"
      } catch { return "\(error)" }
    }
    let numbers = (0..<60).map { Double(($0 + 2) % 4) }
    #expect(message(numbers, columns: 1) == "no error")
    #expect(
      message([1] + numbers.dropFirst(), columns: 1)
        == "responsibilities: row 1, column 1: found 1, expected 2 to 3, as the class of the row has it"
    )
    let even = [Double](repeating: 0.25, count: 240)
    #expect(message(even, columns: 4) == "no error")
    #expect(
      message([0.5, 0.5, 0, 0] + even.dropFirst(4), columns: 4)
        == "responsibilities: row 1, column 3: found 0, expected a share in component 2 to 3, as the class "
        + "of the row has it")
  }
}
