/// A file that all ranks write together, of the kind that its name tells.
enum TogetherOutput {
  case shared(SharedOutput)
  case text(TextPart)

  /// - Parameters:
  ///   - option: which named `path`.
  ///   - names: of the columns, for text.
  ///   - columns: their number; nil for an array of one dimension.
  ///   - descriptor: the type of numbers as NumPy writes it, of 8 bytes.
  /// - Throws: `UnsupportedOutput` if the name is that of no such kind, `FileError` if there is no
  ///   room for text.
  init(
    _ path: String, option: String, rows: Int, names: [String], columns: Int?, descriptor: String
  ) throws {
    switch try OutputKind(ofOutput: path, option: option) {
    case .npy:
      self = .shared(
        SharedOutput(npy: path, rows: rows, columns: columns, descriptor: descriptor))
    case .text(let separator):
      self = .text(try TextPart(path: path, names: names, separator: separator))
    }
  }

  /// One whose rows have their places from the beginning.
  var shared: SharedOutput? { if case .shared(let output) = self { output } else { nil } }

  /// One to be put together when all rows are there.
  var text: TextPart? { if case .text(let part) = self { part } else { nil } }

  /// This rank's part, that of a shared file opened by `open`.
  func part(_ open: PartOpener) throws -> Part {
    switch self {
    case .shared(let output): .shared(try open(output))
    case .text(let part): .text(part)
    }
  }

  /// One rank's access to a file.
  enum Part {
    case shared(SharedPart)
    case text(TextPart)

    /// Writes `count` rows, row-major, from row `firstRow` on.
    ///
    /// - Parameter word: what text has instead of the number of a column; nil: the number.
    func write<Number: BitwiseCopyable & LosslessStringConvertible>(
      _ values: UnsafePointer<Number>, firstRow: Int, count: Int,
      word: (_ value: Number, _ column: Int) -> String? = { _, _ in nil }
    ) throws {
      switch self {
      case .shared(let part): try part.write(values, firstRow: firstRow, count: count)
      case .text(let part):
        try part.write(values, firstRow: firstRow, count: count, word: word)
      }
    }

    /// Makes sure that what has its place is on disk.
    func close() throws { if case .shared(let part) = self { try part.close() } }
  }
}
