import MessagePassing
import MixtureModels
import ShardEM
import Synchronization
import Testing
import _TestSupport

/// Mixtures whose components belong to classes, labels of some rows being known.
@Suite("Labels known in part")
struct ClassTests {
  @Test("An iteration is that of plain loops", arguments: 1...5)
  func twin(columns: Int) throws {
    for (components, perClass) in [(2, 1), (4, 2), (6, 1), (6, 2), (3, 3)] {
      for type in [CovarianceType.full, .diag] {
        for isWeighted in [false, true] {
          let problem = GaussianProblem(
            seed: UInt64(10 * columns + components), rowCount: 400, componentCount: components,
            columnCount: columns, covarianceType: type, weighted: isWeighted)
          let isMissing = type == .diag && isWeighted
          try check(problem, perClass: perClass, isMissing: isMissing)
        }
      }
    }
  }

  /// Rows labelled with a class far off, whose components are screened away by all others.
  @Test("An iteration is that of plain loops where what is left out is the labelled class")
  func farClass() throws {
    for columns in [8, 12, 16] {
      let problem = GaussianProblem(
        seed: 3, rowCount: 400, componentCount: 3, columnCount: columns, covarianceType: .full,
        separation: 20)
      try check(problem, perClass: 1, isMissing: false, exactDense: false)
    }
  }

  private func check(
    _ problem: GaussianProblem, perClass: Int, isMissing: Bool, exactDense: Bool = true
  ) throws {
    let (columns, components) = (problem.columnCount, problem.componentCount)
    var generator = SeededGenerator(seed: 99)
    let rows = problem.rows.map { isMissing && generator.uniform() < 0.2 ? Double.nan : $0 }
    let labels = ClassFits.labels(400, classes: components / perClass, seed: 5)
    let data = try DataSet(
      values: rows, columnCount: columns, weights: problem.weights, labels: labels,
      missing: isMissing ? .allowed() : .error, blockRows: 64, world: ClassFits.solo)
    let mixture = try ClassFits.classed(
      ["covariance": problem.covarianceType.rawValue], components: components,
      perClass: perClass, columns: columns, exactDense: exactDense)
    var objective = 0.0
    let fit = try ClassFits.fit(
      mixture, data, from: .parameters(ClassFits.withClasses(problem.start, perClass: perClass)),
      iterations: 1, onIteration: { objective = $0.objective })
    let plain = PlainLabelledEM(
      rows: rows, columns: columns, labels: labels,
      weights: problem.weights ?? Array(repeating: 1, count: 400), componentsPerClass: perClass,
      isFull: problem.covarianceType == .full, regularization: 1e-3
    ).step(from: problem.start)
    // 400 rows, of which each log density is off by some D² u of the squared distance, up to 1e4 here: 1e-10
    // of the responsibility.
    #expect(relativeError(objective, plain.objective) < 1e-11)
    #expect(parameterError(fit.parameters, plain.parameters, problem.covarianceType) < 1e-9)
  }

  @Test(
    "With all rows labelled, an iteration from anywhere gives the classes' moments, as does any start"
  )
  func allLabelled() throws {
    let problem = GaussianProblem(
      seed: 8, rowCount: 600, componentCount: 3, columnCount: 3, covarianceType: .full,
      weighted: true)
    var generator = SeededGenerator(seed: 9)
    let labels = (0..<600).map { _ in Int.random(in: 0..<3, using: &generator) }
    let data = try DataSet(
      values: problem.rows, columnCount: 3, weights: problem.weights, labels: labels,
      world: ClassFits.solo)
    let mixture = try ClassFits.classed(components: 3, columns: 3, regularization: 0)
    let plain = PlainLabelledEM(
      rows: problem.rows, columns: 3, labels: labels, weights: problem.weights!,
      componentsPerClass: 1, isFull: true, regularization: 0
    ).step(from: problem.start).parameters
    func check(_ start: Initialization, iterations: Int) throws {
      let fit = try ClassFits.fit(mixture, data, from: start, iterations: iterations)
      // Sums of 600 products: 600 u of them.
      #expect(parameterError(fit.parameters, plain, .full) < 1e-12)
      #expect(iterations < 1000 || fit.converged && fit.iterations <= 3)
    }
    for iterations in [1, 1000] {
      try check(
        .parameters(ClassFits.withClasses(problem.start, perClass: 1)), iterations: iterations)
    }
    for start in [Initialization.kMeans, .kMeansPlusPlus, .random] {
      try check(start, iterations: 0)
    }
  }

