import MixtureModels

/// A model file in memory: a fitted model, or a start that somebody wrote by hand.
///
/// JSON, with keys and shapes as scikit-learn names them:
///
///     {"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "full",
///      "components": K, "dimensions": D, "columns": [D], "weights": [K], "means": [K][D],
///      "covariances": full [K][D][D], tied [D][D], diag [K][D], spherical [K],
///      "fit": {…}}
///
/// Another family has its own name and parameters, as its layout says: a Bernoulli mixture
/// "probabilities": [K][D], one of t distributions "degrees_of_freedom": [K] too, one of categories
/// "probabilities": [K][D][C_j] and what these are called, "categories": [D][C_j], null of a column of
/// numbers. The parameters of a mixed one are in an object for each group of columns, and "column_families"
/// says which these are. K-means has "means" alone, soft k-means "beta" too. A covariance model without a
/// name in scikit-learn is "covariance_model" beside the type that holds it; noise, in version 2, an object
/// "noise" with "weight" and "density", and "minimum": [D] and "maximum": [D] of a box along the columns; of
/// a variational model an object "posterior" with the numbers of the parameters' distributions. "classes":
/// [K] has the class of each component, from 0, and "class_names" what the classes are called. "columns" has
/// the names of the data's columns, and is absent if these have none; "fit" may be absent. Numbers are
/// written in the shortest form that reads back to the same bits, so equal models are equal bytes.
public struct ModelFile: Sendable {
  /// The family and size, as made for these parameters: it counts the responsibilities that the fit
  /// counted, so that it gives the fit's log-likelihood to the last bit.
  public let mixture: any Family
  public var parameters: Parameters
  /// D names of the columns, no two alike; nil if they have none.
  public var columns: [String]?
  /// How the model was fitted; nil for one that was not.
  public var fit: FitRecord?

  static let format = "shardem-model"
  static let newestVersion = 2

  /// - Parameter parameters: fit the layout of the mixture.
  public init(
    _ mixture: any Family, _ parameters: Parameters, columns: [String]? = nil,
    fit: FitRecord? = nil
  ) {
    (self.mixture, self.parameters, self.columns, self.fit) = (mixture, parameters, columns, fit)
    precondition(
      columns == nil || columns!.count == dimensions,
      "\(columns!.count) names of \(dimensions) columns")
  }

  /// `gaussian`, `bernoulli`, ...
  public var family: String { type(of: mixture).name }

  /// The number of components, K.
  public var components: Int { mixture.componentCount }

  /// The number of columns of the data, D.
  public var dimensions: Int { mixture.columnCount }

  /// The parameters in this file, for a mixture of the same kind and size.
  ///
  /// - Parameter name: the file's name, for the message.
  /// - Throws: `ModelMismatch` if family, variant, components or columns differ.
  public func parameters(
    for other: any Family, name: String
  ) throws(ModelMismatch) -> Parameters {
    guard other.summary == mixture.summary, other.layout.fits(other.starting(from: parameters))
    else {
      throw ModelMismatch(file: name, found: mixture.summary, expected: other.summary)
    }
    for (j, (own, others)) in zip(mixture.categories, other.categories).enumerated()
    where own != others {
      throw ModelMismatch(
        file: name, found: categories(own, j), expected: categories(others, j))
    }
    guard other.classNames == mixture.classNames else {
      throw ModelMismatch(
        file: name, found: classes(mixture.classNames), expected: classes(other.classNames))
    }
    if let own = other.classes?.ofComponents, own != parameters["classes"] {
      throw ModelMismatch(
        file: name, found: classes(parameters["classes"]), expected: classes(own))
    }
    return parameters
  }
}

extension ModelFile {
  /// The same model whose components are of the classes of a mixture, in their order, if it has no classes
  /// and the other one does: as a fit of that starts from it.
  ///
  /// - Throws: `FitError.unusable` about the names of the classes.
  public func inClasses(of other: any Family) throws -> ModelFile {
    guard let classes = other.classes, !parameters.names.contains("classes"),
      components == other.componentCount
    else { return self }
    let mixture = try mixture.inClasses(
      componentsPerClass: classes.componentsPerClass, names: other.classNames)
    var own = parameters
    own["classes"] = classes.ofComponents
    return ModelFile(mixture, own, columns: columns, fit: fit)
  }
}

private func classes(_ names: [String]?) -> String {
  names.map { "the classes \($0.joined(separator: ", "))" } ?? "classes without names"
}

private func classes(_ numbers: [Double]) -> String {
  "the classes \(numbers.map { "\(Int($0))" }.joined(separator: ", ")) of its components"
}

private func categories(_ names: [String]?, _ column: Int) -> String {
  names.map { "the categories \($0.joined(separator: ", ")) in column \(column + 1)" }
    ?? "numbers in column \(column + 1)"
}

extension ModelFile: Equatable {
  public static func == (a: ModelFile, b: ModelFile) -> Bool {
    a.mixture.summary == b.mixture.summary && a.parameters == b.parameters
      && a.columns == b.columns && a.fit == b.fit
  }
}

/// A model file of another kind or size than needed.
public struct ModelMismatch: Error, Equatable, CustomStringConvertible {
  /// The model file, as the user named it.
  public let file: String
  /// What it holds.
  public let found: String
  /// What was asked for.
  public let expected: String

  public var description: String { "\(file): a model of \(found); expected \(expected)" }
}
