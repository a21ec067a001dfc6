import Foundation
import Testing

@Suite("Variational fits of columns of several families on the command line")
struct MixedVariationalCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    let rows = (0..<240).map { i -> String in
      let isFirst = i % 3 == 0
      let word = (i * 7 + i * i) % 10 < (isFirst ? 8 : 2) ? "yes" : "no"
      let x = Double((i * 37) % 101) / 50 + (isFirst ? 0 : 3)
      let y = x / 2 + Double((i * 53) % 97) / 60
      let count = (i * 11) % 5 + (isFirst ? 0 : 4)
      return "\(word),\(x),\(i % 17 == 4 ? "NA" : "\(y)"),\(count)\n"
    }
    try folder.write("data.csv", "answer,x,y,visits\n" + rows.joined())
  }

  private func fit(_ options: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(
      [
        "fit", "data.csv", "-K", "3", "--family", "mixed", "--column-families",
        "{x,y}=gaussian,visits=poisson,*=categorical", "--estimate", "vb", "--missing", "em",
      ] + options, in: folder, ranks: ranks)
  }

  @Test(
    "The model has each group's posterior, and gives the fit's scores, predictions and samples",
    arguments: ["dirichlet", "dirichlet-process"])
  func model(type: String) throws {
    let outcome = try fit("--weight-concentration-type", type, "-o", "m.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("lower bound"))
    #expect(
      outcome.errors.contains(
        "families of the columns: answer=categorical,{x,y}=gaussian,visits=poisson\n"))
    let text = try folder.text("m.json")
    #expect(text.contains("\"version\": 2"))
    let file = try folder.json("m.json")
    func posterior(_ object: Any?) -> [String] {
      ((object as? [String: Any])?["posterior"] as? [String: Any])?.keys.sorted() ?? []
    }
    #expect(posterior(file) == ["weight_concentration"])
    #expect(posterior(file["gaussian_1"]) == ["degrees_of_freedom", "mean_precision"])
    #expect(posterior(file["poisson"]) == ["rate", "shape"])
    #expect(posterior(file["categorical"]) == ["concentration"])
    let score = try Shardem.run(["score", "m.json", "data.csv", "--missing", "em"], in: folder)
    #expect(score.status == 0, "\(score.errors)")
    #expect(
      try number("log_likelihood", in: score.output) == number("log_likelihood", in: text))
    let commands = [
      ["predict", "m.json", "data.csv", "--missing", "em", "-o", "l.npy"],
      ["impute", "m.json", "data.csv", "--missing", "em", "-o", "o.csv"],
      ["sample", "m.json", "--rows", "10", "-o", "s"], ["inspect", "m.json"],
    ]
    for command in commands {
      let outcome = try Shardem.run(command, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try !folder.text("o.csv").contains("NA"))
    let more = try fit("--weight-concentration-type", type, "--init", "m.json")
    #expect(more.status == 0, "\(more.errors)")
  }

  @Test("They have the same bytes on any ranks, and go on from checkpoints to the same")
  func resumed() throws {
    let limit = ["--tolerance", "1e-12", "--max-iterations"]
    #expect(try fit(limit[0], limit[1], limit[2], "9", "-o", "whole.json").status == 0)
    #expect(try fit(limit[0], limit[1], limit[2], "4", "--checkpoint", "kept").status == 0)
    for ranks in Shardem.aloneAndOnRanks {
      let rest = try fit(
        limit[0], limit[1], limit[2], "9", "--resume", "kept", "-o", "rest.json", ranks: ranks)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    }
  }

  @Test("Priors are of the columns, and what such fits have not is refused")
  func refused() throws {
    try folder.write(
      "p.json", "{\"weight_concentration\": 0.5, \"shape\": 2, \"concentration\": 3}")
    let outcome = try fit("--prior", "p.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let student = try fit("--column-families", "answer=categorical,*=student-t", "--quiet")
    #expect(
      student.errorLines == [
        "shardem: estimate vb with columns of student-t; expected columns of families with conjugate priors, "
          + "or another estimate"
      ])
    for options in [
      ["--vb-updates", "scikit-learn"], ["--prior", "mclust"], ["--noise", "auto"],
    ] {
      let refused = try fit(options[0], options[1], "--quiet")
      #expect(refused.status == 2 && refused.errors.split(separator: "\n").count == 1)
    }
  }
}
