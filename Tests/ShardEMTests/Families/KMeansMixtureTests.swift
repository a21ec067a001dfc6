import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// K-means and soft k-means.
@Suite("K-means")
struct KMeansMixtureTests {
  @Test("Lloyd's iterations are reproduced", arguments: KMeansReference.shipped)
  func lloyd(reference: KMeansReference) throws {
    let mixture = KMeansMixture(components: reference.components, columns: reference.dimensions)
    let (data, engine) = try reference.data()
    var inertias: [Double] = []
    let fit = try engine.fit(
      mixture, from: .parameters(["means": reference.means.values]),
      options: FitOptions(
        maximumIterations: reference.inertias.count - 1, convergence: .parameters(0))
    ) { inertias.append(-$0.objective) }
    inertias.append(-fit.objective)
    #expect(inertias.count == reference.inertias.count)
    // A sum of squares of differences of numbers of up to 100 times their size: some u of each, squared;
    // the squares of distances that are 0 here and not there cannot be told by it.
    for (found, expected) in zip(inertias, reference.inertias) {
      #expect(relativeError(found, expected) < 1e-13)
    }
    // Means of some tens of rows: sums off by u of each, of numbers no larger than the largest mean.
    let largest = reference.end.values.map(\.magnitude).max()!
    for (found, expected) in zip(fit.parameters.means, reference.end.values) {
      #expect(abs(found - expected) < 1e-14 * largest)
    }
    let labels = Labels(count: data.rowCount)
    try engine.predict(mixture, under: fit.parameters, parts: []) { labels.add($0) }
    #expect(labels.values == reference.labels)
  }

  @Test("Soft k-means is reproduced", arguments: KMeansReference.shipped)
  func soft(reference: KMeansReference) throws {
    let (_, engine) = try reference.data()
    let largest = reference.end.values.map(\.magnitude).max()!
    for soft in reference.soft {
      let mixture = SoftKMeansMixture(
        components: reference.components, columns: reference.dimensions, variance: soft.beta)
      func fit(
        iterations: Int, onIteration: IterationHook = { _ in }
      ) throws -> Fit {
        try engine.fit(
          mixture,
          from: .parameters(["means": reference.means.values, "beta": [soft.beta]]),
          options: FitOptions(maximumIterations: iterations, convergence: .parameters(0)),
          onIteration: onIteration)
      }
      var logLikelihoods: [Double] = []
      let way = try fit(iterations: soft.logLikelihoods.count - 1) {
        logLikelihoods.append($0.objective)
      }
      logLikelihoods.append(way.score.logLikelihood)
      // Each the sum of log densities, off by 4u of terms |x - μ|² / 2β of up to 1e6 nats each, that the
      // sum is of.
      for (found, expected) in zip(logLikelihoods, soft.logLikelihoods) {
        #expect(relativeError(found, expected) < 1e-13)
      }
      let end = try fit(iterations: soft.iterations)
      #expect(relativeError(end.score.logLikelihood, soft.logLikelihood) < 1e-13)
      // Responsibilities are off by those errors of log densities that differ by tens of nats or fewer
      // where they are neither 0 nor 1, some 1e-14, which EM shrinks.
      for (found, expected) in zip(end.parameters.means, soft.end.values) {
        #expect(abs(found - expected) < 1e-12 * largest, "beta \(soft.beta)")
      }
    }
  }

