import Foundation
import Testing

/// The name of an output tells what is written, and a file that is replaced stays as private as it was.
@Suite struct OutputTests {
  private func folder(rows: Int = 2500) throws -> Folder {
    let folder = try Folder()
    try folder.write("m.json", try Samples.model.encoded())
    try folder.write("data.npy", npyFile(Samples.rows(rows), shape: [rows, 2]))
    return folder
  }

  private func run(
    _ command: String, _ folder: Folder, ranks: Int? = nil
  ) throws -> Shardem.Outcome {
    try Shardem.run(command.split(separator: " ").map(String.init), in: folder, ranks: ranks)
  }

  @Test(
    "predict writes the numbers of its .npy files as text where names ask for it",
    arguments: Shardem.aloneAndOnRanks)
  func text(ranks: Int?) throws {
    let folder = try folder()
    let binary = try run(
      "predict m.json data.npy -o l.npy --probabilities r.npy --log-densities d.npy", folder)
    #expect(binary.status == 0)
    #expect(
      binary.errors == """
        info: 2500 labels written to l.npy
        info: 2500 x 2 probabilities written to r.npy
        info: 2500 log-densities written to d.npy

        """)
    let labels = try folder.npy("l.npy", of: Int64.self).values
    let probabilities = try folder.npy("r.npy", of: Double.self).values
    let densities = try folder.npy("d.npy", of: Double.self).values
    for (suffix, separator) in [("csv", ","), ("tsv", "\t"), ("TXT", " ")] {
      let outcome = try run(
        "predict m.json data.npy -o l.\(suffix) --probabilities r.\(suffix) --log-densities "
          + "d.\(suffix) --threads 2", folder, ranks: ranks)
      #expect(outcome.status == 0 && outcome.output == "")
      #expect(outcome.errors.contains("info: 2500 labels written to l.\(suffix)\n"))
      // The shortest digits that read back to the same bits are those of `description`.
      #expect(
        try folder.text("l.\(suffix)") == "label\n" + labels.map { "\($0)\n" }.joined())
      #expect(
        try folder.text("d.\(suffix)") == "log_density\n" + densities.map { "\($0)\n" }.joined())
      let rows = (0..<2500).map { n in
        "\(probabilities[2 * n])\(separator)\(probabilities[2 * n + 1])\n"
      }
      #expect(
        try folder.text("r.\(suffix)") == "component_0\(separator)component_1\n" + rows.joined())
    }
    // Nothing else is left, and no file that is only half there.
    #expect(
      try folder.names.filter { !["m.json", "data.npy"].contains($0) } == [
        "d.TXT", "d.csv", "d.npy", "d.tsv", "l.TXT", "l.csv", "l.npy", "l.tsv", "r.TXT", "r.csv",
        "r.npy", "r.tsv",
      ])
  }

  @Test("text and .npy go together, and text reads back as data")
  func mixed() throws {
    let folder = try folder(rows: 40)
    #expect(
      try run("predict m.json data.npy -o l.npy --log-densities d.csv -q", folder).errors == "")
    #expect(try folder.npy("l.npy", of: Int64.self).values.count == 40)
    let outcome = try run("inspect d.csv", folder)
    #expect(outcome.output.hasPrefix("d.csv: text, 40 x 1 column, "))
    #expect(outcome.output.contains("log_density"))
  }

  @Test(
    "predictions that fail leave no text", arguments: Shardem.aloneAndOnRanks)
  func failed(ranks: Int?) throws {
    let folder = try folder()
    // Beyond what the squares of float64 hold: no log-density.
    try folder.write("far.npy", npyFile(Samples.rows(2499) + [1e300, 0], shape: [2500, 2]))
    try folder.write("l.csv", "older")
    let before = try folder.names
    let outcome = try run(
      "predict m.json far.npy -o l.csv --probabilities r.csv", folder, ranks: ranks)
    #expect(outcome.status == 2)
    #expect(outcome.errorLines.count == 1)
    #expect(try folder.names == before)
    #expect(try folder.text("l.csv") == "older")
  }

  @Test(
    "names of other kinds of files are refused before the work",
    arguments: [
      ("-o l.parquet", "--output l.parquet"), ("-o l.csv.gz", "--output l.csv.gz"),
      ("-o l.npz", "--output l.npz"), ("-o l.npy --probabilities r.xlsx", "--probabilities r.xlsx"),
      ("-o l.npy --log-densities d.json", "--log-densities d.json"),
    ])
  func otherKinds(options: String, named: String) throws {
    let folder = try folder(rows: 40)
    let before = try folder.names
    // There are no such data: these are not even looked for.
    let outcome = try run("predict no.json data.npy \(options)", folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors
        == "shardem: \(named); expected a name that ends in .npy, or in .csv, .tsv or .txt for text\n"
    )
    #expect(try folder.names == before)
  }

  @Test(
    "A model or trace is not written under the name of data",
    arguments: [
      ("--output m.csv", "json"), ("--output m.npy", "json"), ("--output m.h5", "json"),
      ("--trace t.tsv", "jsonl"),
    ])
  func dataNames(option: String, suffix: String) throws {
    let folder = try folder(rows: 40)
    let before = try folder.names
    let outcome = try run("fit data.npy -K 2 \(option)", folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors
        == "shardem: \(option); expected a name that ends in .\(suffix): JSON is written, not rows of "
        + "data\n")
    #expect(try folder.names == before)
  }

  @Test(
    "sample and shard make a folder, and refuse the name of a table",
    arguments: ["x.csv", "x.npy", "x.txt", "x.h5", "x.csv.gz"])
  func tables(name: String) throws {
    let folder = try folder(rows: 40)
    for command in ["sample m.json --rows 5", "shard data.npy"] {
      let outcome = try run("\(command) --output \(name)", folder)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors
          == "shardem: --output \(name); expected the name of a folder: it gets .npy files, "
          + "part-0000.npy and so on\n")
    }
    #expect(try folder.names == ["data.npy", "m.json"])
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent(name), withIntermediateDirectories: false)
    #expect(try run("sample m.json --rows 5 --output \(name)", folder).status == 0)
  }

  @Test("shards keep no names of columns, and a line says which they were")
  func lostNames() throws {
    let folder = try folder(rows: 40)
    try folder.write("data.csv", try Samples.csv(40))
    let line = "info: .npy files keep no column names: the columns, in order, are width, height\n"
    #expect(try run("shard data.csv --output parts", folder).errors.hasSuffix(line))
    #expect(try run("shard data.npy --output others", folder).errors.contains("names") == false)
    #expect(try run("fit data.csv -K 1 -q --progress none -o n.json", folder).status == 0)
    #expect(try run("sample n.json --rows 5 --output drawn", folder).errors.hasSuffix(line))
    #expect(try run("score n.json parts", folder).errors.contains("taken in the order of n.json"))
  }

  @Test(
    "a file that is replaced keeps its mode", arguments: Shardem.aloneAndOnRanks,
    [0o600, 0o640, 0o666])
  func mode(ranks: Int?, mode: Int) throws {
    let folder = try folder()
    let names = ["n.json", "t.jsonl", "l.npy", "r.csv", "parts/part-0000.npy"]
    let manager = FileManager.default
    try manager.createDirectory(
      at: folder.url.appendingPathComponent("parts"), withIntermediateDirectories: false)
    for name in names {
      try folder.write(name, "older")
      try manager.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: folder.url.appendingPathComponent(name).path)
    }
    for command in [
      "fit data.npy -K 2 -o n.json --trace t.jsonl -q --progress none",
      "predict m.json data.npy -o l.npy --probabilities r.csv",
      "sample m.json --rows 5 --output parts --force",
    ] {
      #expect(try run(command, folder, ranks: ranks).status == 0)
    }
    for name in names {
      let path = folder.url.appendingPathComponent(name).path
      #expect(try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
      #expect(try folder.bytes(name).starts(with: "older".utf8) == false)
    }
  }
}
