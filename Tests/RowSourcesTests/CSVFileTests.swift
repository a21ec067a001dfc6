import RowSources
import Testing
import _TestSupport

struct CSVFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ text: String, _ options: ReadOptions = ReadOptions()) throws -> CSVFile {
    try CSVFile(path: try folder.file("a.csv", text), options: options)
  }

  @Test(
    "the delimiter is found, and fields may be quoted, padded, and lines end in either way",
    arguments: [
      ("1,2,3\n4,5,6\n", ","), ("1;2;3\n4;5;6", ";"), ("1\t2\t3\r\n4\t5\t6\r\n", "\t"),
      ("1 2 3\n4 5 6\n", " "), ("  1   2 \t 3  \r\n 4 5 6\r\n", " "), ("1, 2, 3\n4, 5, 6\n", ","),
      ("\"1\",\"2\",3\n4,\" 5 \",\"6\"\n", ","), ("1 ;2 ;\t3\n4;5;6 \r\n\r\n\n", ";"),
      ("\u{feff}1,2,3\n4,5,6\n  \n", ","), ("1.0,2e0,+3\n4.,.5e1,006", ","),
      ("\"1\" \"2\" \"3\"\n4 5 6\n", " "),
    ])
  func dialects(text: String, delimiter: Character) throws {
    let file = try open(text)
    #expect(file.delimiter == delimiter.asciiValue)
    #expect(!file.hasHeader && file.columnNames == nil)
    let rows = try file.parseAll()
    #expect(rows.rowCount == 2 && rows.columnCount == 3)
    #expect(try rows.read() == [1, 2, 3, 4, 5, 6])
  }

  @Test("a decimal comma or a space within names does not mislead the search for the delimiter")
  func misleadingDelimiters() throws {
    #expect(try open("a;b\n1,5;2,5\n3;4\n").delimiter == UInt8(ascii: ";"))
    #expect(try open("sepal length,sepal width\n1,2\n3,4\n").delimiter == UInt8(ascii: ","))
    let single = try open("sepal length\n1\n2\n")
    #expect(single.columnCount == 1 && single.columnNames == ["sepal length"])
    #expect(try single.parseAll().read() == [1, 2])
    let given = try open("1|2\n3|4\n", ReadOptions(delimiter: UInt8(ascii: "|")))
    #expect(try given.parseAll().read() == [1, 2, 3, 4])
  }

  @Test("names are unquoted, and a newline in them ends no row")
  func header() throws {
    let file = try open("\"a\",\"b \"\"x\"\"\",\"c\nd, e\"\n1,2,3\n")
    #expect(file.hasHeader && file.columnNames == ["a", "b \"x\"", "c\nd, e"])
    #expect(try file.parseAll().read() == [1, 2, 3])
  }

  @Test("the first row is a header exactly if a chosen field of it is no number")
  func headerRule() throws {
    #expect(try !open("1,2\n3,4\n").hasHeader)
    #expect(try open("1,x\n3,4\n").hasHeader)
    #expect(try open("1,\n3,4\n").hasHeader)
    #expect(try !open("1,x\n3,4\n", ReadOptions(columns: ["1"])).hasHeader)
    #expect(try open("1,x\n3,4\n", ReadOptions(columns: ["2"])).hasHeader)
    #expect(try open("1,x\n3,4\n", ReadOptions(columns: ["x"])).hasHeader)
    // A year as a name: it is no column number of this file.
    let years = try open("2019,2020\n3,4\n", ReadOptions(columns: ["2020"]))
    #expect(try years.hasHeader && years.parseAll().read() == [4])
    #expect(try open("1,2\n3,4\n", ReadOptions(header: true)).parseAll().read() == [3, 4])
    // A missing value in a headerless file's first row does not make it a header.
    #expect(try !open("nan,-Inf\n3,4\n").hasHeader)
  }

  @Test("columns are chosen by name or number, in the order given; others need be no numbers")
  func columns() throws {
    let text = "id,x,y,note\na1,1,2,\"fine, so far\"\na2,3,4,none\n"
    let file = try open(text, ReadOptions(columns: ["y", "2"]))
    #expect(file.columnCount == 2 && file.columnNames == ["y", "x"])
    let rows = try file.parseAll()
    #expect(try rows.read() == [2, 1, 4, 3])
    #expect(rows.columnNumbers == [3, 2] && rows.columnNames == ["y", "x"])
    #expect(rows.column(0).description == "column 3 (y)")
    let spaced = try open("a 1 b 2\nc 3 d 4\n", ReadOptions(columns: ["4", "2"]))
    #expect(try spaced.parseAll().read() == [2, 1, 4, 3])
    let tabs = try open("a\t1\t\t2\nc\t3\td\t4\n", ReadOptions(columns: ["4", "2"]))
    #expect(try tabs.parseAll().read() == [2, 1, 4, 3])
    #expect(
      folder.message { _ = try open(text, ReadOptions(columns: ["z"])) }
        == "a.csv: no column \"z\"; its 4 columns are id, x, y, note")
    for number in ["0", "5"] {
      #expect(
        folder.message { _ = try open(text, ReadOptions(columns: [number])) }
          == "a.csv: no column \(number); columns are counted from 1 to 4: id, x, y, note")
    }
    #expect(
      folder.message { _ = try open("1\n2\n", ReadOptions(columns: ["-1"])) }
        == "a.csv: no column -1; the only column is 1")
    #expect(
      folder.message { _ = try open("x,x\n1,2\n", ReadOptions(columns: ["x"])) }
        == "a.csv: more than one column is named \"x\"; choose by number")
    #expect(
      folder.message { _ = try open(text, ReadOptions(columns: ["x", "2"])) }
        == "a.csv: column \"2\" is chosen twice")
  }

  private static let finite =
    "expected a finite number; leave such rows out or fill in their values"
  private static let advice =
    "; leave such rows out, fill in their values, or give MissingCells.allowed"

  @Test(
    "faults name the file, the line and the column",
    arguments: [
      ("x,y\n1,2\n3,abc\n", "row 3, column 2 (y): found \"abc\", expected a number"),
      ("1,2\n3,1.5.2\n", "row 2, column 2: found \"1.5.2\", expected a number"),
      (
        "1;2\n3;1,5\n",
        "row 2, column 2: found \"1,5\", expected a number; if that is a decimal comma, give "
          + "ReadOptions.decimalComma"
      ),
      ("x,y\n1,2\n,4\n", "row 3, column 1 (x): found an empty field, expected a number" + advice),
      ("x,y,\n1,2,\n", "row 2, column 3: found an empty field, expected a number" + advice),
      ("1,2\n3,\n", "row 2, column 2: found an empty field, expected a number" + advice),
      ("1,2\n3,\"\"\n", "row 2, column 2: found an empty field, expected a number" + advice),
      ("1,2\nnan,3\n", "row 2, column 1: found nan, expected a finite number" + advice),
      ("NaN,2\n1,3\n", "row 1, column 1: found nan, expected a finite number" + advice),
      ("1,2\n3,-Inf\n", "row 2, column 2: found -inf, " + finite),
      ("1,2\n3, \"+infinity\"\n", "row 2, column 2: found inf, " + finite),
      ("1,2\n3,infinities\n", "row 2, column 2: found \"infinities\", expected a number"),
      ("1,2\n3,nano\n", "row 2, column 2: found \"nano\", expected a number"),
      ("1,2\n3,NA\n", "row 2, column 2: found \"NA\", expected a number" + advice),
      ("1,2\n3,0x10\n", "row 2, column 2: found \"0x10\", expected a number"),
      ("1,2\n3,1e\n", "row 2, column 2: found \"1e\", expected a number"),
      (
        "1,2\n3,-\n",
        "row 2, column 2: found \"-\", expected a number; if that is a missing cell, give "
          + "MissingCells.allowed and its words '-'"
      ),
      (
        "1,2\n3,1e999\n",
        "row 2, column 2: found \"1e999\", expected a number of magnitude at most 1.8e308"
      ),
      ("x,y\n1,2\n3\n4,5\n", "row 3: found 1 field, expected 2"),
      ("x,y\n1,2\n3,4,5\n", "row 3: found 3 fields, expected 2"),
      ("x,y\n1,2\n\n3,4\n", "row 3: found 0 fields, expected 2"),
      ("1 2 3\n4 5 6\n7 8\n", "row 3: found 2 fields, expected 3"),
      ("1 2\n1+2\n3 4\n5 6\n", "row 2: found 1 field, expected 2"),
      ("x\n1\n\n2\n", "row 3, column 1 (x): found an empty field, expected a number" + advice),
      ("x,\"y\nz\"\n1,\"2\n\"\n3,!\n", "row 5, column 2 (y z): found \"!\", expected a number"),
      ("1,2\n3,\"4\n5,6\n", "row 2, column 2: a double quote opens here and is never closed"),
      ("x,\"y\n1,2\n", "row 1, column 2: a double quote opens here and is never closed"),
      (
        "id,a\n6\" pipe,1\n7\" pipe,2\n8,3\n",
        "row 2, column 1 (id): found a double quote inside a field; enclose the field in quotes "
          + "and double it, or remove it"
      ),
      (
        "a\"b\",c\n1,2\n",
        "row 1, column 1: found a double quote inside a field; enclose the field in quotes "
          + "and double it, or remove it"
      ),
      (
        "1,2\n3,\"an explanation, of some length,\nwhy there is no value\"\n",
        "row 2, column 2: found \"an explanation, of some length, why ther...\", expected a number"
      ),
    ] as [(String, String)])
  func faults(text: String, message: String) throws {
    for partBytes in [1, 5, 4 << 20] {
      let path = try folder.file("a.csv", text)
      #expect(
        folder.message { _ = try CSVFile(path: path, partBytes: partBytes).parseAll(threads: 2) }
          == "a.csv: " + message)
    }
  }

  @Test("the first of several faults is reported, whichever thread meets one first")
  func firstFault() throws {
    let lines = (1...500).map { $0 % 100 == 7 ? "x" : "\($0)" }
    let path = try folder.file("a.csv", lines.joined(separator: "\n"))
    let file = try CSVFile(path: path, options: ReadOptions(header: false), partBytes: 16)
    for threads in 1...4 {
      #expect(
        folder.message { _ = try file.parseAll(threads: threads) }
          == "a.csv: row 7, column 1: found \"x\", expected a number")
    }
  }

  @Test("a file without rows is refused")
  func noRows() throws {
    func message(_ text: String, _ options: ReadOptions = ReadOptions()) -> String? {
      folder.message { _ = try open(text, options) }
    }
    #expect(message("") == "a.csv: the file is empty")
    #expect(message("\n \r\n\n") == "a.csv: no rows of data")
    #expect(message("\u{feff}") == "a.csv: no rows of data")
    #expect(message("x,y\n") == "a.csv: no rows of data")
    #expect(message("1,2\n", ReadOptions(header: true)) == "a.csv: no rows of data")
    #expect(message("1\n", ReadOptions(columns: [])) == "a.csv: no columns of data")
    let utf16 = try folder.file("a.csv", [0xff, 0xfe, 0x31, 0])
    #expect(
      folder.message { _ = try CSVFile(path: utf16) }
        == "a.csv: the text is UTF-16; save it as UTF-8")
  }
}
