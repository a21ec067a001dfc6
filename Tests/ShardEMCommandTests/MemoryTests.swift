import RowSources
import Testing

@Suite struct MemoryTests {
  @Test("the outputs have the same bytes with little memory as with enough")
  func sameBytes() throws {
    let folder = try Folder()
    try folder.write("m.json", try Samples.model.encoded())
    try folder.write("data.npy", npyFile(Samples.rows(20_000), shape: [20_000, 2]))
    try folder.write("data.csv", Samples.csv(20_000))
    func run(_ arguments: String) throws -> Shardem.Outcome {
      let outcome = try Shardem.run(
        arguments.split(separator: " ").map(String.init) + ["--threads", "2"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome
    }
    var outputs: [[[UInt8]]] = []
    for limit in ["1GiB", "100KiB"] {
      for data in ["data.npy", "data.csv"] {
        let fit = try run("fit \(data) -K 2 -o fit.json --progress none --memory \(limit)")
        let note = "more rows than --memory has room for: they are read anew in every pass"
        #expect(fit.errors.contains(note) == (limit == "100KiB"))
        _ = try run("predict m.json \(data) --log-densities d.npy -q --memory \(limit)")
        let score = try run("score m.json \(data) -q --memory \(limit)")
        outputs.append(
          [
            try folder.namelessModel("fit.json"), try folder.bytes("d.npy"),
            Array(score.output.utf8),
          ])
      }
    }
    for output in outputs { #expect(output == outputs[0]) }
  }
}
