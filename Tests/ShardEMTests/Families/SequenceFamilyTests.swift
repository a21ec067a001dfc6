import Foundation
import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// A family that is no mixture: each row is a sequence of bits, made by a hidden Markov chain of two states.
///
/// Source: Rabiner, "A tutorial on hidden Markov models" (Proceedings of the IEEE 77, 1989), with scaling.
private struct HiddenChain: Model {
  /// The length of the sequences, T.
  let columnCount: Int

  var layout: ParameterLayout {
    ParameterLayout([
      .init("initial", [2], .weights), .init("transitions", [2, 2], .probability),
      .init("emissions", [2], .probability),
    ])
  }

  struct Step: Pass {
    let initial: [Double]
    let transitions: [Double]
    let emissions: [Double]
    /// Of each state the expected number of sequences that begin in it, of moves between two, of times in
    /// it, and of ones there.
    let slots = Slots.objective + ["starts": 2, "moves": 4, "times": 2, "ones": 2]

    func emission(_ state: Int, _ bit: Double) -> Double {
      bit == 1 ? emissions[state] : 1 - emissions[state]
    }

    func write(
      _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
    ) {
      sums.update(repeating: 0, count: slots.count)
      for n in 0..<block.count {
        add(block.rows + n * block.columnCount, block.columnCount, block.weights?[n] ?? 1, sums)
      }
    }

    private func add(
      _ bits: UnsafePointer<Double>, _ count: Int, _ weight: Double,
      _ sums: UnsafeMutablePointer<Double>
    ) {
      var (forward, scales): ([[Double]], [Double]) = ([], [])
      for t in 0..<count {
        var alpha: [Double] = initial
        if t > 0 {
          let before: [Double] = forward[t - 1]
          for j in 0..<2 { alpha[j] = before[0] * transitions[j] + before[1] * transitions[2 + j] }
        }
        for j in 0..<2 { alpha[j] *= emission(j, bits[t]) }
        scales.append(alpha[0] + alpha[1])
        forward.append(alpha.map { $0 / scales[t] })
        sums[0] += weight * Portable.log(scales[t])
      }
      sums[1] += weight
      var backward = [1.0, 1.0]
      for t in (0..<count).reversed() {
        for j in 0..<2 {
          let state = weight * forward[t][j] * backward[j]
          if t == 0 { sums[2 + j] += state }
          sums[8 + j] += state
          sums[10 + j] += bits[t] * state
        }
        guard t > 0 else { break }
        let next = (0..<2).map { emission($0, bits[t]) * backward[$0] / scales[t] }
        for i in 0..<2 {
          for j in 0..<2 {
            sums[4 + 2 * i + j] += weight * forward[t - 1][i] * transitions[2 * i + j] * next[j]
          }
        }
        backward = (0..<2).map {
          transitions[2 * $0] * next[0] + transitions[2 * $0 + 1] * next[1]
        }
      }
    }
  }

  func step(at parameters: Parameters, sharing work: WorkSharing) -> Step {
    Step(
      initial: parameters["initial"], transitions: parameters["transitions"],
      emissions: parameters["emissions"])
  }

  func maximized(
    _ sums: Sums, of step: Step, from previous: Parameters, sharing work: WorkSharing
  ) -> Parameters {
    let (moves, times, ones) = (sums["moves"], sums["times"], sums["ones"])
    let initial = sums["starts"].map { $0 / sums.weightSum }
    let from = [moves[0] + moves[1], moves[2] + moves[3]]
    let transitions = moves.indices.map { moves[$0] / from[$0 / 2] }
    let emissions = zip(ones, times).map { $0 / $1 }
    return ["initial": initial, "transitions": transitions, "emissions": emissions]
  }
}

@Suite("A family whose rows are sequences")
struct SequenceFamilyTests {
  private let start: Parameters = [
    "initial": [0.6, 0.4], "transitions": [0.7, 0.3, 0.2, 0.8], "emissions": [0.2, 0.7],
  ]

  private func rows(_ count: Int, length: Int) -> [Double] {
    var generator = SeededGenerator(seed: 3)
    return (0..<count).flatMap { _ -> [Double] in
      var state = 0
      return (0..<length).map { _ in
        if generator.uniform() < 0.15 { state = 1 - state }
        return generator.uniform() < (state == 0 ? 0.1 : 0.8) ? 1 : 0
      }
    }
  }

  @Test("Its log-likelihood is the sum over all hidden paths")
  func likelihood() throws {
    let rows = rows(40, length: 6)
    let data = try DataSet(values: rows, columnCount: 6, world: SoloCommunicator())
    let model = HiddenChain(columnCount: 6)
    let total = try Engine(data, threads: 1, world: SoloCommunicator())
      .expectationStep(model, under: start).sums[0]
    let (initial, moves) = (start["initial"], start["transitions"])
    var expected = 0.0
    for n in 0..<40 {
      var likelihood = 0.0
      for path in 0..<64 {
        let states = (0..<6).map { path >> $0 & 1 }
        var product = 1.0
        for t in 0..<6 {
          let emission = start["emissions"][states[t]]
          product *= t == 0 ? initial[states[0]] : moves[2 * states[t - 1] + states[t]]
          product *= rows[6 * n + t] == 1 ? emission : 1 - emission
        }
        likelihood += product
      }
      expected += Foundation.log(likelihood)
    }
    // 40 rows of 4 nats; paths of 12 factors, roundings of u each.
    #expect(relativeError(total.logLikelihood, expected) < 20 * 0x1p-53 * 4)
  }

  @Test("It never falls, and has the same bits on any ranks")
  func neverFalls() throws {
    let rows = rows(300, length: 20)
    func fit(ranks: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try DataSet(values: rows, columnCount: 20, blockRows: 32, world: world)
        return try Engine(data, threads: 2, world: world).fit(
          HiddenChain(columnCount: 20), from: start,
          options: FitOptions(maximumIterations: 60, convergence: .parameters(0))
        ) {
          // 20 logarithms a row of scales, that of step t off by t recursions of 4u each: 210 in all, twice.
          if let change = $0.change { #expect(change >= -2 * 210 * 4 * 0x1p-53) }
        }
      }[0]
    }
    let one = try fit(ranks: 1)
    #expect(one.score.meanLogLikelihood > -20 * 0.62)
    for ranks in [2, 3, 7] { #expect(try fit(ranks: ranks) == one) }
  }
}
