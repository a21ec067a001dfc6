import Host
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import Testing
import _TestSupport

/// Data with missing cells: what is learned of them, and what those see who know nothing of them.
@Suite("Missing cells")
struct MissingCellTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// 12,000 rows of three columns, of which a third of the second and some of the third column are
  /// missing.
  private static let rows: [Double] = (0..<12_000).flatMap { (n: Int) -> [Double] in
    let noise = Double((n * 7919) % 1009) / 64
    return [
      1e6 + noise, n % 3 == 1 ? .nan : Double(n % 17) / 3, n % 41 == 0 ? .nan : -noise * noise,
    ]
  }
  private static let weights = (0..<12_000).map { Double(($0 * 31) % 5) }
  private static let missing = MissingCells.allowed()

  private func csv() -> String {
    "x,y,z\n"
      + (0..<12_000).map { n in
        (0..<3).map { Self.rows[3 * n + $0].isNaN ? "NA" : "\(Self.rows[3 * n + $0])" }
          .joined(separator: ",") + "\n"
      }.joined()
  }

  /// What all ranks know.
  private struct Known: Equatable {
    let minimum, maximum, means, variances: [UInt64]

    init(_ data: DataSet) throws {
      func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }
      #expect(data.observed != nil)
      (minimum, maximum) = (bits(data.ranges.minimum), bits(data.ranges.maximum))
      means = bits(try #require(data.observed?.means))
      variances = bits(try #require(data.observed?.variances))
    }
  }

  @Test("Ranges, means and variances have the same bits on any ranks and threads, in memory or not")
  func sameBits() throws {
    let path = try folder.file("a.csv", csv())
    let weights = try folder.file("w.txt", Self.weights.map { "\($0)\n" }.joined())
    let expected = try Known(
      DataSet(
        values: Self.rows, columnCount: 3, weights: Self.weights, missing: Self.missing,
        world: SoloCommunicator()))
    for ranks in [1, 2, 3, 7] {
      for (threads, memory) in [(1, MemoryLimit.bytes(.max)), (3, .bytes(400 << 10))] {
        let known = try onRanks(ranks) { world in
          let data = try DataSet.open(
            [path], options: ReadOptions(missing: Self.missing), weights: weights, memory: memory,
            threads: threads, world: world)
          #expect(ranks > 1 || data.isInMemory == (threads == 1))
          return [
            try Known(data),
            try Known(
              DataSet(
                values: Self.rows, columnCount: 3, weights: Self.weights, missing: Self.missing,
                threads: threads, world: world)),
          ]
        }
        #expect(known.allSatisfy { $0 == [expected, expected] }, "\(ranks) ranks")
      }
    }
  }

  @Test("Means and variances are those of the observed values by their weights")
  func plainLoops() throws {
    let data = try DataSet(
      values: Self.rows, columnCount: 3, weights: Self.weights, missing: Self.missing,
      world: SoloCommunicator())
    for j in 0..<3 {
      let observed = (0..<12_000).filter { !Self.rows[3 * $0 + j].isNaN && Self.weights[$0] > 0 }
      let total = observed.reduce(0) { $0 + Self.weights[$1] }
      // From 1e6, as sums of so many: some 12,000 roundings of 250.
      let origin = j == 0 ? 1e6 : 0
      let sum = observed.reduce(0) { $0 + Self.weights[$1] * (Self.rows[3 * $1 + j] - origin) }
      let mean = sum / total
      let variance =
        observed.reduce(0) {
          let shift = Self.rows[3 * $1 + j] - origin - mean
          return $0 + Self.weights[$1] * shift * shift
        } / total
      #expect(abs(data.observed!.means[j] - origin - mean) < 1e-9)
      #expect(abs(data.observed!.variances[j] / variance - 1) < 1e-10)
      let values = observed.map { Self.rows[3 * $0 + j] }
      #expect(data.ranges.minimum[j] == values.min() && data.ranges.maximum[j] == values.max())
    }
  }

  @Test("Data without missing cells have no means, though cells may be missing")
  func complete() throws {
    let data = try DataSet(
      values: [1, 2, 3, 4], columnCount: 2, missing: Self.missing, world: SoloCommunicator())
    #expect(data.observed == nil)
  }

  @Test("A missing cell in a row of weight 0 is one, but has no part in the means")
  func absentRow() throws {
    let data = try DataSet(
      values: [.nan, 1, 3, 5, 100, .nan], columnCount: 2, weights: [0, 1, 0], missing: Self.missing,
      world: SoloCommunicator())
    #expect(data.observed?.means == [3, 5] && data.observed?.variances == [0, 0])
  }

  @Test("Rows of which nothing is observed are fine; numbers of given words are missing")
  func nothingObserved() throws {
    let data = try DataSet(
      values: [.nan, -9, 2, 4, 4, -9], columnCount: 2, missing: .allowed(words: ["-9.0"]),
      world: SoloCommunicator())
    #expect(data.observed?.means == [3, 4] && data.observed?.variances == [1, 0])
    #expect(data.ranges == ColumnRanges(minimum: [2, 4], maximum: [4, 4]))
  }

  @Test("A column without a value cannot be fitted, and is named on every rank", arguments: [1, 3])
  func emptyColumn(ranks: Int) throws {
    let path = try folder.file("a.csv", "x,y,w\n1,NA,1\n2,,1\n3,7,0\n")
    let messages = try onRanks(ranks) { world in
      let data = try DataSet.open(
        [path], options: ReadOptions(missing: Self.missing), weights: "w", world: world)
      do {
        _ = try Engine(data, threads: 1, world: world)
          .fit(GaussianMixture(components: 1, columns: 2), from: .kMeans)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(
      Set(messages) == ["column 2 (y): missing in every row; leave it out by ReadOptions.columns"])
  }

  @Test("A column without a value does not matter to densities under a model", arguments: [1, 3])
  func densitiesWithEmptyColumn(ranks: Int) throws {
    let values: [Double] = [1, .nan, 2, .nan, -3, .nan]
    let mixture = GaussianMixture(components: 1, columns: 2)
    let parameters = Parameters(weights: [1], means: [0, 5], covariances: [4, 1, 1, 2])
    let found = try onRanks(ranks) { world in
      let data = try DataSet(
        values: values, columnCount: 2, missing: Self.missing, world: world)
      return try Engine(data, threads: 1, world: world).score(mixture, under: parameters)
        .logLikelihood
    }
    // N(0, 4) of 1, 2 and -3: -(3 log 2π + 3 log 4 + 14 / 4) / 2, some roundings of numbers below 8.
    #expect(Set(found).count == 1)
    #expect(abs(found[0] - -6.586257141) < 1e-9)
  }

  @Test("Infinity and a missing weight are errors still")
  func otherFaults() throws {
    func message(_ values: [Double], weights: [Double]? = nil) -> String {
      do {
        _ = try DataSet(
          values: values, columnCount: 1, weights: weights, missing: Self.missing,
          world: SoloCommunicator())
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(
      message([.nan, 1, -.infinity])
        == "shard 1: row 3, column 1: found -inf, expected a finite number; leave such rows out or "
        + "fill in their values")
    let weight = "row 2: nan is no row weight; expected a finite number from 0 up"
    #expect(message([1, 2], weights: [1, .nan]) == "weights: " + weight)
    let data = try folder.file("a.csv", "1\n2\n")
    let file = try folder.file("w.txt", "1\nNA\n")
    #expect(
      folder.message { _ = try DataSet.open([data], weights: file, world: SoloCommunicator()) }
        == "w.txt: " + weight)
  }

  // MARK: Who knows nothing of them

  private static func filled(_ data: DataSet) throws -> [Double] {
    let means = try #require(data.observed?.means)
    return rows.enumerated().map { $1.isNaN ? means[$0 % 3] : $1 }
  }

  @Test("A pass that takes missing cells gets NaN, another the means of the columns")
  func passes() throws {
    let totals = try onRanks(2) { world in
      let data = try DataSet(
        values: Self.rows, columnCount: 3, missing: Self.missing, threads: 2, world: world)
      let filled = try Self.filled(data)
      let unknowing = BlockPass(["wrong": 1]) { block, _, sums in
        sums[0] = 0
        for i in 0..<block.count * 3 where block.rows[i] != filled[block.firstRow * 3 + i] {
          sums[0] += 1
        }
      }
      let engine = Engine(data, threads: 2, world: world)
      let total = try engine.run([unknowing, CountOfMissing(), unknowing])
      let cells = Self.rows.count(where: \.isNaN)
      #expect(try engine.run([CountOfMissing()]).sums[0].numbers == [Double(cells)])
      try engine.forEachBlock { _, block, _ in
        #expect((0..<block.count * 3).allSatisfy { !block.rows[$0].isNaN })
      }
      return total.sums.map { $0.numbers[0] }
    }
    #expect(totals == [[0, Double(Self.rows.count(where: \.isNaN)), 0], totals[0]])
  }

  @Test("Blocks without missing cells are not copied")
  func notCopied() throws {
    var values = Array(repeating: 1.0, count: 4096)
    values[2000] = .nan
    let data = try DataSet(
      values: values, columnCount: 1, missing: Self.missing, world: SoloCommunicator())
    let base = values.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress!) }
    try Engine(data, threads: 1, world: SoloCommunicator()).forEachBlock { _, block, _ in
      let isInPlace = UInt(bitPattern: block.rows) == base + 8 * UInt(block.firstRow)
      #expect(isInPlace == (block.firstRow != 1024))
    }
  }

  @Test(
    "Starts have the bits of those on data filled with the means of their columns",
    arguments: [1, 2, 3])
  func starts(ranks: Int) throws {
    let bits = try onRanks(ranks) { world in
      let data = try DataSet(
        values: Self.rows, columnCount: 3, weights: Self.weights, missing: Self.missing,
        world: world)
      let filled = try DataSet(
        values: try Self.filled(data), columnCount: 3, weights: Self.weights, world: world)
      for initialization in [Initialization.kMeans, .kMeansPlusPlus, .random] {
        let starts = try [data, filled].map { data in
          try Engine(data, threads: 2, world: world).fit(
            UnitGaussians(componentCount: 4, columnCount: 3, takesMissing: true),
            from: initialization, options: FitOptions(maximumIterations: 0)
          ).parameters.bits
        }
        #expect(starts[0] == starts[1])
      }
      return try [data, filled].map { data in
        try Engine(data, threads: 2, world: world).searching {
          let seeds = try await $0.seeds(count: 9, seed: 5, draw: 1)
          return try await $0.kMeansCenters(from: seeds, columnVariance: 1e-9).map(\.bitPattern)
        }
      }
    }
    #expect(bits.allSatisfy { $0[0] == $0[1] })
  }

  @Test("A model that cannot do without them refuses data with missing cells", arguments: [1, 3])
  func refused(ranks: Int) throws {
    let path = try folder.file(
      "a.csv",
      "x,y\n"
        + (1...3000).map {
          $0 == 2500 || $0 == 2900 ? "1,NA\n" : "\($0 % 7),1\n"
        }.joined())
    let prefix = folder.path + "/"
    let messages = try onRanks(ranks) { world in
      let data = try DataSet.open(
        [path], options: ReadOptions(missing: Self.missing), threads: 2, world: world)
      let engine = Engine(data, threads: 2, world: world)
      let model = UnitGaussians(componentCount: 1, columnCount: 2)
      let parameters = Parameters(weights: [1], means: [0, 0])
      let noisy = try Families.standard.mixture(
        GaussianMixture.self, FamilyOptions(values: ["noise": "0.1"]), components: 1, columns: 2)
      func fit(_ mixture: some Family) throws { _ = try engine.fit(mixture, from: .kMeans) }
      return [
        { _ = try engine.fit(model, from: .kMeans) },
        { _ = try engine.fit(model, from: parameters) },
        { _ = try engine.score(model, under: parameters) },
        { try engine.predict(model, under: parameters) { _ in } },
        { try fit(noisy) },
      ].map { (work: () throws -> Void) in
        do {
          try work()
          return "no error"
        } catch {
          #expect(exitStatus(of: error) == 2)
          return "\(error)".replacing(prefix, with: "")
        }
      }
    }
    func line(_ model: String) -> String {
      "a.csv: row 2501, column 2 (y): a missing cell, which \(model) cannot do without; leave such "
        + "rows out or fill in their values"
    }
    let ofNoise = line("gaussian (full) with noise that has no box along the columns")
    let expected = Array(repeating: line("the model"), count: 4) + [ofNoise]
    #expect(messages.allSatisfy { $0 == expected }, "\(messages[0])")
  }

  @Test("What a family cannot model is looked for among the values that are there")
  func valueCheck() {
    let check = BernoulliMixture(componentCount: 1, columnCount: 2).valueCheck
    let rows: [Double] = [.nan, 1, 0, .nan, 3, 1]
    let problem = check?(RowBlock(rows: rows, count: 3, columnCount: 2))
    #expect(problem == ValueProblem(row: 2, column: 0, value: 3, expected: "0 or 1"))
  }

  @Test("A fit goes on only with data in which the same cells are missing")
  func fingerprint() throws {
    func print(_ values: [Double]) throws -> DataFingerprint {
      let world = SoloCommunicator()
      let data = try DataSet(values: values, columnCount: 1, missing: Self.missing, world: world)
      return try Engine(data, threads: 1, world: world).fingerprint()
    }
    let first = try print([1, .nan, 2])
    #expect(try print([1, .nan, 2]) == first)
    #expect(try print([1, 1.5, 2]).difference(from: first) != nil)
    #expect(try print([.nan, 1, 2]).difference(from: first) != nil)
  }
}

/// The number of missing cells.
private struct CountOfMissing: Pass {
  var slots: Slots { ["missing": 1] }
  var takesMissing: Bool { true }

  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) {
    let cells = UnsafeBufferPointer(start: block.rows, count: block.count * block.columnCount)
    sums[0] = Double(cells.count(where: \.isNaN))
  }
}
