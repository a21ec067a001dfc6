import Foundation
import MixtureModels
import ModelFiles
import Testing
import _TestSupport

/// A valid model file, a change to its text, and the message about the result.
struct BadModelFile: Sendable, CustomTestStringConvertible {
  let base: String
  let part: String
  let replacement: String
  let message: String

  init(_ base: String, _ part: String, _ replacement: String, _ message: String) {
    self.base = base
    self.part = part
    self.replacement = replacement
    self.message = message
  }

  var testDescription: String { message }
}

private let full = """
  {"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "full",
   "components": 2, "dimensions": 2, "weights": [0.25, 0.75],
   "means": [[1, 2], [3, 4]],
   "covariances": [[[2, 1], [1, 2]], [[1, 0], [0, 1]]],
   "fit": {"rows": 10, "iterations": 3, "converged": false, "log_likelihood": -30,
     "mean_log_likelihood": -3, "aic": 1, "bic": 2, "seed": 0, "tolerance": 0.001,
     "regularization": 0, "initialization": "kmeans"}}
  """

private let diagonal = """
  {"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "diag",
   "components": 2, "dimensions": 1, "weights": [0.25, 0.75], "means": [[1], [3]],
   "covariances": [[2], [1]]}
  """

private let bernoulli = """
  {"format": "shardem-model", "version": 1, "family": "bernoulli",
   "components": 1, "dimensions": 2, "weights": [1], "probabilities": [[0.5, 1]]}
  """

private let categorical = """
  {"format": "shardem-model", "version": 1, "family": "categorical",
   "components": 1, "dimensions": 2, "categories": [["no", "yes"], ["a", "b", "c"]], "weights": [1],
   "probabilities": [[[0.25, 0.75], [0.2, 0.3, 0.5]]]}
  """

private let badNames: [BadModelFile] = [
  ("", "a word that labels can have"), ("-1", "a word that labels can have"),
  ("NA", "a word that labels can have"), ("nan", "a word that labels can have"),
  ("class_2", "another name, as class 2 without a name has this one"),
].map { name, expected in
  BadModelFile(
    diagonal.replacing("2, \"dimensions\"", with: "3, \"dimensions\"")
      .replacing("[0.25, 0.75]", with: "[0.25, 0.5, 0.25]").replacing("[3]]", with: "[3], [4]]")
      .replacing("[1]]}", with: "[1], [1]]}"),
    "\"covariances\"",
    "\"classes\": [0, 1, 2], \"class_names\": [\"a\", \"\(name)\"], \"covariances\"",
    "class_names[1]: found \"\(name)\", expected \(expected)")
}

