import RowSources
import Testing
import _TestSupport

/// How other programs write tables.
struct CSVConventionsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ text: String, _ options: ReadOptions = ReadOptions()) throws -> CSVFile {
    let plain = try CSVFile(path: try folder.file("a.txt", text), options: options)
    let packed = try CSVFile(
      path: try folder.file("a.txt.gz", gzip(text)), options: options, partBytes: 7)
    #expect(plain.columnNames == packed.columnNames && plain.suspects == packed.suspects)
    #expect(try plain.parseAll().values == packed.parseAll().values)
    return plain
  }

  private func message(_ text: String, _ options: ReadOptions = ReadOptions()) -> String? {
    folder.message {
      _ = try CSVFile(path: try folder.file("a.csv", text), options: options).parseAll()
    }
  }

  @Test(
    "comments before the table are skipped; the last holds the names if it has as many fields",
    arguments: [
      ("# alpha beta\n1.5 2\n3 4\n", ["alpha", "beta"]),
      ("# alpha,beta\n1.5,2\n3,4\n", ["alpha", "beta"]),
      ("#alpha\tbeta\r\n1.5\t2\r\n3\t4\r\n", ["alpha", "beta"]),
      ("\u{feff}# \"a b\", beta\n1.5,2\n3,4\n", ["a b", "beta"]),
      ("# run of a day\n# two lines of it\n1.5 2\n3 4\n", nil),
      ("# alpha beta\n1.5,2\n3,4\n", nil),
      ("# 7 8\n1.5 2\n3 4\n", nil),
      ("#\n\n1.5 2\n3 4\n", nil),
      ("# written \"today\nalpha,beta\n1.5,2\n3,4\n", ["alpha", "beta"]),
      ("# one,two\nalpha,beta\n1.5,2\n3,4\n", ["alpha", "beta"]),
      ("# units\n# alpha,beta\n\n1.5,2\n3,4\n", ["alpha", "beta"]),
    ])
  func comments(text: String, names: [String]?) throws {
    let file = try open(text)
    #expect(file.columnNames == names)
    #expect(try file.parseAll().read() == [1.5, 2, 3, 4])
    let plain = try open(text, ReadOptions(columns: ["2"]))
    #expect(try plain.parseAll().read() == [2, 4])
    if let names {
      let chosen = try open(text, ReadOptions(columns: [names[1]]))
      #expect(try chosen.parseAll().read() == [2, 4])
    }
  }

  @Test("--header and --no-header hold for names in comments too")
  func headerOfComment() throws {
    let text = "# alpha,beta\n1,2\n3,4\n"
    #expect(try open(text, ReadOptions(header: false)).columnNames == nil)
    #expect(try open(text, ReadOptions(header: true)).columnNames == ["alpha", "beta"])
    let note = try open("# a note\n1,2\n3,4\n", ReadOptions(header: true))
    #expect(note.columnNames == ["1", "2"])
    // Where it separates fields it begins no comment.
    let hash = try open("#1#2\n#3#4\n", ReadOptions(columns: ["2"], delimiter: UInt8(ascii: "#")))
    #expect(try hash.parseAll().read() == [1, 3])
  }

  @Test("a fault below comments is at the line that an editor shows")
  func lines() throws {
    #expect(
      message("# a\n# x,y\n1,2\n3,word\n")
        == "a.csv: row 4, column 2 (y): found \"word\", expected a number")
    #expect(
      message("# a\nx,\"y\n1,2\n")
        == "a.csv: row 2, column 2: a double quote opens here and is never closed")
    #expect(
      message("1\n# a\n2\n")
        == "a.csv: row 2, column 1: found \"# a\", expected a number; comments are read before the "
        + "first row only")
    #expect(message("# x,y\n") == "a.csv: no rows of data")
  }

  @Test("comments of any length come before what the format is judged by")
  func longComments() throws {
    let comments = (0..<5000).map { "# line \($0) of \"notes\n" }.joined()
    let rows = (0..<9000).map { "\($0);\($0 % 7),5\n" }.joined()
    let file = try open(comments + "# x;y\n" + rows, ReadOptions(decimalComma: true))
    #expect(file.columnNames == ["x", "y"])
    let values = try file.parseAll().read()
    var expected: [Double] = []
    for row in 0..<9000 {
      expected.append(Double(row))
      expected.append(Double(row % 7) + 0.5)
    }
    #expect(values == expected)
  }

  @Test("a header without a name for the rows' names gets an empty one")
  func writeTable() throws {
    for text in [
      "\"x\" \"y\"\n\"1\" 10.5 2\n\"2\" 3 4\n", "x y\n1 10.5 2\n2 3 4\n",
      "\"x\",\"y\"\n\"1\",10.5,2\n\"2\",3,4\n", "x\ty\n0\t10.5\t2\n1\t3\t4\n",
    ] {
      let file = try open(text, ReadOptions(columns: ["x", "y"]))
      #expect(try file.parseAll().read() == [10.5, 2, 3, 4])
      let all = try open(text)
      #expect(all.columnNames == ["", "x", "y"] && all.suspects == .unnamed([0]))
    }
    let words = try open("\"x\" \"y\"\n\"ann\" 1 2\n\"bob\" 3 4\n", ReadOptions(columns: ["x"]))
    #expect(try words.parseAll().read() == [1, 3])
    // Neither quoted nor counting: a ragged table.
    #expect(message("x,y\n7,8,9\n5,6,7\n") == "a.csv: row 2: found 3 fields, expected 2")
  }

  @Test("columns without a name, and one that counts the rows, are suspects")
  func suspects() throws {
    let counted = (0..<6).map { "\($0),5,\($0 * $0)\n" }.joined()
    #expect(try open(",x,y\n" + counted).suspects == .unnamed([0]))
    #expect(try open("\"\",x,y\n" + counted).suspects == .unnamed([0]))
    #expect(try open("x,y,\n" + counted).suspects == .unnamed([2]))
    #expect(try open(",,\n" + counted).suspects == .unnamed([0, 1, 2]))
    #expect(try open("id,x,y\n" + counted).suspects == .counting(from: 0))
    #expect(try open(counted).suspects == .counting(from: 0))
    #expect(try open("1,3\n2,4\n3,4\n4,4\n5,4\n").suspects == .counting(from: 1))
    // Chosen, alone, few, not from the start or not one by one.
    #expect(try open(",x,y\n" + counted, ReadOptions(columns: ["x"])).suspects == nil)
    #expect(try open("0\n1\n2\n3\n4\n5\n").suspects == nil)
    #expect(try open("1,3\n2,4\n3,4\n").suspects == nil)
    #expect(try open("2,3\n3,4\n4,4\n5,4\n6,4\n").suspects == nil)
    #expect(try open("0,3\n1,4\n2,4\n3,4\n5,4\n").suspects == nil)
  }

  @Test(
    "exponents may be written with a D, as Fortran does",
    arguments: [
      ("1.5D+03", 1500), ("-2d-1", -0.2), ("1.D0", 1), ("3D2", 300), ("1.5e+03", 1500),
      // Beyond both fast ways.
      ("1.2345678901234567890123D+03", 1.2345678901234567890123e+03), ("4D-320", 4e-320),
    ] as [(String, Double)])
  func fortran(text: String, value: Double) throws {
    let rows = try open("x,y\n\(text),1\n1,\(text)\n").parseAll()
    #expect(try rows.read() == [value, 1, 1, value])
    #expect(try !open("\(text),1\n").hasHeader)
  }

  @Test("an exponent without digits is no number, nor is any other letter")
  func noExponent() {
    for text in ["1.5D", "1.5D+", "1.5Q+03", "1.5D+03x", "D3", "1.5+103"] {
      #expect(
        message("x,y\n1,2\n1,\(text)\n")
          == "a.csv: row 3, column 2 (y): found \"\(text)\", expected a number")
    }
  }

  @Test(
    "decimal commas are read where they are asked for",
    arguments: [
      ("alpha;beta\n1,5;-2\n3,25e1;,5\n", 2), ("1,5;-2\n3,25e1;,5\n", 2),
      ("alpha\tbeta\n1,5\t-2\n3,25E+1\t0,5\n", 2), ("1,5 -2\n32,5 0,5\n", 2),
      ("alpha;beta\n\"1,5\";-2\n\"32,5\";0,5\n", 2),
      ("alpha\n1,5\n-2\n32,5\n,5\n", 1), ("1,5\n-2,0\n32,5\n0,5\n", 1),
      ("1,50000000000000000000000;-2\n32,5;0,500000000000000000000D0\n", 2),
    ])
  func decimalComma(text: String, columns: Int) throws {
    let rows = try open(text, ReadOptions(decimalComma: true)).parseAll()
    #expect(rows.columnCount == columns)
    #expect(try rows.read() == [1.5, -2, 32.5, 0.5])
  }

  @Test("with decimal commas a point is none, and a quoted comma is one between commas")
  func decimalCommaOnly() throws {
    let options = ReadOptions(delimiter: UInt8(ascii: ","), decimalComma: true)
    #expect(try open("\"1,5\",\"2,5\"\n", options).parseAll().read() == [1.5, 2.5])
    #expect(
      message("x;y\n1,5;2.5\n", ReadOptions(decimalComma: true))
        == "a.csv: row 2, column 2 (y): found \"2.5\", expected a number")
  }

  @Test(
    "where the text shows why it is no number, the error says what to give",
    arguments: [
      ("x;y\n1,5;2\n", "1,5", "if that is a decimal comma, give ReadOptions.decimalComma"),
      ("x|y\n1|2\n", "1|2", "if these are several fields, give ReadOptions.delimiter '|'"),
      ("x~y\n1.5~-2\n", "1.5~-2", "if these are several fields, give ReadOptions.delimiter '~'"),
    ])
  func hints(text: String, found: String, hint: String) throws {
    let words = try #require(message(text))
    #expect(words.hasSuffix(": found \"\(found)\", expected a number; \(hint)"), "\(words)")
  }

  @Test("dates, times and words get no hint", arguments: ["2020-01-02", "12:30", "1/2/20", "a|b"])
  func noHints(text: String) throws {
    let words = try #require(message("x\n\(text)\n"))
    #expect(words.hasSuffix("expected a number"))
  }
}
