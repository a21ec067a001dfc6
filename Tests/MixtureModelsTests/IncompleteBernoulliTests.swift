import Kernels
import MixtureModels
import Testing

@Suite("Bits that are missing")
struct IncompleteBernoulliTests {
  @Test("A missing bit is left out of the product, and of the counts of its column")
  func plain() throws {
    let rows: [Double] = [1, 0, .nan, .nan, 1, 1, 0, .nan, 0, .nan, .nan, .nan]
    let mixture = BernoulliMixture(componentCount: 2, columnCount: 3, smoothing: 0.5)
      .observing(ObservedColumns(means: [0.5, 0.5, 0.5], variances: [0.25, 0.25, 0.25]))
    // Certain ones among them: a missing bit contradicts nothing.
    let probabilities = [0.2, 0.5, 1, 0.75, 0, 0.25]
    let start = Parameters(weights: [0.25, 0.75], probabilities: probabilities)
    let step = try mixture.step(at: start, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    rows.withUnsafeBufferPointer {
      step.write(
        RowBlock(rows: $0.baseAddress!, count: 4, columnCount: 3), workspace: Workspace(),
        into: &numbers)
    }
    let sums = Sums(step.slots, numbers)

    var logLikelihood = 0.0
    var masses = [0.0, 0.0]
    var (ones, counts) = ([Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6))
    for n in 0..<4 {
      let row = rows[3 * n..<3 * n + 3].enumerated().filter { !$0.element.isNaN }
      let joint = (0..<2).map { k in
        row.reduce([0.25, 0.75][k]) {
          $0
            * ($1.element == 1
              ? probabilities[3 * k + $1.offset] : 1 - probabilities[3 * k + $1.offset])
        }
      }
      let density = joint.reduce(0, +)
      logLikelihood += Portable.log(density)
      for k in 0..<2 {
        masses[k] += joint[k] / density
        for (j, value) in row {
          counts[3 * k + j] += joint[k] / density
          ones[3 * k + j] += value * joint[k] / density
        }
      }
    }
    // A dozen roundings of numbers of the order of 1.
    #expect(abs(sums.logLikelihood - logLikelihood) < 1e-14)
    let next = try mixture.maximized(sums, of: step, from: start, sharing: .none)
    for i in 0..<6 {
      #expect(abs(next.probabilities[i] - (ones[i] + 0.5) / (counts[i] + 1)) < 1e-14)
    }
    for k in 0..<2 { #expect(abs(next.weights[k] - masses[k] / 4) < 1e-14) }
  }
}
