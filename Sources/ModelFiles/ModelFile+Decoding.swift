import JSONDocuments
import MixtureModels
import Words

extension ModelFile {
  /// Reads a model file and checks that it defines a density. Unknown keys are ignored.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - name: the file's name, for messages.
  ///   - families: those that the file may be of.
  /// - Throws: `ModelFileError`, naming the file and the place in it.
  public init(
    json: [UInt8], name: String, families: Families = .standard
  ) throws(ModelFileError) {
    let root = ModelFileReader(file: name, path: "", value: try JSON(parsing: json, file: name))
    try root.member("format").expect(.string(Self.format))
    let version = try root.member("version").version(upTo: Self.newestVersion)
    mixture = try root.mixture(
      Families(families.types, extensions: families.extensions.filter { $0.version <= version }),
      exactDense: try root.optional("fit")?.optional("exact_dense")?.bool() ?? false)
    fit = try root.optional("fit")?.fitRecord(hasDensities: type(of: mixture).hasDensities)
    parameters = try root.parameters(of: mixture)
    try root.requireClasses(of: mixture, parameters)
    columns = try root.optional("columns")?.names((mixture.columnCount, "dimensions"))
  }
}

extension JSON {
  /// - Throws: `ModelFileError` if the text is no JSON.
  init(parsing text: [UInt8], file: String) throws(ModelFileError) {
    do {
      self = try JSONParser.parse(text)
    } catch {
      let (line, column) = (error.line, error.column)
      let problem = error.repeatedKey.map {
        ModelFileError.Problem.repeatedKey($0, line: line, column: column)
      }
      throw ModelFileError(
        file: file, path: "",
        problem: problem ?? .notJSON(line: line, column: column, reason: error.reason))
    }
  }
}

private typealias Extent = (extent: Int, key: String)

/// How far numbers may be from what they must be.
private let allowance = ParameterLayout.Domain.allowance

extension ModelFileReader {
  fileprivate func expect(_ expected: JSON) throws(ModelFileError) {
    switch (value, expected) {
    case (.string(let value), .string(let expected)) where value == expected: return
    case (.integer(let value), .integer(let expected)) where value == expected: return
    default: throw unexpected(expected: expected.described)
    }
  }

  fileprivate func version(upTo newest: Int) throws(ModelFileError) -> UInt64 {
    guard case .integer(let version) = value, (1...UInt64(newest)).contains(version) else {
      throw unexpected(expected: newest == 1 ? "1" : "1 to \(newest)")
    }
    return version
  }

  /// One of some texts.
  ///
  /// - Parameter texts: none: any text.
  private func choice(_ texts: [String]) throws(ModelFileError) -> String {
    if case .string(let text) = value, texts.isEmpty || texts.contains(text) { return text }
    if texts.isEmpty { throw unexpected(expected: "a string") }
    throw unexpected(expected: texts.map { quoted($0) }.joined(separator: " or "))
  }

  /// The mixture that the file says it is of.
  fileprivate func mixture(
    _ families: Families, exactDense: Bool
  ) throws(ModelFileError) -> any Family {
    let family = try member("family").choice(families.names)
    let components = try member("components").integer(Int.self, atLeast: 1)
    let columns = try member("dimensions").integer(Int.self, atLeast: 1)
    guard let type = families[family] else { throw unexpected(expected: "a family") }
    var options = FamilyOptions(exactDense: exactDense)
    options.columnNames = try optional("columns")?.names((columns, "dimensions"))
    options.categories = try optional("categories")?.categories((columns, "dimensions")) ?? []
    options.classNames = try optional("class_names")?.names(atMost: (components, "components"))
    for setting in type.settings {
      for (i, (key, texts)) in setting.keys.enumerated() {
        if i == 0 && setting.isKept { options.values[setting.name] = try member(key).choice(texts) }
        if let later = try optional(key) { options.values[setting.name] = try later.choice(texts) }
      }
    }
    for part in families.extensions where try optional(part.key) != nil {
      options.values[part.setting.name] = ""
    }
    if options.values["noise"] != nil {
      options.hasNoiseBox = try member("noise").optional("minimum") != nil
    }
    let mixture: any Family
    do {
      mixture = try families.mixture(type, options, components: components, columns: columns)
    } catch { throw self.error(.unexpected(found: "\(error)", expected: "a model")) }
    // Of a family that is of some number of columns only.
    guard mixture.columnCount == columns else {
      throw try member("dimensions").unexpected(expected: "\(mixture.columnCount)")
    }
    // Keys that contradict each other.
    for (key, value) in mixture.variant { _ = try member(key).choice([value]) }
    return mixture
  }

