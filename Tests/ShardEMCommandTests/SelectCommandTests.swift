import Foundation
import Testing

@Suite("Selection of a model on the command line", .serialized)
struct SelectCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(2500))
  }

  private func run(_ line: String, ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(line.split(separator: " ").map(String.init), in: folder, ranks: ranks)
  }

  /// The fields of a table without quotes, in which no time is.
  private func table(_ name: String) throws -> [[String: String]] {
    let lines = try folder.text(name).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { fields in
      Dictionary(uniqueKeysWithValues: zip(lines[0], fields)).filter { $0.key != "seconds" }
    }
  }

  @Test(
    "A table shows the criterion of each, and the best is written as fit writes it",
    arguments: Shardem.aloneAndOnRanks)
  func best(ranks: Int?) throws {
    let options = "data.csv --seed 4 --restarts 2 --tolerance 1e-7 --regularization 1e-5"
    let select = try run(
      "select \(options) -K 1-4 --covariance full,VEI,spherical -o best.json --table t.csv",
      ranks: ranks)
    #expect(select.status == 0, "\(select.errors)")
    #expect(
      try run("fit \(options) -K 2 --covariance full -o own.json -q").status == 0)
    #expect(try folder.bytes("best.json") == folder.bytes("own.json"))

    let rows = try table("t.csv")
    #expect(rows.map { $0["components"] } == (1...4).flatMap { [$0, $0, $0] }.map { "\($0)" })
    #expect(rows.map { $0["model"] } == (1...4).flatMap { _ in ["full", "VEI", "spherical"] })
    let bic = try rows.map { try #require(Double($0["bic"] ?? "")) }
    #expect(bic[3] == bic.min())
    #expect(rows.map { $0["best"] == "true" } == bic.map { $0 == bic.min() })
    let model = try folder.text("best.json")
    for key in ["log_likelihood", "bic", "icl", "aic", "free_parameters", "iterations"] {
      #expect(try Double(rows[3][key] ?? "") == number(key, in: model), "\(key)")
    }
    #expect(rows.allSatisfy { $0["cv"] == "" && $0["failure"] == "" })

    let lines = select.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "BIC, of which the smaller is the better")
    #expect(lines[1].split(separator: " ") == ["components", "full", "VEI", "spherical"])
    #expect(lines[2].split(separator: " ").first == "1")
    #expect(lines[3].split(separator: " ")[2] == "*")
    #expect(lines[6] == "* the best: full, 2 components")
    #expect(lines[7] == "Gaussian mixture with full covariances: 2 components, 2 columns")
    #expect(lines.last == "model           written to best.json")
    #expect(select.errors.contains("full, 2 components, start 1/2, iteration "))
  }

  @Test("The table as JSON says the same")
  func json() throws {
    for name in ["t.csv", "t.json"] {
      let outcome = try run("select data.csv -K 1..2,4 --criterion icl -q --table \(name)")
      #expect(outcome.status == 0 && outcome.output.hasPrefix("ICL, of which the smaller"))
    }
    let json = try folder.json("t.json")
    #expect(json["criterion"] as? String == "icl" && json["better"] as? String == "smaller")
    let fits = try #require(json["fits"] as? [[String: Any]])
    #expect(fits.map { $0["components"] as? Int } == [1, 2, 4])
    let rows = try table("t.csv")
    let text = try folder.text("t.json").split(separator: "\n").filter { $0.contains("\"icl\": ") }
    // The first is that of the criterion.
    for (row, line) in zip(rows, text.suffix(3)) {
      #expect(try Double(row["icl"] ?? "") == number("icl", in: String(line)))
    }
    #expect(fits.filter { $0["best"] as? Bool == true }.count == 1)
  }

  @Test("Cross-validation is as good on any number of ranks", arguments: Shardem.aloneAndOnRanks)
  func crossValidation(ranks: Int?) throws {
    let line = "select data.csv -K 1-3 --criterion cv --folds 4 -o m.json --table t.csv"
    let outcome = try run(line, ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.hasPrefix("cross-validated log-likelihood per row, of which the larger "))
    #expect(outcome.errors.contains("full, 3 components, without part 4 of 4, iteration "))
    let values = try table("t.csv").map { try #require(Double($0["cv"] ?? "")) }
    let (rows, model) = (try table("t.csv"), try folder.bytes("m.json"))
    #expect(values[1] > values[0] && rows[0]["best"] == "false")
    // The same on one rank.
    #expect(try run(line + " -q").status == 0)
    #expect(try table("t.csv") == rows && folder.bytes("m.json") == model)
  }

  @Test("Families and covariances beside each other, each with the options that it has")
  func families() throws {
    let outcome = try run(
      "select data.csv -K 2 --family gaussian,student-t --covariance VVV,EII --degrees-of-freedom common "
        + "--table t.csv -q")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try table("t.csv").map { $0["model"] }
        == ["gaussian VVV", "gaussian EII", "student-t VVV", "student-t EII"])
    let all = try run("select data.csv -K 2 --covariance all --table t.csv -q")
    #expect(all.status == 0, "\(all.errors)")
    #expect(try table("t.csv").count == 14)
    // Variational Bayes has four of them.
    let some = try run("select data.csv -K 2 --covariance all --estimate vb --table t.csv -q")
    #expect(some.status == 0, "\(some.errors)")
    #expect(try table("t.csv").map { $0["model"] } == ["VVV", "EEE", "VVI", "VII"])
  }

  @Test("A model that cannot be fitted is told of; if none can be, that is an error")
  func failing() throws {
    try folder.write("few.csv", "a,b\n1,2\n1,3\n2,2.5\n7,8\n7,9\n8,8.5\n")
    let outcome = try run("select few.csv -K 1,7,2 --covariance diag --table t.csv")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("warning: diag, 7 components: 7 components; expected at most 6"))
    #expect(outcome.output.split(separator: "\n")[3].split(separator: " ") == ["7", "failed"])
    #expect(try folder.text("t.csv").contains("\n7,diag,,,"))

    let none = try run("select few.csv -K 7-8 -o no.json --table no.csv -q")
    #expect(none.status == 2 && none.output == "")
    #expect(
      none.errors == "shardem: no model could be fitted; the first, full, 7 components: "
        + "7 components; expected at most 6, as many as there are rows\n")
    #expect(try !folder.names.contains { $0.hasPrefix("no.") })
  }

  @Test(
    "What cannot be selected among is refused in a line",
    arguments: [
      ("-K 0", "numbers from 1 up"), ("-K 3-1", "numbers from 1 up"),
      ("-K 1,,2", "numbers from 1 up"), ("-K 1-", "numbers from 1 up"),
      ("-K 1-2000", "numbers from 1 up"),
      ("-K 1-3 --family k-means", "no log-likelihood"),
      ("-K 1-3 --family gaussian,auto", "not to be compared"),
      ("-K 1-3 --family gaussian,none", "--family"),
      ("-K 1-3 --covariance VVV,VVW", "covariance VVW"),
      ("-K 1-3 --family bernoulli,poisson --covariance VVV", "which has no covariances"),
      ("-K 1-3 --criterion bix", "--criterion"), ("-K 1-3 --folds 5", "without --criterion cv"),
      ("-K 1-3 --criterion cv --folds 1", "--folds 1"),
      ("-K 1-3 --criterion cv --folds 2501", "2501 folds"),
      ("-K 1-3 --init m.json", "--init m.json"),
      ("-K 1-3 --table t.txt", ".csv or .json"), ("-K 1-3 --output m.csv", ".json"),
      ("-K 1-3 --table t.json --output t.json", "same file"),
      ("-K 1-3 --family gaussian,categorical", "categories to only one"),
    ])
  func refused(_ options: String, _ expected: String) throws {
    let before = try folder.names
    let outcome = try run("select data.csv -q \(options)")
    #expect(outcome.status == 2 && outcome.output == "")
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
    #expect(try folder.names == before)
  }

  @Test("A spike comes after all models without one")
  func spikes() throws {
    // A row three times, which a component of its own is infinitely likely at.
    let text = try Samples.csv(60) + String(repeating: "40,40\n", count: 3)
    try folder.write("spike.csv", text)
    let outcome = try run(
      "select spike.csv -K 1-4 --init kmeans --regularization 1e-9 --table t.csv")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = try table("t.csv")
    let spiked = rows.filter { $0["warnings"]?.contains("is a spike") == true }
    #expect(!spiked.isEmpty && spiked.allSatisfy { $0["best"] == "false" })
    #expect(
      outcome.output.contains("\ns has a component that is a spike, and comes after others\n"))
    let kept = try run(
      "select spike.csv -K 1-4 --init kmeans --regularization 1e-9 --table k.csv --spikes keep -q")
    #expect(kept.status == 0 && kept.output.contains("\ns has a component that is a spike\n"))
    let bic = try table("k.csv").map { try #require(Double($0["bic"] ?? "")) }
    #expect(try table("k.csv").map { $0["best"] == "true" } == bic.map { $0 == bic.min() })
  }

  @Test(
    "Components are joined to clusters, in a table and a file", arguments: Shardem.aloneAndOnRanks)
  func merging(ranks: Int?) throws {
    let outcome = try run(
      "select data.csv -K 3 --order weight --merge entropy --merged c.json -q --progress none",
      ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").suffix(4).map(String.init)
    #expect(lines[0].hasPrefix("clusters  ") && lines[0].hasSuffix("  joined components"))
    let stages = try #require(try folder.json("c.json")["stages"] as? [[String: Any]])
    #expect(stages.map { $0["clusters"] as? Int } == [3, 2, 1])
    let entropies = stages.compactMap { $0["entropy"] as? Double }
    #expect(entropies[0] > entropies[1] && entropies[1] >= 0 && entropies[2] == 0)
    // The two components in the larger group, of three quarters of the rows, are joined first.
    #expect(stages[0]["components"] as? [[Int]] == [[0], [1], [2]])
    let first = try #require(stages[1]["components"] as? [[Int]])
    let words = first.first { $0.count == 2 }!.map { "\($0 + 1)" }.joined(separator: " with ")
    #expect(lines[2].hasSuffix("  " + words))
    #expect(stages[2]["components"] as? [[Int]] == [[0, 1, 2]])
    #expect(try run("select data.csv -K 3 --merged c.json").status == 2)
  }

  @Test("Not converged is an exit status if it is asked for")
  func convergence() throws {
    let options = "select data.csv -K 3 --max-iterations 1 --tolerance 0 --table t.csv -q"
    #expect(try run(options).status == 0)
    #expect(try table("t.csv")[0]["warnings"] == "not converged")
    let outcome = try run(options + " --require-convergence")
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("not converged in 1 iterations"))
  }

  @Test("Checkpoints of a selection go on to the same table, and are not mixed up")
  func checkpoints() throws {
    let options = "select data.csv -K 1-2 --covariance full,EII --init kmeans --seed 4 -q"
    #expect(try run("\(options) --table whole.csv").status == 0)
    let kept = "--checkpoint kept --checkpoint-interval 0"
    #expect(try run("\(options) --table kept.csv \(kept)").status == 0)
    let resumed = try run("\(options) --table resumed.csv \(kept) --resume kept")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try table("kept.csv") == table("whole.csv"))
    #expect(try table("resumed.csv") == table("whole.csv"))
    // One open file for all fits, which would be more than a process may have.
    let locks = FileManager.default.enumerator(atPath: folder.url.path)!.compactMap {
      ($0 as? String).flatMap { $0.hasSuffix(".checkpoints.lock") ? $0 : nil }
    }
    #expect(locks == ["kept/.checkpoints.lock"])
    func refusal(_ line: String) throws -> String {
      let outcome = try run(line)
      #expect(outcome.status == 2)
      return outcome.errors
    }
    #expect(try refusal("\(options) \(kept)").contains("kept: holds checkpoints of an earlier fit"))
    #expect(try refusal("\(options) --resume none").contains("none: "))
    #expect(
      try refusal("\(options) --max-iterations 7 --tolerance 0.1 --resume kept").contains(
        "made with --tolerance"))
  }

  private func copy(_ name: String, lines: Int = .max) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Data/\(name)")
    let text = try String(contentsOf: file, encoding: .utf8)
    try folder.write(name, text.split(separator: "\n").prefix(lines).joined(separator: "\n") + "\n")
  }

  @Test("A fit that has begun once more goes on in its selection only")
  func begunOnceMore() throws {
    try copy("faithful.csv")
    // EEI is a special case of EEE, whose race ends lower (OutdoneFitsTests).
    let line = "select faithful.csv -K 8 --covariance EEE,EEI -q"
    let kept = "--checkpoint kept --checkpoint-interval 0"
    let whole = try run("\(line) --table whole.csv \(kept)")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try run("\(line) --table resumed.csv \(kept) --resume kept").status == 0)
    #expect(try table("resumed.csv") == table("whole.csv"))
    // Under another limit to what it comes to from the beginning.
    #expect(
      try run("\(line) --table resumed.csv --resume kept --max-iterations 20000").status == 0)
    #expect(try table("resumed.csv") == table("whole.csv"))
    let before = try folder.names
    func refusal(_ line: String) throws -> String {
      let outcome = try run(line)
      #expect(outcome.status == 2 && outcome.output == "", "\(line)")
      #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
      return outcome.errors
    }
    let single = "fit faithful.csv -K 8 -q -o no.json --covariance"
    #expect(
      try refusal("\(single) EEE --resume kept/EEE-8 --checkpoint no").contains(
        ": of a fit of a selection that has begun once more"))
    #expect(try folder.names == before)
    #expect(try run("\(single) EEI --resume kept/EEI-8").status == 0)
  }

  @Test("Nor does what it follows from stay where other models are selected from then on")
  func otherModels() throws {
    try copy("iris.csv")
    let line = "select iris.csv --columns 1,2,3,4 -K 6 -q --covariance"
    #expect(try run("\(line) VVI,VEE --checkpoint kept").status == 0)
    // VVI begins once more from what EEE has found, too.
    #expect(try run("\(line) VVI,VEE,EEE --table resumed.csv --resume kept").status == 0)
    #expect(try run("\(line) VVI,VEE,EEE --table whole.csv").status == 0)
    #expect(try table("resumed.csv") == table("whole.csv"))
  }

  @Test(
    "The model of its checkpoint is that of the selection, without the spikes of its first start")
  func checkpointWithoutSpikes() throws {
    // EII with 8 components ends with a spike, and then without, from what 7 have found.
    try copy("faithful.csv", lines: 70)
    let line = "select faithful.csv -K 7-8 --covariance EII -q --table t.csv"
    #expect(
      try run("\(line) --max-iterations 80 --checkpoint kept --checkpoint-interval 0").status == 0)
    let scored = try run("score kept/EII-8 faithful.csv -q")
    let row = try #require(try table("t.csv").first { $0["components"] == "8" })
    let (own, found) = (
      try number("log_likelihood", in: scored.output),
      try #require(Double(row["log_likelihood"] ?? ""))
    )
    // Sums of 69 rows' log densities, of some nats each, by another order of components.
    #expect(abs(own - found) < 69 * 10 * 8 * 0x1p-53)
  }
}
