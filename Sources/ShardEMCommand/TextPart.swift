import Files
import MessagePassing
import Synchronization

/// One rank's rows of an output of text, until the ranks know where in the file they belong.
///
/// Threads append blocks of rows in any order, each to a temporary file of this rank: rows of text are
/// of different lengths, so that only the lengths of all rows before tell the place of a row.
final class TextPart: Sendable {
  let path: String
  /// The names of the columns, as the file begins with.
  let names: [String]
  private let separator: UInt8
  private let scratch: ScratchText
  private let pieces = Mutex<[Piece]>([])

  /// Rows that follow each other, and where their text is.
  private struct Piece {
    let firstRow: Int
    let rowCount: Int
    let offset: Int
    let byteCount: Int
  }

  /// So many bytes, and the rest of a row, are appended at once.
  private static let pieceBytes = 1 << 18

  init(path: String, names: [String], separator: UInt8) throws {
    (self.path, self.names, self.separator) = (path, names, separator)
    scratch = try ScratchText()
  }

  var header: [UInt8] {
    // A first name that begins with # would be a comment.
    let special = [separator] + Array("\"\n\r#".utf8)
    let fields = names.map { name in
      name.utf8.contains(where: special.contains) ? field(name) : name
    }
    return Array(fields.joined(separator: String(UnicodeScalar(separator))).utf8)
      + [UInt8(ascii: "\n")]
  }

  /// Appends `count` rows, row-major, the numbers in the shortest form that reads back to their bits.
  ///
  /// - Parameter word: what to write instead of the number of a column; nil: the number.
  func write<Number: LosslessStringConvertible>(
    _ values: UnsafePointer<Number>, firstRow: Int, count: Int,
    word: (_ value: Number, _ column: Int) -> String? = { _, _ in nil }
  ) throws {
    var text: [UInt8] = []
    var begin = 0
    for row in 0..<count {
      for column in names.indices {
        if column > 0 { text.append(separator) }
        let value = values[row * names.count + column]
        text += (word(value, column).map(field) ?? value.description).utf8
      }
      text.append(UInt8(ascii: "\n"))
      guard text.count >= Self.pieceBytes || row + 1 == count else { continue }
      let offset = try scratch.append(text)
      let piece = Piece(
        firstRow: firstRow + begin, rowCount: row + 1 - begin, offset: offset,
        byteCount: text.count)
      pieces.withLock { $0.append(piece) }
      (text, begin) = ([], row + 1)
    }
  }

  /// A word as a field: in quotes where it would else be taken for several, or for a number's blanks.
  private func field(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy {
      $0 != separator && $0 != UInt8(ascii: "\"") && $0 > UInt8(ascii: " ")
    }
    return isPlain ? word : "\"" + word.replacing("\"", with: "\"\"") + "\""
  }

  /// Collective, when all rows are there. Writes the files of `parts`, as `writeTogether` does.
  static func assemble(_ parts: [TextPart], in world: any Communicator) throws {
    guard !parts.isEmpty else { return }
    let orders = try parts.map { try $0.order(in: world) }
    let outputs = zip(parts, orders).map { part, order in
      SharedOutput(path: part.path, header: part.header, rows: order.byteCount, rowBytes: 1)
    }
    try writeTogether(outputs, in: world) { open in
      try world.agree {
        for ((part, order), output) in zip(zip(parts, orders), outputs) {
          let file = try open(output)
          try part.copy(to: file, order)
          try file.close()
        }
      }
    }
  }

  /// Where the text of this rank's rows belongs.
  private struct Order {
    /// Of the text of all ranks.
    let byteCount: Int
    /// By the first row of each of this rank's runs of rows.
    let offsets: [Int: Int]
  }

  /// Collective: one gather of four numbers for each run of rows that follow each other on a rank.
  private func order(in world: any Communicator) throws -> Order {
    let all = try world.gather(runs)
    var (offsets, size): ([Int: Int], Int) = ([:], 0)
    for run in all.joined().sorted(by: { $0.firstRow < $1.firstRow }) {
      offsets[run.firstRow] = size
      size += run.byteCount
    }
    return Order(byteCount: size, offsets: offsets)
  }

  /// In the order of the rows.
  private var sortedPieces: [Piece] {
    pieces.withLock { $0.sorted { $0.firstRow < $1.firstRow } }
  }

  /// The pieces with those together that follow each other; they are in no one place.
  private var runs: [Piece] {
    var runs: [Piece] = []
    for piece in sortedPieces {
      if let last = runs.last, last.firstRow + last.rowCount == piece.firstRow {
        runs[runs.count - 1] = Piece(
          firstRow: last.firstRow, rowCount: last.rowCount + piece.rowCount, offset: last.offset,
          byteCount: last.byteCount + piece.byteCount)
      } else {
        runs.append(piece)
      }
    }
    return runs
  }

  private func copy(to file: SharedPart, _ order: Order) throws {
    var place = 0
    for piece in sortedPieces {
      place = order.offsets[piece.firstRow] ?? place
      let text = try scratch.read(piece.byteCount, at: piece.offset)
      try text.withUnsafeBufferPointer {
        try file.write($0.baseAddress!, firstRow: place, count: piece.byteCount)
      }
      place += piece.byteCount
    }
  }
}
