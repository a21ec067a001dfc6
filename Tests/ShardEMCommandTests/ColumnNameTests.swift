import Testing

/// Models know their columns by name: data are put in their order, or refused.
@Suite struct ColumnNameTests {
  /// A model of the columns `width` and `height`, the same without names, and its rows in tables of
  /// different columns.
  private func folder(rows: Int = 1500) throws -> Folder {
    let folder = try Folder()
    let plain = String(decoding: try Samples.model.encoded(), as: UTF8.self)
    try folder.write("plain.json", plain)
    try folder.write(
      "m.json",
      plain.replacing(
        "\"dimensions\": 2,", with: "\"dimensions\": 2,\n  \"columns\": [\"width\", \"height\"],"))
    let values = try Samples.rows(rows)
    func table(_ name: String, _ header: String?, _ row: (Double, Double) -> String) throws {
      let lines = (0..<rows).map { row(values[2 * $0], values[2 * $0 + 1]) }
      try folder.write(name, ([header].compactMap { $0 } + lines).joined(separator: "\n") + "\n")
    }
    try table("straight.csv", "width,height") { "\($0),\($1)" }
    try table("swapped.csv", "height,width") { "\($1),\($0)" }
    try table("more.csv", "who,height,n,width") { "x\($0 < $1),\($1),1,\($0)" }
    try table("near.csv", "Width,Height") { "\($0),\($1)" }
    try table("other.csv", "a,b") { "\($0),\($1)" }
    try table("twice.csv", "width,height,width") { "\($0),\($1),\($0)" }
    try table("unnamed.csv", nil) { "\($0),\($1)" }
    try folder.write("rows.npy", npyFile(values, shape: [rows, 2]))
    return folder
  }

  private func run(
    _ command: String, _ folder: Folder, ranks: Int? = nil
  ) throws -> Shardem.Outcome {
    try Shardem.run(command.split(separator: " ").map(String.init), in: folder, ranks: ranks)
  }

  @Test("fit keeps the names of the data columns, without that of the weights")
  func kept() throws {
    let folder = try folder()
    func columns(_ data: String) throws -> [String]? {
      let outcome = try run("fit \(data) -K 2 -q --progress none -o fit.json", folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try folder.json("fit.json")["columns"] as? [String]
    }
    #expect(try columns("straight.csv") == ["width", "height"])
    #expect(try columns("more.csv --columns n,height,width --weights n") == ["height", "width"])
    #expect(try columns("more.csv --columns 4,3,2 --weights 3") == ["width", "height"])
    #expect(try columns("rows.npy straight.csv") == ["width", "height"])
    #expect(try columns("rows.npy") == nil)
    #expect(try columns("rows.npy --init m.json") == ["width", "height"])
    // Numbers choose two columns of one name.
    #expect(try columns("twice.csv --columns 1,3 --regularization 1") == nil)
    let outcome = try run("fit twice.csv -K 1 -o no.json", folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors
        == "shardem: twice.csv: more than one column is named \"width\"; choose by number\n")
  }

  @Test(
    "data with names are put in the model's order", arguments: Shardem.aloneAndOnRanks,
    [
      "swapped.csv", "more.csv", "swapped.csv --columns height,width",
      "more.csv --columns height,width", "more.csv --columns 2,4", "more.csv --weights n",
      "more.csv --columns height,n,width --weights n",
    ])
  func ordered(ranks: Int?, data: String) throws {
    let folder = try folder()
    let weights = data.contains("--weights")
    func outcomes(_ data: String, _ name: String) throws -> [[UInt8]] {
      let runs = [
        try run("score m.json \(data)", folder, ranks: ranks),
        try run(
          "predict m.json \(data) -o \(name)-l.npy --probabilities \(name)-r.npy "
            + "--log-densities \(name)-d.npy", folder, ranks: ranks),
        try run("fit \(data) -K 2 --init m.json -o \(name).json", folder, ranks: ranks),
      ]
      for run in runs {
        #expect(run.status == 0)
        #expect(
          run.errors.contains("columns put in the order of m.json: width, height")
            == (name == "b" && !data.contains("--columns width,height")))
      }
      return [Array(runs[0].output.utf8)]
        + (try ["-l.npy", "-r.npy", "-d.npy", ".json"].map { try folder.bytes(name + $0) })
    }
    // Weights of 1 are as none, but are told of.
    let straight =
      weights ? "more.csv --columns width,height --weights n" : "straight.csv"
    #expect(try outcomes(straight, "a") == outcomes(data, "b"))
  }

  @Test(
    "other columns are refused by name", arguments: Shardem.aloneAndOnRanks,
    [
      (
        "near.csv",
        "near.csv: no columns \"width\", \"height\" of the model m.json; did you mean \"Width\"? "
          + "the file's columns are Width, Height"
      ),
      (
        "other.csv",
        "other.csv: no columns \"width\", \"height\" of the model m.json; the file's columns are a, b"
      ),
      (
        "more.csv --columns height,n",
        "more.csv: no column \"width\" of the model m.json among those that --columns chooses; the "
          + "file's columns are who, height, n, width"
      ),
      (
        "more.csv --columns width,height,n",
        "more.csv: --columns chooses column \"n\", which the model m.json has not; its columns are "
          + "width, height"
      ),
      (
        "more.csv --weights width",
        "more.csv: no column \"width\" of the model m.json; the file's columns are who, height, n, "
          + "width"
      ),
      ("twice.csv", "twice.csv: more than one column is named \"width\"; choose by number"),
    ])
  func refused(ranks: Int?, bad: (data: String, message: String)) throws {
    let folder = try folder()
    let before = try folder.names
    let remedy =
      bad.data == "twice.csv"
      ? "" : "; choose columns by number to take them in their order, whatever their names"
    for command in [
      "score m.json \(bad.data)", "predict m.json \(bad.data) -o l.npy",
      "fit \(bad.data) -K 2 --init m.json -o n.json --trace t.jsonl",
    ] {
      let outcome = try run(command, folder, ranks: ranks)
      #expect(outcome.status == 2 && outcome.output == "")
      #expect(outcome.errorLines == ["shardem: " + bad.message + remedy])
      #expect(try folder.names == before)
    }
  }

