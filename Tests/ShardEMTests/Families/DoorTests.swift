import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// What a caller gets who holds the door wrongly: an error in words, never other numbers.
@Suite("Misuse of the door")
struct DoorTests {
  private let world = SoloCommunicator()

  private func engine(columns: Int = 2) throws -> Engine {
    let rows = (0..<60 * columns).map { Double($0 * 7 % 11) }
    return Engine(
      try DataSet(values: rows, columnCount: columns, world: world), threads: 1, world: world)
  }

  private let mixture = GaussianMixture(components: 2, columns: 2)
  private let start = Parameters(
    weights: [0.5, 0.5], means: [1, 1, 8, 8], covariances: [1, 0, 0, 1, 1, 0, 0, 1])

  @Test("Parameters of other names, or of other numbers, are refused before the fit")
  func foreignParameters() throws {
    let engine = try engine()
    var renamed = Parameters([])
    for name in ["weights", "mean", "covariances"] { renamed[name] = [1] }
    var short = start
    short.means.removeLast()
    var long = start
    long["more"] = [1]
    for wrong in [renamed, short, long, [:]] {
      #expect(throws: FitError.self) { try engine.fit(mixture, from: .parameters(wrong)) }
      #expect(throws: FitError.self) { try engine.score(mixture, under: wrong) }
      #expect(throws: FitError.self) { try engine.predict(mixture, under: wrong) { _ in } }
    }
    _ = try engine.fit(mixture, from: .parameters(start))
  }

  @Test("Numbers that cannot be are refused by name before the rows are looked at")
  func impossibleParameters() throws {
    let engine = try engine()
    for (change, message) in [
      ({ $0.weights[1] = -0.5 }, "number 1 of weights is -0.5; expected 0 or more"),
      ({ $0.means[2] = .nan }, "number 2 of means is nan; expected a finite number"),
    ] as [((inout Parameters) -> Void, String)] {
      var wrong = start
      change(&wrong)
      let error = #expect(throws: FitError.self) { try engine.score(mixture, under: wrong) }
      #expect(error?.description == message)
    }
  }

  @Test("A model of other columns than the data is refused")
  func otherColumns() throws {
    #expect(throws: DataSetError.columns(found: 3, expected: 2)) {
      try engine(columns: 3).fit(mixture, from: .kMeans)
    }
  }

  /// Says that it takes missing cells, and has parts that do not.
  private struct Forgetful: MixtureModel {
    let base = GaussianMixture(components: 2, columns: 2)
    let takesMissing = true
    var componentCount: Int { base.componentCount }
    var columnCount: Int { base.columnCount }
    var layout: ParameterLayout { base.layout }
    func components(
      at parameters: Parameters, sharing work: WorkSharing
    ) throws -> GaussianComponents { try base.components(at: parameters, sharing: work) }
    func moments(
      of components: GaussianComponents, at parameters: Parameters
    ) -> GaussianMoments { base.moments(of: components, at: parameters) }
    func moments(about centers: [Double]) -> GaussianMoments { base.moments(about: centers) }
    func maximized(
      _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?,
      sharing work: WorkSharing
    ) throws -> Parameters {
      try base.maximized(sums, of: moments, from: previous, sharing: work)
    }
  }

  @Test("A model that says it takes missing cells, and does not, is no fit of filled ones")
  func forgetful() throws {
    let rows = (0..<120).map { n -> Double in n == 7 ? .nan : Double(n * 7 % 11) }
    let engine = Engine(
      try DataSet(values: rows, columnCount: 2, missing: .allowed(), world: world), threads: 1,
      world: world)
    let model = Forgetful()
    let expected = FitError.unusable(
      setting: "a step that knows nothing of missing cells, of a model that takes them",
      expected: "one that has been told by observing(_:)")
    #expect(throws: expected) { try engine.fit(model, from: .kMeans) }
    #expect(throws: expected) { try engine.fit(model, from: .parameters(start)) }
    #expect(throws: expected) { try engine.score(model, under: start) }
    #expect(throws: expected) { try engine.predict(model, under: start) { _ in } }
    #expect(throws: expected) { try engine.impute(model, under: start) { _ in } }
    #expect(throws: expected) { try engine.rows(of: [0], model, under: start) }
  }

  @Test("More components than any memory holds are more than the rows", arguments: FamilyCase.all)
  func beyondCounting(family: FamilyCase) throws {
    let rows = (0..<60).map { Double($0 % 2) }
    let engine = Engine(
      try DataSet(values: rows, columnCount: 2, world: world), threads: 1, world: world)
    func check(_ mixture: some Family) {
      let error = DataSetError.fewerRowsThanComponents(rows: 30, components: 1 << 62)
      #expect(throws: error) { try engine.fit(mixture, from: .kMeans) }
      #expect(throws: FitError.self) { try engine.score(mixture, under: start) }
    }
    check(try family.mixture(components: 1 << 62, columns: 2))
  }

  @Test("A pass whose numbers are none is an error that names them")
  func notNumbers() throws {
    let engine = try engine()
    for value in [Double.nan, .infinity, -.infinity] {
      let pass = BlockPass(["fine": 1, "odd": 2]) { _, _, sums in
        (sums[0], sums[1], sums[2]) = (1, 1, value)
      }
      #expect(throws: DataSetError.self) { try engine.run([pass]) }
    }
  }

  @Test("A pass that writes more numbers than it has slots is an error, not other numbers")
  func tooManyNumbers() throws {
    let engine = try engine()
    let wide = BlockPass(["a": 4]) { _, _, sums in sums.update(repeating: 0, count: 4) }
    let pass = BlockPass(["fine": 1, "odd": 1]) { _, _, sums in
      sums.update(repeating: 0, count: 3)
    }
    for passes in [[pass], [wide, pass], [pass, wide]] {
      let error = #expect(throws: (any Error).self) { try engine.run(passes) }
      #expect("\(error!)".contains("more than the 2 numbers of its slots fine, odd"))
    }
  }

  @Test("A model that never has enough of a walk ends")
  func endless() throws {
    let total = try engine().expectationStep(Endless(), under: ["level": [0]])
    #expect(total.retakes == 8)
  }

  /// Wants every walk again.
  private struct Endless: Model {
    let columnCount = 2
    let layout = ParameterLayout([.init("level", [1], .free)])
    func step(at parameters: Parameters, sharing work: WorkSharing) -> BlockPass {
      BlockPass(Slots.objective) { block, _, sums in
        (sums[0], sums[1]) = (0, Double(block.count))
      }
    }
    func again(_ step: BlockPass, after sums: Sums) -> BlockPass? { step }
    func maximized(
      _ sums: Sums, of step: BlockPass, from previous: Parameters, sharing work: WorkSharing
    ) -> Parameters { previous }
  }
}