  /// The numbers of all parts of the mixture's layout.
  fileprivate func parameters(of mixture: any Family) throws(ModelFileError) -> Parameters {
    var lists: [(String, [Double])] = []
    var weights: (place: ModelFileReader, total: Double)?
    for part in mixture.layout.parts {
      if let standard = part.standard, try optional(part.name) == nil {
        lists.append((part.name, Array(repeating: standard, count: part.count)))
        continue
      }
      var place = self
      for key in part.name.split(separator: ".") { place = try place.member(String(key)) }
      let numbers = try place.numbers(of: part, mixture)
      if part.domain == .weights {
        weights = (weights?.place ?? place, numbers.reduce(weights?.total ?? 0, +))
      }
      lists.append((part.name, numbers))
    }
    if let weights, !(abs(weights.total - 1) <= allowance) {
      throw weights.place.error(.weightSum(weights.total))
    }
    return Parameters(lists)
  }

  /// Checks that classes and their names go together.
  fileprivate func requireClasses(
    of mixture: any Family, _ parameters: Parameters
  ) throws(ModelFileError) {
    let names = try optional("class_names")
    guard parameters.names.contains("classes") else {
      if let names {
        throw names.unexpected("names", expected: "no names without \"classes\"")
      }
      return
    }
    let classes = Set(parameters["classes"].map { Int($0) })
    let count = (classes.max() ?? 0) + 1
    if let absent = (0..<count).first(where: { !classes.contains($0) }) {
      throw try member("classes").unexpected(
        "no component of class \(absent)", expected: "one of each class up to \(count - 1)")
    }
    guard let names, let found = mixture.classNames else { return }
    guard found.count <= count else {
      throw names.unexpected(
        "a list of \(found.count)", expected: "at most \(count), as \"classes\" has them")
    }
    let hasNoise = mixture.responsibilityCount > mixture.componentCount
    if let (number, expected) = ClassNames.objection(to: found, of: count, hasNoise) {
      throw names.error(
        .unexpected(found: quoted(found[number]), expected: expected), at: [number])
    }
  }

  private func unexpected(_ found: String, expected: String) -> ModelFileError {
    error(.unexpected(found: found, expected: expected))
  }

  private func numbers(
    of part: ParameterLayout.Part, _ mixture: any Family
  ) throws(ModelFileError) -> [Double] {
    let (K, D) = (mixture.componentCount, mixture.columnCount)
    let shape = part.shape.enumerated().map { i, extent -> Extent in
      let isComponents = extent == K && (extent != D || i == 0)
      return (extent, isComponents ? "components" : extent == D ? "dimensions" : part.name)
    }
    let numbers = try numbers(shape, lengths: part.lengths)
    for (i, value) in numbers.enumerated() {
      guard let expected = part.domain.objection(to: value) else { continue }
      throw error(
        .unexpected(found: unpointed(value), expected: expected), at: part.indices(i))
    }
    let areTogether = part.domain == .simplex || part.domain == .unitVector
    for list in areTogether ? part.lists : [] {
      guard let (found, expected) = part.domain.objection(to: numbers[list]) else { continue }
      throw error(
        .unexpected(found: found, expected: expected),
        at: Array(part.indices(list.lowerBound).dropLast()))
    }
    guard part.domain == .covariance, let size = shape.last?.extent else { return numbers }
    for (k, first) in stride(from: 0, to: numbers.count, by: size * size).enumerated() {
      let matrix = Array(numbers[first..<first + size * size])
      try check(covariance: matrix, size: size, at: shape.count > 2 ? [k] : [])
    }
    return numbers
  }

  /// Of each column a list of different strings, or null for a column of numbers.
  fileprivate func categories(_ D: Extent) throws(ModelFileError) -> [[String]?] {
    guard case .list(let entries) = value, entries.count == D.extent else {
      throw unexpected(expected: "a list of \(D.extent) (\"\(D.key)\")")
    }
    var all: [[String]?] = []
    for (j, entry) in entries.enumerated() {
      let place = ModelFileReader(file: file, path: "\(path)[\(j)]", value: entry)
      switch entry {
      case .null: all.append(nil)
      case .list(let names) where names.count > 0:
        all.append(try place.names((names.count, "categories")))
      default: throw place.unexpected(expected: "a list of strings, or null")
      }
    }
    return all
  }

