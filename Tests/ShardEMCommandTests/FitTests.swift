import Foundation
import MixtureModels
import ModelFiles
import Testing

@Suite struct FitTests {
  private func folder(rows: Int = 500) throws -> Folder {
    let folder = try Folder()
    try folder.write("data.csv", Samples.csv(rows))
    return folder
  }

  @Test("fit prints a table of the components, and nothing else on standard output")
  func table() throws {
    let folder = try folder()
    let outcome = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--progress", "none"], in: folder)
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "Gaussian mixture with full covariances: 2 components, 2 columns")
    #expect(lines[1].split(separator: " ") == ["component", "weight", "width", "height"])
    // Whole columns: every line of the table ends at the same place.
    #expect(lines[1].count == lines[2].count && lines[2].count == lines[3].count)
    #expect(lines[4] == "rows            500")
    let names = lines[4...].map { String($0.prefix { $0 != " " }) }
    #expect(
      names == [
        "rows", "log-likelihood", "AIC", "BIC", "ICL", "certainty", "iterations", "left", "model",
      ])
    #expect(lines[8].hasSuffix(" (of all three the smaller, the better)"))
    #expect(lines[10].hasSuffix(", converged"))
    #expect(lines[11].hasPrefix("left to gain    about ") && lines[11].hasSuffix(" nats a row"))
    #expect(lines[12] == "model           not written (no --output)")
    #expect(
      outcome.errors
        == "info: data.csv: the first row was taken for column names; --no-header makes it data\n")
  }

  @Test("the model file and the trace hold what the table says")
  func files() throws {
    let folder = try folder()
    let outcome = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "-o", "m.json", "--trace", "t.jsonl", "--quiet"], in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasSuffix("\nmodel           written to m.json\n"))
    let fit = try #require(try folder.json("m.json")["fit"] as? [String: Any])
    let logLikelihood = try number("log_likelihood", in: folder.text("m.json"))
    #expect(outcome.output.contains("\nlog-likelihood  \(logLikelihood) ("))
    let trace = try folder.text("t.jsonl").split(separator: "\n").map { try jsonObject("\($0)") }
    #expect(trace.count == fit["iterations"] as? Int)
    #expect(trace.last?["converged"] as? Bool == true)
    for key in [
      "iteration", "mean_log_likelihood", "change", "seconds", "compute_seconds",
      "communication_seconds", "imbalance", "ranks", "threads",
    ] { #expect(trace.last?[key] != nil, "\(key)") }
    #expect(try folder.names == ["data.csv", "m.json", "t.jsonl"])
  }

  @Test("lines of progress tell iterations 1, 2, 5, ... and the last, on standard error")
  func lines() throws {
    let folder = try folder()
    let outcome = try Shardem.run(
      [
        "fit", "data.csv", "-K", "3", "--tolerance", "0", "--max-iterations", "12", "-q",
        "--progress", "lines",
      ], in: folder)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(
      lines.dropLast().map { String($0.prefix { $0 != ":" }) }
        == [1, 2, 5, 10, 12].map { "iteration \($0)/12" })
    #expect(
      lines.last
        == "warning: not converged in 12 iterations; raise --max-iterations or the tolerance")
    #expect(outcome.status == 0)
  }

  @Test(
    "What is left to gain is one number, everywhere, and below the tolerance where a fit converged",
    arguments: [
      "iris.csv --columns 1,2,3,4 -K 2 --family student-t --noise",
      "iris.csv --columns 1,2,3,4 -K 6 --init kmeans --seed 2",
      "iris.csv --columns 1,2,3,4 -K 6 --init kmeans --accelerate none --max-iterations 40",
      "iris.csv --columns 1,2,3,4 -K 3 --family k-means --init random",
      "iris.csv --columns 1,2,3,4 -K 3 --max-iterations 1 --checkpoint kept",
      "iris.csv --columns 1,2,3,4 -K 4 --restarts 2 --init random --checkpoint kept",
    ])
  func leftToGain(arguments: String) throws {
    let folder = try Folder()
    let iris = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Data/iris.csv")
    try folder.write("iris.csv", try String(contentsOf: iris, encoding: .utf8))
    let line = ["fit"] + arguments.split(separator: " ").map(String.init)
    let outcome = try Shardem.run(
      line + ["-o", "m.json", "--trace", "t.jsonl", "--progress", "lines"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let fit = try #require(try folder.json("m.json")["fit"] as? [String: Any])
    let text = try folder.text("t.jsonl")
    let trace = try text.split(separator: "\n").map { try jsonObject(String($0)) }
    // With restarts that of the best, whose last line is one of several.
    let ends = Dictionary(grouping: trace) { $0["restart"] as? Int }.values.compactMap(\.last)
    let remaining = fit["remaining"] as? Double
    if let remaining {
      #expect(ends.contains { $0["remaining"] as? Double == remaining })
    }
    for end in ends where end["converged"] as? Bool == true {
      #expect((end["remaining"] as? Double ?? .infinity) < 1e-6)
    }
    let unit = arguments.contains("k-means ") ? "of the inertia" : "nats a row"
    guard let remaining else {
      #expect(fit["converged"] as? Bool == false)
      #expect(outcome.output.contains("left to gain    not known"))
      return
    }
    let digits = try #require(
      outcome.output.split(separator: "left to gain    about ").last?.split(separator: " ").first)
    #expect(outcome.output.contains("left to gain    about \(digits) \(unit)"))
    // Two digits of it: of 1.0 half a unit of the second is a twentieth.
    #expect(abs((Double(digits) ?? .nan) - remaining) <= 0.0501 * remaining)
    #expect(outcome.errors.contains(", left to gain \(digits), "), "\(outcome.errors)")
    // A fit that goes on when all is done says the same.
    guard arguments.contains("kept") else { return }
    let again = try Shardem.run(line + ["--resume", "kept", "-o", "again.json"], in: folder)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try folder.bytes("again.json") == folder.bytes("m.json"))
  }

  @Test("--quiet leaves warnings alone, unless --progress says how to show progress")
  func quiet() throws {
    let folder = try folder()
    for command in [
      "fit data.csv -K 2 -q", "select data.csv -K 1-2 --quiet", "fit data.csv -K 2 --stepwise -q",
    ] {
      let outcome = try Shardem.run(command.split(separator: " ").map(String.init), in: folder)
      #expect(outcome.status == 0 && outcome.errors == "", "\(command): \(outcome.errors)")
    }
    let warned = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "-q", "--tolerance", "0", "--max-iterations", "2"], in: folder)
    #expect(
      warned.errors
        == "warning: not converged in 2 iterations; raise --max-iterations or the tolerance\n")
  }

  @Test("a bar is one line that is drawn again and again")
  func bar() throws {
    let outcome = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--init", "kmeans", "--progress", "bar", "-q"], in: folder())
    let frames = outcome.errors.split(separator: "\r")
    #expect(frames.first?.hasPrefix("[----------] 1/1000, ") == true)
    #expect(frames.last?.hasPrefix("[##########] ") == true)
    #expect(frames.last?.hasSuffix("rows/s, converged\u{1B}[K\n") == true)
    #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test("with restarts, progress tells of all at a time, and in lines how each ends")
  func restarts() throws {
    func errors(_ style: String) throws -> String {
      let outcome = try Shardem.run(
        [
          "fit", "data.csv", "-K", "2", "--init", "kmeans", "--restarts", "2", "--progress", style,
          "-q",
        ], in: folder())
      #expect(outcome.status == 0)
      return outcome.errors
    }
    let lines = try errors("lines").split(separator: "\n")
    #expect(lines.first?.hasPrefix("2 starts, iteration 1/1000: best log-likelihood ") == true)
    for start in 1...2 {
      let last = lines.first { $0.hasPrefix("start \(start)/2, iteration ") }
      #expect(last?.hasSuffix(", converged") == true)
    }
    let frames = try errors("bar").split(separator: "\r")
    #expect(frames.first?.hasPrefix("[----] 2 starts: 1/1000, ") == true)
    #expect(frames.last?.hasPrefix("[####] 2 starts, 2 done: ") == true)
  }

  @Test("a fit that fails leaves an older model and trace as they were")
  func failureKeepsOlderFiles() throws {
    let folder = try Folder()
    // The second component takes hold of the same row three times: its variance, tiny after the
    // first iteration, is 0 after the second.
    let rows = try Samples.rows(400) + Array(repeating: 30.0, count: 6)
    try folder.write("data.npy", npyFile(rows, shape: [403, 2]))
    let start = ModelFile(
      GaussianMixture(components: 2, columns: 2, covarianceType: .spherical),
      Parameters(weights: [0.9, 0.1], means: [4, 4, 30, 30], covariances: [30, 9]))
    try folder.write("start.json", try start.encoded())
    for name in ["m.json", "t.jsonl"] { try folder.write(name, "old") }
    let before = try folder.names
    let outcome = try Shardem.run(
      [
        "fit", "data.npy", "-K", "2", "--covariance", "spherical", "--regularization", "0",
        "--init", "start.json", "-o", "m.json", "--trace", "t.jsonl",
      ], in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("iteration 1/1000: "))
    #expect(try folder.names == before)
    for name in ["m.json", "t.jsonl"] { #expect(try folder.text(name) == "old") }
  }

  @Test("a fit that must converge and does not ends with status 3, and keeps its model")
  func notConverged() throws {
    let folder = try folder()
    let arguments = ["fit", "data.csv", "-K", "2", "--max-iterations", "1", "-o", "m.json", "-q"]
    #expect(try Shardem.run(arguments, in: folder).status == 0)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("m.json"))
    let outcome = try Shardem.run(arguments + ["--require-convergence"], in: folder)
    #expect(outcome.status == 3)
    let fit = try #require(try folder.json("m.json")["fit"] as? [String: Any])
    #expect(fit["converged"] as? Bool == false)
  }

  @Test("a fitted model as a start is where a fit ends at once")
  func start() throws {
    let folder = try folder()
    let common = ["fit", "data.csv", "-K", "2", "-q", "--covariance", "tied"]
    _ = try Shardem.run(common + ["-o", "first.json"], in: folder)
    let outcome = try Shardem.run(
      common + ["--init", "first.json", "-o", "second.json"], in: folder)
    #expect(outcome.status == 0)
    let fit = try #require(try folder.json("second.json")["fit"] as? [String: Any])
    #expect(fit["initialization"] as? String == "file")
    // The first iteration has no change to look at, the second has one below the tolerance.
    #expect(fit["iterations"] as? Int == 2)
  }

  @Test("the parameters can decide on convergence, and the file says so")
  func parameterTolerance() throws {
    let folder = try folder()
    let outcome = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--tolerance-parameters", "1e-4", "-o", "m.json", "-q"],
      in: folder)
    #expect(outcome.status == 0)
    let fit = try #require(try folder.json("m.json")["fit"] as? [String: Any])
    #expect(fit["tolerance_parameters"] as? Double == 1e-4)
    #expect(fit["tolerance"] as? Double == 0)
  }

  @Test(
    "a fit with --exact-dense says so in its file, and scores as such", arguments: [true, false])
  func exactDense(isOn: Bool) throws {
    let folder = try folder()
    let options = isOn ? ["--exact-dense"] : []
    let outcome = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "-o", "m.json", "-q"] + options, in: folder)
    #expect(outcome.status == 0)
    let fit = try #require(try folder.json("m.json")["fit"] as? [String: Any])
    #expect(fit["exact_dense"] as? Bool == (isOn ? true : nil))
    let score = try Shardem.run(["score", "m.json", "data.csv", "-q"], in: folder)
    // The digits, which the shortest form has as many of as it takes.
    let member = try #require(score.output.split(separator: ", ").first { $0.contains("\"log_l") })
    #expect(try folder.text("m.json").contains("    \(member),\n"))
  }

  @Test("a Bernoulli mixture finds two opposite classes of bits")
  func bernoulli() throws {
    let folder = try Folder()
    let rows = (0..<60).map { $0.isMultiple(of: 3) ? "1,1,0\n" : "0,0,1\n" }
    try folder.write("bits.csv", rows.joined())
    let outcome = try Shardem.run(
      ["fit", "bits.csv", "-K", "2", "--family", "bernoulli", "-o", "m.json"], in: folder)
    #expect(outcome.status == 0)
    let weights = try #require(try folder.json("m.json")["weights"] as? [Double])
    // Each class is certain but for the smoothing, 1e-6 rows: weights to within 1e-6.
    #expect(abs(weights.min()! - 1.0 / 3) < 1e-6)
    #expect(outcome.errors.contains("info: bits.csv: the first row was taken for data; "))
    let labels = try Shardem.run(["predict", "m.json", "bits.csv", "-o", "l.npy"], in: folder)
    #expect(labels.status == 0)
    let values = try folder.npy("l.npy", of: Int64.self).values
    #expect(values.indices.allSatisfy { (values[$0] == values[0]) == $0.isMultiple(of: 3) })
  }

  @Test("the letter of an option and its value may be one word")
  func joined() throws {
    let outcome = try Shardem.run(["fit", "data.csv", "-K2", "-q"], in: folder())
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(": 2 components, "))
  }

  @Test("blanks around the names of columns do not count")
  func blanksAroundNames() throws {
    let folder = try folder()
    for (columns, name) in [("height,width", "1.json"), (" height , width", "2.json")] {
      let outcome = try Shardem.run(
        ["fit", "data.csv", "--columns", columns, "-K", "2", "-q", "-o", name], in: folder)
      #expect(outcome.status == 0)
    }
    #expect(try folder.bytes("1.json") == folder.bytes("2.json"))
  }

  @Test("weights come from a file or a column alike, and a row of weight 0 is absent")
  func weights() throws {
    let folder = try Folder()
    let values = try Samples.rows(300)
    let weights = (0..<300).map { Double($0 % 4) }
    let texts = (0..<300).map { ("\(values[2 * $0])", "\(weights[$0])", "\(values[2 * $0 + 1])") }
    let weighted = texts.map { "\($0.0),\($0.1),\($0.2)\n" }
    try folder.write("plain.csv", "a,b\n" + texts.map { "\($0.0),\($0.2)\n" }.joined())
    try folder.write("weights.csv", texts.map { "\($0.1)\n" }.joined())
    try folder.write("column.csv", "a,w,b\n" + weighted.joined())
    let present = weights.indices.filter { weights[$0] > 0 }.map { weighted[$0] }
    try folder.write("present.csv", "a,w,b\n" + present.joined())
    for (name, data, source) in [
      ("1.json", "plain.csv", "weights.csv"), ("2.json", "column.csv", "w"),
      ("3.json", "column.csv", "2"),
    ] {
      let outcome = try Shardem.run(
        ["fit", data, "--weights", source, "-K", "2", "-q", "-o", name], in: folder)
      #expect(outcome.status == 0)
    }
    #expect(try folder.bytes("1.json") == folder.bytes("2.json"))
    #expect(try folder.bytes("1.json") == folder.bytes("3.json"))
    func score(_ data: String) throws -> String {
      try Shardem.run(["score", "1.json", data, "--weights", "w", "-q"], in: folder).output
    }
    let (few, all) = (try score("present.csv"), try score("column.csv"))
    // The same terms in another order: 300 terms below 10 each, rounded to 2^-53 of their sum so
    // far, are off by 300 x 3000 x 2^-53 = 1e-10.
    let logLikelihoods = try [few, all].map { try number("log_likelihood", in: $0) }
    #expect(abs(logLikelihoods[1] - logLikelihoods[0]) < 1e-10)
    #expect(try number("rows", in: few) == number("rows", in: all))
    // 75 times 0 + 1 + 2 + 3.
    #expect(try number("rows", in: all) == 225 && number("total_weight", in: all) == 450)
    #expect(try number("total_weight", in: folder.text("1.json")) == 450)
  }

  @Test("a model of more parameters than values, or of huge sums, is warned of")
  func sizeWarning() throws {
    let folder = try Folder()
    // 20 rows of 10 columns, near 1.
    let rows = (0..<200).map { Double($0 * $0 % 17) / 17 }
    try folder.write("data.npy", npyFile(rows, shape: [20, 10]))
    func warnings(_ data: String, _ options: String...) throws -> [String] {
      try Shardem.run(["fit", data, "--progress", "none"] + options, in: folder).errors
        .split(separator: "\n").map(String.init).filter {
          $0.hasPrefix("warning: ") && $0.contains(" parameters, ")
        }
    }
    // 3 weights, 4 x 10 means, 4 x 55 covariances.
    #expect(
      try warnings("data.npy", "-K", "4") == [
        "warning: 263 parameters, for 20 rows of 10 columns; "
          + "lower --components or choose --covariance diag"
      ])
    #expect(try warnings("data.npy", "-K", "3") == [])
    #expect(try warnings("data.npy", "-K", "4", "--covariance", "diag") == [])
    // 9500 x 9501 / 2 second moments of 24 bytes; that start is refused before they are summed.
    try folder.write("wide.npy", npyFile(Array(repeating: 1, count: 19000), shape: [2, 9500]))
    try folder.write("m.json", try Samples.model.encoded())
    #expect(
      try warnings("wide.npy", "-K", "1", "--init", "m.json") == [
        "warning: 45139250 parameters, whose sums take 1.7 GiB a thread, for 2 rows of 9500 columns; "
          + "lower --components or choose --covariance diag"
      ])
  }

  @Test("a model larger than the memory is refused before it takes any", arguments: [nil, 2])
  func tooLarge(ranks: Int?) throws {
    guard ranks == nil || Shardem.aloneAndOnRanks.contains(ranks) else { return }
    let folder = try Folder()
    try folder.write(
      "wide.npy", npyFile(Array(repeating: 1, count: 600_000), shape: [2, 300_000]))
    for covariance in ["full", "tied"] {
      let outcome = try Shardem.run(
        ["fit", "wide.npy", "-K", "1", "--covariance", covariance, "--threads", "2", "-q"],
        in: folder, ranks: ranks)
      // 300,000 x 300,001 / 2 second moments, of 2 x 24 and 40 bytes.
      #expect(outcome.status == 2)
      #expect(outcome.errorLines.count == 1)
      let message = outcome.errorLines.first ?? ""
      #expect(
        message.hasPrefix(
          "shardem: a model of 45000450000 parameters takes at least 5000 GiB on 2 threads, and a "
            + "rank can count on "))
      #expect(
        message.hasSuffix(
          "; lower --components or choose --covariance diag, or read fewer --columns"))
    }
  }

  @Test("help goes to standard output and teaches by examples")
  func help() throws {
    let outcome = try Shardem.run(["fit", "--help"], in: Folder())
    #expect(outcome.status == 0 && outcome.errors == "")
    let examples = ["mpirun -np 8", "--init model.json", "--weights w", "shards/", "--family b"]
    for example in examples { #expect(outcome.output.contains(example)) }
  }
}
