import Foundation
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Fits of `families.json` by an EM in 80-bit arithmetic, iteration by iteration.
@Suite("Reference fits of other families")
struct FamilyReferenceTests {
  @Test("They are reproduced", arguments: FamilyReference.shipped)
  func reproduced(reference: FamilyReference) throws {
    for (iterations, expected) in zip([1, 5], reference.after) {
      try check(
        try reference.fit(iterations: iterations).parameters, expected, reference, iterations)
    }
    var logLikelihoods: [Double] = []
    let fit = try reference.fit(iterations: reference.iterations) {
      logLikelihoods.append($0.meanLogLikelihood * Double(reference.rows))
    }
    // EM shrinks the error of a step: all of them together are at most T / 37 of one, as in
    // `ModelReferenceTests`.
    try check(fit.parameters, reference.end, reference, 1 + reference.iterations / 37)
    logLikelihoods.append(fit.score.logLikelihood)
    for (found, expected) in zip(logLikelihoods, reference.logLikelihoods) {
      #expect(relativeError(found, expected) < logLikelihoodError)
    }
    #expect(relativeError(fit.score.logLikelihood, reference.logLikelihood) < logLikelihoodError)
    #expect(relativeError(fit.score.bic, reference.bic) < 2 * logLikelihoodError)
    #expect(fit.score.freeParameterCount == reference.freeParameters)
  }

  @Test("None of them is missing")
  func count() { #expect(FamilyReference.shipped.count == 4) }

  // A sum of log densities: of 170 nats and more, each the sum of 17 terms of up to 400, off by 4u
  // of these; of directions of 3 nats, the sum of two of up to 10 and of κ |x - μ|² / 2.
  private let logLikelihoodError = 1e-13
  // Of what a step gives, relative: responsibilities are off by the errors of log densities, 4u of
  // 200 nats; a concentration κ by those of the rows' lengths, u or so, times 2 κ / (D - 1), 900 of
  // iris.
  private let stepError = 1e-13
  private func check(
    _ found: Parameters, _ expected: [String: Numbers], _ reference: FamilyReference, _ steps: Int
  ) throws {
    for (name, numbers) in expected {
      let largest = numbers.values.reduce(0) { max($0, abs($1)) }
      #expect(found[name].count == numbers.values.count)
      for (value, expected) in zip(found[name], numbers.values) {
        #expect(
          abs(value - expected) < Double(steps) * stepError * largest,
          "\(name) after \(steps) steps")
      }
    }
  }
}

/// A reference fit.
struct FamilyReference: Decodable, Sendable, CustomTestStringConvertible {
  let id: String
  let family: String
  let file: String
  /// The first of the file.
  let rows: Int
  let dimensions: Int
  let components: Int
  /// Taken off every value.
  let subtracted: Double
  /// Whether each row is divided by its length then.
  let areUnit: Bool
  let start: [String: Numbers]
  /// From the start's on.
  let logLikelihoods: [Double]
  /// After 1 and 5 iterations.
  let after: [[String: Numbers]]
  let iterations: Int
  let end: [String: Numbers]
  let logLikelihood: Double
  let bic: Double
  let freeParameters: Int

  var testDescription: String { id }

  static let shipped: [FamilyReference] = {
    let file = TestData.shipped.appending(path: "families.json")
    return ((try? TestData.json([FamilyReference].self, file)) ?? nil) ?? []
  }()

  private func data() throws -> DataSet {
    let path = try #require(TestData.path(file))
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let shifted = lines.dropFirst().prefix(rows).flatMap { line in
      line.split(separator: ",").prefix(dimensions).map { (Double($0) ?? .nan) - subtracted }
    }
    return try DataSet(
      values: areUnit ? unitRows(shifted, columns: dimensions) : shifted, columnCount: dimensions,
      world: SoloCommunicator())
  }

  func fit(iterations: Int, onIteration: IterationHook = { _ in }) throws -> Fit {
    func run(_ mixture: some Family) throws -> Fit {
      let parameters = mixture.layout.parts.map { part in
        (
          part.name,
          start[part.name]?.values ?? Array(repeating: part.standard ?? .nan, count: part.count)
        )
      }
      return try Engine(data(), threads: 2, world: SoloCommunicator()).fit(
        mixture, from: .parameters(Parameters(parameters)),
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(0), acceleration: .none),
        onIteration: onIteration)
    }
    let mixture = try Families.standard.mixture(
      #require(Families.standard[family]), FamilyOptions(regularization: 0),
      components: components, columns: dimensions)
    return try run(mixture)
  }
}
