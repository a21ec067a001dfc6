import RowSources
import Testing
import _TestSupport

/// How files write missing cells.
struct MissingCellsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let allowed = ReadOptions(missing: .allowed())

  /// A text as numbers: the same bits in parts and windows of any size, on several threads, and
  /// packed.
  private func read(_ text: String, _ options: ReadOptions = allowed) throws -> [UInt64] {
    let path = try folder.file("a.txt", text)
    let packed = try folder.file("a.txt.gz", gzip(text))
    let bits = try CSVFile(path: path, options: options).parseAll().values.map(\.bitPattern)
    for partBytes in [1, 5, 16] {
      for path in [path, packed] {
        let file = try CSVFile(path: path, options: options, partBytes: partBytes)
        #expect(try file.parseAll(threads: 2).values.map(\.bitPattern) == bits, "\(partBytes)")
      }
    }
    return bits
  }

  private func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

  private func message(_ text: String, _ options: ReadOptions = allowed) -> String? {
    folder.message {
      _ = try CSVFile(path: try folder.file("a.csv", text), options: options).parseAll()
    }
  }

  private static let spellings = [
    "", " ", "  ", "NA", " NA ", "nan", "NaN", "NAN", "-nan", "+NaN", "nan ", "\"\"", "\" \"",
    "\"NA\"", " \"nan\" ", "\" NA \"",
  ]

  @Test(
    "an empty field, NA and NaN are missing cells, in every column, beside quotes and line ends",
    arguments: spellings)
  func spelling(cell: String) throws {
    for delimiter in [",", ";", "\t", "|"] {
      for end in ["\n", "\r\n"] {
        for one in ["1", "\"1\""] {
          let rows = [
            [one, cell, "3"], [cell, "5", "6"], [cell, cell, "9"], ["10", "11", cell],
          ]
          let text =
            (["x", "y", "z"].joined(separator: delimiter) + end)
            + rows.map { $0.joined(separator: delimiter) + end }.joined()
          let options = ReadOptions(delimiter: delimiter.utf8.first, missing: .allowed())
          #expect(
            try read(text, options)
              == bits([1, .nan, 3, .nan, 5, 6, .nan, .nan, 9, 10, 11, .nan]),
            "\(text.debugDescription)")
          // Without a newline at its end.
          #expect(try read(String(text.dropLast(end.count)), options).count == 12)
        }
      }
    }
  }

  @Test("where blanks separate fields, words are missing cells, and no field is empty")
  func blanks() throws {
    #expect(try read("1 NA  3\nnan 5\t\"\"\n") == bits([1, .nan, 3, .nan, 5, .nan]))
    #expect(message("1 2 3\n4 5 \n6 7 8\n") == "a.csv: row 2: found 2 fields, expected 3")
    #expect(message("1 2 3\n\n6 7 8\n") == "a.csv: row 2: found 0 fields, expected 3")
  }

  @Test("numbers with a decimal comma may be missing")
  func decimalComma() throws {
    let options = ReadOptions(decimalComma: true, missing: .allowed(words: ["-9,5", "-8.5"]))
    #expect(
      try read("1,5;NA;3\n;-9,50;2,5\n-8,5;0;\n", options)
        == bits([1.5, .nan, 3, .nan, .nan, 2.5, .nan, 0, .nan]))
  }

  @Test("given words are missing cells, numbers by their values")
  func words() throws {
    let options = ReadOptions(missing: .allowed(words: ["?", "-999", "not there", "1e3", "-"]))
    let text = """
      x,y
      1,?
      -999,-
      "not there",-999.0
      1000, "?"
      -9.99e2,NA
      -999.5,"-999"

      """
    #expect(
      try read(text, options)
        == bits([1, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, -999.5, .nan]))
    #expect(
      message("1,2\n3,!\n", options)
        == "a.csv: row 2, column 2: found \"!\", expected a number")
  }

  @Test(
    "what is no number and no missing cell is an error still",
    arguments: ["na", "Na", "NAA", "N", "null", "?", "none", "1NA", "NA1"])
  func otherWords(cell: String) {
    let found = message("1,2\n3,\(cell)\n")
    #expect(found?.hasPrefix("a.csv: row 2, column 2: found \"\(cell)\", expected a num") == true)
  }

  @Test("infinity is an error still")
  func infinity() {
    let rest = ", expected a finite number; leave such rows out or fill in their values"
    #expect(message("1,2\n3,-inf\n") == "a.csv: row 2, column 2: found -inf" + rest)
    #expect(message("NA,2\nInfinity,2\n") == "a.csv: row 2, column 1: found inf" + rest)
  }

  @Test("columns that are not read may hold anything")
  func otherColumns() throws {
    let options = ReadOptions(columns: ["3", "1"], missing: .allowed())
    #expect(
      try read("x,y,z\n1,red,NA\n,\"a,b\",3\n4,,5\n", options) == bits([.nan, 1, 3, .nan, 5, 4]))
  }

  @Test("a blank row is a missing cell if there is one column; at the end there is none")
  func blankRows() throws {
    #expect(try read("1\n\n3\nNA\n \n6\n\n\n") == bits([1, .nan, 3, .nan, .nan, 6]))
    #expect(try read("x\r\n1\r\n\r\n3\r\n") == bits([1, .nan, 3]))
    #expect(message("1,2\n\n3,4\n") == "a.csv: row 2: found 0 fields, expected 2")
    #expect(message("1,2\n3\n") == "a.csv: row 2: found 1 field, expected 2")
  }

  @Test("tabs that separate fields are a row of missing cells, at the end too")
  func tabs() throws {
    let options = ReadOptions(delimiter: UInt8(ascii: "\t"), missing: .allowed())
    for text in ["1\t2\n\t\n\t\n", "1\t2\n\t\n\t", "1\t2\r\n \t\r\n\t \r\n\n \n"] {
      #expect(try read(text, options) == bits([1, 2, .nan, .nan, .nan, .nan]))
      #expect(try read("x\ty\n" + text) == bits([1, 2, .nan, .nan, .nan, .nan]))
    }
    #expect(try read("1\t2\n\t\n", ReadOptions()) == bits([1, 2]))
    #expect(try read("1,2\n\t\n") == bits([1, 2]))
  }

  @Test("a row that a file has lost since it was opened is no row of missing cells")
  func lostRow() throws {
    let path = try folder.file("a.csv", "1\n2\n3\n")
    let file = try CSVFile(path: path, options: Self.allowed).found()
    _ = try folder.file("a.csv", "1\n2222")
    let found = folder.message { _ = try file.parse(rows: 0..<3) }
    #expect(found?.hasPrefix("a.csv: row 3, column 1: found an empty field") == true)
  }

  @Test(
    "a first row with missing cells is data",
    arguments: [
      ("NA,1\n2,3\n", nil, nil), ("NA,NA\n2,3\n", nil, nil), ("nan,1\n2,3\n", nil, nil),
      (",1\n2,3\n", nil, nil), ("?,1\n2,3\n", nil, nil), ("\"NA\",1\n2,3\n", nil, nil),
      ("a,NA\n1,2\n", nil, ["a", "NA"]), (",b\n0,1\n", nil, ["", "b"]),
      ("red,NA\nred,2\n", ["2"], nil), ("red,\nblue,2\n", ["2"], ["red", ""]),
      (",a,b\n0,1,2\n", ["1"], ["", "a", "b"]), (",1,2\n0,1,2\n", ["1"], nil),
      ("# a,b\nNA,1\n2,3\n", nil, ["a", "b"]), ("# 1,NA\n2,3\n", nil, nil),
    ] as [(String, [String]?, [String]?)])
  func header(text: String, columns: [String]?, names: [String]?) throws {
    let options = ReadOptions(columns: columns, missing: .allowed(words: ["?"]))
    let file = try CSVFile(path: try folder.file("a.csv", text), options: options)
    #expect(file.hasHeader == (names != nil))
    let chosen = columns.map { numbers in numbers.map { names?[Int($0)! - 1] } } ?? names
    if names != nil { #expect(file.columnNames == chosen?.compactMap { $0 }) }
  }

  @Test("a first row with NA is no header where no cell may be missing either")
  func firstRowOfError() {
    let rest =
      "expected a number; leave such rows out, fill in their values, or give MissingCells.allowed"
    #expect(
      message("5,NA\n2,3\n", ReadOptions())
        == "a.csv: row 1, column 2: found \"NA\", " + rest)
  }

  // MARK: Files of numbers

  @Test("NaN stays in .npy files, and numbers of given words become NaN")
  func binary() throws {
    let doubles = bytes([1, .nan, -999, 4, -999.9, 6].map(\Double.bitPattern))
    let singles = bytes([1, .nan, -999, 4, -999.9, 6].map(\Float.bitPattern), bigEndian: true)
    let integers = bytes([1, 2, -999, 4, 5, 6] as [Int32])
    let options = ReadOptions(missing: .allowed(words: ["-999", "-999.9", "?"]))
    func read(_ descriptor: String, _ data: [UInt8], fortran: Bool = false) throws -> [UInt64] {
      let file = npyFile(descriptor: descriptor, fortran: fortran, shape: "(2, 3)", data: data)
      let path = try folder.file("a.npy", file)
      return bits(try BinaryFile(npy: path, options: options).read())
    }
    #expect(try read("<f8", doubles) == bits([1, .nan, .nan, 4, .nan, 6]))
    #expect(
      try read(">f4", singles).map { Double(bitPattern: $0).isNaN ? 0 : $0 }
        == bits([1, 0, 0, 4, 0, 6]))
    #expect(try read("<i4", integers) == bits([1, 2, .nan, 4, 5, 6]))
    #expect(try read("<i4", integers, fortran: true) == bits([1, .nan, 5, 2, 4, 6]))
  }

  @Test("raw numbers may be missing, of chosen columns too")
  func raw() throws {
    let path = try folder.file("a.bin", bytes([1, .nan, -1, 4].map(\Double.bitPattern)))
    let format = RawFormat(type: .float64, columnCount: 2)
    let options = ReadOptions(missing: .allowed(words: ["-1.0"]))
    #expect(
      try bits(BinaryFile(raw: path, format, options: options).read()) == bits([1, .nan, .nan, 4]))
    let second = ReadOptions(columns: ["2"], missing: .allowed())
    #expect(try bits(BinaryFile(raw: path, format, options: second).read()) == bits([.nan, 4]))
  }

  #if HDF5
    @Test(
      "what the attributes of a dataset call missing is",
      arguments: [("filled", 0.01), ("missing", 1), ("most", 1), ("unsigned_fill", 1)])
    func attributes(name: String, scale: Double) throws {
      let found = try readHDF5("variables.h5:/\(name)", Self.allowed)
      // In row 7, as the error says where none may be missing.
      #expect(found.indices.filter { found[$0].isNaN } == [19])
      #expect(
        found.indices.allSatisfy { $0 % 3 == 1 || found[$0] == HDF5KindTests.table[$0] * scale })
    }

    @Test("numbers of given words are missing as they mean, not as they are stored")
    func scaled() throws {
      let words = ReadOptions(missing: .allowed(words: ["3.2", "20"]))
      let found = try readHDF5("variables.h5:/packed", words)
      #expect(found.indices.filter { found[$0].isNaN } == [19])
      let plain = try readHDF5("attributes.h5:/harmless", words)
      #expect(plain.indices.filter { plain[$0].isNaN } == [19])
    }

    /// All rows, the same held in memory or not.
    private func readHDF5(_ name: String, _ options: ReadOptions) throws -> [Double] {
      let file = try #require(
        DataFiles.file(HDF5KindTests.path(name), options) as? any NumberFile)
      return try file.read()
    }
  #endif
}
