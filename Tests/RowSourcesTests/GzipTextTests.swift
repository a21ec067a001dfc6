import RowSources
import Testing
import _TestSupport

struct GzipTextTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// What a file reads as: its columns and rows, or the message of its error, without the name.
  private func outcome(
    _ name: String, _ bytes: [UInt8], _ options: ReadOptions = ReadOptions(), partBytes: Int
  ) throws -> String {
    let path = try folder.file(name, bytes)
    do {
      let file = try CSVFile(path: path, options: options, partBytes: partBytes)
      let rows = try file.parseAll()
      return "\(file.columnNames ?? []) \(rows.rowCount) x \(rows.columnCount): \(rows.values)"
    } catch {
      return "\(error)".replacing(path, with: "")
    }
  }

  @Test(
    "a compressed text reads as the text itself, or fails alike, through windows of any size",
    arguments: [
      "1,2\n3,4\n", "x;y\r\n1;2\r\n3;4", "\u{feff}a,b\n1,2\n\n \n", "\"a\nb\",c\n\"1\",2\n",
      "1 2 3\n 4  5 6 \n\n", "1,2\n3,x\n", "1,2\n3\n", "1,2\n\n3,4\n", "1,\"2\n3,4\n",
      "1,2\"\n3,4\n", "a,b\n", "\n", "  \n \n", "a,b\n\n\n", "1,nan\n",
      "\"x\ny\",\"z\"\n1,2\n3,?\n",
    ])
  func sameAsPlain(text: String) throws {
    let plain = try outcome("a.csv", Array(text.utf8), partBytes: 1 << 20)
    for windowBytes in [1, 3, 8, 1 << 20] {
      #expect(try outcome("a.csv.gz", gzip(text), partBytes: windowBytes) == plain)
    }
  }

  @Test("the format is judged by the same first rows, however long they are")
  func longFirstRows() throws {
    // 5000 columns whose names take 160 kB, and a text of which only later rows have semicolons.
    let names = (0..<5000).map { "\"column number \($0), of 5000\"" }.joined(separator: ",")
    let row = (0..<5000).map { "\($0)" }.joined(separator: ",")
    let wide = names + "\n" + row + "\n" + row + "\n"
    let late = String(repeating: "1,2\n", count: 30_000) + "1;2\n"
    for text in [wide, late, names + "\n" + String(repeating: " \n", count: 100_000)] {
      let plain = try outcome("a.csv", Array(text.utf8), partBytes: 1 << 20)
      for windowBytes in [1 << 12, 1 << 16, 1 << 20] {
        #expect(try outcome("a.csv.gz", gzip(text), partBytes: windowBytes) == plain)
      }
    }
  }

  @Test("any rows are parsed, by readers that begin anywhere", arguments: [5, 64, 1 << 20])
  func someRows(windowBytes: Int) throws {
    let text = (0..<300).map { "\($0),\"\($0 * $0)\"\n" }.joined()
    let path = try folder.file("a.csv.gz", gzip(text))
    let file = try CSVFile(path: path, partBytes: windowBytes).found()
    #expect(file.rowCount == 300)
    for rows in [0..<0, 0..<1, 7..<8, 100..<250, 299..<300, 300..<300] {
      let parsed = try file.parse(rows: rows)
      #expect(parsed.values == rows.flatMap { [Double($0), Double($0 * $0)] })
      #expect(parsed.firstRow == rows.lowerBound && parsed.rowCount == 300)
    }
  }

  @Test("members follow each other, also within rows, and zeros may follow them")
  func members() throws {
    let bytes = gzip("x,y\n1,") + gzip("") + gzip("2\n3") + gzip(",4\n") + [0, 0, 0]
    for windowBytes in [1, 1 << 20] {
      let outcome = try outcome("a.csv.gz", bytes, partBytes: windowBytes)
      #expect(outcome == "[\"x\", \"y\"] 2 x 2: [1.0, 2.0, 3.0, 4.0]")
    }
  }

  @Test("what is not gzip's, damaged or cut off is refused")
  func messages() throws {
    let good = gzip("1,2\n3,4\n")
    func message(_ bytes: [UInt8]) throws -> String {
      try outcome("a.csv.gz", bytes, partBytes: 1 << 20)
    }
    #expect(try message([]) == ": the file is empty")
    for bytes: [UInt8] in [[0x1f], Array("1,2\n".utf8)] {
      #expect(try message(bytes) == ": not gzip'ed, although its name ends in .gz")
    }
    for count in 2..<good.count {
      let expected = ": the gzip'ed data end too soon; the file is truncated"
      #expect(try message(Array(good.prefix(count))) == expected)
    }
    var damaged = good
    damaged[good.count - 8] ^= 1
    #expect(try message(damaged) == ": the gzip'ed data are damaged: incorrect data check")
    #expect(
      try message(good + [1, 2, 3])
        == ": the gzip'ed data are damaged: incorrect header check")
  }

  @Test("a text whose rows never end is refused before it takes all memory")
  func endlessRow() throws {
    let digits = [UInt8](repeating: UInt8(ascii: "1"), count: 100 << 20)
    let message = "a row of more than 64 MiB of text; is this a table, its quotes in order?"
    #expect(try outcome("a.csv.gz", gzip(digits), partBytes: 1 << 20) == ": row 1: \(message)")
    #expect(
      try outcome("a.csv.gz", gzip("1,2\n") + gzip("\"") + gzip(digits), partBytes: 1 << 20)
        == ": row 2: \(message)")
  }

  @Test(
    "empty lines that stand for rows take no memory for them", arguments: ["a.csv", "a.csv.gz"])
  func emptyRows(name: String) throws {
    // As rows of 10000 numbers each, 4 million lines would take 320 GB.
    let row = String(repeating: "1,", count: 9999) + "1\n"
    let text = row + String(repeating: "\n", count: 4_000_000) + row
    let bytes = name.hasSuffix(".gz") ? gzip(text) : Array(text.utf8)
    #expect(
      try outcome(name, bytes, partBytes: 1 << 20)
        == ": row 2: found 0 fields, expected 10000")
  }
}
