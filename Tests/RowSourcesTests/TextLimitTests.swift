import RowSources
import Testing
import _TestSupport

/// Rows and fields of text that are longer than those of tables.
struct TextLimitTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// With as little memory as counts: rows of 1 MiB, 65536 fields.
  private let options = ReadOptions(memory: 1)

  /// The message about a text, the same whether it is compressed or not.
  private func message(_ text: String, _ options: ReadOptions? = nil) throws -> String? {
    let files = [("a.csv", Array(text.utf8)), ("a.csv.gz", gzip(text))]
    let messages = try files.map { name, bytes in
      let path = try folder.file(name, bytes)
      return folder.message {
        _ = try CSVFile(path: path, options: options ?? self.options, partBytes: 1 << 16)
          .parseAll(threads: 2)
      }?.replacing("a.csv.gz: ", with: "").replacing("a.csv: ", with: "")
    }
    #expect(messages[0] == messages[1])
    return messages[0]
  }

  private func run(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  @Test("a row without an end is refused by its number, wherever it is")
  func longRows() throws {
    let expected =
      "a row of more than 1 MiB of text; is this a table, its quotes in order? If so, raise "
      + "the memory limit"
    for byte in ["a", "1", "\0", "\""] {
      let long = run(byte, 5 << 20)
      #expect(try message(long) == "row 1: \(expected)")
      #expect(try message("x\n" + run("1\n", 9) + long) == "row 11: \(expected)")
      // Beyond the rows by which the format is judged, and the first parts.
      #expect(try message("x\n" + run("1\n", 99_999) + long) == "row 100001: \(expected)")
    }
    #expect(try message("1,\"" + run("2", 5 << 20)) == "row 1: \(expected)")
    #expect(
      try message(run("1,2\n", 100_000) + "1,\"2\n" + run("3,4\n", 1 << 20))
        == "row 100001: \(expected)")
  }

  @Test("a row of too many fields is refused, without memory for each")
  func manyFields() throws {
    let expected =
      "row 1: more than 65536 fields; is this a table? Convert one that wide to .npy or HDF5, or "
      + "raise the memory limit if that is small"
    for fields in [",", "1,", ";", "\"\","] {
      #expect(try message(run(fields, 65_535)) == "no rows of data")
      #expect(try message(run(fields, 65_536) + "1\n1\n") == expected)
    }
    let row = run("1,", 65_535) + "1\n"
    #expect(try message(row + row) == nil)
  }

  @Test("numbers and names have at most 4096 bytes")
  func longFields() throws {
    func found(_ bytes: Int) -> String {
      "row 2, column 2 (y): found a field of \(bytes) bytes, expected a number of at most 4096"
    }
    for number in [run("0", 4095) + "1", "1." + run("5", 4094), "1e" + run("0", 4093) + "2"] {
      #expect(number.utf8.count == 4096)
      #expect(try message("x,y\n1,\(number)\n") == nil)
      #expect(try message("x,y\n1,\" \(number) \"\n") == nil)
      for longer in ["0" + number, number + run("0", 100_000), "-" + number] {
        #expect(try message("x,y\n1,\(longer)\n") == found(longer.utf8.count))
      }
    }
    #expect(
      try message("x,\(run("y", 4097))\n1,2\n")
        == "row 1, column 2: a column name of more than 4096 bytes; is this a table, its quotes in "
        + "order?")
    #expect(try message("x,\(run("y", 4096))\n1,2\n") == nil)
    // Fields that are not chosen may have any text.
    #expect(
      try message("1,\(run("y", 5000))\n2,z\n", ReadOptions(columns: ["1"], memory: 1)) == nil)
  }

  @Test("a category of more than 4096 bytes is called one")
  func longCategories() throws {
    func message(_ category: String) throws -> String? {
      let path = try folder.file("a.csv", "x,y\n1,\(category)\n")
      return folder.message {
        let coding = [ColumnCoding.number, .collected(CategoryCollection())]
        let file = try CSVFile(path: path).found().coded(by: coding)
        try file.forEachPiece(of: 0..<1, pieceBytes: 1 << 20, threads: 1) { _, _ in }
      }
    }
    #expect(try message(run("y", 4096)) == nil)
    for long in [run("y", 4097), run("5", 4097)] {
      #expect(
        try message(long)
          == "a.csv: row 2, column 2 (y): found a field of 4097 bytes, expected a category of at "
          + "most 4096")
    }
  }

  @Test("columns are chosen from a hundred thousand by name, number, and twice")
  func manyColumns() throws {
    // Quadratic, this takes minutes.
    let count = 100_000
    let names = (0..<count).map { "c\($0)" }
    let text = names.joined(separator: ",") + "\n" + names.map { _ in "1" }.joined(separator: ",")
    let path = try folder.file("a.csv", text)
    let file = try CSVFile(path: path, options: ReadOptions(columns: names.reversed()))
    #expect(file.columnNumbers == Array((1...count).reversed()))
    #expect(file.columnNames == Array(names.reversed()))
    #expect(try file.parseAll().values == [Double](repeating: 1, count: count))
    #expect(
      folder.message {
        _ = try CSVFile(path: path, options: ReadOptions(columns: names + ["c7"]))
      } == "a.csv: column \"c7\" is chosen twice")
  }
}
