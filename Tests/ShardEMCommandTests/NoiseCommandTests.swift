import Foundation
import Testing

@Suite("Noise on the command line")
struct NoiseCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
  }

  private func model(_ arguments: String...) throws -> String {
    let outcome = try Shardem.run(
      ["fit"] + arguments + ["--max-iterations", "4", "--quiet", "--output", "m.json"], in: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome.status == 0 ? try folder.text("m.json") : ""
  }

  @Test("Without a density it is that of the data's volume, wherever the option stands")
  func withoutValue() throws {
    let auto = try model("data.csv", "-K", "2", "--noise", "auto")
    #expect(auto.contains("\"noise\""))
    #expect(try model("data.csv", "--noise", "-K", "2") == auto)
    #expect(try model("data.csv", "-K", "2", "--noise") == auto)
    #expect(try model("-K", "2", "--noise", "data.csv") == auto)
    #expect(try model("-K", "2", "--noise=auto", "data.csv") == auto)
  }

  @Test("A density that is given counts")
  func withValue() throws {
    let model = try model("data.csv", "--noise", "0.01", "-K", "2")
    #expect(try number("density", in: model) == 0.01)
    #expect(try self.model("-K", "2", "--noise=1e-2", "data.csv") == model)
  }

  @Test("What is no density, but a number, is refused", arguments: ["0", "-1", "nan", "inf"])
  func refused(value: String) throws {
    let outcome = try Shardem.run(["fit", "data.csv", "-K", "2", "--noise", value], in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errorLines == [
        "shardem: --noise \(value); expected a density above 0, or auto; see 'shardem fit --help'"
      ])
  }
}
