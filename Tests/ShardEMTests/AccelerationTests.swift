import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Acceleration")
struct AccelerationTests {
  private static let layout = ParameterLayout([.init("x", [3], .free)])

  /// Runs a map from `start` until it moves less than 1e-12, at proposals if there are any; how often.
  private func applications(
    of map: ([Double]) -> [Double], from start: [Double], _ acceleration: Acceleration
  ) -> Int {
    let coordinates = ParameterCoordinates(of: Self.layout, about: ["x": [1, 1, 1]])
    var accelerator = Accelerator(acceleration, coordinates)
    var (point, count) = (start, 0)
    while count < 100_000 {
      count += 1
      let image = map(point)
      if zip(point, image).allSatisfy({ abs($0 - $1) < 1e-12 }) { break }
      accelerator.add(point, image, iteration: count)
      if acceleration != .none, let proposal = accelerator.proposal(after: count) {
        accelerator.accept(proposal)
        point = proposal.values
      } else {
        point = image
      }
    }
    return count
  }

  @Test("A linear map with factors near 1 gets to its fixed point in few steps")
  func linear() {
    let factors = [0.999, 0.9, 0.3]
    func map(_ x: [Double]) -> [Double] { zip(x, factors).map { 1 + $1 * ($0 - 1) } }
    let start = [5.0, -3, 2]
    let plain = applications(of: map, from: start, .none)
    #expect(plain > 20_000)
    // Three factors: four pairs say all of them, once there are four.
    #expect(applications(of: map, from: start, .anderson) <= 20)
    #expect(applications(of: map, from: start, .squarem) < plain / 50)
  }

  @Test("Plain steps come first")
  func first() {
    let coordinates = ParameterCoordinates(of: Self.layout, about: ["x": [1, 1, 1]])
    var accelerator = Accelerator(.anderson, coordinates)
    for iteration in 1..<Accelerator.plainIterations {
      accelerator.add([1, 2, 3], [0.9, 1.8, 2.7], iteration: iteration)
      #expect(accelerator.proposal(after: iteration) == nil)
    }
  }

  @Test("They are few near a maximum")
  func near() {
    let coordinates = ParameterCoordinates(of: Self.layout, about: ["x": [1, 1, 1]])
    let count = Accelerator.plainIterationsNear
    var accelerator = Accelerator(.squarem, coordinates, plainIterations: count)
    for iteration in 1...count {
      #expect(accelerator.proposal(after: iteration - 1) == nil)
      let factor = Double(1 << (2 * iteration))
      accelerator.add([4 / factor, 0, 0], [1 / factor, 0, 0], iteration: iteration)
    }
    // Steps that fall by 4 lead to 0, but for some roundings of numbers up to 1/2.
    let values = accelerator.proposal(after: count)?.values ?? [1]
    #expect(values.allSatisfy { abs($0) < 0x1p-50 })
  }

  @Test("All that an accelerator has comes back from a checkpoint's numbers")
  func numbers() {
    let coordinates = ParameterCoordinates(of: Self.layout, about: ["x": [1, 2, 4]])
    var accelerator = Accelerator(
      .squarem, coordinates, plainIterations: Accelerator.plainIterations + 1)
    // Before it has looked back upon any.
    #expect(Accelerator(accelerator.numbers, layout: Self.layout) == accelerator)
    for iteration in 7...14 {
      let x = Double(iteration)
      accelerator.add([x, 1 / x, 3], [x + 1, 1 / (x + 1), 3], iteration: iteration)
      if let proposal = accelerator.proposal(after: iteration) {
        if iteration == 13 { accelerator.reject() } else { accelerator.accept(proposal) }
      }
      #expect(Accelerator(accelerator.numbers, layout: Self.layout) == accelerator)
      #expect(Accelerator(accelerator.numbers.dropLast(), layout: Self.layout) == nil)
    }
  }

  /// Two groups that overlap, whose likelihood is flat.
  private static let slow = GaussianProblem(
    seed: 11, rowCount: 400, componentCount: 3, columnCount: 2, covarianceType: .full, separation: 1
  )

  @Test("A fit that is accelerated ends no lower than a plain one, after fewer E-steps")
  func fewer() throws {
    func run(_ acceleration: Acceleration) throws -> (fit: Fit, steps: Int) {
      var steps = 0
      let options = FitOptions(
        maximumIterations: 5000, convergence: .logLikelihood(1e-9), acceleration: acceleration)
      let fit = try Self.slow.fit(options: options) { steps += 1 + $0.retakes + $0.rejected }
      #expect(fit.converged)
      return (fit, steps)
    }
    let (plain, accelerated) = (try run(.none), try run(.anderson))
    let rows = 400.0
    // Both are within 1e-9 nats a row of a maximum, the same one.
    #expect(accelerated.fit.objective > plain.fit.objective - 2e-9 * rows)
    #expect(plain.steps > 60)
    #expect(2 * accelerated.steps < plain.steps)
  }

