import Kernels
import MixtureModels
import Testing
import _TestSupport

@Suite("Mixtures of columns of several families")
struct MixedMixtureTests {
  private static let names = ["age", "sex", "height", "weight", "visits"]
  private static let categories: [[String]?] = [nil, ["f", "m"], nil, nil, nil]

  private func mixture(
    _ families: String, components: Int = 2, regularization: Double = 0
  ) throws -> MixedMixture {
    try MixedMixture(
      FamilyOptions(
        regularization: regularization, columnNames: Self.names, categories: Self.categories,
        values: ["column-families": families]),
      components: components, columns: 5)
  }

  private func message(_ families: String) -> String? {
    do {
      _ = try mixture(families)
      return nil
    } catch { return "\(error)" }
  }

  @Test("Columns go by names and numbers, in any order, and * is the rest")
  func parsed() throws {
    let text = "age=gaussian,sex=categorical,{height,weight}=gaussian,visits=poisson"
    for families in [
      text, "*=gaussian,{height,weight}=gaussian,5=poisson,2=categorical",
      " sex = categorical , { height , 4 }=gaussian,visits=poisson,age=gaussian",
    ] {
      #expect(try mixture(families).variant.map(\.value) == [text])
    }
    let names = try mixture(text).layout.parts.map(\.name)
    #expect(
      names == [
        "weights", "gaussian.means", "gaussian.covariances", "categorical.probabilities",
        "poisson.rates", "gaussian_1.means", "gaussian_1.covariances",
      ])
    // 1 weight; 2 x (2 + 1 + 1 + 5).
    #expect(try mixture(text).freeParameterCount == 1 + 2 * 9)
  }

  @Test("Where a column is called by another's number, #number tells them apart")
  func numbersAsNames() throws {
    let mixture = try MixedMixture(
      FamilyOptions(
        columnNames: ["2", "1", "a b"],
        values: ["column-families": "#1=poisson,{1,3}=gaussian"]),
      components: 1, columns: 3)
    #expect(mixture.variant.map(\.value) == ["2=poisson,{1,#3}=gaussian"])
  }

  /// Gaussian columns of a mixture are others than those of the group.
  @Test("A singular column is named by its place in the mixture")
  func singular() throws {
    let mixture = try mixture("{age,weight}=gaussian,sex=categorical,*=poisson", components: 1)
    let rows = (0..<40).map { i -> Double in
      [Double(i * 7 % 11), 1, 2, 5, 3][i % 5]
    }
    let step = AssignedStep(componentCount: 1, mixture.moments(about: [0, 0, 0, 5, 0])) {
      rows, _, weights in
      for n in 0..<rows.count { weights[n] = 1 }
    }
    var numbers = [Double](repeating: 0, count: step.slots.count)
    try rows.withUnsafeBufferPointer {
      try step.write(
        RowBlock(rows: $0.baseAddress!, count: 8, columnCount: 5), workspace: Workspace(),
        into: &numbers)
    }
    let error = #expect(throws: FitError.self) {
      try mixture.maximized(
        Sums(step.slots, numbers), of: step.moments, from: nil, sharing: .none)
    }
    guard case .singular(_, let columns?, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(columns.column == 3)
  }

  @Test(
    "What cannot be meant is refused",
    arguments: [
      (
        "age=gaussian",
        "column-families without column sex; expected a family for each, such as *=gaussian for the rest"
      ),
      (
        "age=gaussian,1=poisson,*=poisson",
        "column-families \"age=gaussian,1=poisson,*=poisson\" with 1, which is given twice; expected each once"
      ),
      (
        "size=gaussian,*=poisson",
        "column-families with a column \"size\"; expected columns of the data: age, sex, height, weight, visits"
      ),
      ("*=cauchy", "column-families with the family cauchy; expected "),
      ("*=von-mises-fisher", "column-families with the family von-mises-fisher; expected "),
      (
        "{age=gaussian,*=poisson",
        "column-families with \"{age=gaussian,*=poisson\"; expected column=family, {column,column}=family or *=family, with commas between them"
      ),
    ])
  func refused(families: String, expected: String) {
    #expect(message(families)?.hasPrefix(expected) == true, "\(message(families) ?? "none")")
  }

  private static let columns = 5

  private func rows(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count * Self.columns).map { i -> Double in
      let x = generator.uniform()
      if generator.uniform() < 0.15 { return .nan }
      switch i % Self.columns {
      case 1: return x < 0.4 ? 0 : 1
      case 4: return (6 * x).rounded()
      default: return 10 * x
      }
    }
  }

  /// Each group's log densities are those of the family by itself with the weights 1.
  @Test("A step is the product of the groups' densities, and each group's own M-step")
  func step() throws {
    let observed = ObservedColumns(
      means: [5, 0.6, 5, 5, 3], variances: [Double](repeating: 8, count: 5))
    let mixture = try mixture(
      "age=gaussian,sex=categorical,{weight,height}=gaussian,visits=poisson", regularization: 0.25
    ).observing(observed)
    let start: Parameters = [
      "weights": [0.3, 0.7], "gaussian.means": [4, 6], "gaussian.covariances": [3, 5],
      "categorical.probabilities": [0.2, 0.8, 0.6, 0.4], "poisson.rates": [2, 4],
      "gaussian_1.means": [4, 6, 5, 7], "gaussian_1.covariances": [5, 1, 1, 4, 6, -2, -2, 5],
    ]
    let count = 90
    let rows = rows(count, seed: 4)
    let step = try mixture.step(at: start, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    rows.withUnsafeBufferPointer {
      step.write(
        RowBlock(rows: $0.baseAddress!, count: count, columnCount: Self.columns),
        workspace: Workspace(), into: &numbers)
    }
    let sums = Sums(step.slots, numbers)

    // By plain densities of each cell; {weight,height} is in that order.
    func gaussian(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
      -0.5 * (Portable.log(2 * .pi * variance) + (x - mean) * (x - mean) / variance)
    }
    func pair(_ x: Double, _ y: Double, _ k: Int) -> Double {
      let means = Array(start["gaussian_1.means"][2 * k..<2 * k + 2])
      let c = Array(start["gaussian_1.covariances"][4 * k..<4 * k + 4])
      if x.isNaN && y.isNaN { return 0 }
      if x.isNaN { return gaussian(y, means[1], c[3]) }
      if y.isNaN { return gaussian(x, means[0], c[0]) }
      let (mean, variance) = (
        means[1] + c[2] / c[0] * (x - means[0]), c[3] - c[2] * c[1] / c[0]
      )
      return gaussian(x, means[0], c[0]) + gaussian(y, mean, variance)
    }
    func poisson(_ x: Double, _ rate: Double) -> Double {
      let logFactorial = stride(from: 1.0, through: x, by: 1).reduce(0) { $0 + Portable.log($1) }
      return x * Portable.log(rate) - rate - logFactorial
    }
    var (logLikelihood, masses) = (0.0, [0.0, 0.0])
    var (counts, sumsOfCounts) = ([0.0, 0.0], [0.0, 0.0])
    for n in 0..<count {
      let row = Array(rows[n * 5..<n * 5 + 5])
      let joint = (0..<2).map { k -> Double in
        var sum = Portable.log(start.weights[k])
        if !row[0].isNaN {
          sum += gaussian(row[0], start["gaussian.means"][k], start["gaussian.covariances"][k])
        }
        if !row[1].isNaN {
          sum += Portable.log(start["categorical.probabilities"][2 * k + Int(row[1])])
        }
        sum += pair(row[3], row[2], k)
        if !row[4].isNaN { sum += poisson(row[4], start["poisson.rates"][k]) }
        return sum
      }
      let (responsibilities, logDensity) = PlainLoops.posterior(joint)
      logLikelihood += logDensity
      for k in 0..<2 {
        masses[k] += responsibilities[k]
        if row[4].isNaN { continue }
        counts[k] += responsibilities[k]
        sumsOfCounts[k] += responsibilities[k] * row[4]
      }
    }
    // Log densities of up to 30 nats of some ten terms, off by 2^-53 of 30 each, relative to a sum of as many
    // nats; and so are responsibilities.
    #expect(relativeError(sums.logLikelihood, logLikelihood) < 1e-14)
    let next = try mixture.maximized(sums, of: step, from: start, sharing: .none)
    #expect(relativeError(next.weights, masses.map { $0 / Double(count) }) < 1e-13)
    let rates = zip(sumsOfCounts, counts).map { ($0 + 0.25) / ($1 + 0.25) }
    #expect(relativeError(next["poisson.rates"], rates) < 1e-13)
    #expect(mixture.layout.fits(next))
  }

  /// All columns Gaussian is a mixture with diagonal covariances, all in braces one with full ones.
  @Test("Of one family it is that family", arguments: ["*=gaussian", "{1,2,3,4,5}=gaussian"])
  func limit(families: String) throws {
    let mixed = try MixedMixture(
      FamilyOptions(regularization: 1e-3, values: ["column-families": families]), components: 2,
      columns: 5)
    let isJoint = families.hasPrefix("{")
    let alone = GaussianMixture(
      components: 2, columns: 5, covarianceType: isJoint ? .full : .diag, regularization: 1e-3,
      exactDense: true)
    var generator = SeededGenerator(seed: 8)
    let rows = (0..<500).map { _ in generator.uniform() * 4 }
    let means = (0..<10).map { _ in generator.uniform() * 4 }
    let covariances =
      isJoint
      ? (0..<50).map { $0 % 25 % 6 == 0 ? 2.0 : 0.25 } : (0..<10).map { 1 + Double($0) / 8 }
    func next(_ mixture: some Family, _ start: Parameters) throws -> (Double, [Double]) {
      let step = try mixture.step(at: start, sharing: .none)
      var numbers = [Double](repeating: 0, count: step.slots.count)
      try rows.withUnsafeBufferPointer {
        try step.write(
          RowBlock(rows: $0.baseAddress!, count: 100, columnCount: 5), workspace: Workspace(),
          into: &numbers)
      }
      let sums = Sums(step.slots, numbers)
      return (
        sums.logLikelihood,
        try mixture.maximized(sums, of: step, from: start, sharing: .none).numbers
      )
    }
    let key = isJoint ? "gaussian_1" : "gaussian"
    let one = try next(
      mixed,
      ["weights": [0.4, 0.6], "\(key).means": means, "\(key).covariances": covariances])
    let other = try next(
      alone, Parameters(weights: [0.4, 0.6], means: means, covariances: covariances))
    // The log weight is added before or after the other ten terms, so that responsibilities are off by
    // 20 nats x 2^-53 or 2e-15 of themselves; covariances, differences Q/N - d² of up to ten times their
    // size in sums of 100 rows, by a hundred times that at most.
    #expect(relativeError(one.0, other.0) < 1e-14)
    #expect(relativeError(one.1, other.1) < 1e-12)
  }
}
