import Kernels
import MixtureModels
import Testing
import _TestSupport

@Suite("Columns of t distributions beside others")
struct MixedStudentTests {
  private static let families = "1=student-t,{3,4}=student-t,*=gaussian"

  private func mixture(_ families: String, freedom: String? = nil) throws -> MixedMixture {
    var values = ["column-families": families]
    values["degrees-of-freedom"] = freedom
    return try MixedMixture(
      FamilyOptions(regularization: 0, values: values), components: 2, columns: 5)
  }

  /// With tails; cells of columns 1 and 5 may be missing.
  private let rows: [Double]
  private let count = 80
  private let start: Parameters = [
    "weights": [0.3, 0.7], "gaussian.means": [0, 1, 2, 3], "gaussian.covariances": [3, 5, 4, 6],
    "student_t_1.means": [-1, 2], "student_t_1.covariances": [2, 3],
    "student_t_1.degrees_of_freedom": [3, 8], "student_t_2.means": [0, 1, 2, 0],
    "student_t_2.covariances": [4, 1, 1, 3, 5, -1, -1, 4],
    "student_t_2.degrees_of_freedom": [5, 2.5],
  ]

  init() {
    var generator = SeededGenerator(seed: 5)
    rows = (0..<count * 5).map { i in
      let x = 6 * (generator.uniform() - 0.5)
      let isMissing = generator.uniform() < 0.2 && [0, 4].contains(i % 5)
      return isMissing ? .nan : x * (1 + x * x / 8)
    }
  }

  private func next(
    _ mixture: some Family, _ start: Parameters, _ rows: [Double]
  ) throws -> (logLikelihood: Double, parameters: Parameters) {
    let step = try mixture.step(at: start, sharing: .none)
    var numbers = [Double](repeating: 0, count: step.slots.count)
    rows.withUnsafeBufferPointer {
      step.write(
        RowBlock(
          rows: $0.baseAddress!, count: rows.count / mixture.columnCount,
          columnCount: mixture.columnCount),
        workspace: Workspace(), into: &numbers)
    }
    let sums = Sums(step.slots, numbers)
    return (
      sums.logLikelihood, try mixture.maximized(sums, of: step, from: start, sharing: .none)
    )
  }

  // MARK: Plain loops

  /// The squared distance of a row from a component in columns 3 and 4.
  private func pairDistance(_ n: Int, _ k: Int) -> Double {
    let means = start["student_t_2.means"]
    let c = Array(start["student_t_2.covariances"][4 * k..<4 * k + 4])
    let x: Double = rows[5 * n + 2] - means[2 * k]
    let y: Double = rows[5 * n + 3] - means[2 * k + 1]
    let square: Double = c[3] * x * x + c[0] * y * y
    let determinant: Double = c[0] * c[3] - c[1] * c[2]
    return (square - 2 * c[1] * x * y) / determinant
  }

  /// The same in column 1.
  private func distance(_ n: Int, _ k: Int) -> Double {
    let x = rows[5 * n] - start["student_t_1.means"][k]
    return x * x / start["student_t_1.covariances"][k]
  }

  private func logStudent(_ distance: Double, _ nu: Double, _ d: Double, _ determinant: Double)
    -> Double
  {
    let gammas = Portable.logGamma((nu + d) / 2) - Portable.logGamma(nu / 2)
    let scale = -d / 2 * Portable.log(nu * .pi) - Portable.log(determinant) / 2
    return gammas + scale - (nu + d) / 2 * Portable.log(1 + distance / nu)
  }

  private func logJoint(_ n: Int, _ k: Int) -> Double {
    var sum = Portable.log(start.weights[k])
    for (place, column) in [1, 4].enumerated() where !rows[5 * n + column].isNaN {
      let variance = start["gaussian.covariances"][2 * k + place]
      let x = rows[5 * n + column] - start["gaussian.means"][2 * k + place]
      sum -= 0.5 * (Portable.log(2 * .pi * variance) + x * x / variance)
    }
    if !rows[5 * n].isNaN {
      sum += logStudent(
        distance(n, k), start["student_t_1.degrees_of_freedom"][k], 1,
        start["student_t_1.covariances"][k])
    }
    let c = Array(start["student_t_2.covariances"][4 * k..<4 * k + 4])
    let determinant: Double = c[0] * c[3] - c[1] * c[2]
    let nu = start["student_t_2.degrees_of_freedom"][k]
    return sum + logStudent(pairDistance(n, k), nu, 2, determinant)
  }