  @Test("shards whose columns are chosen by number are warned of if their names differ")
  func byNumber() throws {
    let folder = try folder()
    for command in ["fit -K 2 --progress none -o fit.json", "shard --shards 1 -o shards"] {
      let outcome = try run(command + " --columns 1,2 straight.csv rows.npy swapped.csv", folder)
      #expect(outcome.status == 0)
      let line =
        "warning: swapped.csv: the columns height, width, chosen by number, are taken for width, "
        + "height of straight.csv"
      #expect(outcome.errors.split(separator: "\n").contains(Substring(line)), "\(outcome.errors)")
    }
    #expect(try folder.json("fit.json")["columns"] == nil)
    let alike = try run("fit -K 2 --columns width,height straight.csv swapped.csv", folder)
    #expect(alike.status == 0 && !alike.errors.contains("chosen by number"))
  }

  @Test("without names, or by number, columns go by their order, and a line says so")
  func byOrder() throws {
    let folder = try folder()
    let score = try run("score m.json straight.csv", folder).output
    for (data, line) in [
      (
        "m.json rows.npy",
        "info: rows.npy has no column names: its columns are taken in the order of m.json: width, "
          + "height"
      ),
      (
        "m.json unnamed.csv",
        "info: unnamed.csv has no column names: its columns are taken in the order of m.json: width, "
          + "height"
      ),
      (
        "m.json other.csv --columns 1,2",
        "warning: other.csv: the columns a, b, chosen by number, are taken for width, height of "
          + "m.json"
      ),
      (
        "plain.json straight.csv",
        "info: plain.json has no column names: the columns width, height are taken in their order"
      ),
      ("plain.json rows.npy", nil), ("m.json straight.csv", nil),
      ("m.json more.csv --columns width,height", nil),
    ] {
      let outcome = try run("score \(data)", folder)
      #expect(outcome.status == 0 && outcome.output == score)
      let lines = outcome.errors.split(separator: "\n").filter { !$0.contains("the first row") }
      #expect(lines == [line].compactMap { $0 }.map { Substring($0) })
    }
    // One column too few or many is no matter of names.
    try folder.write("wide.npy", npyFile([1, 2, 3], shape: [1, 3]))
    let outcome = try run("score m.json wide.npy", folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors
        == "shardem: wide.npy: 3 columns, but the model m.json has 2; choose by --columns\n")
  }

  @Test("a fit goes on with the columns it began with, or refuses others by name")
  func resumed() throws {
    let folder = try folder(rows: 300)
    let fit = "-K 2 --tolerance 0 --checkpoint kept -q --progress none"
    #expect(try run("fit straight.csv \(fit) --max-iterations 3", folder).status == 0)
    try folder.write("copy.csv", try folder.text("straight.csv"))
    for (table, names) in [
      ("swapped.csv", "\"height\", not \"width\""), ("other.csv", "\"a\", not \"width\""),
    ] {
      // The name of the file is part of what the data were.
      try folder.write("straight.csv", try folder.text(table))
      let outcome = try run("fit straight.csv \(fit) --resume kept", folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("made of other data: these have a column 1 named \(names); "))
    }
    try folder.write("straight.csv", try folder.text("copy.csv"))
    let goesOn = "fit straight.csv \(fit) --max-iterations 5 --resume kept -o m.json"
    #expect(try run(goesOn, folder).status == 0)
    #expect(try folder.json("m.json")["columns"] as? [String] == ["width", "height"])
  }

  @Test("inspect calls a model's columns by their names, and looks at data as the model does")
  func inspect() throws {
    let folder = try folder(rows: 3)
    let alone = try run("inspect m.json", folder)
    #expect(alone.output.contains("component  weight      width     height\n"))
    let both = try run("inspect m.json more.csv", folder)
    #expect(both.output.hasPrefix(alone.output) && both.errors == "")
    let lines = both.output.split(separator: "\n").suffix(2)
    #expect(
      lines.map { $0.split(separator: " ").prefix(2) } == [["4", "width"], ["2", "height"]])
    let other = try run("inspect other.csv m.json", folder)
    #expect(other.status == 2 && other.output == "")
    #expect(
      other.errors.hasPrefix("shardem: other.csv: no columns \"width\", \"height\" of the model"))
  }

  @Test("a key that a model's JSON has twice is refused with its place")
  func repeatedKey() throws {
    let folder = try folder(rows: 3)
    let text = try folder.text("m.json")
    try folder.write(
      "n.json", text.replacing("\"means\":", with: "\"weights\": [0.5, 0.5], \"means\":"))
    for command in [
      "score n.json straight.csv", "inspect n.json", "fit rows.npy -K 2 --init n.json",
    ] {
      let outcome = try run(command, folder)
      #expect(outcome.status == 2 && outcome.output == "")
      #expect(
        outcome.errors
          == "shardem: n.json: line 10, column 3: found the key \"weights\" for the second time in one "
          + "object; remove one of the two\n")
    }
  }
}
