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

  @Test(
    "With missing cells the model file has the box, with which rows are scored, filled and drawn")
  func missing() throws {
    let lines = try Samples.csv(300).split(separator: "\n", omittingEmptySubsequences: true)
    let cut = lines.enumerated().map { n, line in
      let cells = line.split(separator: ",")
      return n % 7 == 3 ? "NA," + cells.dropFirst().joined(separator: ",") : String(line)
    }
    try folder.write("cut.csv", cut.joined(separator: "\n") + "\n")
    let model = try model("cut.csv", "-K", "2", "--noise", "--missing", "em")
    // Said once: of complete data, and of a density that is given, there is nothing to say.
    let notice = "notice: cells are missing: noise fills the box along the columns, "
    let commands = [
      "fit cut.csv -K 1 --noise", "select cut.csv -K 1-2 --noise", "fit data.csv -K 1 --noise",
    ]
    for (command, count) in zip(commands, [1, 1, 0]) {
      let outcome = try Shardem.run(
        command.split(separator: " ").map(String.init) + ["--missing", "em"], in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.errors.split(separator: "\n").count { $0.hasPrefix(notice) } == count)
    }
    let noise = try #require(try jsonObject(model)["noise"] as? [String: Any])
    let low = try #require(noise["minimum"] as? [Double])
    let high = try #require(noise["maximum"] as? [Double])
    let volume = zip(low, high).reduce(1) { $0 * ($1.1 - $1.0) }
    let density = try #require(noise["density"] as? Double)
    // Logarithms of sides up to 10 are off by u, and a few roundings.
    #expect(abs(density * volume - 1) < 128 * 0x1p-53)
    let runs = [
      ["score", "m.json", "cut.csv", "--missing", "em"],
      ["predict", "m.json", "cut.csv", "--missing", "em", "--output", "p.csv"],
      ["impute", "m.json", "cut.csv", "--draw", "1", "--output", "i.csv"],
      ["sample", "m.json", "--rows", "9", "--output", "drawn"],
      // In another noise, and back.
      ["fit", "data.csv", "-K", "2", "--noise", "1e-4", "--init", "m.json", "--output", "n.json"],
      [
        "fit", "cut.csv", "-K", "2", "--noise", "--missing", "em", "--init", "n.json", "-o",
        "o.json",
      ],
    ]
    for run in runs {
      let outcome = try Shardem.run(run, in: folder)
      #expect(outcome.status == 0, "\(run): \(outcome.errors)")
    }
    #expect(!(try folder.text("i.csv").contains("NA")))
    let refused = try Shardem.run(["score", "n.json", "cut.csv", "--missing", "em"], in: folder)
    #expect(refused.status == 2)
    #expect(
      refused.errorLines == [
        "shardem: cut.csv: row 4, column 1 (width): a missing cell, which gaussian (full) with noise that "
          + "has no box along the columns cannot do without; leave such rows out or fill in their values"
      ])
  }

  @Test("A checkpoint of a fit with the data's own noise is a model, with a box or without")
  func checkpoints() throws {
    // A grid, whose smaller box is along the columns; and rows about a diagonal.
    let grid = (0..<200).map { "\($0 % 20),\($0 / 20)" }
    let strip = (0..<200).map { "\($0),\($0 + $0 % 7)" }
    for (name, rows, hasBox) in [("grid.csv", grid, true), ("strip.csv", strip, false)] {
      try folder.write(name, "x,y\n" + rows.joined(separator: "\n") + "\n")
      let text = try model(name, "-K", "2", "--noise", "auto", "--checkpoint", "kept-\(name)")
      let outcome = try Shardem.run(["score", "kept-\(name)", name, "--quiet"], in: folder)
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      #expect(text.contains("\"minimum\"") == hasBox, "\(name)")
    }
  }

  @Test("A box without a volume is refused")
  func flat() throws {
    _ = try model("data.csv", "-K", "1", "--noise", "1e-4", "--covariance", "spherical")
    let text = try folder.text("m.json").replacing(
      "\"density\": 0.0001", with: "\"density\": 0.0001, \"minimum\": [1, 2], \"maximum\": [2, 2]")
    try folder.write("flat.json", text)
    let outcome = try Shardem.run(["score", "flat.json", "data.csv"], in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors.contains("noise from 2.0 to 2.0 in column 2; expected a box with a volume"))
  }
}
