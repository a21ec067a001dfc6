import JSONDocuments
import MixtureModels
import Words

extension ModelFile {
  /// Reads a model file and checks that it defines a density. Unknown keys are ignored.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - name: the file's name, for messages.
  /// - Throws: `ModelFileError`, naming the file and the place in it.
  public init(json: [UInt8], name: String) throws(ModelFileError) {
    let document: JSON
    do {
      document = try JSONParser.parse(json)
    } catch {
      let (line, column) = (error.line, error.column)
      let problem = error.repeatedKey.map {
        ModelFileError.Problem.repeatedKey($0, line: line, column: column)
      }
      throw ModelFileError(
        file: name, path: "",
        problem: problem ?? .notJSON(line: line, column: column, reason: error.reason))
    }
    let root = ModelFileReader(file: name, path: "", value: document)
    try root.member("format").expect(.string(Self.format))
    try root.member("version").expect(.integer(UInt64(Self.version)))
    let family = try root.member("family").choice(Family.self)
    let K = (try root.member("components").integer(Int.self, atLeast: 1), "components")
    let D = (try root.member("dimensions").integer(Int.self, atLeast: 1), "dimensions")
    let weights = try root.member("weights").weights([K])
    switch family {
    case .gaussian:
      let type = try root.member("covariance_type").choice(CovarianceType.self)
      let means = try root.member("means").numbers([K, D])
      let covariances = try root.member("covariances").covariances(type, K, D)
      let parameters = GaussianParameters(weights: weights, means: means, covariances: covariances)
      model = .gaussian(type, parameters)
    case .bernoulli:
      let probabilities = try root.member("probabilities").probabilities([K, D])
      model = .bernoulli(BernoulliParameters(weights: weights, probabilities: probabilities))
    }
    columns = try root.optional("columns")?.names(D)
    fit = try root.optional("fit")?.fitRecord()
  }
}

private enum Family: String, CaseIterable { case gaussian, bernoulli }

private typealias Extent = (extent: Int, key: String)

/// How far numbers may be from what they must be. Files that `encoded` wrote are off by rounding
/// to 53 bits only; this admits numbers that went through float32, which is off by 2^-24 of each
/// number, hence of their sum, or were copied with seven digits: K times 5e-8, for K up to 20.
private let allowance = 1e-6

extension ModelFileReader {
  fileprivate func expect(_ expected: JSON) throws(ModelFileError) {
    switch (value, expected) {
    case (.string(let value), .string(let expected)) where value == expected: return
    case (.integer(let value), .integer(let expected)) where value == expected: return
    default: throw unexpected(expected: expected.described)
    }
  }

  /// One of the names of `Choice`.
  fileprivate func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) throws(ModelFileError) -> Choice {
    if case .string(let name) = value, let choice = Choice(rawValue: name) { return choice }
    let names = Choice.allCases.map { quoted($0.rawValue) }
    throw unexpected(expected: names.joined(separator: " or "))
  }

  /// As many strings as there are columns, no two alike.
  fileprivate func names(_ D: Extent) throws(ModelFileError) -> [String] {
    guard case .list(let entries) = value else {
      throw unexpected(expected: "a list of \(D.extent) (\"\(D.key)\")")
    }
    guard entries.count == D.extent else {
      throw error(.count(entries.count, expected: D.extent, extent: D.key))
    }
    var names: [String] = []
    var found: Set<String> = []
    for (j, entry) in entries.enumerated() {
      guard case .string(let name) = entry else {
        throw error(.unexpected(found: entry.described, expected: "a string"), at: [j])
      }
      guard found.insert(name).inserted else {
        throw error(.unexpected(found: entry.described, expected: "a name of its own"), at: [j])
      }
      names.append(name)
    }
    return names
  }

  fileprivate func weights(_ shape: [Extent]) throws(ModelFileError) -> [Double] {
    let weights = try numbers(shape)
    for (k, weight) in weights.enumerated() where weight < 0 {
      throw error(.unexpected(found: unpointed(weight), expected: "0 or more"), at: [k])
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= allowance else { throw error(.weightSum(sum)) }
    return weights
  }

  fileprivate func probabilities(_ shape: [Extent]) throws(ModelFileError) -> [Double] {
    let probabilities = try numbers(shape)
    for (i, value) in probabilities.enumerated() where !(0...1).contains(value) {
      let (k, j) = i.quotientAndRemainder(dividingBy: shape[1].extent)
      throw error(.unexpected(found: unpointed(value), expected: "0 to 1"), at: [k, j])
    }
    return probabilities
  }

  fileprivate func covariances(
    _ type: CovarianceType, _ K: Extent, _ D: Extent
  ) throws(ModelFileError) -> [Double] {
    switch type {
    case .full:
      let values = try numbers([K, D, D])
      for k in 0..<K.extent {
        let matrix = values[k * D.extent * D.extent..<(k + 1) * D.extent * D.extent]
        try check(covariance: Array(matrix), size: D.extent, at: [k])
      }
      return values
    case .tied:
      let values = try numbers([D, D])
      try check(covariance: values, size: D.extent, at: [])
      return values
    case .diag:
      let values = try numbers([K, D])
      for (i, value) in values.enumerated() {
        let (k, j) = i.quotientAndRemainder(dividingBy: D.extent)
        try check(variance: value, at: [k, j])
      }
      return values
    case .spherical:
      let values = try numbers([K])
      for (k, value) in values.enumerated() { try check(variance: value, at: [k]) }
      return values
    }
  }

  private func check(variance: Double, at indices: [Int]) throws(ModelFileError) {
    guard variance > 0 else {
      throw error(.unexpected(found: unpointed(variance), expected: "more than 0"), at: indices)
    }
    guard CovarianceCheck.hasReciprocal(variance) else {
      throw error(
        .unexpected(found: unpointed(variance), expected: CovarianceCheck.range), at: indices)
    }
  }

  private func check(
    covariance: [Double], size: Int, at indices: [Int]
  ) throws(ModelFileError) {
    for j in 0..<size where !(covariance[j * size + j] > 0) {
      throw error(.notPositiveDefinite, at: indices)
    }
    for j in 0..<size { try check(variance: covariance[j * size + j], at: indices + [j, j]) }
    if let (row, column) = CovarianceCheck.asymmetry(of: covariance, size, within: allowance) {
      throw error(.notSymmetric(row: row, column: column), at: indices)
    }
    guard CovarianceCheck.isPositiveDefinite(covariance, size) else {
      throw error(.notPositiveDefinite, at: indices)
    }
  }

  fileprivate func fitRecord() throws(ModelFileError) -> FitRecord {
    FitRecord(
      rows: try member("rows").integer(Int.self, atLeast: 0),
      totalWeight: try optional("total_weight")?.number(),
      iterations: try member("iterations").integer(Int.self, atLeast: 0),
      converged: try member("converged").bool(),
      logLikelihood: try member("log_likelihood").number(),
      meanLogLikelihood: try member("mean_log_likelihood").number(),
      aic: try member("aic").number(), bic: try member("bic").number(),
      seed: try member("seed").integer(UInt64.self, atLeast: 0),
      tolerance: try member("tolerance").number(),
      parameterTolerance: try optional("tolerance_parameters")?.number(),
      regularization: try member("regularization").number(),
      exactDense: try optional("exact_dense")?.bool() ?? false,
      initialization: try member("initialization").string())
  }
}
