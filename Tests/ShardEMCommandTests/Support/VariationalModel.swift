import Testing

/// Checks that a variational fit has left `m.json` in `folder`, with its posterior, and that the other
/// commands take it and give the fit's scores.
///
/// - Parameter names: of the posterior's numbers.
func expectVariationalModel(
  of fit: Shardem.Outcome, _ names: [String], in folder: Folder
) throws {
  #expect(fit.status == 0, "\(fit.errors)")
  #expect(fit.output.contains("lower bound"))
  let text = try folder.text("m.json")
  #expect(text.contains("\"version\": 2"))
  let posterior = try #require(try folder.json("m.json")["posterior"] as? [String: Any])
  #expect(posterior.keys.sorted() == names.sorted())
  let score = try Shardem.run(["score", "m.json", "data.csv"], in: folder)
  #expect(score.status == 0, "\(score.errors)")
  let logLikelihood = try number("log_likelihood", in: text)
  #expect(try number("log_likelihood", in: score.output) == logLikelihood)
  #expect(try number("objective", in: text) < logLikelihood)
  let commands = [
    ["predict", "m.json", "data.csv", "-o", "l.npy"],
    ["sample", "m.json", "--rows", "10", "-o", "s"], ["inspect", "m.json"],
  ]
  for command in commands {
    let outcome = try Shardem.run(command, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
