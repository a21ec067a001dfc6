import Foundation
import Testing
import _TestSupport

/// Text that is not the program's own: names of files and columns, and what files hold.
@Suite struct ForeignTextTests {
  private let folder: Folder
  /// With a color, and a newline.
  private let name = "a\u{1B}[31m\nb.csv"

  init() throws {
    folder = try Folder()
    let header = "x\u{1B}[2J,\"y\nz\u{9B}1m\"\n"
    try folder.write(name, header + "1,2\n3,5\n4,1\n2,2\n7,7\n")
    try folder.write("bad" + name, header + "1,2\n3,w\u{1B}[0m\n")
    try folder.write("empty" + name, "")
    try folder.write("weights" + name, "1\n1\n1\n1\n1\n")
  }

  /// Whether text has none of what a terminal obeys but newlines.
  private func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
  }

  @Test("escapes in names never reach the terminal, in tables, in the log and in errors")
  func escapes() throws {
    let good = [
      ["fit", name, "-K", "1", "-o", "m\u{1B}.json"], ["inspect", name, "m\u{1B}.json"],
      ["fit", name, "empty" + name, "-K", "1"], ["score", "m\u{1B}.json", name],
      ["shard", name, "-o", "out\u{1B}"],
      ["fit", name, "-K", "1", "--weights", "weights" + name],
    ]
    let wrong = [
      ["fit", "bad" + name, "-K", "1"], ["fit", name, name, "-K", "1"],
      ["fit", "no\u{1B}[0m.csv", "-K", "1"], ["fit", name, "-K", "1", "--columns", "z\u{1B}[0m"],
      ["fit", name, "-K", "1", "-o", "no\u{1B}/m.json"], ["fit", name, "--no\u{1B}"],
      ["fit", name, "-K", "1", "--weights", "w\u{1B}[0m"], ["score", name, name],
      ["shard", name, "-o", "no\u{1B}/out"], ["fit", "-x\u{1B}.csv", "-K", "1"],
    ]
    for arguments in good + wrong {
      let outcome = try Shardem.run(arguments, in: folder)
      #expect(isPlain(outcome.output) && isPlain(outcome.errors), "\(arguments)")
      #expect(outcome.status == (good.contains(arguments) ? 0 : 2), "\(outcome.errors)")
      for line in outcome.errors.split(separator: "\n") {
        let starts = ["shardem: ", "info: ", "notice: ", "warning: ", "iteration "]
        #expect(starts.contains(where: line.hasPrefix), "\(line)")
      }
      if wrong.contains(arguments) { #expect(outcome.errorLines.count == 1) }
    }
  }

  @Test(
    "a name that begins with a dash is refused, by itself and as a value, with the way to write it")
  func dashes() throws {
    try folder.write("-dash.csv", "1,2\n3,4\n5,5\n")
    try folder.write("-help", "1,2\n3,4\n5,5\n")
    for name in ["-dash.csv", "-help", "-*.csv", "-x/a.npy"] {
      let outcome = try Shardem.run(["fit", name, "-K", "1", "-o", "m.json"], in: folder)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors
          == "shardem: \(name): a name that begins with a dash reads as options; write ./\(name)\n")
    }
    let value = try Shardem.run(["fit", "./-dash.csv", "-K", "1", "-o", "-m.json"], in: folder)
    #expect(value.status == 2 && value.errors.hasSuffix("write ./-m.json\n"))
    let good = [["./-dash.csv"], ["--", "-dash.csv"]]
    for names in good {
      let outcome = try Shardem.run(["fit", "-K", "1", "--columns", "2"] + names, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let help = try Shardem.run(["fit", "-h"], in: folder)
    #expect(help.status == 0 && help.output.contains("--components"))
  }

  @Test("an index that pandas or R wrote is warned of, with the columns to choose")
  func index() throws {
    let rows = (0..<8).map { "\($0),\(Double($0 * $0) / 8),\(7 - $0 % 3)\n" }.joined()
    let cases: [(header: String, options: [String], warning: String?)] = [
      (
        ",alpha,beta\n", [],
        "column 1 has no name, as an index of rows that pandas and R write; --columns alpha,beta "
          + "leaves it out"
      ),
      (
        "id,alpha,beta\n", [],
        "column 1 (id) counts the rows (0, 1, 2, ...); --columns alpha,beta "
          + "leaves it out"
      ),
      ("", [], "column 1 counts the rows (0, 1, 2, ...); --columns 2,3 leaves it out"),
      (
        ",a b,beta\n", [],
        "column 1 has no name, as an index of rows that pandas and R write; "
          + "--columns 'a b,beta' leaves it out"
      ),
      (
        ",7,beta\n", [],
        "column 1 has no name, as an index of rows that pandas and R write; "
          + "--columns 2,3 leaves it out"
      ),
      ("id,alpha,\n", [], "column 3 has no name; --columns id,alpha leaves it out"),
      (",,\n", [], "no column has a name; --columns 1,2,3 chooses them by number"),
      (
        ",alpha,beta\n", ["--weights", "beta"],
        "column 1 has no name, as an index of rows that pandas and R write; --columns alpha leaves "
          + "it out"
      ),
      (",alpha,beta\n", ["--columns", "alpha,beta"], nil),
      ("", ["--weights", "1"], nil),
    ]
    for (header, options, warning) in cases {
      try folder.write("index.csv", header + rows)
      let outcome = try Shardem.run(
        ["fit", "index.csv", "-K", "1", "--quiet"] + options, in: folder)
      let warnings = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: index") }
      #expect(
        warnings.map { String($0) }
          == [warning.map { "warning: index.csv: " + $0 }].compactMap { $0 })
    }
  }

  @Test("decimal commas, Fortran's exponents and commented names give the model of plain text")
  func conventions() throws {
    let rows = (0..<60).map { row in
      let (first, second): (Int, Int) = (row * 37 % 60, row * row % 61)
      return (Double(first) / 8, Double(second) / 4)
    }
    func table(_ header: String, _ separator: String, _ text: (Double) -> String) -> String {
      header + rows.map { text($0.0) + separator + text($0.1) + "\n" }.joined()
    }
    let comma = { (value: Double) in "\(value)".replacing(".", with: ",") }
    try folder.write("plain.csv", table("alpha,beta\n", ",") { "\($0)" })
    try folder.write("fortran.csv", table("alpha,beta\n", ",") { "\($0)D+00" })
    try folder.write("comma.csv", table("alpha;beta\n", ";", comma))
    try folder.write("savetxt.txt", table("# alpha beta\n", " ") { "\($0)" })
    func model(_ arguments: String...) throws -> String {
      let outcome = try Shardem.run(
        ["fit"] + arguments + ["-K", "2", "-q", "-o", "model.json"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try folder.text("model.json")
    }
    let expected = try model("plain.csv")
    #expect(try model("fortran.csv") == expected)
    #expect(try model("comma.csv", "--decimal", ",") == expected)
    #expect(try model("comma.csv", "--decimal", "comma") == expected)
    #expect(try model("savetxt.txt") == expected)
    let chosen = try model("plain.csv", "--columns", "beta,alpha")
    #expect(try model("savetxt.txt", "--columns", "beta,alpha") == chosen)
  }
}