  @Test("A fit that was stopped at any iteration goes on to the same bits")
  func resumed() throws {
    let options = FitOptions(maximumIterations: 40, convergence: .parameters(0))
    let mixture = GaussianMixture(components: 3, columns: 2)
    let data = try DataSet(
      values: Self.slow.rows, columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let identity = FitIdentity(settings: [], data: try engine.fingerprint())
    var checkpoints: [[UInt8]] = []
    let whole = try engine.fit(
      mixture, from: .parameters(Self.slow.start), options: options,
      keep: { checkpoints.append(Checkpoint($0, of: mixture, identity).encoded()) })
    #expect(checkpoints.count == 40)
    for bytes in checkpoints {
      let state = try #require(try Checkpoint(bytes, path: "c").state(of: mixture))
      let fit = try engine.fit(
        mixture, from: .parameters(Self.slow.start), options: options, resuming: state)
      #expect(fit == whole)
    }
  }
}

@Suite("What is left to gain")
struct RemainingGainTests {
  private func estimate(_ objectives: [Double]) -> Double? {
    RemainingGain.estimate(objectives) { $1 - $0 }
  }

  @Test("Of gains that fall by a factor, the sum of those to come, and no less than the last")
  func geometric() {
    // 1 - 2^-n, and 1 - (3/4)^n.
    #expect(estimate((0..<6).map { 1 - 1 / Double(1 << $0) }) == 1.0 / 32)
    #expect(estimate([0, 0.25, 0.4375]) == 0.5625)
    #expect(estimate([0, 8, 9]) == 1)
    #expect(estimate([0, 1]) == nil)
  }

  @Test("Gains that grow tell nothing, and none that are rounding")
  func others() {
    #expect(estimate([0, 1, 3]) == nil)
    #expect(estimate([0, 1, 1]) == 0)
    #expect(estimate([0, 1, 1.0.nextUp]) == 0)
  }

  /// Of accelerated iterations whose gains are these.
  private func estimate(gains: [Double], rates: [Double], age: Int = 0) -> Double? {
    let objectives = gains.reduce(into: [0.0]) { $0.append($0.last! + $1) }
    return RemainingGain.estimate(objectives, cycles: .init(rates: rates, age: age)) { $1 - $0 }
  }

  @Test("Of accelerated iterations what EM's own gains leave, and no less than six have gained")
  func accelerated() {
    // 1 + 31/32 + ... after one of 32/31.
    let slow = Array(repeating: 31.0 / 32, count: 4)
    #expect(estimate(gains: [16, 1, 1, 4, 1, 1], rates: slow) == 31)
    #expect(estimate(gains: [16, 1, 1, 4, 1, 1], rates: slow, age: 1) == 31)
    #expect(estimate(gains: [1, 16, 1, 1, 4, 1], rates: slow, age: 2) == 31)
    #expect(estimate(gains: [64, 1, 1, 4, 1, 1], rates: slow) == 72)
    // The larger of two cycles, by the largest factor of three.
    #expect(estimate(gains: [8, 1, 3, 4, 1, 1], rates: slow) == 93)
    #expect(estimate(gains: [8, 1, 1, 4, 1, 1], rates: [0.25, 31.0 / 32, 0.25, 0.25]) == 31)
    #expect(estimate(gains: [8, 1, 1, 4, 1, 1], rates: [31.0 / 32, 0.25, 0.25, 0.25]) == 31)
  }

  @Test(
    "Of accelerated iterations the last gain, where EM's steps fall fast; nothing where they grow")
  func fast() {
    #expect(estimate(gains: [4, 1, 0.5], rates: [0.25]) == 0.5)
    #expect(estimate(gains: [8, 1, 0, 4, 1, 0.5], rates: [0.5, 0.5]) == 0.5)
    #expect(estimate(gains: [8, 1, 2, 4, 1, 0.5], rates: [0.5, 0.5]) == 2)
    #expect(estimate(gains: [4, 1, 0.5], rates: [0.75]) == nil)
    #expect(estimate(gains: [1, 0.5], rates: [0.75, 0.75], age: 1) == nil)
    #expect(estimate(gains: [8, 1, 1, 4, 1, 1], rates: [1, 0.75]) == nil)
    #expect(estimate(gains: [], rates: []) == nil)
  }
}
