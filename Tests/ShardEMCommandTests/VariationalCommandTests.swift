import Foundation
import Testing

@Suite("Variational fits on the command line")
struct VariationalCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
  }

  private func fit(_ options: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(
      ["fit", "data.csv", "-K", "4", "--estimate", "vb", "--tolerance", "1e-9"] + options,
      in: folder,
      ranks: ranks)
  }

  @Test(
    "The model has the posterior, says so, and gives the fit's scores, predictions and samples",
    arguments: ["dirichlet", "dirichlet-process"], ["full", "tied", "diag", "spherical"])
  func model(type: String, covariance: String) throws {
    let outcome = try fit(
      "--weight-concentration-type", type, "--covariance", covariance, "-o", "m.json")
    try expectVariationalModel(
      of: outcome, ["degrees_of_freedom", "mean_precision", "weight_concentration"], in: folder)
  }

  @Test("With scikit-learn's updates the file and the summary have its lower bound, too")
  func theirBound() throws {
    let outcome = try fit("--vb-updates", "scikit-learn", "--covariance", "diag", "-o", "m.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\nlower_bound_    "))
    let file = try folder.json("m.json")
    let bound = (file["fit"] as? [String: Any])?["lower_bound"] as? Double
    #expect(try #require(bound) == (file["posterior"] as? [String: Any])?["lower_bound"] as? Double)
    let own = try fit("--covariance", "diag", "-o", "m.json")
    #expect(own.status == 0 && !own.output.contains("lower_bound_"))
    // Files and starts of the updates' own kind.
    let again = try fit("--vb-updates", "scikit-learn", "--covariance", "diag", "-o", "n.json")
    #expect(again.status == 0)
    let inspected = try Shardem.run(["inspect", "n.json"], in: folder)
    #expect(inspected.status == 0 && inspected.output.contains("lower_bound_"))
  }

  @Test(
    "Where the covariance of the data is singular, the prior has the regularization beside it",
    arguments: ["full", "tied", "diag"])
  func singular(covariance: String) throws {
    // The third column is the sum of the others, the fourth is constant.
    let rows = (0..<40).map { n in
      let (a, b) = (n * 7 % 11, n * 5 % 13)
      return "\(a),\(b),\(a + b),3\n"
    }
    try folder.write("flat.csv", "a,b,c,d\n" + rows.joined())
    let line = ["fit", "flat.csv", "-K", "2", "--estimate", "vb", "--covariance", covariance]
    let outcome = try Shardem.run(line + ["-o", "m.json", "-q"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let refused = try Shardem.run(line + ["--regularization", "0"], in: folder)
    #expect(refused.status != 0 && refused.errorLines.count == 1, "\(refused.errors)")
  }

  @Test("The examples of help run as they stand there")
  func examples() throws {
    let help = try Shardem.run(["fit", "--help"], in: folder).output.replacing("\\\n", with: " ")
    let commands = help.split(separator: "\n").filter { $0.contains("--estimate vb") }
      .map { $0.replacing("'", with: "").split(separator: " ").map(String.init) }
      .filter { $0.first == "shardem" }
    #expect(commands.count == 5)
    func write(_ name: String, _ header: String, _ row: (Int) -> String) throws {
      try folder.write(name, header + "\n" + (0..<90).map { row($0) + "\n" }.joined())
    }
    try write("faithful.csv", "eruptions,waiting") { "\($0 * 7 % 11).5,\(50 + $0 * 5 % 13)" }
    try write("visits.csv", "a,b") { "\($0 % 3),\($0 * 3 % 7)" }
    try write("answers.csv", "a,b") {
      "\($0 % 3 == 0 ? "yes" : "no"),\($0 % 7 == 0 ? "yes" : "no")"
    }
    for command in commands {
      let outcome = try Shardem.run(Array(command.dropFirst()), in: folder)
      #expect(outcome.status == 0, "\(command) \(outcome.errors)")
    }
  }

  @Test("Components that the data need not are named")
  func negligible() throws {
    let outcome = try fit("--max-iterations", "3000")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("less than a row is expected of component "))
  }

  @Test("They have the same bytes on any ranks, and go on from checkpoints to the same")
  func resumed() throws {
    let limit = ["--max-iterations", "9"]
    #expect(try fit(limit[0], limit[1], "-o", "whole.json").status == 0)
    #expect(try fit("--max-iterations", "4", "--checkpoint", "kept").status == 0)
    for ranks in Shardem.aloneAndOnRanks {
      let rest = try fit(
        limit[0], limit[1], "--resume", "kept", "-o", "rest.json", ranks: ranks)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    }
    let other = try fit(
      limit[0], limit[1], "--resume", "kept", "--weight-concentration-type", "dirichlet-process")
    #expect(other.status == 2 && other.errors.contains("--weight-concentration-type"))
    let inspected = try Shardem.run(["inspect", "kept"], in: folder)
    #expect(inspected.status == 0, "\(inspected.errors)")
  }

  @Test(
    "Missing cells are missing on request: in fits, scores, predictions and checkpoints",
    arguments: ["full", "tied", "diag", "spherical"])
  func missing(covariance: String) throws {
    try folder.write("data.csv", try Samples.csv(300) + "NA,1\n2,NA\n")
    let refused = try fit("--covariance", covariance, "--quiet")
    #expect(refused.status == 2 && refused.errors.contains("--missing em"))
    let options = ["--missing", "em", "--covariance", covariance]
    let limited = options + ["--max-iterations", "9"]
    func run(_ rest: [String], ranks: Int? = nil) throws {
      let outcome = try Shardem.run(
        ["fit", "data.csv", "-K", "4", "--estimate", "vb", "--tolerance", "1e-9"] + rest,
        in: folder, ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try run(limited + ["-o", "m.json"])
    try run(options + ["--max-iterations", "4", "--checkpoint", "kept"])
    for ranks in Shardem.aloneAndOnRanks {
      try run(limited + ["--resume", "kept", "-o", "rest.json"], ranks: ranks)
      #expect(try folder.bytes("rest.json") == folder.bytes("m.json"))
    }
    let text = try folder.text("m.json")
    let score = try Shardem.run(["score", "m.json", "data.csv", "--missing", "em"], in: folder)
    #expect(score.status == 0, "\(score.errors)")
    #expect(
      try number("log_likelihood", in: score.output) == number("log_likelihood", in: text))
    for command in [["predict"], ["impute", "--draw", "3"], ["impute"]] {
      let outcome = try Shardem.run(
        [command[0], "m.json", "data.csv", "--missing", "em", "-o", "o.csv"] + command.dropFirst(),
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try !folder.text("o.csv").contains("NA"))
  }

  @Test("scikit-learn's updates know of no missing cells, but its models tell where rows belong")
  func missingBesideTheirs() throws {
    let options = ["--vb-updates", "scikit-learn", "-o", "m.json"]
    #expect(try fit(options[0], options[1], options[2], options[3]).status == 0)
    try folder.write("data.csv", try Samples.csv(300) + "NA,1\n")
    let score = try Shardem.run(["score", "m.json", "data.csv", "--missing", "em"], in: folder)
    #expect(score.status == 0, "\(score.errors)")
    let outcome = try fit(options[0], options[1], "--missing", "em", "--quiet")
    #expect(outcome.status == 2 && outcome.errors.split(separator: "\n").count == 1)
    #expect(
      outcome.errors.contains(
        "a missing cell, which variational gaussian (full) with Dirichlet weights by "
          + "scikit-learn's updates cannot do without"))
  }
}