  @Test("Both references are there")
  func count() { #expect(KMeansReference.shipped.count == 2) }

  @Test("An iteration is that of plain loops", arguments: [(1, 1), (2, 3), (7, 5), (9, 17)])
  func plainLoops(columns: Int, components: Int) throws {
    var random = SeededGenerator(seed: UInt64(columns))
    let count = 700
    // Whole numbers: sums are exact, and many rows are as near to two centers.
    let rows = (0..<count * columns).map { _ in (3 * random.normal()).rounded() }
    let weights = (0..<count).map { Double($0 % 3) }
    // Rows, so that no cluster is empty.
    let centers = (0..<components).flatMap { k -> [Double] in
      let first = (30 * k + 1) * columns
      return Array(rows[first..<first + columns])
    }
    let data = try DataSet(
      values: rows, columnCount: columns, weights: weights, blockRows: 100,
      world: SoloCommunicator())
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    var objective = 0.0
    let fit = try engine.fit(
      KMeansMixture(components: components, columns: columns),
      from: .parameters(["means": centers]),
      options: FitOptions(maximumIterations: 1, convergence: .parameters(0))
    ) { objective = $0.objective }

    var inertia = 0.0
    var masses = [Double](repeating: 0, count: components)
    var sums = [Double](repeating: 0, count: components * columns)
    for n in 0..<count {
      let distances = (0..<components).map { k in
        (0..<columns).reduce(0.0) {
          let difference = rows[n * columns + $1] - centers[k * columns + $1]
          return $0 + difference * difference
        }
      }
      let nearest = distances.indices.min { (distances[$0], $0) < (distances[$1], $1) }!
      inertia += weights[n] * distances[nearest]
      masses[nearest] += weights[n]
      for j in 0..<columns {
        sums[nearest * columns + j] +=
          weights[n] * (rows[n * columns + j] - centers[nearest * columns + j])
      }
    }
    #expect(objective == -inertia)
    for (i, center) in centers.enumerated() {
      let mass = masses[i / columns]
      let mean: Double = center + sums[i] / mass
      #expect(mass > 0 && fit.parameters.means[i] == mean)
    }
  }

  @Test("A missing cell has no part in distances and means; soft k-means tends to that")
  func missing() throws {
    var random = SeededGenerator(seed: 4)
    let (count, columns, components) = (400, 3, 4)
    let rows = (0..<count * columns).map { i -> Double in
      let x = 3 * random.normal() + Double(i / columns % components)
      return random.uniform() < 0.2 ? .nan : x
    }
    let centers = (0..<components * columns).map { _ in 3 * random.normal() }
    let data = try DataSet(
      values: rows, columnCount: columns, missing: .allowed(), blockRows: 64,
      world: SoloCommunicator())
    let engine = Engine(data, threads: 2, world: SoloCommunicator())
    let options = FitOptions(maximumIterations: 1, convergence: .parameters(0))
    var objective = 0.0
    let mixture = KMeansMixture(components: components, columns: columns)
    let fit = try engine.fit(mixture, from: .parameters(["means": centers]), options: options) {
      objective = $0.objective
    }
    let beta = 1e-9
    let soft = try engine.fit(
      SoftKMeansMixture(components: components, columns: columns, variance: beta),
      from: .parameters(["means": centers, "beta": [beta]]), options: options)

    var inertia = 0.0
    var sums = [Double](repeating: 0, count: components * columns)
    var masses = sums
    for n in 0..<count {
      let own = (0..<columns).filter { !rows[n * columns + $0].isNaN }
      let distances = (0..<components).map { k in
        own.reduce(0.0) {
          let difference = rows[n * columns + $1] - centers[k * columns + $1]
          return $0 + difference * difference
        }
      }
      let nearest = distances.indices.min { (distances[$0], $0) < (distances[$1], $1) }!
      inertia += distances[nearest]
      for j in own {
        sums[nearest * columns + j] += rows[n * columns + j]
        masses[nearest * columns + j] += 1
      }
    }
    // Sums of hundreds of terms, each off by some u.
    #expect(relativeError(-objective, inertia) < 1e-13)
    for i in centers.indices {
      #expect(abs(fit.parameters.means[i] - sums[i] / masses[i]) < 1e-13)
      // Rows that lack all columns are shared out evenly, and have no part in any mean.
      #expect(abs(soft.parameters.means[i] - sums[i] / masses[i]) < 1e-13)
    }
    #expect(throws: FitError.self) {
      try engine.impute(mixture, under: fit.parameters, seed: 1) { _ in }
    }
  }

