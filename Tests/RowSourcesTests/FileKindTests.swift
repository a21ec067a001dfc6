import Foundation
import RowSources
import Testing
import _TestSupport

/// What the first bytes of a file decide.
struct FileKindTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let table = "alpha,beta\n1.5,2\n3,4.25\n"

  /// The numbers of a file, however it is read.
  private func values(_ name: String, _ bytes: [UInt8]) throws -> [Double] {
    let file = try DataFiles.file(try folder.file(name, bytes))
    return try (file as? any NumberFile)?.read() ?? file.parseAll().read()
  }

  private func message(_ name: String, _ bytes: [UInt8], raw: RawFormat? = nil) -> String? {
    folder.message {
      let path = try folder.file(name, bytes)
      guard let file = try DataFiles.file(path, ReadOptions(raw: raw)) as? CSVFile else { return }
      _ = try file.parseAll()
    }
  }

  @Test(
    "text is read by any name, gzip'ed or not",
    arguments: [
      "a.csv", "a.tsv", "a.txt", "a.dat", "a.data", "a.asc", "a", "part-00000", "run.7",
      "a.csv.old",
    ])
  func text(name: String) throws {
    let text = Self.table
    #expect(try values(name, Array(text.utf8)) == [1.5, 2, 3, 4.25])
    #expect(try values(name, Array(gzip(text))) == [1.5, 2, 3, 4.25])
    let latin = Array("gr".utf8) + [0xf6] + Array("sse;x\n1.5;2\n3;4.25\n".utf8)
    #expect(try values(name, latin) == [1.5, 2, 3, 4.25])
  }

  @Test("a .npy file is one by any name", arguments: ["a.csv", "a.txt", "a.dat", "a", "a.npy.bak"])
  func npy(name: String) throws {
    let bytes = npyHeader(shape: [2], descriptor: "|u1") + [7, 9]
    #expect(try values(name, bytes) == [7, 9])
  }

  @Test("column names that begin like a format's signature are names")
  func namesLikeSignatures() throws {
    for name in ["PAR1", "FEA1", "GIF8", "BZh91AY", "ARROW1", "7z", "CDF"] {
      #expect(try values("a.csv", Array("\(name),x\n1,2\n".utf8)) == [1, 2])
    }
  }

  static let zip = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 22)
  static let wide: [UInt8] = "x,y\n1,2\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }

  @Test(
    "other formats are named, with what to do",
    arguments: [
      (zip + [7, 0, 0, 0] + Array("arr.npy".utf8), "an .npz archive of NumPy's", "unpack it"),
      (zip + [19, 0, 0, 0] + Array("[Content_Types].xml".utf8), "a spreadsheet", "save the table"),
      (zip + [5, 0, 0, 0] + Array("a.csv".utf8), "a zip archive", "unpack it"),
      ([0x28, 0xb5, 0x2f, 0xfd, 4], "compressed by zstd", "unzstd"),
      ([0xfd] + Array("7zXZ\0\0".utf8), "compressed by xz", "unxz"),
      (Array("BZh91AY&SY".utf8) + [0xa1, 0, 3], "compressed by bzip2", "bunzip2"),
      (Array("PAR1".utf8) + [0x15, 4], "a Parquet file", "convert it to .npy or CSV"),
      (Array("ARROW1".utf8) + [0, 0], "an Arrow or Feather file", "convert it to .npy or CSV"),
      (Array("FEA1".utf8) + [0, 0], "an Arrow or Feather file", "convert it to .npy or CSV"),
      (Array("CDF".utf8) + [1, 0, 0], "a NetCDF file of the classic format", "nccopy"),
      (Array("{\n \"a\": [1, 2]}".utf8), "JSON", "convert it"),
      (Array("<!DOCTYPE html>\n<html>404".utf8), "HTML or XML", "convert it"),
      ([0xff, 0xfe] + wide, "the text is UTF-16", "save it as UTF-8"),
      (wide, "the text is UTF-16", "save it as UTF-8"),
      ([0, 0, 0xfe, 0xff, 0, 0, 0, 0x31], "the text is UTF-32", "save it as UTF-8"),
    ] as [([UInt8], String, String)])
  func foreign(bytes: [UInt8], what: String, remedy: String) throws {
    for name in ["a.csv", "a.tsv", "a.txt", "a.dat", "a.npy", "a.h5", "a.parquet", "a"] {
      let words = try #require(message(name, bytes))
      #expect(words.hasPrefix(name + ": " + what) && words.contains(remedy), "\(words)")
      #expect(words.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }
  }

  @Test("what is packed in gzip is named, and control characters are no text")
  func packed() throws {
    let npy = npyHeader(shape: [1], descriptor: "|u1") + [9]
    #expect(
      message("a.csv.gz", Array(gzip(npy)))
        == "a.csv.gz: the gzip'ed data are a .npy file; unpack it (gunzip)")
    #expect(
      message("a.csv", [1, 0, 2, 0xff, 10, 3])
        == "a.csv: not text: much of its beginning is control characters")
  }

  private static let textAsRaw =
    "text, not raw numbers; leave out ReadOptions.raw: text is read by any name (numbers that look "
    + "like text are read as .npy)"

  @Test("raw data that are text are refused, whatever the size")
  func rawText() throws {
    let raw = RawFormat(type: .float32, columnCount: 1)
    let long = "x,y\n" + String(repeating: "1.25,-3e7\n", count: 500)
    for text in ["1,2\n", "alpha,beta\n1,2\n", "größe;x\n10;20\n", long] {
      #expect(message("a.bin", Array(text.utf8), raw: raw) == "a.bin: " + Self.textAsRaw)
    }
    let latin = Array("gr".utf8) + [0xf6] + Array("sse,x\n1,2\n".utf8)
    #expect(message("a.bin", latin, raw: raw) == "a.bin: " + Self.textAsRaw)
    for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32] {
      let bytes = Array("alpha,beta\n1,2\n".data(using: encoding)!)
      #expect(message("a.bin", bytes, raw: raw) == "a.bin: " + Self.textAsRaw)
    }
    #expect(
      message("a.bin", Array(gzip(long)), raw: raw)
        == "a.bin: gzip'ed, not raw numbers; leave out ReadOptions.raw")
    #expect(
      message("a.bin", Array("PAR1".utf8) + [0x15, 4, 0, 0], raw: raw)
        == "a.bin: a Parquet file, not raw numbers; leave out ReadOptions.raw")
  }

  @Test("raw numbers of any scale are not taken for text")
  func rawNumbers() throws {
    var generator = SeededGenerator(seed: 11)
    for exponent in stride(from: -30.0, through: 30, by: 1) {
      for count in [1, 3, 40, 1000] {
        // Of one number alone, every thousandth may look like text.
        guard count > 1 else { continue }
        let scale = Double(sign: .plus, exponent: Int(exponent), significand: 1)
        let singles = (0..<count).map { _ in
          Float(Double.random(in: 1..<2, using: &generator) * scale).bitPattern
        }
        let doubles = (0..<count).map { _ in
          (Double.random(in: 1..<2, using: &generator) * scale).bitPattern
        }
        #expect(
          message("a.bin", bytes(singles), raw: RawFormat(type: .float32, columnCount: 1)) == nil)
        #expect(
          message("a.bin", bytes(doubles), raw: RawFormat(type: .float64, columnCount: 1)) == nil)
      }
    }
  }

  @Test(
    "standard input is refused at once, whatever it is",
    arguments: ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
  func standardInput(name: String) throws {
    let words =
      ": standard input and pipes are not read, since ranks and passes read data again; save them "
      + "to a file and name that"
    for raw in [nil, RawFormat(type: .float32, columnCount: 1)] {
      let options = ReadOptions(raw: raw)
      #expect(folder.message { _ = try DataFiles.expand([name], options) } == name + words)
      #expect(folder.message { _ = try DataFiles.file(name, options) } == name + words)
    }
  }
}