  @Test(
    "With no row labelled, a fit has the bits of one without classes", arguments: FamilyCase.all)
  func noneLabelled(family: FamilyCase) throws {
    let rows = family.rows(600, columns: 3, seed: 6)
    let plainData = try DataSet(values: rows, columnCount: 3, world: ClassFits.solo)
    let data = try DataSet(
      values: rows, columnCount: 3, labels: Array(repeating: -1, count: 600), world: ClassFits.solo)
    let mixture = try family.mixture(
      components: 4, columns: 3, ranges: data.ranges, regularization: 1e-3)
    let classed = try family.withClasses(2).mixture(
      components: 4, columns: 3, ranges: data.ranges, regularization: 1e-3)
    // K-means has nothing left to do from its own start.
    let first: Initialization = family.family == KMeansMixture.name ? .random : .kMeans
    let plain = try ClassFits.fit(mixture, plainData, from: first, iterations: 8)
    let start = try ClassFits.fit(mixture, plainData, from: first, iterations: 1).parameters
    let fit = try ClassFits.fit(
      classed, data,
      from: .parameters(
        ClassFits.withClasses(start, components: classed.componentCount, perClass: 2)),
      iterations: 7)
    var parameters = plain.parameters
    parameters["classes"] = [0, 0, 1, 1]
    #expect(fit.parameters.numbers.map(\.bitPattern) == parameters.numbers.map(\.bitPattern))
    #expect(fit.parameters.names == parameters.names)
    #expect(fit.score == plain.score)
  }

  @Test("The objective never falls", arguments: FamilyCase.all)
  func monotone(family: FamilyCase) throws {
    for (seed, perClass) in [(1, 1), (2, 2)] as [(UInt64, Int)] {
      var generator = SeededGenerator(seed: seed)
      let weights = seed == 2 ? (0..<600).map { _ in generator.uniform() } : nil
      let data = try DataSet(
        values: family.rows(600, columns: 3, seed: seed), columnCount: 3, weights: weights,
        labels: ClassFits.labels(600, classes: 2, seed: seed), world: ClassFits.solo)
      let mixture = try family.withClasses(perClass).mixture(
        components: 2 * perClass, columns: 3, ranges: data.ranges)
      var means: [Double] = []
      let fit = try ClassFits.fit(mixture, data, iterations: 60) { means.append($0.meanObjective) }
      means.append(fit.objective / fit.score.weightSum)
      // As in `EveryFamilyTests`.
      let size = family.family == VonMisesFisherMixture.name ? 3 : abs(means.last!)
      let rounding = 2 * 16 * 0x1p-53 * size
      for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
    }
  }

