import JSONDocuments
import MixtureModels

extension ModelFile {
  /// The file's bytes: UTF-8, keys in a fixed order, one row of a matrix a line.
  ///
  /// - Throws: `ModelFileError` if a number is not finite; JSON has no such numbers.
  public func encoded() throws(ModelFileError) -> [UInt8] {
    var members: [(key: String, value: JSONText?)] = [
      ("format", .string(Self.format)), ("version", .integer(mixture.fileVersion)),
      ("family", .string(family)),
    ]
    members += mixture.variant.map { ($0.key, .string($0.value)) }
    members += [
      ("components", .integer(components)), ("dimensions", .integer(dimensions)),
      ("columns", columns.map { .list($0.map(JSONText.string)) }),
      ("categories", mixture.categories.isEmpty ? nil : .list(mixture.categories.map(text))),
      ("class_names", mixture.classNames.map { .list($0.map(JSONText.string)) }),
    ]
    members += try parameterMembers()
    members.append(("fit", try fit?.text()))
    return Array("\(JSONText.lines(members))\n".utf8)
  }

  /// A member for each part of the layout; one object for those of one name before a point, which follow
  /// each other.
  private func parameterMembers() throws(ModelFileError) -> [(key: String, value: JSONText?)] {
    try members(mixture.layout.parts.map { ($0.name.split(separator: ".")[...], $0) })
  }

  /// - Parameters:
  ///   - parts: with what is left of their names.
  ///   - indent: the blanks before the members.
  private func members(
    _ parts: [(keys: ArraySlice<Substring>, part: ParameterLayout.Part)], indent: String = "  "
  ) throws(ModelFileError) -> [(key: String, value: JSONText?)] {
    var members: [(key: String, value: JSONText?)] = []
    var rest = parts[...]
    while let (keys, part) = rest.first, let key = keys.first {
      let own = rest.prefix { $0.keys.first == key }
      rest = rest.dropFirst(own.count)
      let value: JSONText =
        if keys.count == 1 { try text(parameters[part.name], of: part, indent: indent) } else {
          try object(own.map { ($0.keys.dropFirst(), $0.part) }, indent: indent)
        }
      members.append((String(key), value))
    }
    return members
  }

  /// On one line, if no matrix is among its members.
  private func object(
    _ parts: [(keys: ArraySlice<Substring>, part: ParameterLayout.Part)], indent: String
  ) throws(ModelFileError) -> JSONText {
    let members = try members(parts, indent: indent + "  ")
    let hasMatrix = parts.contains { $0.part.shape.count > 1 || $0.part.lengths != nil }
    return hasMatrix ? .lines(members, indent: indent) : .object(members)
  }

  private func text(_ categories: [String]?) -> JSONText {
    categories.map { .list($0.map(JSONText.string)) } ?? .null
  }

  /// Nested lists of the part's shape, the innermost on one line.
  private func text(
    _ values: [Double], of part: ParameterLayout.Part, indent: String
  ) throws(ModelFileError) -> JSONText {
    let (path, shape) = (part.name, part.shape)
    precondition(values.count == part.count, "\(path): \(values.count) numbers of \(part.count)")
    for (i, value) in values.enumerated() where !value.isFinite {
      let place = part.indices(i).map { "[\($0)]" }.joined()
      throw ModelFileError(path: path + place, problem: .notFinite(value))
    }
    if shape.isEmpty { return .number(values[0]) }
    if case .index = part.domain { return .list(values.map { .integer(Int($0)) }) }
    return .nested(values[...], shape: shape[...], lengths: part.lengths, indent: indent)
  }
}

extension FitRecord {
  /// The `fit` section.
  fileprivate func text() throws(ModelFileError) -> JSONText {
    let numbers: [(String, Double?)] = [
      ("remaining", remaining), ("log_likelihood", logLikelihood),
      ("mean_log_likelihood", meanLogLikelihood),
      ("inertia", inertia), ("objective", objective),
      ("lower_bound", lowerBound), ("aic", aic), ("bic", bic), ("icl", icl),
      ("normalized_entropy", normalizedEntropy),
      ("tolerance", tolerance),
      ("tolerance_parameters", parameterTolerance), ("regularization", regularization),
      ("total_weight", totalWeight),
    ]
    for case (let key, let value?) in numbers where !value.isFinite {
      throw ModelFileError(path: "fit.\(key)", problem: .notFinite(value))
    }
    return .lines(
      [
        ("rows", .integer(rows)), ("total_weight", totalWeight.map(JSONText.number)),
        ("iterations", .integer(iterations)), ("stepwise", isStepwise ? .bool(true) : nil),
        ("converged", .bool(converged)),
        ("remaining", remaining.map(JSONText.number)),
        ("log_likelihood", logLikelihood.map(JSONText.number)),
        ("mean_log_likelihood", meanLogLikelihood.map(JSONText.number)),
        ("inertia", inertia.map(JSONText.number)),
        ("estimate", estimate.map(JSONText.string)), ("hard", isHard ? .bool(true) : nil),
        ("objective", objective.map(JSONText.number)),
        ("lower_bound", lowerBound.map(JSONText.number)), ("aic", aic.map(JSONText.number)),
        ("bic", bic.map(JSONText.number)), ("icl", icl.map(JSONText.number)),
        ("normalized_entropy", normalizedEntropy.map(JSONText.number)),
        ("free_parameters", freeParameters.map { .integer($0) }),
        ("seed", .integer(seed)), ("tolerance", .number(tolerance)),
        ("tolerance_parameters", parameterTolerance.map(JSONText.number)),
        ("regularization", .number(regularization)),
        ("regularization_relative", isRegularizationRelative ? .bool(true) : nil),
        ("exact_dense", exactDense ? .bool(true) : nil),
        ("initialization", .string(initialization)),
      ], indent: "  ")
  }
}

extension ParameterLayout.Part {
  /// The places of number `i` in the nested lists: 1, 0.
  func indices(_ i: Int) -> [Int] {
    guard lengths == nil else {
      guard let list = lists.firstIndex(where: { $0.contains(i) }) else { return [] }
      return indices(list, shape) + [i - lists[list].lowerBound]
    }
    return indices(i, shape)
  }

  private func indices(_ i: Int, _ shape: [Int]) -> [Int] {
    var rest = i
    return shape.reversed().map { extent in
      defer { rest /= extent }
      return rest % extent
    }.reversed()
  }
}
