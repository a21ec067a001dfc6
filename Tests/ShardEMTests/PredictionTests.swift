import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing

@Suite("Prediction")
struct PredictionTests {
  @Test("Every row is predicted once, as plain loops do", arguments: [1, 3])
  func plainLoops(ranks: Int) throws {
    let rows = try threeGaussianRows(300)
    let parts = try onRanks(ranks) { world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 50, world: world)
      let found = Mutex<[(row: Int, label: Int, shares: [Double], logDensity: Double)]>([])
      try Engine(data, threads: 2, world: world).predict(threeGaussians, under: threeCenters) {
        block in
        for n in 0..<block.count {
          let shares = (0..<3).map { block.responsibilities![3 * n + $0] }
          let row = (
            row: block.firstRow + n, label: Int(block.labels[n]), shares: shares,
            logDensity: block.logDensities![n]
          )
          found.withLock { $0.append(row) }
        }
      }
      return found.withLock { $0 }
    }
    let found = parts.flatMap { $0 }.sorted { $0.row < $1.row }
    #expect(found.map(\.row) == Array(0..<300))
    for prediction in found {
      let logJoint = (0..<3).map { k in
        let square = (0..<2).reduce(0) { sum, j in
          let difference = rows[2 * prediction.row + j] - threeCenters.means[2 * k + j]
          return sum + difference * difference
        }
        return Portable.log(threeCenters.weights[k]) - Portable.log(2 * .pi) - square / 2
      }
      #expect(logJoint[prediction.label] == logJoint.max()!)
      // A few roundings of numbers below 100.
      let logSum = Portable.log(logJoint.reduce(0) { $0 + Portable.exp($1) })
      #expect(abs(prediction.logDensity - logSum) < 1e-13)
      for (share, joint) in zip(prediction.shares, logJoint) {
        #expect(abs(share - Portable.exp(joint - logSum)) < 1e-13)
      }
    }
  }

  @Test("Without the other parts, labels and errors are the same")
  func labelsOnly() throws {
    let rows = try threeGaussianRows(300)
    let data = try DataSet(values: rows, columnCount: 2, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    func labels(_ parts: Prediction.Parts) throws -> [Int64] {
      let found = Mutex<[Int64]>([])
      try engine.predict(threeGaussians, under: threeCenters, parts: parts) { block in
        #expect((block.responsibilities == nil) == !parts.contains(.responsibilities))
        #expect((block.logDensities == nil) == !parts.contains(.logDensities))
        let labels = (0..<block.count).map { block.labels[$0] }
        found.withLock { $0 += labels }
      }
      return found.withLock { $0 }
    }
    let expected = try labels([.responsibilities, .logDensities])
    #expect(expected.count == 300 && Set(expected) == [0, 1, 2])
    for parts in [[], .responsibilities, .logDensities] as [Prediction.Parts] {
      #expect(try labels(parts) == expected)
    }
    let far = try DataSet(values: [1, 2, 1e160, 0], columnCount: 2, world: SoloCommunicator())
    for parts in [[], .logDensities] as [Prediction.Parts] {
      #expect(throws: DataSetError.self) {
        try Engine(far, threads: 1, world: SoloCommunicator()).predict(
          threeGaussians, under: threeCenters, parts: parts
        ) { _ in }
      }
    }
  }

  @Test("Ties go to the lowest component")
  func ties() throws {
    let data = try DataSet(values: [1, 2, 3], columnCount: 1, world: SoloCommunicator())
    let model = UnitGaussians(componentCount: 2, columnCount: 1)
    try Engine(data, threads: 1, world: SoloCommunicator()).predict(
      model, under: .init(weights: [0.5, 0.5], means: [2, 2])
    ) { block in
      for n in 0..<3 {
        #expect(block.labels[n] == 0)
        #expect(block.responsibilities![2 * n] == 0.5)
      }
    }
  }

  @Test("The score of fitted parameters has the bits that the fit reports")
  func score() throws {
    let rows = try threeGaussianRows(500)
    _ = try onRanks(2) { world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 50, world: world)
      let engine = Engine(data, threads: 1, world: world)
      let fit = try engine.fit(threeGaussians, from: .kMeans)
      #expect(try engine.score(threeGaussians, under: fit.parameters) == fit.score)
      // Eight free parameters, 500 rows: ln 500 - 2 = 4.2146...
      #expect(fit.score.aic == 16 - 2 * fit.score.logLikelihood)
      let penalty = fit.score.bic - fit.score.aic
      #expect(abs(penalty - 8 * 4.214608098422191) < 1e-11)
    }
  }

  @Test("Data of other columns than the model's are refused")
  func columns() throws {
    let data = try DataSet(values: [1, 2, 3], columnCount: 3, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    #expect(throws: DataSetError.columns(found: 3, expected: 2)) {
      try engine.score(threeGaussians, under: threeCenters)
    }
    #expect(throws: DataSetError.columns(found: 3, expected: 2)) {
      try engine.predict(threeGaussians, under: threeCenters) { _ in }
    }
  }

  @Test("A row whose log-density is not finite is named, on every rank")
  func beyondRange() throws {
    let error = #expect(throws: RankFailure.self) {
      try onRanks(2) { world in
        // The square of 1e160 is infinite.
        let data = try DataSet(
          values: [0, 1, 1, 0, 1, 3, 1e160, 0], columnCount: 2, shardRows: [1, 3], world: world)
        try Engine(data, threads: 1, world: world)
          .predict(threeGaussians, under: threeCenters) { _ in }
      }
    }
    #expect(error?.message.hasPrefix("shard 2: row 3: found a log-density of -inf ") == true)
    #expect(error?.exitStatus == 2)
  }

  @Test("What is too large for sums in float64 is named: weights, values or the model")
  func causesBeyondRange() throws {
    func cause(
      _ value: Double = 1, weight: Double = 1, mean: Double = 0
    ) throws -> DataSetError.Cause? {
      var parameters = threeCenters
      if mean != 0 { parameters.means = parameters.means.map { _ in mean } }
      let world = SoloCommunicator()
      let data = try DataSet(
        values: [0, 1, value, 0], columnCount: 2, weights: [1, weight], world: world)
      do {
        _ = try Engine(data, threads: 1, world: world).score(threeGaussians, under: parameters)
      } catch DataSetError.beyondRange(let cause) { return cause }
      return nil
    }
    #expect(try cause(weight: 1e308) == .weights(upTo: 1e308))
    #expect(try cause(1e160) == .values(upTo: 1e160))
    // Half of the squares, 1e306, is a number; two of them are no sum.
    #expect(try cause(mean: 1e153) == .model(upTo: 1))
    #expect(try cause(1e100, weight: 1e100, mean: 1e50) == nil)
  }

  @Test("A value that the family cannot take is named by file, row and column")
  func unsuitableValue() throws {
    let error = #expect(throws: RankFailure.self) {
      try onRanks(2) { world in
        let data = try DataSet(
          values: [0, 1, 1, 0, 1, 3, 0, 0], columnCount: 2, shardRows: [1, 3], world: world)
        _ = try Engine(data, threads: 1, world: world)
          .fit(BernoulliMixture(componentCount: 2, columnCount: 2), from: .kMeans)
      }
    }
    #expect(error?.message == "shard 2: row 2, column 2: found 3, expected 0 or 1")
    #expect(error?.exitStatus == 2)
  }
}