  /// As many strings as there are columns, no two alike.
  fileprivate func names(_ D: Extent) throws(ModelFileError) -> [String] {
    guard case .list(let entries) = value else {
      throw unexpected(expected: "a list of \(D.extent) (\"\(D.key)\")")
    }
    guard entries.count == D.extent else {
      throw error(.count(entries.count, expected: D.extent, extent: D.key))
    }
    return try names(in: entries)
  }

  /// Fewer strings, or as many.
  fileprivate func names(atMost K: Extent) throws(ModelFileError) -> [String] {
    guard case .list(let entries) = value, (1...K.extent).contains(entries.count) else {
      throw unexpected(expected: "a list of 1 to \(K.extent) (\"\(K.key)\")")
    }
    return try names(in: entries)
  }

  /// Strings, no two alike.
  private func names(in entries: JSONList) throws(ModelFileError) -> [String] {
    var names: [String] = []
    var found: Set<[UInt8]> = []
    for (j, entry) in entries.enumerated() {
      guard case .string(let name) = entry else {
        throw error(.unexpected(found: entry.described, expected: "a string"), at: [j])
      }
      guard found.insert(Array(name.utf8)).inserted else {
        throw error(.unexpected(found: entry.described, expected: "a name of its own"), at: [j])
      }
      names.append(name)
    }
    return names
  }

  private func check(
    covariance: [Double], size: Int, at indices: [Int]
  ) throws(ModelFileError) {
    for j in 0..<size where !(covariance[j * size + j] > 0) {
      throw error(.notPositiveDefinite, at: indices)
    }
    for j in 0..<size {
      let variance = covariance[j * size + j]
      guard let expected = ParameterLayout.Domain.variance.objection(to: variance) else { continue }
      throw error(
        .unexpected(found: unpointed(variance), expected: expected), at: indices + [j, j])
    }
    if let (row, column) = CovarianceCheck.asymmetry(of: covariance, size, within: allowance) {
      throw error(.notSymmetric(row: row, column: column), at: indices)
    }
    guard CovarianceCheck.isPositiveDefinite(covariance, size) else {
      throw error(.notPositiveDefinite, at: indices)
    }
  }

  /// - Parameter hasDensities: whether the model has a log-likelihood, or an inertia.
  fileprivate func fitRecord(hasDensities: Bool) throws(ModelFileError) -> FitRecord {
    func ofDensities(_ key: String) throws(ModelFileError) -> Double? {
      hasDensities ? try member(key).number() : nil
    }
    var record = FitRecord(
      rows: try member("rows").integer(Int.self, atLeast: 0),
      totalWeight: try optional("total_weight")?.number(),
      iterations: try member("iterations").integer(Int.self, atLeast: 0),
      converged: try member("converged").bool(),
      remaining: try optional("remaining")?.number(),
      logLikelihood: try ofDensities("log_likelihood"),
      meanLogLikelihood: try ofDensities("mean_log_likelihood"),
      inertia: hasDensities ? nil : try member("inertia").number(),
      estimate: try optional("estimate")?.string(),
      objective: try optional("objective")?.number(),
      isHard: try optional("hard")?.bool() ?? false,
      aic: try ofDensities("aic"), bic: try ofDensities("bic"),
      icl: try optional("icl")?.number(),
      normalizedEntropy: try optional("normalized_entropy")?.number(),
      freeParameters: try optional("free_parameters")?.integer(Int.self, atLeast: 0),
      seed: try member("seed").integer(UInt64.self, atLeast: 0),
      tolerance: try member("tolerance").number(),
      parameterTolerance: try optional("tolerance_parameters")?.number(),
      regularization: try member("regularization").number(),
      isRegularizationRelative: try optional("regularization_relative")?.bool() ?? false,
      exactDense: try optional("exact_dense")?.bool() ?? false,
      initialization: try member("initialization").string())
    record.isStepwise = try optional("stepwise")?.bool() ?? false
    record.lowerBound = try optional("lower_bound")?.number()
    return record
  }
}
