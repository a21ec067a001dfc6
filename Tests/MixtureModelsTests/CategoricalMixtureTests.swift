import Kernels
import MixtureModels
import Testing
import _TestSupport

@Suite("Mixtures of categorical distributions")
struct CategoricalMixtureTests {
  private static let counts = [3, 2, 5]
  private static let columns = counts.count
  private static let rowCount = 70

  private struct Problem {
    let mixture: CategoricalMixture
    let start: Parameters
    let rows: [Double]
  }

  /// Rows of which a fifth of the cells are missing.
  private func problem(components: Int, seed: UInt64) -> Problem {
    var generator = SeededGenerator(seed: seed)
    func distribution(_ count: Int) -> [Double] {
      let numbers = (0..<count).map { _ in 0.1 + generator.uniform() }
      let total = numbers.reduce(0, +)
      return numbers.map { $0 / total }
    }
    let names = Self.counts.map { count in (0..<count).map { "c\($0)" } }
    let mixture = CategoricalMixture(componentCount: components, categories: names, smoothing: 0.5)
      .observing(ObservedColumns(means: [1, 1, 1], variances: [1, 1, 1]))
    let weights = distribution(components)
    let probabilities = (0..<components).flatMap { _ in Self.counts.flatMap(distribution) }
    let rows = (0..<Self.rowCount * Self.columns).map { i -> Double in
      let value = (generator.uniform() * Double(Self.counts[i % Self.columns])).rounded(.down)
      return generator.uniform() < 0.2 ? .nan : value
    }
    return Problem(
      mixture: mixture, start: ["weights": weights, "probabilities": probabilities], rows: rows)
  }

  /// One E-step and M-step by plain loops.
  private func plainStep(_ problem: Problem) -> (logLikelihood: Double, next: Parameters) {
    let count = problem.mixture.componentCount
    let total = Self.counts.reduce(0, +)
    let firsts = [0, 3, 5]
    let probabilities = problem.start["probabilities"]
    var (logLikelihood, masses) = (0.0, [Double](repeating: 0, count: count))
    var counts = [Double](repeating: 0.5, count: count * total)
    for start in stride(from: 0, to: problem.rows.count, by: Self.columns) {
      let cells = (0..<Self.columns).compactMap { j -> Int? in
        let value = problem.rows[start + j]
        return value.isNaN ? nil : firsts[j] + Int(value)
      }
      let joint = (0..<count).map { k in
        cells.reduce(Portable.log(problem.start.weights[k])) {
          $0 + Portable.log(probabilities[k * total + $1])
        }
      }
      let (responsibilities, logDensity) = PlainLoops.posterior(joint)
      logLikelihood += logDensity
      for k in 0..<count {
        masses[k] += responsibilities[k]
        for cell in cells { counts[k * total + cell] += responsibilities[k] }
      }
    }
    for k in 0..<count {
      for (first, length) in zip(firsts, Self.counts) {
        let range = k * total + first..<k * total + first + length
        let sum = counts[range].reduce(0, +)
        for i in range { counts[i] /= sum }
      }
    }
    let weights = masses.map { $0 / Double(Self.rowCount) }
    return (logLikelihood, ["weights": weights, "probabilities": counts])
  }

  @Test(
    "A step is that of plain loops, missing cells being left out", arguments: [1, 2, 7, 8, 9, 17])
  func steps(components: Int) throws {
    let problem = problem(components: components, seed: UInt64(components))
    let step = try problem.mixture.step(at: problem.start, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    problem.rows.withUnsafeBufferPointer {
      step.write(
        RowBlock(rows: $0.baseAddress!, count: Self.rowCount, columnCount: Self.columns),
        workspace: Workspace(), into: &numbers)
    }
    let sums = Sums(step.slots, numbers)
    let expected = plainStep(problem)
    // Log densities of up to 10 nats of five terms each, off by 10 x 2^-53 a term; and so are
    // responsibilities.
    #expect(relativeError(sums.logLikelihood, expected.logLikelihood) < 1e-14)
    let next = try problem.mixture.maximized(sums, of: step, from: problem.start, sharing: .none)
    #expect(relativeError(next.weights, expected.next.weights) < 1e-14)
    #expect(relativeError(next["probabilities"], expected.next["probabilities"]) < 1e-14)
  }

  /// Two categories are a bit: an independent kernel.
  @Test("With two categories it is the mixture of Bernoulli distributions")
  func bernoulli() throws {
    var generator = SeededGenerator(seed: 3)
    let rows = (0..<300).map { _ in generator.uniform() < 0.4 ? 1.0 : 0 }
    let ones = [0.2, 0.7, 0.4, 0.9, 0.3, 0.6]
    let own = CategoricalMixture(
      componentCount: 2, categories: Array(repeating: ["0", "1"], count: 3), smoothing: 0)
    let bits = BernoulliMixture(componentCount: 2, columnCount: 3, smoothing: 0)
    func run(_ mixture: some Family, _ start: Parameters) throws -> (Double, Parameters) {
      let step = try mixture.step(at: start, sharing: .none)
      var numbers = [Double](repeating: 0, count: step.slots.count)
      try rows.withUnsafeBufferPointer {
        try step.write(
          RowBlock(rows: $0.baseAddress!, count: 100, columnCount: 3), workspace: Workspace(),
          into: &numbers)
      }
      let sums = Sums(step.slots, numbers)
      return (
        sums.logLikelihood, try mixture.maximized(sums, of: step, from: start, sharing: .none)
      )
    }
    let categories = try run(
      own, ["weights": [0.3, 0.7], "probabilities": ones.flatMap { [1 - $0, $0] }])
    let bernoulli = try run(bits, ["weights": [0.3, 0.7], "probabilities": ones])
    // Both are sums of five terms of up to 4 nats.
    #expect(relativeError(categories.0, bernoulli.0) < 1e-14)
    let found = stride(from: 1, to: 12, by: 2).map { categories.1["probabilities"][$0] }
    #expect(relativeError(found, bernoulli.1["probabilities"]) < 1e-14)
  }

  /// Rows of a caller's own, which no data set has checked.
  @Test("A row with a number of no category has density 0, and adds to nothing")
  func impossible() throws {
    let mixture = CategoricalMixture(
      componentCount: 2, categories: [["a", "b"], ["c"]], smoothing: 1)
    let start: Parameters = [
      "weights": [0.5, 0.5], "probabilities": [0.5, 0.5, 1, 0.25, 0.75, 1],
    ]
    for odd in [2, -1, 1e300, -.infinity, .infinity] as [Double] {
      let joint = try mixture.logJoint(rows: [odd, 0, 1, odd], under: start)
      #expect(joint == [Double](repeating: -.infinity, count: 4))
    }
  }

  @Test("Other values than the numbers of categories are refused, as is a column without any")
  func refused() throws {
    let mixture = CategoricalMixture(componentCount: 1, categories: [["a", "b"], ["c"]])
    let check = try #require(mixture.valueCheck)
    for (rows, place) in [
      ([0, 0, 2, 0], [1, 0]), ([1, 0.5, 0, 0], [0, 1]), ([0, 0, -1, 0], [1, 0]),
    ]
      as [([Double], [Int])]
    {
      let problem = rows.withUnsafeBufferPointer {
        check(RowBlock(rows: $0.baseAddress!, count: 2, columnCount: 2))
      }
      #expect(problem.map { [$0.row, $0.column ?? -1] } == place)
    }
    #expect(throws: FitError.self) {
      try CategoricalMixture(componentCount: 1, categories: [["a"], []]).requireUsable()
    }
  }
}