  /// The responsibilities of soft k-means, 1 / (1 + exp((d' - d) / 2β)) of two centers, become 0 and 1.
  @Test("K-means is the limit of soft k-means of vanishing variance")
  func limit() throws {
    let reference = try #require(KMeansReference.shipped.first { $0.file == "iris.csv" })
    let (_, engine) = try reference.data()
    let options = FitOptions(maximumIterations: 20, convergence: .parameters(0))
    let hard = try engine.fit(
      KMeansMixture(components: 3, columns: 4),
      from: .parameters(["means": reference.means.values]),
      options: options)
    func distance(beta: Double) throws -> Double {
      let soft = try engine.fit(
        SoftKMeansMixture(components: 3, columns: 4, variance: beta),
        from: .parameters(["means": reference.means.values, "beta": [beta]]), options: options)
      return zip(soft.parameters.means, hard.parameters.means).map { abs($0 - $1) }.max()!
    }
    let distances = try [1, 1e-1, 1e-2, 1e-3, 1e-7].map(distance)
    for (wide, narrow) in zip(distances, distances.dropFirst()) { #expect(narrow < wide) }
    // No row is as near to two centers: responsibilities are 0 and 1 to the last bit, and the sums, of
    // differences from centers that are the same, too.
    #expect(distances.last! == 0)
  }

  /// -|x - c|² / 2β - D/2 log 2πβ - log K of the nearest center, summed up.
  @Test("Classification EM of soft k-means is k-means, to the last bit, of any variance")
  func classification() throws {
    let reference = try #require(KMeansReference.shipped.first { $0.file == "iris.csv" })
    let (_, engine) = try reference.data()
    let options = FitOptions(maximumIterations: 10, convergence: .parameters(0))
    let lloyd = try engine.fit(
      KMeansMixture(components: 3, columns: 4),
      from: .parameters(["means": reference.means.values]),
      options: options)
    for beta in [0.01, 1, 100] {
      let hard = try engine.fit(
        HardMixture(SoftKMeansMixture(components: 3, columns: 4, variance: beta)),
        from: .parameters(["means": reference.means.values, "beta": [beta]]), options: options)
      #expect(hard.parameters.means == lloyd.parameters.means)
      let constant = 150 * (2 * log(2 * Double.pi * beta) + log(3.0))
      // Sums of 150 terms off by 4u of up to 10,000 nats.
      let expected = lloyd.objective / (2 * beta) - constant
      #expect(abs(hard.objective - expected) < 150 * 4 * 0x1p-52 * max(abs(expected), constant))
    }
  }

  @Test("Data in other units have the same clusters, and stop at the same iteration")
  func units() throws {
    let reference = try #require(KMeansReference.shipped.first)
    let (data, _) = try reference.data()
    _ = data
    func fit(_ scale: Double) throws -> Fit {
      let (_, engine) = try reference.data(scale: scale)
      return try engine.fit(
        KMeansMixture(components: 2, columns: 2), from: .kMeansPlusPlus,
        options: FitOptions(restarts: 3))
    }
    let plain = try fit(1)
    // A power of two changes no bit.
    let scale = 0x1p-30
    let small = try fit(scale)
    #expect(small.parameters.means == plain.parameters.means.map { scale * $0 })
    #expect(small.iterations == plain.iterations && small.converged && plain.converged)
  }

  @Test("What has no densities is not decomposed, drawn from, or made hard")
  func refused() throws {
    let mixture = KMeansMixture(components: 2, columns: 1)
    let data = try DataSet(values: [1, 2, 3], columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    #expect(throws: FitError.self) { try engine.evidence(of: mixture, under: ["means": [1, 3]]) }
    #expect(throws: FitError.self) { try mixture.sampler(under: ["means": [1, 3]]) }
    let type = try #require(Families.standard["k-means"])
    for options in [FamilyOptions(isHard: true), FamilyOptions(values: ["noise": "1"])] {
      #expect(throws: FitError.self) {
        try Families.standard.mixture(type, options, components: 2, columns: 1)
      }
    }
  }
}

/// The labels of all rows, whose blocks come in any order.
private final class Labels: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var values: [Int]

  init(count: Int) { values = Array(repeating: -2, count: count) }

  func add(_ prediction: Prediction) {
    lock.withLock {
      for n in 0..<prediction.count {
        values[prediction.firstRow + n] = Int(prediction.labels[n])
      }
    }
  }
}

/// Fits from given centers.
struct KMeansReference: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let dimensions: Int
  let means: Numbers
  /// Of the centers after so many iterations.
  let inertias: [Double]
  let end: Numbers
  let labels: [Int]
  let soft: [Soft]

  struct Soft: Decodable, Sendable {
    let beta: Double
    let logLikelihoods: [Double]
    let iterations: Int
    let logLikelihood: Double
    let end: Numbers
  }

  var testDescription: String { file }
  var components: Int { means.values.count / dimensions }

  static let shipped: [KMeansReference] = {
    let file = TestData.shipped.appending(path: "k_means.json")
    return ((try? TestData.json([KMeansReference].self, file)) ?? nil) ?? []
  }()

  func data(scale: Double = 1) throws -> (DataSet, Engine) {
    let path = try #require(TestData.path(file))
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let values = lines.dropFirst().flatMap { line in
      line.split(separator: ",").prefix(dimensions).map { scale * (Double($0) ?? .nan) }
    }
    let data = try DataSet(
      values: values, columnCount: dimensions, blockRows: 64, world: SoloCommunicator())
    return (data, Engine(data, threads: 2, world: SoloCommunicator()))
  }
}
