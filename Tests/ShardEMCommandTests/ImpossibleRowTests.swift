import Testing

/// Rows that a model of zeros and ones rules out: a density of 0 is a log-density of minus infinity.
@Suite("Rows of density 0")
struct ImpossibleRowTests {
  /// A first column that is always 1, a last that is always 0, and what has neither.
  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(
      "always.csv", (0..<40).map { "1,\($0 % 2),\($0 % 3 == 0 ? 1 : 0),0\n" }.joined())
    try folder.write("seen.csv", "1,0,1,0\n1,1,0,0\n")
    try folder.write("never.csv", "1,0,1,0\n0,1,1,0\n1,1,1,1\n")
    return folder
  }

  private let bits = ["--family", "bernoulli", "--regularization", "0", "-q"]

  @Test(
    "are refused by name in fit, score and predict",
    arguments: Shardem.aloneAndOnRanks)
  func refused(ranks: Int?) throws {
    let folder = try folder()
    let fit = try Shardem.run(
      ["fit", "always.csv", "-K", "2", "-o", "m.json"] + bits, in: folder, ranks: ranks)
    #expect(fit.status == 0)
    for arguments in [
      ["score", "m.json", "never.csv"],
      ["predict", "m.json", "never.csv", "-o", "labels.npy"],
      ["predict", "m.json", "never.csv", "--log-densities", "d.npy"],
      ["fit", "never.csv", "-K", "2", "--init", "m.json", "-o", "n.json"] + bits,
    ] {
      let outcome = try Shardem.run(arguments, in: folder, ranks: ranks)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(
        outcome.errorLines == [
          "shardem: never.csv: row 2: found a log-density of -inf under the model, expected a finite "
            + "number; leave such rows out, or rescale the data and the model"
        ])
    }
    #expect(try folder.names.sorted() == ["always.csv", "m.json", "never.csv", "seen.csv"])
    #expect(try Shardem.run(["score", "m.json", "seen.csv", "-q"], in: folder).status == 0)
  }
}