private let badFiles = [
  // Not JSON.
  BadModelFile(
    full, full, "", "line 1, column 1: not JSON: found the end of the file, expected a value"),
  BadModelFile(
    full, "[3, 4]]", "[3, nan]]",
    "line 3, column 24: not JSON: found \"nan\", expected a value"),
  BadModelFile(
    full, "\"kmeans\"}}", "\"kmeans\"}",
    "line 7, column 52: not JSON: found the end of the file, expected a comma or }"),
  BadModelFile(
    full, "[1, 2],", "[1\u{9b}2],",
    "line 3, column 14: not JSON: found \"\\u009b\", expected a comma or ]"),
  BadModelFile(
    full, "[1, 2],", "[1 2],", "line 3, column 15: not JSON: found \"2\", expected a comma or ]"),
  BadModelFile(
    full, "[1, 2],", "[01, 2],", "line 3, column 14: not JSON: found \"1\", expected a comma or ]"),
  BadModelFile(
    full, "[1, 2],", "[1, 2,],", "line 3, column 18: not JSON: found \"]\", expected a value"),
  BadModelFile(
    full, "[1, 2],", "[1., 2],", "line 3, column 15: not JSON: found \",\", expected a digit"),
  BadModelFile(
    diagonal, "[[2], [1]]}", "[[2], [1]]} x",
    "line 3, column 29: not JSON: found \"x\", expected the end of the file"),
  BadModelFile(
    full, "[[1, 2]", String(repeating: "[", count: 100_000),
    "line 3, column 74: not JSON: found \"[\", expected at most 64 nested lists"),
  // A key twice, of which readers take the first or the last.
  BadModelFile(
    full, "\"means\":", "\"weights\": [0.5, 0.5], \"means\":",
    "line 3, column 2: found the key \"weights\" for the second time in one object; remove one of the "
      + "two"),
  BadModelFile(
    full, "\"rows\": 10,", "\"rows\": 10, \"\\u0072ows\": 10,",
    "line 5, column 22: found the key \"rows\" for the second time in one object; remove one of the "
      + "two"),
  // Not a model file of this version.
  BadModelFile(full, full, "[1]", "found a list of 1, expected an object"),
  BadModelFile(
    full, "\"format\": \"shardem-model\",", "", "format: missing; a model file needs it"),
  BadModelFile(
    full, "shardem-model", "sklearn", "format: found \"sklearn\", expected \"shardem-model\""),
  BadModelFile(
    full, "\"version\": 1", "\"version\": 3", "version: found the number 3, expected 1 to 2"),
  BadModelFile(
    full, "\"version\": 1", "\"version\": 1.5",
    "version: found the number 1.5, expected 1 to 2"),
  BadModelFile(
    full, "\"gaussian\"", "\"cauchy\"",
    "family: found \"cauchy\", expected " + familyNames),
  BadModelFile(
    full, "\"full\"", "\"round\"",
    "covariance_type: found \"round\", expected \"full\" or \"tied\" or \"diag\" or \"spherical\""),
  // Classes.
  BadModelFile(
    diagonal, "\"covariances\"", "\"classes\": [0, 2], \"covariances\"",
    "classes[1]: found 2, expected a whole number from 0 to 1"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"classes\": [0.5, 1], \"covariances\"",
    "classes[0]: found 0.5, expected a whole number from 0 to 1"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"classes\": [0], \"covariances\"",
    "classes: found a list of 1, but \"components\" is 2"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"class_names\": [\"a\", \"a\"], \"covariances\"",
    "class_names[1]: found \"a\", expected a name of its own"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"class_names\": [\"a\", \"b\", \"c\"], \"covariances\"",
    "class_names: found a list of 3, expected a list of 1 to 2 (\"components\")"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"class_names\": [\"a\"], \"covariances\"",
    "class_names: found names, expected no names without \"classes\""),
  BadModelFile(
    diagonal, "\"covariances\"",
    "\"classes\": [0, 0], \"class_names\": [\"a\", \"b\"], \"covariances\"",
    "class_names: found a list of 2, expected at most 1, as \"classes\" has them"),
  BadModelFile(
    diagonal, "\"covariances\"", "\"classes\": [1, 1], \"covariances\"",
    "classes: found no component of class 0, expected one of each class up to 1"),
  // Shapes.
  BadModelFile(
    full, "\"components\": 2", "\"components\": 0",
    "components: found the number 0, expected an integer from 1"),
  BadModelFile(
    full, "\"components\": 2", "\"components\": 2.5",
    "components: found the number 2.5, expected an integer from 1"),
  BadModelFile(full, "[0.25, 0.75]", "[1]", "weights: found a list of 1, but \"components\" is 2"),
  BadModelFile(full, "[3, 4]", "[3]", "means[1]: found a list of 1, but \"dimensions\" is 2"),
  BadModelFile(full, "[3, 4]", "[3, \"4\"]", "means[1][1]: found \"4\", expected a number"),
  BadModelFile(
    full, "[3, 4]", "null", "means[1]: found null, expected a list of 2 (\"dimensions\")"),
  BadModelFile(
    full, "\"full\"", "\"tied\"", "covariances[0][0]: found a list of 2, expected a number"),
  BadModelFile(
    full, "\"full\"", "\"diag\"", "covariances[0][0]: found a list of 2, expected a number"),
  BadModelFile(
    diagonal, "\"diag\"", "\"full\"",
    "covariances[0][0]: found the number 2, expected a list of 1 (\"dimensions\")"),
  // Names of columns.
  BadModelFile(
    bernoulli, "\"weights\"", "\"columns\": \"a\", \"weights\"",
    "columns: found \"a\", expected a list of 2 (\"dimensions\")"),
  BadModelFile(
    bernoulli, "\"weights\"", "\"columns\": [\"a\"], \"weights\"",
    "columns: found a list of 1, but \"dimensions\" is 2"),
  BadModelFile(
    bernoulli, "\"weights\"", "\"columns\": [\"a\", 1], \"weights\"",
    "columns[1]: found the number 1, expected a string"),
  BadModelFile(
    bernoulli, "\"weights\"", "\"columns\": [\"a\", \"a\"], \"weights\"",
    "columns[1]: found \"a\", expected a name of its own"),
  // Numbers.
  BadModelFile(full, "[3, 4]", "[3, 1e999]", "means[1][1]: found inf, expected a finite number"),
  BadModelFile(full, "[0.25, 0.75]", "[1.5, -0.5]", "weights[1]: found -0.5, expected 0 or more"),
  BadModelFile(full, "[0.25, 0.75]", "[0.25, 0.5]", "weights: sum to 0.75, expected 1"),
  BadModelFile(
    full, "[[2, 1], [1, 2]]", "[[2, 1], [0.5, 2]]",
    "covariances[0]: not symmetric: [1][0] and [0][1] differ"),
  BadModelFile(
    full, "[[2, 1], [1, 2]]", "[[1, 2], [2, 1]]",
    "covariances[0]: not positive definite, so no covariance; "
      + "add to its diagonal or drop constant and duplicated columns"),
  BadModelFile(
    full, "[[1, 0], [0, 1]]", "[[1, 0], [0, 0]]",
    "covariances[1]: not positive definite, so no covariance; "
      + "add to its diagonal or drop constant and duplicated columns"),
  BadModelFile(
    diagonal, "[[2], [1]]", "[[2], [0]]", "covariances[1][0]: found 0, expected more than 0"),
  BadModelFile(
    diagonal, "[[2], [1]]", "[[2], [1e-310]]",
    "covariances[1][0]: found 1e-310, expected 5.6e-309 to 4.4e+307"),
  BadModelFile(
    full, "[[1, 0], [0, 1]]", "[[1, 0], [0, 1e308]]",
    "covariances[1][1][1]: found 1e+308, expected 5.6e-309 to 4.4e+307"),
  BadModelFile(
    bernoulli, "[0.5, 1]", "[0.5, 1.5]", "probabilities[0][1]: found 1.5, expected 0 to 1"),
  BadModelFile(
    categorical, "[0.25, 0.75]", "[0.25, 0.5]",
    "probabilities[0][0]: found a sum of 0.75, expected 1"),
  BadModelFile(
    categorical, "[0.2, 0.3, 0.5]", "[0.5, 0.5]",
    "probabilities[0][1]: found a list of 2, but \"categories\" is 3"),
  BadModelFile(
    categorical, "[\"no\", \"yes\"]", "[]",
    "categories[0]: found a list of 0, expected a list of strings, or null"),
  BadModelFile(
    categorical, "[\"no\", \"yes\"]", "[\"no\", \"no\"]",
    "categories[0][1]: found \"no\", expected a name of its own"),
  // The fit section.
  BadModelFile(full, "\"rows\": 10, ", "", "fit.rows: missing; a model file needs it"),
  BadModelFile(
    full, "\"rows\": 10", "\"rows\": -1",
    "fit.rows: found the number -1, expected an integer from 0"),
  BadModelFile(full, "false", "\"no\"", "fit.converged: found \"no\", expected true or false"),
  BadModelFile(
    full, "\"kmeans\"", "7", "fit.initialization: found the number 7, expected a string"),
]

