import MessagePassing
import MixtureModels
import ShardEM
import Testing

/// What a program may ask for by mistake is an error that it can catch, not its end.
@Suite struct UnusableSettingTests {
  private let world = SoloCommunicator()

  private func engine(_ rows: [Double] = [1, 2, 5, 6, 9, 4]) throws -> Engine {
    Engine(try DataSet(values: rows, columnCount: 2, world: world), threads: 1, world: world)
  }

  @Test("No components, no columns, or another regularization than a number from 0 up")
  func models() throws {
    for (model, setting) in [
      (GaussianMixture(components: 0, columns: 2), "0 components"),
      (GaussianMixture(components: -1, columns: 2), "-1 components"),
      (GaussianMixture(components: 1, columns: 0), "0 columns"),
      (GaussianMixture(components: 1, columns: -2), "-2 columns"),
    ] {
      let error = FitError.unusable(setting: setting, expected: "1 or more")
      let none = Parameters(weights: [], means: [], covariances: [])
      #expect(throws: error) { try engine().fit(model, from: .kMeans) }
      #expect(throws: error) { try engine().fit(model, from: none) }
      #expect(throws: error) { try engine().score(model, under: none) }
      #expect(throws: error) { try engine().predict(model, under: none) { _ in } }
      #expect(throws: error) { try model.sample(rows: 0..<2, under: none, seed: 0) }
    }
    #expect(throws: FitError.unusable(setting: "0 components", expected: "1 or more")) {
      try engine([0, 1, 1, 1]).fit(
        BernoulliMixture(componentCount: 0, columnCount: 2), from: .kMeans)
    }
    #expect(throws: FitError.unusable(setting: "0 components", expected: "1 or more")) {
      try engine().fit(UnitGaussians(componentCount: 0, columnCount: 2), from: .kMeans)
    }
    for value in [-1, .nan, .infinity] {
      let expected = "a finite number from 0 up"
      #expect(throws: FitError.unusable(setting: "regularization \(value)", expected: expected)) {
        try engine().fit(
          GaussianMixture(components: 1, columns: 2, regularization: value), from: .kMeans)
      }
      #expect(throws: FitError.unusable(setting: "smoothing \(value)", expected: expected)) {
        try engine([0, 1, 1, 1]).fit(
          BernoulliMixture(componentCount: 1, columnCount: 2, smoothing: value), from: .kMeans)
      }
    }
  }

  @Test("Parameters of another number of components")
  func parameters() throws {
    let model = GaussianMixture(components: 2, columns: 2)
    let one = Parameters(weights: [1], means: [0, 0], covariances: [1, 0, 0, 1])
    let error = FitError.unusable(setting: "7 parameters", expected: "those of the model")
    #expect(throws: error) { try engine().fit(model, from: one) }
    #expect(throws: error) { try engine().score(model, under: one) }
  }

  @Test("Options of which no fit can be made")
  func options() throws {
    let model = GaussianMixture(components: 1, columns: 2)
    for (options, setting, expected) in [
      (FitOptions(maximumIterations: -1), "-1 iterations", "0 or more"),
      (FitOptions(restarts: 0), "0 restarts", "1 or more"),
      (FitOptions(restarts: 1_000_001), "1000001 restarts", "at most 1000000"),
      (FitOptions(restarts: .max), "9223372036854775807 restarts", "at most 1000000"),
      (
        FitOptions(convergence: .parameters(-1)), "a tolerance of -1.0", "a number from 0 up"
      ),
      (
        FitOptions(convergence: .logLikelihood(.nan)), "a tolerance of nan", "a number from 0 up"
      ),
    ] {
      #expect(throws: FitError.unusable(setting: setting, expected: expected)) {
        try engine().fit(model, from: .kMeans, options: options)
      }
      #expect(throws: FitError.unusable(setting: setting, expected: expected)) {
        try engine().select(
          [Candidate("one", components: 1) { _ in model }], from: .kMeans, options: options)
      }
    }
  }

  @Test("Numbers in memory that are no rows")
  func rows() throws {
    #expect(throws: DataSetError.noRows) {
      try DataSet(values: [], columnCount: 2, world: world)
    }
    #expect("\(DataSetError.noRows)" == "no rows of data")
    #expect(throws: DataSetError.noRows) {
      try DataSet(values: [], columnCount: 2, weights: [], world: world)
    }
    for (columns, shards, blocks, found, expected) in [
      (0, nil, 8, "rows of 0 columns", "1 or more"),
      (4, nil, 8, "6 values in rows of 4", "a whole number of rows"),
      (2, [1, 1], 8, "shards of [1, 1] rows", "3, the rows of data"),
      (2, [4, -1], 8, "shards of [4, -1] rows", "3, the rows of data"),
      (2, nil, 0, "blocks of 0 rows", "1 or more"),
    ] as [(Int, [Int]?, Int, String, String)] {
      #expect(throws: DataSetError.shape(found: found, expected: expected)) {
        try DataSet(
          values: [1, 2, 3, 4, 5, 6], columnCount: columns, shardRows: shards, blockRows: blocks,
          world: world)
      }
    }
  }

  @Test("Rows in memory stay where the caller has them")
  func noCopy() throws {
    let values = (0..<600).map(Double.init)
    let data = try DataSet(
      values: values, columnCount: 2, shardRows: [100, 200], blockRows: 50, world: world)
    let place = values.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    for (number, block) in data.blocks.enumerated() {
      try data.withBlock(number, scratch: Workspace()) { rows in
        #expect(Int(bitPattern: rows.rows) == place + 8 * 2 * block.firstRow)
      }
    }
  }

  @Test("The defaults are those that the command documents")
  func defaults() {
    #expect(
      FitOptions()
        == FitOptions(
          maximumIterations: 1000, convergence: .logLikelihood(1e-6), restarts: 1,
          spikes: .last, seed: 0))
  }
}