  @Test("The lower bound of a variational fit never falls")
  func variational() throws {
    let problem = GaussianProblem(
      seed: 4, rowCount: 500, componentCount: 4, columnCount: 2, covarianceType: .full)
    let data = try DataSet(
      values: problem.rows, columnCount: 2, labels: ClassFits.labels(500, classes: 2, seed: 1),
      world: ClassFits.solo)
    let moments = DataMeasures.Moments(means: [0, 0], covariance: [4, 1, 1, 4])
    let mixture = try ClassFits.classed(
      ["estimate": "vb"], components: 4, perClass: 2, columns: 2, regularization: 0,
      measures: DataMeasures(moments: moments))
    var means: [Double] = []
    _ = try ClassFits.fit(mixture, data, iterations: 100) { means.append($0.meanObjective) }
    let rounding = 2 * 16 * 0x1p-53 * abs(means.last!)
    for (before, after) in zip(means, means.dropFirst()) { #expect(after >= before - rounding) }
    #expect(means.last! > means[0])
  }

  @Test("Labelled rows are never noise")
  func noise() throws {
    let problem = GaussianProblem(
      seed: 4, rowCount: 300, componentCount: 2, columnCount: 2, covarianceType: .full)
    func weight(labels: [Int]) throws -> Double {
      let data = try DataSet(
        values: problem.rows, columnCount: 2, labels: labels, world: ClassFits.solo)
      let mixture = try ClassFits.classed(["noise": "0.01"], components: 2, columns: 2)
      return try ClassFits.fit(mixture, data, iterations: 1).parameters["noise.weight"][0]
    }
    #expect(try weight(labels: (0..<300).map { $0 % 2 }) == 0)
    #expect(try weight(labels: Array(repeating: -1, count: 300)) > 0.01)
  }

  @Test("What a fit gives looks at no labels")
  func fitted() throws {
    let problem = GaussianProblem(
      seed: 5, rowCount: 300, componentCount: 2, columnCount: 2, covarianceType: .full)
    let labels = ClassFits.labels(300, classes: 2, seed: 3)
    let data = try DataSet(
      values: problem.rows, columnCount: 2, labels: labels, world: ClassFits.solo)
    let mixture = try ClassFits.classed(components: 2, columns: 2)
    let fit = try ClassFits.fit(mixture, data)
    func score(_ mixture: some Family, _ parameters: Parameters) throws -> Score {
      try Engine(data, threads: 1, world: ClassFits.solo).score(mixture, under: parameters)
    }
    let fitted = try #require(mixture.fitted)
    let own = try score(fitted, fit.parameters)
    #expect(!mixture.sumsLogLikelihood && fitted.sumsLogLikelihood)
    #expect(own == (try score(GaussianMixture(components: 2, columns: 2), fit.parameters.plain)))
    // It may be of any component, where a labelled row is of its class only.
    #expect(own.logLikelihood > fit.objective)
  }

  // MARK: Settings

  @Test("Labels that are none of the classes, and classes that are none, are refused")
  func refused() throws {
    func message(_ labels: [Int]?, components: Int = 4, perClass: Int = 2) -> String {
      do {
        let data = try DataSet(
          values: (0..<60).map(Double.init), columnCount: 1, labels: labels, world: ClassFits.solo)
        let mixture = try ClassFits.classed(components: components, perClass: perClass, columns: 1)
        _ = try ClassFits.fit(mixture, data, iterations: 1)
        return "no error"
      } catch { return "\(error)" }
    }
    var labels = (0..<60).map { $0 / 30 }
    #expect(message(labels) == "no error")
    #expect(message(nil) == "a fit of classes to data without labels; expected labels of some rows")
    #expect(message([1]) == "labels: 1 row for 60 rows of data; expected one for each")
    labels[4] = 2
    let expected = "expected a label, 0 to 1, or -1 where it is unknown"
    #expect(message(labels) == "labels: row 5: found 2, \(expected)")
    labels[4] = -2
    #expect(message(labels) == "labels: row 5: found -2, \(expected)")
    #expect(
      message(labels, perClass: 3)
        == "components-per-class 3 of 4 components; expected a number that divides these")
    #expect(
      message(labels, perClass: 0)
        == "components-per-class 0 of 4 components; expected a number that divides these")
  }

  @Test("Ranks with other labels are told so")
  func differentRanks() {
    #expect(throws: DifferentRanks.self) {
      try onRanks(2) { world in
        try DataSet(
          values: [1, 2, 3], columnCount: 1, labels: [0, 1, world.rank], world: world)
      }
    }
  }

  @Test("Labels are part of what tells data from others")
  func fingerprint() throws {
    func fingerprint(_ labels: [Int]?) throws -> DataFingerprint {
      let data = try DataSet(
        values: [1, 2, 3], columnCount: 1, labels: labels, world: ClassFits.solo)
      return try Engine(data, threads: 1, world: ClassFits.solo).fingerprint()
    }
    let one = try fingerprint([0, 1, -1])
    #expect(one == (try fingerprint([0, 1, -1])))
    for other in [nil, [0, 1, 0]] as [[Int]?] {
      #expect(
        try fingerprint(other).difference(from: one)
          == "other values, weights or labels in some rows")
    }
  }

  @Test("Probabilities of classes are sums, ties go to the lowest, noise is no class")
  func predicted() throws {
    // Four components that are alike, and noise.
    func predicted(
      _ classes: [Int], noise: Double
    ) throws -> (labels: [Int64], probabilities: [Double]) {
      let data = try DataSet(values: [0], columnCount: 1, world: ClassFits.solo)
      let weights = [Double](repeating: (1 - noise) / 4, count: 4)
      var parameters = Parameters(
        weights: weights, means: [0, 0, 0, 0], covariances: [0.25, 0.25, 0.25, 0.25])
      parameters["noise.weight"] = [noise]
      // That of the components at the row, 1 / sqrt(2 pi 0.25).
      parameters["noise.density"] = [0.7978845608028654]
      let found = Mutex<(labels: [Int64], probabilities: [Double])>(([], []))
      func run(_ mixture: some Family) throws {
        try Engine(data, threads: 1, world: ClassFits.solo).predict(mixture, under: parameters) {
          let own = $0.ofClasses(classes, count: 3, others: 1)
          found.withLock { $0 = own }
        }
      }
      try run(
        try Families.standard.mixture(
          GaussianMixture.self,
          FamilyOptions(values: ["covariance": "diag", "noise": "1"]), components: 4, columns: 1))
      return found.withLock { $0 }
    }
    let even = try predicted([1, 0, 0, 1], noise: 0)
    #expect(even.labels == [0] && even.probabilities == [0.5, 0.5, 0, 0])
    let last = try predicted([2, 0, 1, 2], noise: 0.125)
    #expect(last.labels == [2])
    let expected: [Double] = [0.21875, 0.21875, 0.4375, 0.125]
    #expect(relativeError(last.probabilities, expected) < 1e-14)
    #expect(try predicted([2, 0, 1, 2], noise: 0.75).labels == [-1])
  }
}

extension Parameters {
  /// Without the classes of the components.
  fileprivate var plain: Parameters {
    Parameters(names.filter { $0 != "classes" }.map { ($0, self[$0]) })
  }
}

extension FamilyCase {
  /// The same with classes of so many components each.
  fileprivate func withClasses(_ componentsPerClass: Int) -> FamilyCase {
    let setting = FamilyExtension.classes.setting.name
    return FamilyCase(
      family: family, values: values.merging([setting: "\(componentsPerClass)"]) { $1 })
  }
}
