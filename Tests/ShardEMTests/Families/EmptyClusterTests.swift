import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Clusters of k-means that no row is nearest to.
@Suite("Empty clusters")
struct EmptyClusterTests {
  @Test("They get rows as scikit-learn gives them", arguments: EmptyClusterReference.shipped)
  func reference(reference: EmptyClusterReference) throws {
    let (data, engine) = try reference.data()
    let iterations = reference.inertias.count
    var inertias: [Double] = []
    let fit = try engine.fit(
      KMeansMixture(components: reference.means.count, columns: data.columnCount),
      from: .parameters(["means": reference.means.flatMap { $0 }]),
      options: FitOptions(maximumIterations: iterations, convergence: .parameters(0))
    ) { inertias.append(-$0.objective) }
    inertias.append(-fit.objective)
    // As `KMeansMixtureTests.lloyd`; the first is that of the start.
    #expect(relativeError(Array(inertias.dropFirst()), reference.inertias) < 1e-13)
    // Of several empty clusters any may get any of the rows.
    let d = reference.dimensions
    let means = fit.parameters.means
    let end: [[Double]] = stride(from: 0, to: means.count, by: d).map { Array(means[$0..<$0 + d]) }
    let expected = reference.end.sorted { $0[0] < $1[0] }.flatMap { $0 }
    let largest = expected.map(\.magnitude).max()!
    for (found, expected) in zip(end.sorted { $0[0] < $1[0] }.flatMap { $0 }, expected) {
      #expect(abs(found - expected) < 1e-14 * largest)
    }
  }

  @Test("All references are there")
  func count() { #expect(EmptyClusterReference.shipped.count == 4) }

  @Test(
    "An iteration is that of plain loops, on any number of ranks and threads", arguments: 0..<8)
  func plainLoops(number: Int) throws {
    let (isLabelled, isMissing, isWeighted) = (number & 1 > 0, number & 2 > 0, number & 4 > 0)
    let (count, columns, components) = (300, 3, 6)
    var random = SeededGenerator(seed: UInt64(number))
    // Whole numbers: sums are exact, and many rows are equally far from their centers.
    let rows = (0..<count * columns).map { _ -> Double in
      let x = (4 * random.normal()).rounded()
      return isMissing && random.uniform() < 0.2 ? .nan : x
    }
    let weights = (0..<count).map { isWeighted ? Double($0 % 3) : 1 }
    let labels = (0..<count).map { _ in
      isLabelled && random.uniform() < 0.5 ? Int.random(in: 0..<2, using: &random) : -1
    }
    // Of clusters 1, 2 and 4, which are of both classes, no row is near.
    let centers = (0..<components * columns).map { i -> Double in
      let x = random.normal().rounded()
      return [1, 2, 4].contains(i / columns) ? 1000 + x : x
    }
    let plain = PlainLloyd(
      rows: rows, columns: columns, weights: weights, labels: labels,
      clustersPerClass: isLabelled ? 3 : nil
    ).step(from: centers)
    func fit(ranks: Int, threads: Int) throws -> Fit {
      try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: columns, weights: weights, labels: isLabelled ? labels : nil,
          missing: isMissing ? .allowed() : .error, shardRows: [100, 200], blockRows: 32,
          world: world)
        func run(_ mixture: some Family, _ start: Parameters) throws -> Fit {
          try Engine(data, threads: threads, world: world).fit(
            mixture, from: .parameters(start),
            options: FitOptions(maximumIterations: 1, convergence: .parameters(0))
          ) { #expect($0.objective == -plain.inertia) }
        }
        var start: Parameters = ["means": centers]
        if isLabelled { start["classes"] = [0, 0, 0, 1, 1, 1] }
        let values = isLabelled ? [FamilyExtension.classes.setting.name: "3"] : [:]
        let mixture = try Families.standard.mixture(
          KMeansMixture.self, FamilyOptions(values: values), components: components,
          columns: columns)
        return try run(mixture, start)
      }[0]
    }
    let one = try fit(ranks: 1, threads: 1)
    #expect(plain.moved.count == 3)
    // A mean of the columns is not whole: the centers of rows that lack cells are, to its rounding.
    #expect(zip(one.parameters.means, plain.centers).allSatisfy { abs($0 - $1) <= 1e-13 })
    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (7, 1)] {
      #expect(try fit(ranks: ranks, threads: threads) == one)
    }
  }

  @Test("They stay where every row is on a center")
  func nowhereToGo() throws {
    let data = try DataSet(values: [3, 3, 5, 3, 5], columnCount: 1, world: SoloCommunicator())
    let fit = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
      KMeansMixture(components: 4, columns: 1), from: .parameters(["means": [3, 100, 5, 200]]))
    #expect(fit.parameters.means == [3, 100, 5, 200])
  }

  @Test("A far row that moves costs the rows of the cluster that it leaves no digits")
  func farRow() throws {
    let rows = (0..<100).map { 0.1 * Double($0) } + [1e20]
    func mean(_ rows: [Double], _ centers: [Double]) throws -> Double {
      let data = try DataSet(values: rows, columnCount: 1, world: SoloCommunicator())
      let fit = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        KMeansMixture(components: centers.count, columns: 1), from: .parameters(["means": centers]),
        options: FitOptions(maximumIterations: 1))
      return fit.parameters.means[0]
    }
    #expect(try mean(rows, [7, -1e30]) == mean(Array(rows.dropLast()), [7]))
  }

  @Test("A fit whose clusters all have rows walks over them once an iteration")
  func noWalk() throws {
    let data = try DataSet(values: [1, 2, 5, 6], columnCount: 1, world: SoloCommunicator())
    var retakes: [Int] = []
    _ = try Engine(data, threads: 1, world: SoloCommunicator()).fit(
      KMeansMixture(components: 3, columns: 1), from: .parameters(["means": [1, 5, 100]]),
      options: FitOptions(maximumIterations: 3, convergence: .parameters(0))
    ) { retakes.append($0.retakes) }
    #expect(retakes == [1, 0, 0])
  }
}

