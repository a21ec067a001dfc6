import MixtureModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The state of a fit as a file holds it, with what the fit was of.
///
/// JSON and a last line with a digest of it, so that a file that is damaged or cut off is known.
/// Numbers are in the shortest form that reads back to the same bits.
package struct Checkpoint: Codable, Equatable {
  /// The options that the result depends on, and their values, in order.
  package struct Setting: Codable, Equatable {
    let option: String
    let value: String
  }

  /// A start that has ended.
  package struct Finished: Codable, Equatable {
    let restart: Int
    let iterations: Int
    let converged: Bool
    let numbers: [Double]
    let logLikelihood: Double
    let weightSum: Double
    let rows: Int
  }

  let settings: [Setting]
  let data: DataFingerprint
  let restart: Int
  let converged: Bool
  let meanLogLikelihoods: [Double]
  let numbers: [Double]
  let best: Finished?

  var iteration: Int { meanLogLikelihoods.count }
}

extension Checkpoint {
  private static let format = "shardem-checkpoint 1"

  /// The bytes of the file.
  ///
  /// - Throws: `EncodingError` if a number is not finite.
  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Self.sealed(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")])
  }

  /// Lines, and the last one with their digest.
  package static func sealed(_ body: [UInt8]) -> [UInt8] {
    body + "\(format) \(hexadecimal(Digest(bytes: body)))\n".utf8
  }

  /// Nil if the bytes are not those that `encoded` gave.
  package init?(_ bytes: [UInt8]) {
    guard bytes.last == UInt8(ascii: "\n"),
      let end = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let body = bytes[...end]
    let line = "\(Self.format) \(hexadecimal(Digest(bytes: body)))\n"
    guard bytes[(end + 1)...].elementsEqual(line.utf8),
      let checkpoint = try? JSONDecoder().decode(Checkpoint.self, from: Data(body))
    else { return nil }
    self = checkpoint
  }

  package init<Model: LatentVariableModel>(
    _ state: FitState<Model.Parameters>, of model: Model, settings: [Setting],
    data: DataFingerprint
  ) {
    self.init(
      settings: settings, data: data, restart: state.restart, converged: state.converged,
      meanLogLikelihoods: state.meanLogLikelihoods, numbers: model.numbers(of: state.parameters),
      best: state.best.map {
        Finished(
          restart: $0.restart, iterations: $0.iterations, converged: $0.converged,
          numbers: model.numbers(of: $0.parameters), logLikelihood: $0.score.logLikelihood,
          weightSum: $0.score.weightSum, rows: $0.rows)
      })
  }

  /// The state, for the model it was made of; nil if it is of another size.
  package func state<Model: LatentVariableModel>(of model: Model) -> FitState<Model.Parameters>? {
    guard let parameters = model.parameters(numbers: numbers) else { return nil }
    var best: Fit<Model.Parameters>?
    if let finished = self.best {
      guard let parameters = model.parameters(numbers: finished.numbers) else { return nil }
      best = Fit(
        parameters: parameters,
        score: Score(
          logLikelihood: finished.logLikelihood, weightSum: finished.weightSum,
          freeParameterCount: model.freeParameterCount),
        iterations: finished.iterations, converged: finished.converged,
        restart: finished.restart, rows: finished.rows)
    }
    var state = FitState(restart: restart, best: best, parameters: parameters)
    (state.meanLogLikelihoods, state.converged) = (meanLogLikelihoods, converged)
    return state
  }
}

private func hexadecimal(_ digest: Digest) -> String {
  let digits = String(digest.value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
