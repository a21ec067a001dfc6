import MixtureModels

extension Engine {
  /// Collective. What EM's theory says of the data under a model: the log-likelihood as a lower
  /// bound and what it lacks, for given responsibilities or the model's own.
  ///
  /// - Parameter given: opened for this model; nil: its own.
  /// - Throws: on every rank the same error: `DataSetError` about responsibilities that are none,
  ///   or about a row that has a share in a component under which it is impossible: the bound would
  ///   be -infinity; or about a row that is impossible under all.
  public func evidence(
    of model: some MixtureModel, under parameters: Parameters,
    responsibilities given: GivenResponsibilities? = nil
  ) throws -> EvidenceDecomposition {
    try requireSuitable(
      model, under: parameters, [given == nil ? "own responsibilities" : "given ones"])
    guard model.sumsLogLikelihood else {
      throw FitError.unusable(
        setting: "a decomposition under a model that has no log-likelihood", expected: "densities")
    }
    try given?.requireSuitable(model)
    return try searching { engine in
      if let given { try await engine.visitBlocks { try given.check($0, scratch: $1) } }
      let step = EvidenceStep(
        try engine.components(of: model, at: parameters),
        given.map { given in
          GivenShares(assign: { try given.write($0, scratch: $1, into: $2) }) {
            given.error(aboutImpossible: $1, row: $0, share: $2)
          }
        })
      let digest = Digest(model.numbers(of: parameters))
      return EvidenceDecomposition(try await engine.sums(of: [step], digest: digest).sums[0])
    }
  }
}