/// A Lloyd iteration in plain loops.
private struct PlainLloyd {
  let rows: [Double]
  let columns: Int
  let weights: [Double]
  /// Of each row its class, or -1.
  let labels: [Int]
  /// Nil: there are no classes.
  let clustersPerClass: Int?

  private func canBe(_ n: Int, in cluster: Int) -> Bool {
    guard let clustersPerClass, labels[n] >= 0 else { return true }
    return cluster / clustersPerClass == labels[n]
  }

  private func cell(_ n: Int, _ j: Int) -> Double { rows[n * columns + j] }

  func step(
    from centers: [Double]
  ) -> (inertia: Double, moved: [Int], centers: [Double]) {
    let components = centers.count / columns
    var (inertia, nearest, distances): (Double, [Int], [Double]) = (0, [], [])
    for n in labels.indices {
      var best = (distance: Double.infinity, cluster: 0)
      for k in 0..<components where canBe(n, in: k) {
        var distance = 0.0
        for j in 0..<columns where !cell(n, j).isNaN {
          let difference = cell(n, j) - centers[k * columns + j]
          distance += difference * difference
        }
        if distance < best.distance { best = (distance, k) }
      }
      nearest.append(best.cluster)
      distances.append(best.distance)
      inertia += weights[n] * best.distance
    }
    let masses = (0..<components).map { k in
      labels.indices.reduce(0.0) { nearest[$1] == k ? $0 + weights[$1] : $0 }
    }
    var moved: [Int] = []
    for k in 0..<components where masses[k] == 0 {
      var farthest: Int?
      for n in labels.indices
      where weights[n] > 0 && distances[n] > 0 && canBe(n, in: k) && !moved.contains(n) {
        if distances[n] > farthest.map({ distances[$0] }) ?? 0 { farthest = n }
      }
      guard let farthest else { continue }
      moved.append(farthest)
      nearest[farthest] = k
    }
    return (inertia, moved, means(nearest, moved, centers))
  }

  private func means(_ nearest: [Int], _ moved: [Int], _ centers: [Double]) -> [Double] {
    var next = centers
    for i in next.indices {
      var (sum, mass) = (0.0, 0.0)
      for n in nearest.indices where nearest[n] == i / columns {
        var x = cell(n, i % columns)
        if x.isNaN && moved.contains(n) { x = meanOfColumn(i % columns) }
        if x.isNaN { continue }
        sum += weights[n] * (x - centers[i])
        mass += weights[n]
      }
      if mass > 0 { next[i] += sum / mass }
    }
    return next
  }

  private func meanOfColumn(_ j: Int) -> Double {
    let known = labels.indices.filter { !cell($0, j).isNaN && weights[$0] > 0 }
    let mass = known.reduce(0) { $0 + weights[$1] }
    return known.reduce(0) { $0 + weights[$1] * cell($1, j) } / mass
  }
}

/// Fits of scikit-learn from centers of which some are far from all rows.
struct EmptyClusterReference: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let dimensions: Int
  /// Of row n `weights[n % weights.count]`.
  let weights: [Double]
  let means: [[Double]]
  /// Of the centers after each iteration.
  let inertias: [Double]
  let end: [[Double]]

  var testDescription: String { "\(file), weights \(weights)" }

  static let shipped: [EmptyClusterReference] = {
    let file = TestData.shipped.appending(path: "empty_clusters.json")
    return ((try? TestData.json([EmptyClusterReference].self, file)) ?? nil) ?? []
  }()

  func data() throws -> (DataSet, Engine) {
    let path = try #require(TestData.path(file))
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let values = lines.dropFirst().flatMap { line in
      line.split(separator: ",").prefix(dimensions).map { Double($0) ?? .nan }
    }
    let data = try DataSet(
      values: values, columnCount: dimensions,
      weights: (0..<values.count / dimensions).map { weights[$0 % weights.count] }, blockRows: 64,
      world: SoloCommunicator())
    return (data, Engine(data, threads: 2, world: SoloCommunicator()))
  }
}
