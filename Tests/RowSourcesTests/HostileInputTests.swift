import Files
import RowSources
import Testing
import _TestSupport

/// Seeded mutations of good files: each is read or refused, and none crashes.
struct HostileInputTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// `file` with one or two changes: bytes replaced, removed, inserted, the end cut off.
  private func mutated(
    _ file: [UInt8], within range: Range<Int>, alphabet: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = file
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      guard !bytes.isEmpty else { break }
      let place = min(Int.random(in: range, using: &generator), bytes.count - 1)
      let byte =
        Bool.random(using: &generator)
        ? alphabet.randomElement(using: &generator)! : UInt8.random(in: 0...255, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.removeLast(bytes.count - place)
      case 1: bytes.remove(at: place)
      case 2...3: bytes.insert(byte, at: place)
      default: bytes[place] = byte
      }
    }
    return bytes
  }

  @Test("mutated .npy files are read or refused")
  func npy() throws {
    var generator = SeededGenerator(seed: 6)
    let alphabet = Array("0123456789(),'\"{}[]<>|=fiubcOL: TrueFalse\n".utf8)
    var (read, refused) = (0, 0)
    for version: UInt8 in [1, 2, 3] {
      let good = npyFile(
        version: version, descriptor: "<i4", fortran: version == 2, shape: "(4, 3)",
        data: bytes((0..<12).map { Int32($0) }))
      for _ in 0..<1500 {
        let bytes = mutated(
          good, within: 0..<(good.count - 48), alphabet: alphabet, &generator)
        let path = try folder.file("a.npy", bytes)
        do {
          let rows = try BinaryFile(npy: path)
          #expect(try rows.read().count == rows.rowCount * rows.columnCount)
          read += 1
        } catch  where error is RowSourceError || error is FileError {
          #expect(!"\(error)".contains("\n"))
          refused += 1
        }
      }
    }
    // Both happen, or the mutations test nothing.
    #expect(read > 10 && refused > 500, "\(read) read, \(refused) refused")
  }

  @Test("mutated text files are read or refused, alike for every size of parts")
  func csv() throws {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array("0123456789+-.eE,;\t \"\r\n".utf8)
    let good = Array("x,y\n1.5,-2\r\n\"3\",4e-3\n 5 ,6\n\"7\n\",8\n".utf8)
    var (read, refused) = (0, 0)
    for _ in 0..<3000 {
      let bytes = mutated(good, within: 0..<good.count, alphabet: alphabet, &generator)
      let path = try folder.file("a.csv", bytes)
      let results = [3, 1 << 20].map { partBytes in
        do {
          let rows = try CSVFile(path: path, partBytes: partBytes).parseAll(threads: 2)
          return "\(rows.columnCount): \(rows.values)"
        } catch {
          return "refused: \(error)"
        }
      }
      #expect(results[0] == results[1])
      #expect(!results[0].contains("\n"))
      if results[0].hasPrefix("refused") { refused += 1 } else { read += 1 }
    }
    #expect(read > 100 && refused > 500, "\(read) read, \(refused) refused")
  }
}