  /// What the degrees of freedom ν of the M-step make 0, given the mean of the expected log u - u.
  private func slope(_ nu: Double, _ mean: Double) -> Double {
    Portable.log(nu / 2) - Portable.digamma(nu / 2) + 1 + mean
  }

  /// Of a row with the distance δ in d columns that are there the expected u, and that of log u - u.
  private func precision(_ distance: Double, _ nu: Double, _ d: Double) -> (u: Double, log: Double)
  {
    let (shape, rate) = ((nu + d) / 2, (nu + distance) / 2)
    return (shape / rate, Portable.digamma(shape) - Portable.log(rate) - shape / rate)
  }

  @Test(
    "A step is that of plain loops, each group weighing its rows by itself, cells missing or not")
  func plainLoops() throws {
    let observed = ObservedColumns(
      means: [Double](repeating: 0, count: 5), variances: [Double](repeating: 8, count: 5))
    let mixture = try mixture(Self.families).observing(observed)
    #expect(mixture.layout.fits(start))
    // 1 weight; 2 x (4 of two Gaussian columns, 3 of a t, 6 of a pair).
    #expect(mixture.freeParameterCount == 27)
    let found = try next(mixture, start, rows)
    let posteriors = (0..<count).map { PlainLoops.posterior([logJoint($0, 0), logJoint($0, 1)]) }
    var logLikelihood = 0.0
    for posterior in posteriors { logLikelihood += posterior.1 }
    // 80 rows of up to 40 nats of some 20 terms: 4u of each, of a sum of 10 nats a row.
    #expect(relativeError(found.logLikelihood, logLikelihood) < 1e-14)
    // As responsibilities, averages under them, and twice that for squares of up to 30 deviations.
    let tolerance = 1e-11
    for k in 0..<2 {
      let r = posteriors.map { $0.0[k] }
      let mass = r.reduce(0, +)
      #expect(relativeError(found.parameters.weights[k], mass / Double(count)) < tolerance)
      // Column 1: a row without it has u = 1 and the component's own mean and scale.
      let (mean, scale) = (start["student_t_1.means"][k], start["student_t_1.covariances"][k])
      let nu = start["student_t_1.degrees_of_freedom"][k]
      let own = (0..<count).map { n -> (u: Double, log: Double, x: Double, rest: Double) in
        if rows[5 * n].isNaN {
          let prior = precision(0, nu, 0)
          return (1, prior.log, mean, scale)
        }
        let found = precision(distance(n, k), nu, 1)
        return (found.u, found.log, rows[5 * n], 0)
      }
      var (total, sum, squares, logSum) = (0.0, 0.0, 0.0, 0.0)
      for n in 0..<count {
        let weight: Double = r[n] * own[n].u
        total += weight
        sum += weight * own[n].x
        logSum += r[n] * own[n].log
      }
      let newMean = sum / total
      for n in 0..<count {
        let x = own[n].x - newMean
        squares += r[n] * own[n].u * x * x
        squares += r[n] * own[n].rest
      }
      #expect(abs(found.parameters["student_t_1.means"][k] - newMean) < tolerance)
      #expect(
        relativeError(found.parameters["student_t_1.covariances"][k], squares / mass) < tolerance)
      let logs = logSum / mass
      let freedom = found.parameters["student_t_1.degrees_of_freedom"][k]
      #expect(freedom > 0.1 && freedom < 1e3)
      #expect(abs(slope(freedom, logs)) < tolerance)
      checkPair(found.parameters, r, k, tolerance)
    }
  }

  /// Columns 3 and 4.
  private func checkPair(_ found: Parameters, _ r: [Double], _ k: Int, _ tolerance: Double) {
    let nu = start["student_t_2.degrees_of_freedom"][k]
    let own = (0..<count).map { precision(pairDistance($0, k), nu, 2) }
    let weights = zip(r, own).map { $0 * $1.u }
    let (mass, total) = (r.reduce(0, +), weights.reduce(0, +))
    let (xs, ys) = ((0..<count).map { rows[5 * $0 + 2] }, (0..<count).map { rows[5 * $0 + 3] })
    let means = [xs, ys].map { cells in zip(weights, cells).reduce(0.0) { $0 + $1.0 * $1.1 } / total
    }
    for i in 0..<2 {
      #expect(abs(found["student_t_2.means"][2 * k + i] - means[i]) < tolerance)
      for j in 0..<2 {
        var sum = 0.0
        for n in 0..<count {
          let first: Double = (i == 0 ? xs : ys)[n] - means[i]
          let second: Double = (j == 0 ? xs : ys)[n] - means[j]
          sum += weights[n] * first * second
        }
        let entry = found["student_t_2.covariances"][4 * k + 2 * i + j]
        #expect(abs(entry - sum / mass) < 10 * tolerance)
      }
    }
    var logSum = 0.0
    for n in 0..<count { logSum += r[n] * own[n].log }
    let logs = logSum / mass
    let freedom = found["student_t_2.degrees_of_freedom"][k]
    #expect(freedom > 0.1 && freedom < 1e3)
    #expect(abs(slope(freedom, logs)) < tolerance)
  }

  // MARK: Limits

  @Test("All columns in braces are a mixture of t distributions, and so is a single one")
  func alone() throws {
    let complete = rows.map { $0.isNaN ? 0.5 : $0 }
    let joint = try mixture("{1,2,3,4,5}=student-t")
    let student = try StudentMixture(
      FamilyOptions(regularization: 0, values: ["covariance": "full"]), components: 2, columns: 5)
    let means = (0..<10).map { Double($0 % 3) }
    let covariances = (0..<50).map { $0 % 25 % 6 == 0 ? 4.0 : 0.5 }
    let key = "student_t_1"
    let one = try next(
      joint,
      [
        "weights": [0.4, 0.6], "\(key).means": means, "\(key).covariances": covariances,
        "\(key).degrees_of_freedom": [3, 6],
      ], complete)
    let other = try next(
      student,
      [
        "weights": [0.4, 0.6], "means": means, "covariances": covariances,
        "degrees_of_freedom": [3, 6],
      ], complete)
    // As Gaussian ones: `MixedMixtureTests`.
    #expect(relativeError(one.logLikelihood, other.logLikelihood) < 1e-14)
    #expect(relativeError(one.parameters.numbers, other.parameters.numbers) < 1e-11)
    let single = try MixedMixture(
      FamilyOptions(regularization: 0, values: ["column-families": "*=student-t"]), components: 2,
      columns: 1)
    let plain = try StudentMixture(
      FamilyOptions(regularization: 0, values: ["covariance": "diag"]), components: 2, columns: 1)
    let numbers = [[0.4, 0.6], [-1, 1], [2, 3], [3, 6]]
    let names = ["means", "covariances", "degrees_of_freedom"]
    func start(_ prefix: String) -> Parameters {
      Parameters(
        [("weights", numbers[0])] + names.indices.map { (prefix + names[$0], numbers[$0 + 1]) })
    }
    let a = try next(single, start("\(key)."), complete)
    let b = try next(plain, start(""), complete)
    #expect(relativeError(a.parameters.numbers, b.parameters.numbers) < 1e-12)
  }

  @Test("With many degrees of freedom they are Gaussian columns")
  func gaussianLimit() throws {
    let complete = rows.map { $0.isNaN ? 0.5 : $0 / 8 }
    let gaussian = try mixture("{3,4}=gaussian,*=gaussian")
    let (means, pairs) = (start["gaussian.means"], start["student_t_2.means"])
    let ofGaussians: Parameters = [
      "weights": [0.3, 0.7],
      "gaussian.means": [-1, means[0], means[1], 2, means[2], means[3]],
      "gaussian.covariances": [2, 3, 5, 3, 4, 6], "gaussian_1.means": pairs,
      "gaussian_1.covariances": start["student_t_2.covariances"],
    ]
    let limit = try next(gaussian, ofGaussians, complete).logLikelihood
    let differences = try [1e4, 1e5, 1e6].map { nu in
      let mixture = try mixture(Self.families, freedom: "\(nu)")
      let started = mixture.starting(from: start)
      #expect(started["student_t_2.degrees_of_freedom"] == [nu, nu])
      return try next(mixture, started, complete).logLikelihood - limit
    }
    // As `StudentMixtureTests`: the first term left out is in 1 / ν.
    #expect(abs(differences[0] / differences[1] - 10) < 0.1)
    #expect(abs(differences[1] / differences[2] - 10) < 0.01)
  }

  @Test("Degrees of freedom are of columns that have them, and their model is kept")
  func settings() throws {
    #expect(try mixture(Self.families).variant.map(\.key) == ["column_families"])
    let common = try mixture(Self.families, freedom: "common")
    #expect(
      common.variant.map(\.value) == [
        "1=student-t,2=gaussian,{3,4}=student-t,5=gaussian", "common",
      ])
    // One number less in either group.
    #expect(common.freeParameterCount == 25)
    #expect(try mixture(Self.families, freedom: "4").freeParameterCount == 23)
    #expect(throws: FitError.self) { try mixture("*=gaussian", freedom: "4") }
    #expect(throws: FitError.self) { try mixture(Self.families, freedom: "0") }
  }
}
