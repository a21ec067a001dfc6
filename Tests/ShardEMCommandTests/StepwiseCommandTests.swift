import Foundation
import Testing
import _TestSupport

@Suite("Online EM on the command line")
struct StepwiseCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("m.json", try Samples.model.encoded())
    try folder.write("data.npy", npyFile(Samples.rows(30_000), shape: [30_000, 2]))
  }

  private func run(_ line: String, ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(line.split(separator: " ").map(String.init), in: folder, ranks: ranks)
  }

  @Test("A fit has the steps of its passes, and is no failure to converge")
  func fit() throws {
    let two = try run("fit data.npy -K 2 --stepwise -o two.json")
    #expect(two.status == 0 && !two.errors.contains("not converged"), "\(two.errors)")
    // 30 blocks of 1,024 rows, each a group.
    #expect(try folder.text("two.json").contains("\"iterations\": 60"))
    #expect(two.errors.contains("step 60 of 60"))
    let steps = "steps           60, of online EM"
    #expect(two.output.contains(steps) && !two.output.contains("converged"))
    #expect(try run("inspect two.json").output.contains(steps))
    let one = try run("fit data.npy -K 2 --stepwise --passes 1 --init m.json -o one.json")
    #expect(one.status == 0, "\(one.errors)")
    #expect(try folder.text("one.json").contains("\"iterations\": 30"))
  }

  @Test(
    "What goes by iterations is refused, in a line",
    arguments: [
      "--checkpoint c", "--resume c", "--trace t.jsonl", "--require-convergence",
    ])
  func refused(option: String) throws {
    let outcome = try run("fit data.npy -K 2 --stepwise \(option)")
    #expect(outcome.status == 2)
    let name = option.split(separator: " ")[0]
    #expect(
      outcome.errors.contains("--stepwise has no iterations for \(name)"), "\(outcome.errors)")
    #expect(try !folder.names.contains("c"))
  }

  @Test("So are passes of nothing, and models whose rows are wholly of a component")
  func others() throws {
    for (line, words) in [
      ("--passes 2", "--passes 2 without --stepwise"),
      ("--stepwise --passes 0", "--passes 0; expected 1 or more"),
      ("--stepwise --family k-means", "online EM of a model whose iterations are not smooth"),
      ("--stepwise --hard", "online EM of a model whose iterations are not smooth"),
    ] {
      let outcome = try run("fit data.npy -K 2 --quiet \(line)")
      #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  #if MPI
    @Test("The same bytes on any number of ranks", .enabled(if: Shardem.mpirun != nil))
    func ranks() throws {
      let models = try [nil, 2, 3].map { ranks in
        let fit = try run(
          "fit data.npy -K 2 --stepwise -o m\(ranks ?? 1).json --quiet", ranks: ranks)
        #expect(fit.status == 0, "\(fit.errors)")
        return try folder.bytes("m\(ranks ?? 1).json")
      }
      #expect(models[1] == models[0] && models[2] == models[0])
    }
  #endif
}
