import Foundation
import Testing

@Suite("Priors on the command line")
struct PriorCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
    try folder.write(
      "p.json",
      """
      {"weight_concentration": 2, "mean": [4, 3], "mean_precision": 0.1, "degrees_of_freedom": 5,
       "covariance": [[2, 0.5], [0.5, 1]]}
      """)
  }

  private func fit(_ options: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(
      [
        "fit", "data.csv", "-K", "2", "--estimate", "map", "--tolerance", "0", "--max-iterations",
        "8",
        "--regularization", "0",
      ] + options, in: folder, ranks: ranks)
  }

  @Test("The model says what was maximized; the trace, the progress and inspect too")
  func reported() throws {
    let outcome = try fit("--prior", "p.json", "-o", "m.json", "--trace", "t.jsonl")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("iteration 1/8: log-posterior -"))
    let text = try folder.text("m.json")
    #expect(text.contains("\"estimate\": \"map\""))
    let objective = try number("objective", in: text)
    let logLikelihood = try number("log_likelihood", in: text)
    #expect(outcome.output.contains("log-posterior   \(objective), which was maximized"))
    #expect(try Shardem.run(["inspect", "m.json"], in: folder).output.contains("\(objective)"))
    let last = try #require(try folder.text("t.jsonl").split(separator: "\n").last)
    let before = try number("objective", in: String(last))
    #expect(objective > logLikelihood - 100 && objective != logLikelihood && before <= objective)
    // A score is of the model alone.
    let score = try Shardem.run(["score", "m.json", "data.csv"], in: folder)
    #expect(try number("log_likelihood", in: score.output) == logLikelihood)
  }

  @Test(
    "Fits with a prior have the same bytes on any ranks, and go on from checkpoints to the same")
  func resumed() throws {
    #expect(try fit("--prior", "p.json", "-o", "whole.json").status == 0)
    let half = ["--prior", "p.json", "--checkpoint", "kept", "--max-iterations", "3"]
    #expect(try fit(half[0], half[1], half[2], half[3], half[4], half[5]).status == 0)
    for ranks in Shardem.aloneAndOnRanks {
      let rest = try fit(
        "--prior", "p.json", "--resume", "kept", "-o", "rest.json", ranks: ranks)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    }
    let other = try fit("--prior", "mclust", "--resume", "kept", "-o", "rest.json")
    #expect(other.status == 2 && other.errors.contains("--prior"))
  }

  @Test(
    "What is no prior is refused in one line",
    arguments: [
      (
        #"{"kappa": 1}"#,
        "prior with kappa; expected weight_concentration, mean, mean_precision, degrees_of_freedom, "
          + "covariance"
      ),
      (#"{"mean": [1, 2, 3]}"#, "prior mean of 3 numbers; expected a number, or 2 numbers"),
      (#"{"mean": [1, "a"]}"#, #"bad.json: mean[1]: found "a", expected a number"#),
      ("[1]", "bad.json: found a list of 1, expected an object"),
      (
        #"{"mean": 1"#,
        "bad.json: line 1, column 11: not JSON: found the end of the file, expected a comma or }"
      ),
    ])
  func refused(text: String, message: String) throws {
    try folder.write("bad.json", text)
    let outcome = try fit("--prior", "bad.json", "--quiet")
    #expect(outcome.status == 2 && outcome.errors == "shardem: \(message)\n")
  }
}
