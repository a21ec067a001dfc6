import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("The choice among candidates for seeds")
struct SeedChoiceTests {
  /// Rows of small whole numbers, whose distances are exact, and masses that sum exactly in any order.
  struct Problem {
    let rows: [[Double]]
    let masses: [Double]
    let generator = Philox(seed: 11)

    init(count: Int, columns: Int) {
      let generator = generator
      rows = (0..<count).map { n in
        (0..<columns).map {
          (100 * generator.uniform(purpose: 0, row: n, index: $0)).rounded(.down)
        }
      }
      masses = (0..<count).map {
        (5 * generator.uniform(purpose: 1, row: $0, index: 0)).rounded(.down)
      }
    }

    func uniform(_ candidate: Int, _ step: Int) -> Double {
      generator.uniform(purpose: 2, row: candidate, index: step)
    }

    func chosen(_ count: Int, sharing: WorkSharing) throws -> [Int] {
      var candidates = SeedCandidates(columnCount: rows[0].count)
      candidates.add(rows)
      return try SeedChoice(candidates, masses: masses, seedCount: count)
        .chosen(count, sharing: sharing) { [self] in uniform($0, $1) }
    }

    /// Greedy k-means++ in plain loops.
    func chosenPlainly(_ count: Int) -> [Int] {
      var distances: [Double]?
      return (0..<count).map { step in
        var rates = zip(masses, distances ?? masses.map { _ in 1 }).map { $0 * $1 }
        if rates.allSatisfy({ $0 == 0 }) { rates = masses }
        let drawn = rows.indices.filter { rates[$0] > 0 }
          .map { (-Portable.log(uniform($0, step)) / rates[$0], $0) }.sorted { $0 < $1 }
          .prefix(step == 0 ? 1 : 2 + Int(Portable.log(Double(count)))).map(\.1)
        let left = drawn.map { trial in
          rows.indices.map { n in
            let square = zip(rows[n], rows[trial]).reduce(0) {
              $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
            }
            return min(square, distances?[n] ?? .infinity)
          }
        }
        let potentials = left.map { zip($0, masses).reduce(0) { $0 + $1.0 * $1.1 } }
        let best = potentials.firstIndex(of: potentials.min()!)!
        distances = left[best]
        return drawn[best]
      }
    }
  }

  @Test(
    "is that of plain loops",
    arguments: [(1, 1, 1), (31, 2, 3), (600, 3, 25), (1537, 7, 40), (200, 1, 150)])
  func plain(count: Int, columns: Int, seeds: Int) throws {
    let problem = Problem(count: count, columns: columns)
    let chosen = try problem.chosen(seeds, sharing: .none)
    #expect(chosen == problem.chosenPlainly(seeds))
    // With 200 rows of 100 values, all are copies of seeds at last; or that path is not tested.
    let different = Set(chosen.map { problem.rows[$0] }).count
    #expect(different == seeds || (count, columns) == (200, 1))
  }

  @Test("is the same on any number of ranks that share its parts", arguments: [1, 2, 3, 7])
  func shared(ranks: Int) throws {
    let problem = Problem(count: 1900, columns: 5)
    let alone = try problem.chosen(30, sharing: .none)
    let outcomes = try onRanks(ranks) { world in
      try problem.chosen(
        30,
        sharing: WorkSharing(exchange: { try world.exchanged($0, $1) }) { count, body in
          for part in 0..<count { try body(part) }
        })
    }
    for outcome in outcomes { #expect(outcome == alone) }
  }

  @Test("holds no NaN where distances overflow or a candidate stands for no row")
  func overflow() throws {
    var candidates = SeedCandidates(columnCount: 1)
    candidates.add([[-1e300], [1e300], [0], [1e300]])
    let chosen = try SeedChoice(candidates, masses: [1, 2, 0, 0], seedCount: 2)
      .chosen(2, sharing: .none) { candidate, step in 0.1 + 0.2 * Double(candidate) }
    #expect(Set(chosen) == [0, 1])
  }
}