/// `"gaussian" or "bernoulli"` and so on.
private let familyNames = Families.standard.names.map { "\"\($0)\"" }.joined(separator: " or ")

@Suite struct ModelFileErrorTests {
  @Test(
    "a bad model file is refused with one line that names the place", arguments: badFiles + badNames
  )
  func message(bad: BadModelFile) throws {
    _ = try ModelFile(json: Array(bad.base.utf8), name: "m.json")
    let range = try #require(bad.base.firstRange(of: bad.part))
    let text = bad.base.replacingCharacters(in: range, with: bad.replacement)
    let error = #expect(throws: ModelFileError.self) {
      try ModelFile(json: Array(text.utf8), name: "m.json")
    }
    #expect(error?.description == "m.json: " + bad.message)
  }

  @Test("a file cut short anywhere is an error")
  func truncated() {
    let bytes = Array(full.utf8)
    for count in 0..<bytes.count {
      #expect(throws: ModelFileError.self) {
        try ModelFile(json: Array(bytes[..<count]), name: "m.json")
      }
    }
  }

  @Test("weights and covariances that went through float32 are accepted")
  func rounded() throws {
    var text = full.replacing("[0.25, 0.75]", with: "[0.333333343, 0.666666687]")
    text = text.replacing("[[2, 1], [1, 2]]", with: "[[2e-20, 1e-20], [1.00000008e-20, 2e-20]]")
    _ = try ModelFile(json: Array(text.utf8), name: "m.json")
  }

  @Test("positive definiteness is judged relative to a covariance's own scale")
  func scale() throws {
    var generator = SeededGenerator(seed: 1)
    for exponent in [-280, -16, 0, 16, 280] {
      for D in 1...8 {
        let unit = Double(sign: .plus, exponent: exponent, significand: 1)
        let covariance = generator.covariance(D).map { unit * $0 }
        let parameters = Parameters(
          weights: [1], means: Array(repeating: 0, count: D), covariances: covariance)
        let mixture = GaussianMixture(components: 1, columns: D)
        let bytes = try ModelFile(mixture, parameters).encoded()
        _ = try ModelFile(json: bytes, name: "m.json")

        // A correlation beyond 1: the first two columns' own determinant is negative.
        guard D > 1 else { continue }
        let beyond = 1.01 * covariance[0].squareRoot() * covariance[D + 1].squareRoot()
        var indefinite = parameters
        indefinite.covariances[1] = beyond
        indefinite.covariances[D] = beyond
        let bad = try ModelFile(mixture, indefinite).encoded()
        #expect(
          throws: ModelFileError(file: "m", path: "covariances[0]", problem: .notPositiveDefinite)
        ) {
          try ModelFile(json: bad, name: "m")
        }
      }
    }
  }
}
