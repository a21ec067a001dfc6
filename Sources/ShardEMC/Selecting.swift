import JSONDocuments
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM

/// Which mixtures a caller wants to be compared, by its options.
struct SelectRequest {
  /// What they have in common.
  private let request: FitRequest
  /// Number of components after number of components.
  private let candidates: [FitRequest]
  private let names: [String]
  private let criterion: Criterion
  private let folds: Int
  private let initialization: Initialization

  /// - Parameter json: see the header.
  /// - Throws: `ArgumentError` about the first option that cannot be used.
  init(_ json: UnsafePointer<CChar>?) throws {
    var reader = try OptionReader(json)
    let counts = try reader.integers("components", 1...FitRequest.mostComponents) ?? []
    guard !counts.isEmpty, counts.count <= 10_000 else {
      throw ArgumentError("components: expected a list of 1 to 10000 numbers of them")
    }
    let covariances = try reader.strings("covariances") ?? []
    guard covariances.count <= 100 else { throw ArgumentError("covariances: expected at most 100") }
    criterion = try reader.word("criterion", Criterion.self) ?? .bic
    folds = Int(try reader.integer("folds", 2...UInt64(Int32.max)) ?? 5)
    request = try FitRequest(&reader, components: Int(counts[0]))
    guard let start = request.method else {
      throw ArgumentError("start: expected a way to find starts: each model needs its own")
    }
    initialization = start
    guard request.family.hasDensities else {
      throw ArgumentError("family: \(request.family.name) has no log-likelihood to compare by")
    }
    var candidates: [FitRequest] = []
    var names: [String] = []
    for count in counts {
      for covariance in covariances.isEmpty ? [nil] : covariances.map(Optional.some) {
        candidates.append(try request.with(components: Int(count), covariance: covariance))
        names.append(covariance ?? request.settings["covariance"] ?? request.family.name)
      }
    }
    (self.candidates, self.names) = (candidates, names)
  }

  /// Collective. The model file of the best, as a fit of it would give it, nil if there is none; and what
  /// became of all, as JSON.
  func select(
    _ data: CallerData, in world: any Communicator, onIteration: SelectionHook
  ) throws -> (ModelFile?, table: String) {
    let selection = try data.engine(in: world).select(
      zip(candidates, names).map { candidate, name in
        Candidate(name, components: candidate.components) { engine in
          let mixture = try candidate.mixture(for: engine, of: data)
          try ModelRoom.require(mixture, threads: engine.threadCount, in: engine.world)
          return mixture
        }
      }, by: criterion, from: initialization, options: request.options, folds: folds,
      onIteration: onIteration)
    let entries = selection.outcomes.indices.map { text(of: selection, $0, data) }
    let table = "\(JSONText.list(entries))"
    guard let best = selection.best, case .success(let fitted) = selection.outcomes[best].result
    else { return (nil, table) }
    return (file(of: fitted.mixture, fitted, candidates[best], data), table)
  }

  private func file(
    of mixture: some Family, _ fitted: FittedCandidate, _ candidate: FitRequest, _ data: CallerData
  ) -> ModelFile {
    candidate.file(
      of: mixture, fitted.fit, fitted.score, data, start: candidate.initialization.name)
  }

  private func text(of selection: Selection, _ place: Int, _ data: CallerData) -> JSONText {
    let outcome = selection.outcomes[place]
    let fitted = try? outcome.result.get()
    func number(_ value: Double?) -> JSONText { value.map(JSONText.number) ?? .null }
    var failure: String?
    if case .failure(let error) = outcome.result {
      let named = (error as? FitError)?.naming { "\(data.rows.column($0))" }
      failure = named.map { "\($0)" } ?? "\(error)"
    }
    return .object([
      ("n_components", .integer(outcome.componentCount)), ("model", .string(outcome.name)),
      ("bic", number(fitted?.score.bic)), ("icl", number(fitted?.score.icl)),
      ("aic", number(fitted?.score.aic)), ("cv", number(outcome.value(of: .cv))),
      ("log_likelihood", number(fitted?.score.logLikelihood)),
      ("free_parameters", fitted.map { .integer($0.score.freeParameterCount) } ?? .null),
      ("converged", fitted.map { .bool($0.fit.converged) } ?? .null),
      ("spikes", .integer(fitted?.spikes.count ?? 0)), ("best", .bool(place == selection.best)),
      ("failure", failure.map(JSONText.string) ?? .null),
    ])
  }
}
