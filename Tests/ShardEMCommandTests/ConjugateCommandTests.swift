import Foundation
import Testing

@Suite("Variational fits of families but Gaussians on the command line")
struct ConjugateCommandTests {
  private static let families = [
    "bernoulli", "poisson", "exponential", "multinomial", "categorical",
  ]
  private let folder: Folder

  init() throws {
    folder = try Folder()
    // Two groups of rows: bits that every family takes.
    let rows = (0..<300).map { i in
      (0..<4).map { j in (i * 7 + j * 13 + i * i) % 10 < (i % 3 == 0 ? 8 : 2) ? "1" : "0" }
        .joined(separator: ",")
    }
    try folder.write("data.csv", rows.joined(separator: "\n") + "\n")
  }

  private func fit(
    _ family: String, _ options: [String], ranks: Int? = nil
  ) throws -> Shardem.Outcome {
    try Shardem.run(
      ["fit", "data.csv", "-K", "4", "--family", family, "--estimate", "vb"] + options, in: folder,
      ranks: ranks)
  }

  @Test(
    "The model has the posterior, and gives the fit's scores, predictions and samples",
    arguments: families, ["dirichlet", "dirichlet-process"])
  func model(family: String, type: String) throws {
    let outcome = try fit(family, ["--weight-concentration-type", type, "-o", "m.json"])
    let names =
      [
        "bernoulli": ["alpha", "beta"], "poisson": ["rate", "shape"],
        "exponential": ["rate", "shape"],
      ][family] ?? ["concentration"]
    try expectVariationalModel(of: outcome, names + ["weight_concentration"], in: folder)
  }

  @Test("They have the same bytes on any ranks, and go on from checkpoints to the same")
  func resumed() throws {
    let options = ["--init", "random", "--tolerance", "1e-12", "--max-iterations"]
    #expect(try fit("poisson", options + ["9", "-o", "whole.json"]).status == 0)
    #expect(try fit("poisson", options + ["4", "--checkpoint", "kept"]).status == 0)
    for ranks in Shardem.aloneAndOnRanks {
      let rest = try fit(
        "poisson", options + ["9", "--resume", "kept", "-o", "rest.json"], ranks: ranks)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    }
  }

  @Test("Priors are what a file says, and of which there is a distribution")
  func priors() throws {
    try folder.write(
      "p.json", "{\"weight_concentration\": 0.5, \"shape\": 2, \"rate\": [1, 2, 3, 4]}")
    let outcome = try fit("poisson", ["--prior", "p.json", "-o", "m.json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    try folder.write("p.json", "{\"rate\": 0}")
    let refused = try fit("poisson", ["--prior", "p.json", "--quiet"])
    #expect(refused.status == 2 && refused.errors.contains("prior rate 0.0; expected more than 0"))
    let mclust = try fit("poisson", ["--prior", "mclust", "--quiet"])
    #expect(mclust.status == 2 && mclust.errors.split(separator: "\n").count == 1)
    let updates = try fit("poisson", ["--vb-updates", "scikit-learn", "--quiet"])
    #expect(updates.status == 2 && updates.errors.split(separator: "\n").count == 1)
  }
}
