import Words

extension ModelFile {
  /// The file's bytes: UTF-8, keys in a fixed order, one row of a matrix a line.
  ///
  /// - Throws: `ModelFileError` if a number is not finite; JSON has no such numbers.
  public func encoded() throws(ModelFileError) -> [UInt8] {
    let (K, D) = (components, dimensions)
    var members = [
      ("format", quoted(Self.format)), ("version", "\(Self.version)"), ("family", quoted(family)),
    ]
    if case .gaussian(let type, _) = model {
      members.append(("covariance_type", quoted(type.rawValue)))
    }
    members += [("components", "\(K)"), ("dimensions", "\(D)")]
    if let columns {
      members.append(("columns", "[" + columns.map(quoted).joined(separator: ", ") + "]"))
    }
    members.append(("weights", try text(weights, "weights", shape: [K])))
    switch model {
    case .gaussian(let type, let parameters):
      members += [
        ("means", try text(parameters.means, "means", shape: [K, D])),
        (
          "covariances",
          try text(
            parameters.covariances, "covariances", shape: type.shape(components: K, columns: D))
        ),
      ]
    case .bernoulli(let parameters):
      members.append(
        ("probabilities", try text(parameters.probabilities, "probabilities", shape: [K, D])))
    }
    if let fit { members.append(("fit", object(try fit.members(), indent: "  "))) }
    return Array((object(members, indent: "") + "\n").utf8)
  }

  /// Nested lists of `shape`, the innermost on one line.
  private func text(
    _ values: [Double], _ path: String, shape: [Int]
  ) throws(ModelFileError) -> String {
    precondition(
      values.count == shape.reduce(1, *), "\(path): \(values.count) numbers of shape \(shape)")
    for (i, value) in values.enumerated() where !value.isFinite {
      throw ModelFileError(path: path + indexPath(i, shape: shape), problem: .notFinite(value))
    }
    return list(values[...], shape: shape[...], indent: "  ")
  }

  private func list(_ values: ArraySlice<Double>, shape: ArraySlice<Int>, indent: String) -> String
  {
    guard shape.count > 1 else {
      return "[" + values.map(\.description).joined(separator: ", ") + "]"
    }
    let size = values.count / shape.first!
    let parts = stride(from: values.startIndex, to: values.endIndex, by: size).map {
      "\n\(indent)  "
        + list(values[$0..<$0 + size], shape: shape.dropFirst(), indent: indent + "  ")
    }
    return "[" + parts.joined(separator: ",") + "\n\(indent)]"
  }
}

extension FitRecord {
  /// The keys and values of the `fit` section.
  fileprivate func members() throws(ModelFileError) -> [(String, String)] {
    let numbers: [(String, Double?)] = [
      ("log_likelihood", logLikelihood), ("mean_log_likelihood", meanLogLikelihood),
      ("aic", aic), ("bic", bic), ("tolerance", tolerance),
      ("tolerance_parameters", parameterTolerance), ("regularization", regularization),
      ("total_weight", totalWeight),
    ]
    for case (let key, let value?) in numbers where !value.isFinite {
      throw ModelFileError(path: "fit.\(key)", problem: .notFinite(value))
    }
    let members: [(String, String?)] = [
      ("rows", "\(rows)"), ("total_weight", totalWeight?.description),
      ("iterations", "\(iterations)"), ("converged", "\(converged)"),
      ("log_likelihood", "\(logLikelihood)"), ("mean_log_likelihood", "\(meanLogLikelihood)"),
      ("aic", "\(aic)"), ("bic", "\(bic)"), ("seed", "\(seed)"), ("tolerance", "\(tolerance)"),
      ("tolerance_parameters", parameterTolerance?.description),
      ("regularization", "\(regularization)"), ("exact_dense", exactDense ? "true" : nil),
      ("initialization", quoted(initialization)),
    ]
    return members.compactMap { key, value in value.map { (key, $0) } }
  }
}

/// A JSON object, one member a line.
private func object(_ members: [(String, String)], indent: String) -> String {
  let lines = members.map { "\n\(indent)  \(quoted($0.0)): \($0.1)" }
  return "{" + lines.joined(separator: ",") + "\n\(indent)}"
}

/// `[1][0]` for number `i` of an array of `shape`.
private func indexPath(_ i: Int, shape: [Int]) -> String {
  var rest = i
  var path = ""
  for extent in shape.reversed() {
    path = "[\(rest % extent)]" + path
    rest /= extent
  }
  return path
}
