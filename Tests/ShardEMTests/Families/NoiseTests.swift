import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

@Suite("Noise")
struct NoiseTests {
  private func mixture(
    _ type: CovarianceType, columns: Int, noise: String = "1e-12"
  ) throws -> any Family {
    try Families.standard.mixture(
      GaussianMixture.self,
      FamilyOptions(regularization: 1e-3, values: ["covariance": type.rawValue, "noise": noise]),
      components: 2, columns: columns)
  }

  @Test(
    "Rows far off are noise, and leave the covariances alone", arguments: CovarianceType.allCases)
  func outliers(type: CovarianceType) throws {
    for columns in [2, 9] {
      let problem = GaussianProblem(
        seed: 4, rowCount: 500, componentCount: 2, columnCount: columns, covarianceType: type)
      var generator = SeededGenerator(seed: 5)
      let far = (0..<20 * columns).map { _ in 200 * (generator.uniform() - 0.5) }
      func check(_ mixture: some Family) throws {
        let engine = Engine(
          try DataSet(
            values: problem.rows + far, columnCount: columns, world: SoloCommunicator()),
          threads: 1, world: SoloCommunicator())
        var start = problem.start
        (start["noise.weight"], start["noise.density"]) = ([0.1], [1e-12])
        start.weights = start.weights.map { 0.9 * $0 }
        let fit = try engine.fit(
          mixture, from: .parameters(start), options: FitOptions(maximumIterations: 30))
        #expect(abs(fit.parameters["noise.weight"][0] - 20.0 / 520) < 0.02)
        // Variances of the problem are below 10, of the far rows 3333.
        #expect(fit.parameters.covariances.allSatisfy { $0 < 40 })
        try engine.predict(mixture, under: fit.parameters, parts: []) { block in
          for n in 0..<block.count where block.firstRow + n >= 500 {
            #expect(block.labels[n] == -1)
          }
        }
      }
      try check(try mixture(type, columns: columns))
    }
  }

  @Test("Its weight has all digits, however little it is")
  func digits() throws {
    func check(_ mixture: some Family) throws {
      let moments = mixture.moments(about: [0, 0])
      let slots =
        AssignedStep(componentCount: 3, moments) { _, _, _ in }.slots
      // Masses of two components and of the noise; second moments; no shifts.
      let sums = Sums(slots, [0, 272, 100, 172, 1e-10, 100, 172, 0, 0])
      let next = try mixture.maximized(
        sums, of: moments,
        from: [
          "weights": [0.4, 0.5], "means": [0, 0], "covariances": [1, 1], "noise.weight": [0.1],
          "noise.density": [1],
        ], sharing: .none)
      #expect(relativeError(next["noise.weight"][0], 1e-10 / (272 + 1e-10)) < 4 * 0x1p-53)
    }
    try check(try mixture(.spherical, columns: 1))
  }

  @Test("A start from a file has the density of the option")
  func density() throws {
    let mixture = try mixture(.full, columns: 1, noise: "0.25")
    let start = mixture.starting(from: [
      "weights": [0.5, 0.4], "means": [0, 1], "covariances": [1, 1], "noise.weight": [0.1],
      "noise.density": [3],
    ])
    #expect(start["noise.density"] == [0.25])
  }

  @Test("A model all of noise cannot be drawn from")
  func drained() throws {
    func check(_ mixture: some Family) {
      #expect(throws: FitError.self) {
        try mixture.sample(
          rows: 0..<3,
          under: [
            "weights": [0, 0], "means": [0, 1], "covariances": [1, 1], "noise.weight": [1],
            "noise.density": [1],
          ], seed: 1)
      }
    }
    check(try mixture(.full, columns: 1))
  }

  @Test("Responsibilities for other components are refused")
  func foreignResponsibilities() throws {
    let data = try DataSet(
      values: (0..<60).map(Double.init), columnCount: 1, world: SoloCommunicator())
    let given = try GivenResponsibilities(
      RowsBeside(values: (0..<60).map { Double($0 % 5) }, columnCount: 1),
      for: GaussianMixture(components: 5, columns: 1))
    #expect(throws: FitError.self) {
      try Engine(data, threads: 1, world: SoloCommunicator()).fit(
        GaussianMixture(components: 3, columns: 1), from: .responsibilities(given))
    }
  }
}

@Suite("The volume that rows fill")
struct HypervolumeTests {
  private func logVolume(
    _ rows: [Double], columns: Int, weights: [Double]? = nil, ranks: Int = 1, threads: Int = 1
  ) throws -> [Double] {
    try onRanks(ranks) { world in
      let data = try DataSet(
        values: rows, columnCount: columns, weights: weights, blockRows: 16, world: world)
      return try Engine(data, threads: threads, world: world).hypervolume().logarithm
    }
  }

  @Test("It is the smaller of two boxes, along the columns and along the principal axes")
  func boxes() throws {
    // A strip of the length sqrt(2) 99 and the width sqrt(2) 2 on the diagonal, in a box of 101 x 101.
    var strip: [Double] = []
    for x in (0..<100).map(Double.init) { strip += [x + 1, x - 1, x - 1, x + 1] }
    let along = try logVolume(strip, columns: 2)[0]
    // Axes are off by the roundings of the scatter, 1e-15, and the width by 100 times that.
    #expect(abs(along - Portable.log(2 * 99 * 2)) < 1e-12)
    // A circle: no axes are better than the columns'.
    let square = [0, 0, 0, 2, 3, 0, 3, 2.0]
    #expect(abs(try logVolume(square, columns: 2)[0] - Portable.log(6)) < 1e-14)
    // Rows of weight 0 are absent.
    let more = try logVolume(square + [50, 50], columns: 2, weights: [1, 1, 1, 1, 0])[0]
    #expect(more == (try logVolume(square, columns: 2)[0]))
    #expect(try logVolume([1, 2, 1, 3, 1, 7], columns: 2)[0] == -.infinity)
  }

  @Test("It is mclust's of Old Faithful, with the same bits on any ranks and threads")
  func faithful() throws {
    let path = try #require(TestData.path("faithful.csv"))
    let found = try [(1, 1), (2, 3), (3, 1), (7, 2)].flatMap { ranks, threads in
      try onRanks(ranks) { world in
        let data = try DataSet.open([path], threads: threads, world: world)
        return try Engine(data, threads: threads, world: world).measures(
          for: ["noise": "auto"], of: [FamilyExtension.noise.setting])!.logVolume!
      }
    }
    #expect(Set(found).count == 1)
    // 1 / hypvol(faithful) in models.json; logarithms of volumes of up to 6 are off by a few 2^-53.
    #expect(relativeError(Portable.exp(-found[0]), 0.0075832948535981305) < 1e-14)
  }
}
