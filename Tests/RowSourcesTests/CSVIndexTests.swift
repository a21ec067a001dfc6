import RowSources
import Testing
import _TestSupport

struct CSVIndexTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Rows with quoted newlines, delimiters and doubled quotes in a column that is not chosen.
  private func text(rows: Int) -> String {
    var generator = SeededGenerator(seed: 5)
    let notes = ["plain", "\"a\nb\"", "\"x, \"\"y\"\"\n\n\"", "\"\"", "\"\n\""]
    return "x,note,y\n"
      + (0..<rows).map { row in
        "\(row),\(notes.randomElement(using: &generator)!),\"\(row).5\""
      }.joined(separator: "\n")
  }

  @Test("parts of any size, scanned apart and in any order, find the same rows")
  func partSizes() throws {
    let path = try folder.file("a.csv", text(rows: 60))
    let options = ReadOptions(columns: ["x", "y"])
    let expected = (0..<60).flatMap { [Double($0), Double($0) + 0.5] }
    for partBytes in Array(1...40) + [97, 1 << 20] {
      let file = try CSVFile(path: path, options: options, partBytes: partBytes)
      let scans = try (0..<file.scanPartCount).reversed().map { try file.scan(part: $0) }
      // As ranks exchange them.
      let numbers = scans.reversed().flatMap(\.numbers)
      let received = stride(from: 0, to: numbers.count, by: CSVPartScan.numberCount).map {
        CSVPartScan(numbers: numbers[$0..<$0 + CSVPartScan.numberCount])
      }
      #expect(received == scans.reversed())
      let found = file.found(by: received)
      #expect(found.rowCount == 60)
      #expect(try found.parse(rows: 0..<60, threads: 3).values == expected)
    }
  }

  @Test("any run of rows is parsed alone, and knows its place in the shard")
  func runs() throws {
    let path = try folder.file("a.csv", text(rows: 40))
    for partBytes in [1, 13, 100, 1 << 20] {
      let file = try CSVFile(
        path: path, options: ReadOptions(columns: ["y"]), partBytes: partBytes
      ).found()
      for start in 0...40 {
        for end in start...40 {
          let rows = try file.parse(rows: start..<end, threads: 2)
          #expect(rows.values == (start..<end).map { Double($0) + 0.5 })
          #expect(rows.firstRow == start && rows.rowCount == 40)
        }
      }
    }
  }

  @Test("a fault outside the rows asked for is not seen")
  func elsewhere() throws {
    let file = try CSVFile(
      path: try folder.file("a.csv", "1\n2\nx\n4\n"), options: ReadOptions(header: false),
      partBytes: 2
    ).found()
    #expect(try file.parse(rows: 0..<2).values == [1, 2])
    #expect(try file.parse(rows: 3..<4).values == [4])
    #expect(throws: RowSourceError.self) { try file.parse(rows: 2..<3) }
  }

  @Test("rows held in part are read by their number in the shard")
  func partialRows() throws {
    let rows = InMemoryRows(
      name: "a", columnCount: 2, values: [6, 7, 8, 9], firstRow: 3, rowCount: 10)
    #expect(rows.rowCount == 10)
    #expect(try rows.read(4..<5) == [8, 9])
    #expect(InMemoryRows(name: "a", columnCount: 2, values: [6, 7, 8, 9]).rowCount == 2)
  }
}
