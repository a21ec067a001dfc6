import Foundation
import Testing

@Suite("K-means and hard assignments on the command line")
struct KMeansCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
  }

  private func run(_ line: String, ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(line.split(separator: " ").map(String.init), in: folder, ranks: ranks)
  }

  @Test("A model of k-means has means and an inertia, which score gives too")
  func inertia() throws {
    let fit = try run("fit data.csv -K 2 --family k-means -o m.json --trace t.jsonl")
    #expect(fit.status == 0, "\(fit.errors)")
    #expect(fit.errors.contains("minus inertia -"))
    let text = try folder.text("m.json")
    for key in ["weights", "log_likelihood", "aic", "bic", "free_parameters"] {
      #expect(!text.contains("\"\(key)\""))
    }
    let inertia = try number("inertia", in: text)
    #expect(fit.output.contains("inertia         \(inertia) "))
    let score = try run("score m.json data.csv")
    #expect(try number("inertia", in: score.output) == inertia)
    #expect(!score.output.contains("likelihood"))
    let trace = try folder.text("t.jsonl")
    #expect(trace.contains("\"mean_objective\": -") && !trace.contains("mean_log_likelihood"))
    let inspect = try run("inspect m.json")
    #expect(inspect.status == 0 && inspect.output.contains("tolerance       1e-06 (inertia)"))
    #expect(!inspect.output.contains("regularization"))
  }

  @Test("It labels rows, and has no probabilities, densities, draws or bounds")
  func predictions() throws {
    #expect(try run("fit data.csv -K 2 --family k-means -o m.json --quiet").status == 0)
    #expect(try run("predict m.json data.csv -o l.csv --quiet").status == 0)
    let labels = try folder.text("l.csv").split(separator: "\n").dropFirst()
    #expect(labels.count == 300 && Set(labels) == ["0", "1"])
    for (line, words) in [
      ("predict m.json data.csv --probabilities r.npy", "--probabilities of k-means"),
      ("predict m.json data.csv --log-densities d.npy", "--log-densities of k-means"),
      ("score m.json data.csv --decompose", "no log-likelihood"),
      ("sample m.json --rows 3 -o s", "k-means, which has no density"),
    ] {
      let outcome = try run(line + " --quiet")
      #expect(outcome.status == 2, "\(line): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.errors.contains(words))
    }
  }

  @Test("A center without rows gets one; where all rows are on centers it stays, and is told of")
  func empty() throws {
    try folder.write(
      "start.json",
      """
      {"format": "shardem-model", "version": 1, "family": "k-means", "components": 3, "dimensions": 2,
       "means": [[0, 0], [1, 1], [1e6, 1e6]]}
      """)
    let fit = try run("fit data.csv -K 3 --family k-means --init start.json -o m.json")
    #expect(fit.status == 0 && !fit.errors.contains("center"))
    #expect(try !folder.text("m.json").contains("1000000.0"))
    try folder.write("two.csv", "0,0\n1,1\n0,0\n")
    let stays = try run("fit two.csv -K 3 --family k-means --init start.json -o m.json")
    #expect(stays.status == 0)
    #expect(stays.errors.contains("no row is nearest to center 3, which stays where it was"))
    #expect(try folder.text("m.json").contains("[1000000.0, 1000000.0]"))
  }

  @Test(
    "Hard fits, and soft k-means, go on from checkpoints to the same bytes on any ranks",
    arguments: ["--hard", "--family k-means", "--family soft-k-means --beta 0.5"])
  func resumed(options: String) throws {
    let line = "fit data.csv -K 3 --seed 4 --init kmeans --tolerance 0 --quiet \(options)"
    #expect(try run("\(line) --max-iterations 9 -o whole.json --trace whole.jsonl").status == 0)
    let half = try run(
      "\(line) --max-iterations 4 --checkpoint kept --trace t.jsonl")
    #expect(half.status == 0, "\(half.errors)")
    for ranks in Shardem.aloneAndOnRanks {
      let rest = try run(
        "\(line) --max-iterations 9 --resume kept -o rest.json --trace t.jsonl", ranks: ranks)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
      // The lines of the first half are kept.
      #expect(try folder.text("t.jsonl").split(separator: "\n").count == 9)
    }
    let other = try run(
      "fit data.csv -K 3 --seed 4 --init kmeans --tolerance 0 --resume kept --quiet")
    #expect(other.status == 2)
  }

  @Test(
    "Hard fits of t distributions end, though degrees of freedom grow slowly", arguments: [2, 3])
  func degreesOfFreedom(components: Int) throws {
    let faithful = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Data/faithful.csv")
    try folder.write("faithful.csv", try String(contentsOf: faithful, encoding: .utf8))
    let line = "fit faithful.csv -K \(components) --family student-t --hard --progress none"
    let fit = try run("\(line) -o m.json --trace t.jsonl")
    #expect(fit.status == 0 && !fit.errors.contains("not converged"), "\(fit.errors)")
    let trace = try folder.text("t.jsonl").split(separator: "\n").map { try jsonObject(String($0)) }
    let objectives = trace.compactMap { $0["objective"] as? Double }
    #expect(objectives.count == trace.count && trace.count < 200)
    // Of 272 rows: roundings of densities, each off by 4u of up to 4 times their size.
    let rounding = 16 * 0x1p-53 * abs(objectives[0])
    for (before, after) in zip(objectives, objectives.dropFirst()) {
      #expect(after >= before - rounding)
    }
    // Plain iterations climb no higher in as many as others take.
    let plain = try run("\(line) -o p.json --accelerate none --max-iterations 500")
    #expect(plain.status == 0)
    let (own, other) = (
      try number("objective", in: folder.text("m.json")),
      try number("objective", in: folder.text("p.json"))
    )
    #expect(own >= other - 1e-5 * 272)
  }

  @Test("A hard fit gives a plain model with its log-likelihood, and says what it maximized")
  func hard() throws {
    let fit = try run("fit data.csv -K 2 --hard -o m.json --trace t.jsonl")
    #expect(fit.status == 0, "\(fit.errors)")
    #expect(fit.errors.contains("classification log-likelihood -"))
    let text = try folder.text("m.json")
    #expect(text.contains("\"hard\": true"))
    let (logLikelihood, objective) = (
      try number("log_likelihood", in: text), try number("objective", in: text)
    )
    #expect(objective < logLikelihood)
    #expect(fit.output.contains("classification  \(objective), which was maximized"))
    let score = try run("score m.json data.csv")
    #expect(try number("log_likelihood", in: score.output) == logLikelihood)
    #expect(try !folder.text("t.jsonl").contains("mean_log_likelihood"))
  }
}
