import Foundation
import RowSources
import Testing
import _TestSupport

/// Conversion to .npy shards.
@Suite struct ShardTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", Samples.csv(3000))
  }

  private func shard(_ arguments: String..., ranks: Int? = nil) throws {
    let outcome = try Shardem.run(["shard"] + arguments, in: folder, ranks: ranks)
    #expect(outcome.status == 0 && outcome.output == "", "\(outcome.errors)")
  }

  private func model(of data: String) throws -> [UInt8] {
    let outcome = try Shardem.run(
      ["fit", data, "-K", "2", "-q", "--progress", "none", "-o", "model.json"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try folder.namelessModel("model.json")
  }

  @Test("shards of whole blocks give the model of the file they come from")
  func sameModel() throws {
    let expected = try model(of: "data.csv")
    try folder.write("data.csv.gz", gzip(try Samples.csv(3000)))
    for (source, output) in [("data.csv", "text"), ("data.csv.gz", "packed"), ("text", "again")] {
      try shard(source, "--shards", "2", "-o", output)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.url.appendingPathComponent(output).path)
      #expect(names.sorted() == ["part-0000.npy", "part-0001.npy"])
      #expect(try folder.npy(output + "/part-0000.npy", of: Double.self).values.count == 2 * 1024)
      #expect(try model(of: output) == expected)
    }
    let outcome = try Shardem.run(["shard", "data.csv", "-o", "one"], in: folder)
    #expect(
      outcome.errors == """
        info: data.csv: the first row was taken for column names; --no-header makes it data
        info: 3000 rows in 1 file written to one
        info: .npy files keep no column names: the columns, in order, are width, height

        """)
    let values = try folder.npy("one/part-0000.npy", of: Double.self)
    #expect(values.header == "{'descr': '<f8', 'fortran_order': False, 'shape': (3000, 2,), }")
    #expect(try values.values == Samples.rows(3000))
  }

  @Test("missing cells are written as NaN, of float32 too, and counted by inspect")
  func missingCells() throws {
    try folder.write("a.csv", "x,y\n1,NA\n,-9\n3,4\n")
    let options = ["--missing", "em", "--missing-values", "-9"]
    for type in ["float64", "float32"] {
      let outcome = try Shardem.run(
        ["shard", "a.csv", "-o", type, "--type", type] + options, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let inspected = try Shardem.run(["inspect", type, "--missing", "em"], in: folder)
      let lines = inspected.output.split(separator: "\n").dropFirst()
      #expect(
        lines.map { $0.split(separator: " ").joined(separator: " ") }
          == ["column name smallest largest missing", "1 1 3 1", "2 4 4 2"])
    }
    let values = try folder.npy("float64/part-0000.npy", of: Double.self).values
    #expect(values.map { $0.isNaN ? -1 : $0 } == [1, -1, -1, -1, 3, 4])
    let text = try Shardem.run(["inspect", "a.csv"] + options, in: folder)
    #expect(text.output.hasSuffix("     2     y         4        4        2\n"))
  }

  @Test("chosen columns are written in their order, several files one after the other, as float32")
  func columnsAndTypes() throws {
    try folder.write("a.csv", "x,y,z\n1,2,3\n4,5,6\n")
    try folder.write("b.npy", npyFile([7, 8, 0.1], shape: [1, 3]))
    try shard("a.csv", "b.npy", "--columns", "3,1", "-o", "x", "--type", "float32", "--shards", "3")
    let files = try (0..<3).map { try folder.bytes("x/part-000\($0).npy") }
    let rows: [[Float]] = [[3, 1], [6, 4], [0.1, 7]]
    for (file, row) in zip(files, rows) {
      #expect(
        file == npyHeader(shape: [1, 2], descriptor: "<f4") + row.withUnsafeBytes(Array.init))
    }
    // Nothing is replaced unasked.
    let again = try Shardem.run(["shard", "a.csv", "-o", "x"], in: folder)
    #expect(again.status == 2)
    try shard("a.csv", "-o", "x", "--force")
    #expect(try folder.npy("x/part-0000.npy", of: Double.self).values == [1, 2, 3, 4, 5, 6])
  }

  @Test(
    "a warning says where fits of the shards will differ from those of the files in the last digit",
    arguments: [
      ("data.csv", 2, nil), ("data.csv", 3, nil),
      (
        "data.csv", 4,
        "the shards end within blocks of 1024 rows: fits of the shards and of the data "
          + "files will agree up to rounding, not to the last bit; --shards 3 avoids that"
      ),
      (
        "block.csv", 2,
        "the shards end within blocks of 1024 rows: fits of the shards and of the data "
          + "files will agree up to rounding, not to the last bit; --shards 1 avoids that"
      ),
      ("block.csv data.csv", 4, nil),
      (
        "data.csv block.csv", 2,
        "the data files end within blocks of 1024 rows: fits of the shards and "
          + "of the data files will agree up to rounding, not to the last bit"
      ),
    ] as [(String, Int, String?)])
  func cutWarning(files: String, shards: Int, warning: String?) throws {
    try folder.write("block.csv", Samples.csv(1024))
    for ranks in Shardem.aloneAndOnRanks {
      let outcome = try Shardem.run(
        ["shard"] + files.split(separator: " ").map(String.init)
          + ["--shards", "\(shards)", "-o", "x", "--force", "--quiet"], in: folder, ranks: ranks)
      #expect(outcome.status == 0)
      let warnings = outcome.errors.split(separator: "\n").map(String.init)
        .filter { $0.hasPrefix("warning: ") }
      #expect(warnings == (warning.map { ["warning: " + $0] } ?? []))
    }
  }
}
