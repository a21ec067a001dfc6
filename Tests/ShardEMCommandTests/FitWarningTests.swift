import Foundation
import MixtureModels
import ModelFiles
import Testing
import _TestSupport

/// Maxima of the likelihood that say little: found rightly, and told.
@Suite("Warnings at the end of a fit")
struct FitWarningTests {
  private static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Data")

  private func warnings(_ outcome: Shardem.Outcome) -> [String] {
    outcome.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("warning: ") }
  }

  /// Two groups of 200 rows, in units of which their deviations are a thousandth.
  private func small() throws -> Folder {
    let folder = try Folder()
    let values = try Samples.rows(400).map { $0 * 1e-3 }
    try folder.write(
      "small.csv",
      "width,height\n" + (0..<400).map { "\(values[2 * $0]),\(values[2 * $0 + 1])\n" }.joined())
    return folder
  }

  @Test(
    "A regularization of more than 1 % of a variance is told, with component and column",
    arguments: ["full", "tied", "diag", "spherical"])
  func regularization(type: String) throws {
    let folder = try small()
    let fit = [
      "fit", "small.csv", "-K", "2", "--covariance", type, "-q", "--regularization", "1e-6",
    ]
    let found = try Shardem.run(fit, in: folder)
    #expect(found.status == 0)
    let lines = warnings(found)
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    let place =
      switch type {
      case "tied": " % of the variance of column 1 (width) in the shared covariance"
      case "spherical": " % of the variance of component 1"
      default: " % of the variance of column 1 (width) in component 1"
      }
    #expect(line.hasPrefix("warning: the regularization, 1e-06, is "))
    #expect(line.contains(place), "\(line)")
    #expect(line.hasSuffix("; lower --regularization, or give the data larger units"))
    // A part of a thousandth of the variances, about 1e-6.
    let enough = try Shardem.run(fit.dropLast() + ["1e-10"], in: folder)
    #expect(enough.status == 0 && warnings(enough).isEmpty)
    // A part of the variances, whatever the units, is the default.
    let plain = try Shardem.run(fit.dropLast(2), in: folder)
    #expect(plain.status == 0 && warnings(plain).isEmpty)
  }

  @Test("The default fits of data in ordinary units are told nothing")
  func healthy() throws {
    let fits: [(file: String, arguments: [String])] = [
      ("faithful.csv", ["-K", "2"]),
      ("iris.csv", ["-K", "3", "--columns", "1,2,3,4"]),
    ]
    for fit in fits {
      let folder = try Folder()
      let path = Self.shipped.appendingPathComponent(fit.file).path
      let outcome = try Shardem.run(["fit", path, "-q"] + fit.arguments, in: folder)
      #expect(outcome.status == 0 && warnings(outcome).isEmpty, "\(fit.file)")
    }
  }

  @Test("Columns that are constant in a component are told, each with the component")
  func constant() throws {
    let folder = try Folder()
    let values = try Samples.rows(200)
    try folder.write(
      "same.csv", (0..<200).map { "\(values[2 * $0]),7,\(values[2 * $0 + 1])\n" }.joined())
    let outcome = try Shardem.run(
      ["fit", "same.csv", "-K", "2", "--covariance", "diag", "-q"], in: folder)
    #expect(outcome.status == 0)
    #expect(
      warnings(outcome) == [
        "warning: no variance but the regularization, 1e-06rel: column 2 in component 1 and column 2 in "
          + "component 2; the data are constant there, and the log-likelihood depends on "
          + "--regularization"
      ])
  }

  @Test("A component of one row is told with the row, on any number of ranks")
  func spike() throws {
    let folder = try Folder()
    var generator = SeededGenerator(seed: 4)
    let values = (0..<200).map { _ in generator.normal() }
    try folder.write(
      "noise.csv", (0..<100).map { "\(values[2 * $0]),\(values[2 * $0 + 1])\n" }.joined())
    // The second component sits on row 8 already.
    let start = ModelFile(
      GaussianMixture(components: 2, columns: 2, covarianceType: .diag),
      Parameters(
        weights: [0.99, 0.01], means: [0, 0, values[14], values[15]],
        covariances: [1, 1, 1e-6, 1e-6]))
    try folder.write("start.json", start.encoded())
    for ranks in Shardem.aloneAndOnRanks {
      let outcome = try Shardem.run(
        ["fit", "noise.csv", "-K", "2", "--covariance", "diag", "--init", "start.json", "-q"]
          + ["--regularization", "1e-6"], in: folder, ranks: ranks)
      #expect(outcome.status == 0)
      #expect(
        warnings(outcome) == [
          "warning: component 2 is a spike, not a group: 1 row (noise.csv row 8), and its variances "
            + "are the regularization, 1e-06; raise --regularization, lower --components, or leave "
            + "such rows out"
        ])
      // And its deviations do not look as if they had been measured.
      #expect(outcome.output.contains("± 0.0010*"))
      #expect(outcome.output.contains("* half of this variance or more is the regularization"))
    }
  }

  @Test("A component that no row belongs to is told")
  func empty() throws {
    let folder = try Folder()
    try folder.write("same.csv", String(repeating: "1,2\n", count: 30))
    let outcome = try Shardem.run(
      ["fit", "same.csv", "-K", "2", "--init", "kmeans", "-q"], in: folder)
    #expect(outcome.status == 0)
    #expect(
      warnings(outcome).contains("warning: no row belongs to component 2; lower --components"))
  }

  @Test("Criteria of weights whose sum is no number of rows are told, by fit and score")
  func normalizedWeights() throws {
    let folder = try Folder()
    let values = try Samples.rows(100)
    for (name, weight) in [("ones", 1.0), ("shares", 0.01)] {
      try folder.write(
        "\(name).csv",
        "w,x,y\n"
          + (0..<100).map { "\(weight),\(values[2 * $0]),\(values[2 * $0 + 1])\n" }.joined())
    }
    for verb in [["fit", "-K", "2", "-o", "m.json"], ["score", "m.json"]] {
      func run(_ name: String) throws -> Shardem.Outcome {
        var arguments = verb + ["\(name).csv", "--weights", "w", "-q"]
        if verb[0] == "fit" { arguments.append("--regularization=1e-9") }
        return try Shardem.run(arguments, in: folder)
      }
      let shares = try run("shares")
      #expect(shares.status == 0)
      #expect(
        warnings(shares) == [
          "warning: the row weights sum to 1 over 100 rows: AIC and BIC take the sum for a number of "
            + "rows and mean little here; give weights that sum to it to compare models by them"
        ])
      let ones = try run("ones")
      #expect(ones.status == 0 && warnings(ones).isEmpty)
    }
  }
}
