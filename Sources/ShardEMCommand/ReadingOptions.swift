import ArgumentParser
import Logging
import RowSources
import Words

/// How data files are to be read where the files themselves do not say.
struct ReadingOptions: ParsableArguments, CommonOptions {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Columns to read, in this order or that of the model's names: names or numbers from 1. "
        + "(default: all, or those that the model names)",
      valueName: "a,b,c"))
  var columns: String?

  @Option(
    help: ArgumentHelp(
      "Between the fields of a text file: comma, semicolon, tab, space, or a character. "
        + "(default: detected)", valueName: "character"))
  var delimiter: Delimiter?

  @Option(
    help: ArgumentHelp(
      "What stands before the fraction of a number in text files: point, as in 1.5, or comma, as in "
        + "1,5.", valueName: "point|comma"))
  var decimal = DecimalMark.point

  @Flag(
    inversion: .prefixedNo,
    help: """
      Whether the first row of a text file holds column names. (default: exactly if one of its \
      chosen fields is no number; the log says so). Lines before it that begin with # are comments; \
      the last one may hold the names.
      """)
  var header: Bool?

  @Option(
    help: ArgumentHelp(
      "What a missing cell is - NaN, and in text also an empty field or NA: an error, or a cell "
        + "that the model does without, by exact EM.", valueName: "error|em"))
  var missing = MissingPolicy.error

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What else stands for a missing cell in text; numbers among these do in all files.",
      valueName: "-999,?"))
  var missingValues: String?

  @Option(
    help: ArgumentHelp(
      "What a category is that a model does not know: an error, or with --missing em a missing cell.",
      valueName: "error|missing"))
  var unknownCategories = UnknownCategoryPolicy.error

  @Option(
    help: ArgumentHelp(
      "Read all data files, of any name, as raw little-endian numbers of this type, row after row.",
      valueName: "float32|float64"))
  var raw: FloatType?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many columns raw files have.", valueName: "d"))
  var columnsCount: Int?

  func validate() throws {
    if let columnsCount, columnsCount < 1 {
      throw ValidationError("--columns-count \(columnsCount); expected 1 or more")
    }
    if raw != nil && columnsCount == nil {
      throw ValidationError("--raw without --columns-count, which raw files do not tell")
    }
    if raw == nil && columnsCount != nil {
      throw ValidationError("--columns-count without --raw; other files say how many they have")
    }
    if missingValues != nil && missing == .error {
      throw ValidationError("--missing-values without --missing em, which lets cells be missing")
    }
    if unknownCategories == .missing && missing == .error {
      throw ValidationError(
        "--unknown-categories missing without --missing em, which lets cells be missing")
    }
  }

  var common: [String] {
    [
      word("--columns", columns),
      word("--delimiter", delimiter.map { "'\(Character(UnicodeScalar($0.byte)))'" }),
      word("--decimal", decimal.rawValue),
      header.map { $0 ? "--header" : "--no-header" } ?? "neither --header nor --no-header",
      word("--missing", missing.rawValue), word("--missing-values", missingValues),
      word("--unknown-categories", unknownCategories.rawValue),
      word("--raw", raw?.rawValue), word("--columns-count", columnsCount),
    ]
  }

  var readOptions: ReadOptions {
    // Files' names of columns have no blanks around them.
    ReadOptions(
      columns: columns.map(words), delimiter: delimiter?.byte, decimalComma: decimal == .comma,
      header: header,
      missing: missing == .error ? .error : .allowed(words: missingValues.map(words) ?? []),
      raw: raw.flatMap { type in
        columnsCount.map { RawFormat(type: type, columnCount: $0) }
      })
  }
}

extension ReadingOptions {
  /// The options that the data's values depend on, as checkpoints record them: of missing cells.
  var settings: [(option: String, value: String)] {
    if missing == .error { return [] }
    return [("--missing", missing.rawValue)]
      + (missingValues.map { [("--missing-values", $0)] } ?? [])
  }

  /// Says whether first rows of text were taken for headers, unless the user has said so: silence would lose
  /// a row of data unseen.
  func logHeaders(of files: [any DataFile], to log: Logger) {
    guard header == nil else { return }
    let texts = files.texts
    let withHeader = texts.filter { $0.hasHeader && !$0.hasNamesInComment }
    let withoutHeader = texts.filter { !$0.hasHeader }
    let withComment = texts.filter(\.hasNamesInComment)
    if let first = withComment.first {
      log.info(
        """
        \(named(first, of: withComment)): the last comment before the first row was taken for column \
        names; --no-header leaves them out
        """)
    }
    if let first = withHeader.first {
      log.info(
        """
        \(named(first, of: withHeader)): the first row was taken for column names; \
        --no-header makes it data
        """)
    }
    if let first = withoutHeader.first {
      log.info(
        """
        \(named(first, of: withoutHeader)): the first row was taken for data; \
        --header makes it column names
        """)
    }
    if let first = texts.first(where: \.hasHeader), let other = withoutHeader.first {
      log.warning("\(first.name) begins with column names, \(other.name) does not")
    }
  }

  /// Warns of options about text where no file is text.
  func warnOfIdleOptions(with files: [any DataFile], to log: Logger) {
    let isOther = files.allSatisfy { $0 is any NumberFile }
    let idle = [
      ("--delimiter", delimiter != nil), ("--decimal", decimal == .comma),
      ("--header or --no-header", header != nil),
    ].filter { $0.1 }
    guard isOther, !files.isEmpty, let option = idle.first?.0 else { return }
    log.warning("\(option) has no effect: no file of data is text")
  }

  /// Warns of a column that looks like none, of the first file that has one.
  ///
  /// - Parameter columns: those of row weights and labels, by names or numbers.
  func warnOfSuspects(in files: [any DataFile], besides columns: [String], to log: Logger) {
    let advice = files.texts.lazy.compactMap { $0.adviceOnColumns(besides: columns) }
    if let first = advice.first { log.warning("\(first)") }
  }

  private func named(_ file: CSVFile, of files: [CSVFile]) -> String {
    file.name + (files.count > 1 ? " and \(files.count - 1) more" : "")
  }
}

extension [any DataFile] {
  fileprivate var texts: [CSVFile] {
    compactMap { $0 as? CSVFile }
  }
}

extension FloatType: ExpressibleByArgument {}

/// The parts of a list without the white space around them.
private func words(_ list: String) -> [String] {
  list.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
}

/// What becomes of missing cells.
enum MissingPolicy: String, ExpressibleByArgument {
  case error, em
}

/// What becomes of categories that a model does not know.
enum UnknownCategoryPolicy: String, ExpressibleByArgument {
  case error, missing
}

/// What stands before the fraction of a number.
enum DecimalMark: String, ExpressibleByArgument {
  case point, comma

  init?(argument: String) {
    let marks = [".": DecimalMark.point, ",": .comma]
    guard let mark = marks[argument] ?? DecimalMark(rawValue: argument) else { return nil }
    self = mark
  }
}

/// What stands between two fields.
struct Delimiter: ExpressibleByArgument {
  let byte: UInt8

  private static let names: [String: Character] = [
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "space": " ",
  ]

  init?(argument: String) {
    let text = Delimiter.names[argument].map { String($0) } ?? argument
    let refused = "\"\n\r.+-0123456789".utf8
    guard text.utf8.count == 1, let byte = text.utf8.first, !refused.contains(byte) else {
      return nil
    }
    self.byte = byte
  }
}
