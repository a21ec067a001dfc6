import RowSources
import Testing
import _TestSupport

struct ColumnScanTests {
  @Test("ranges grow over blocks and merged scans")
  func ranges() {
    var first = ColumnScan(columnCount: 2)
    #expect(first.add([1, -5, 3, 2], count: 2) == nil)
    #expect(first.add([2, 7], count: 1) == nil)
    #expect(first.minimum == [1, -5] && first.maximum == [3, 7])
    var second = ColumnScan(columnCount: 2)
    #expect(second.add([-1, 0], count: 1) == nil)
    second.merge(first)
    #expect(second.minimum == [-1, -5] && second.maximum == [3, 7])
    #expect(second.add([], count: 0) == nil)
  }

  @Test(
    "the first value that is not finite is found",
    arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    for place in 0..<12 {
      var rows = (0..<12).map(Double.init)
      rows[place] = value
      rows[11] = .nan
      var scan = ColumnScan(columnCount: 3)
      let found = scan.add(rows, count: 4)
      #expect(found?.row == place / 3 && found?.column == place % 3)
    }
  }

  @Test("where cells may be missing, NaN is counted and left out of the ranges; infinity is found")
  func missing() {
    var scan = ColumnScan(columnCount: 2, mayMiss: true)
    #expect(scan.add([.nan, 5, 3, 2], count: 2) == nil)
    #expect(scan.add([.nan, .nan], count: 1) == nil)
    #expect(scan.minimum == [3, 2] && scan.maximum == [3, 5])
    #expect(scan.missing == [2, 1] && scan.missingCount == 3)
    var other = ColumnScan(columnCount: 2, mayMiss: true)
    #expect(other.add([1, .nan], count: 1) == nil)
    other.merge(scan)
    #expect(other.missing == [2, 2] && other.missingCount == 4 && other.minimum == [1, 2])
    let found = other.add([.nan, 1, 2, -.infinity], count: 2)
    #expect(found?.row == 1 && found?.column == 1)
  }

  @Test("its message names file, row, column of the file, and value")
  func message() throws {
    let folder = try TemporaryFolder()
    let data = bytes([1, .nan, 3, 4, .infinity, 6].map(\Double.bitPattern))
    let path = try folder.file("a.npy", npyFile(descriptor: "<f8", shape: "(2, 3)", data: data))
    func message(_ options: ReadOptions) throws -> String? {
      let rows = try BinaryFile(npy: path, options: options).source(inMemory: true)
      let values = try rows.read()
      var scan = ColumnScan(columnCount: rows.columnCount)
      guard let found = scan.add(values, count: 2) else { return nil }
      let value = values[found.row * rows.columnCount + found.column]
      return folder.message {
        throw rows.notFinite(value, row: found.row, column: found.column)
      }
    }
    let rest =
      ", expected a finite number; leave such rows out, fill in their values, or give "
      + "MissingCells.allowed"
    #expect(try message(ReadOptions()) == "a.npy: row 1, column 2: found nan" + rest)
    let chosen = ReadOptions(columns: ["3", "2"])
    #expect(try message(chosen) == "a.npy: row 1, column 2: found nan" + rest)
    #expect(try message(ReadOptions(columns: ["1", "3"])) == nil)
  }
}
