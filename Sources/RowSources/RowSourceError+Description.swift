import Words

extension RowSourceError: CustomStringConvertible {
  /// One line: the file, the row and column, what was found, what was expected or what to do.
  public var description: String {
    var place = shown(path)
    let position = [row.map { "row \($0)" }, column?.description].compactMap { $0 }
    if !position.isEmpty { place += ": " + position.joined(separator: ", ") }
    return place + ": " + problem.sentence
  }
}

extension RowSourceError.Column {
  /// `column 3 (height)`, or `column 3` without a name, or an empty one.
  public var description: String {
    "column \(number)" + (name.map { $0.isEmpty ? "" : " (\(oneLine($0)))" } ?? "")
  }
}

extension RowSourceError.Problem {
  var sentence: String {
    if case .hdf5(let problem) = self { return problem.sentence }
    return fileSentence ?? binarySentence ?? columnSentence ?? valueSentence ?? "\(self)"
  }

  private var fileSentence: String? {
    switch self {
    case .noMatchingFile: "no file matches this pattern"
    case .noDataFiles:
      "no data files in this folder; expected .npy, .csv, .tsv, .csv.gz, .tsv.gz, .h5 or .hdf5"
    case .unsupportedSuffix:
      "unsupported kind of file; supported are .npy, .csv, .tsv, .txt, .csv.gz, .h5; or give "
        + "\(Term.raw)"
    case .foreign(let format): "\(format.name), which is not read; \(format.remedy)"
    case .noRows: "no rows of data"
    case .givenTwice: "given twice; its rows would count twice"
    case .sameFile(let other): "the same file as \(shown(other)); its rows would count twice"
    case .noColumns: "no columns of data"
    default: nil
    }
  }

  private var binarySentence: String? {
    switch self {
    case .notNPY:
      "not a .npy file: it does not begin with \\x93NUMPY"
    case .unsupportedVersion(let major, let minor):
      ".npy version \(major).\(minor), expected 1.0, 2.0 or 3.0"
    case .truncatedHeader(let bytes, let expected):
      "\(bytes) bytes, but its header alone takes \(expected); the file is truncated"
    case .malformedHeader:
      "the header is no dictionary of 'descr', 'fortran_order' and 'shape'"
    case .unsupportedElements(let descriptor):
      "elements of type \(oneLine(descriptor))\(kind(descriptor)), expected real numbers: "
        + "float16, float32, float64, an integer type or bool"
    case .unsupportedDimensions(let shape):
      "\(shape.count) dimensions \(tuple(shape)), expected rows x columns or one column"
    case .dataSize(let bytes, let expected, let shape, let descriptor):
      "\(bytes) bytes of data, but shape \(tuple(shape)) of \(descriptor) takes "
        + "\(expected.map { "\($0)" } ?? "more than \(Int.max)"); "
        + "the file is \(bytes < expected ?? Int.max ? "truncated" : "too long") "
        + "or its header is wrong"
    case .rawSize(let bytes, let format):
      "\(bytes) bytes are no whole number of rows of \(counted(format.columnCount, "column")) of "
        + "\(format.type); check \(Term.columnCount) and \(Term.raw)"
    case .kindAsRaw(let kind): "\(kind), not raw numbers; leave out \(Term.raw)"
    case .textAsRaw:
      "text, not raw numbers; leave out \(Term.raw): text is read by any name (numbers that look "
        + "like text are read as .npy)"
    case .npyAsRaw: "this is a .npy file, which says itself what it holds; leave out \(Term.raw)"
    case .rawFolder: "a folder; with \(Term.raw) give files, or a pattern such as folder/*"
    default: nil
    }
  }

  private var columnSentence: String? {
    switch self {
    case .noSuchColumn(let column, let names, let count) where Int(column) != nil:
      "no column \(column); "
        + (count > 1 ? "columns are counted from 1 to \(count)" : "the only column is 1")
        + (names.map { ": " + list($0) } ?? "")
    case .noSuchColumn(let column, let names?, let count):
      "no column \"\(oneLine(column))\"; its \(count) columns are " + list(names)
    case .noSuchColumn(let column, nil, let count):
      "no column \"\(oneLine(column))\"; its columns have no names, only the numbers 1 to \(count)"
    case .ambiguousColumn(let column):
      "more than one column is named \"\(oneLine(column))\"; choose by number"
    case .repeatedColumn(let column):
      "column \"\(oneLine(column))\" is chosen twice"
    case .columnCount(let count, let otherPath, let otherCount):
      "\(counted(count, "column")), but \(otherPath) has \(otherCount); "
        + "all shards need the same columns"
    case .columnName(let otherPath, let otherName):
      "\(otherPath) has \"\(oneLine(otherName))\" there; choose the columns with "
        + "\(Term.columns), or give all shards the same ones in one order"
    case .otherColumns(let others, let missing, let order, let names):
      columnDifference(others, missing: missing, order, names: names)
    default: nil
    }
  }

  private var valueSentence: String? {
    switch self {
    case .notUTF8(let encoding): "the text is \(encoding); save it as UTF-8"
    case .notText: "not text: much of its beginning is control characters"
    case .packed(let kind): "the gzip'ed data are \(kind); unpack it (gunzip)"
    case .returnsOnly: "lines end with carriage returns only; save the text with newlines"
    case .notGzip: "not gzip'ed, although its name ends in .gz"
    case .truncatedGzip: "the gzip'ed data end too soon; the file is truncated"
    case .corruptGzip(let reason): "the gzip'ed data are damaged: \(reason)"
    case .longRow(let limit):
      "a row of more than \(limit >> 20) MiB of text; is this a table, its quotes in order?"
        + (limit < TextLimits(memory: nil).rowBytes ? " If so, raise \(Term.memory)" : "")
    case .manyFields(let limit):
      "more than \(limit) fields; is this a table? Convert one that wide to .npy or HDF5, or raise "
        + "\(Term.memory) if that is small"
    case .longName:
      "a column name of more than \(TextLimits.fieldBytes) bytes; is this a table, its quotes in order?"
    case .longNumber(let bytes):
      "found a field of \(bytes) bytes, expected a number of at most \(TextLimits.fieldBytes)"
    case .longCategory(let bytes):
      "found a field of \(bytes) bytes, expected a category of at most \(TextLimits.fieldBytes)"
    case .notANumber(let text):
      "found \"\(oneLine(text))\", expected a number" + NumberHint.words(for: text)
    case .emptyField: "found an empty field, expected a number" + missingAdvice
    case .outOfRange(let text):
      "found \"\(oneLine(text))\", expected a number of magnitude at most 1.8e308"
    case .fieldCount(let found, let expected):
      "found \(counted(found, "field")), expected \(expected)"
    case .openQuote: "a double quote opens here and is never closed"
    case .strayQuote:
      "found a double quote inside a field; enclose the field in quotes and double it, or remove it"
    case .notFinite(let value):
      "found \(value), expected a finite number"
        + (value.isNaN ? missingAdvice : "; leave such rows out or fill in their values")
    case .beyondFloat32(let value):
      "found \(value), expected a number of magnitude at most 3.4e38; write float64"
    case .noCategory(let text):
      "found \(text.isEmpty ? "an empty field" : "\"\(oneLine(text))\""), expected a category"
        + missingAdvice
    case .unknownCategory(let name, let known):
      "found \"\(oneLine(name))\", which is none of the "
        + "\(counted(known.count, "category", plural: "categories")) of the model: \(list(known)); "
        + "leave such rows out, or give \(Term.missing) and \(Term.unknownCategories)"
    case .pointNumber(let text):
      "found \"\(text)\", expected a category: a number with a decimal comma, or a word that is no "
        + "number"
    case .manyCategories(let limit):
      "more than \(limit) different values; is this a column of categories?"
    default: nil
    }
  }
}

/// What to do about a missing cell, behind what was found and expected.
var missingAdvice: String {
  "; leave such rows out, fill in their values, or give \(Term.missing)"
}

/// Names of columns that differ from a model's.
private func columnDifference(
  _ others: [String], missing: [String], _ order: ColumnOrder, names: [String]
) -> String {
  func named(_ columns: [String]) -> String {
    (columns.count == 1 ? "column \"" : "columns \"")
      + oneLine(columns.joined(separator: "\", \""), limit: 200) + "\""
  }
  let owner = oneLine(order.owner, limit: 200)
  let remedy = "; choose columns by number to take them in their order, whatever their names"
  if missing.isEmpty {
    return "\(Term.columns) chooses \(named(others)), which the \(owner) has not; its columns are "
      + list(order.names) + remedy
  }
  let near = names.contains(missing[0]) ? nil : likeliest(names, for: missing[0])
  let guess = near.map { "did you mean \"\(oneLine($0))\"? " } ?? ""
  let chosen = others.isEmpty ? "" : " among those that \(Term.columns) chooses"
  return "no \(named(missing)) of the \(owner)\(chosen); \(guess)the file's columns are "
    + list(names) + remedy
}

/// ` (complex numbers)` and the like, for the kinds of elements that are known but not supported.
private func kind(_ descriptor: String) -> String {
  switch descriptor.first(where: { !"<>=|".contains($0) }) {
  case "O": " (Python objects)"
  case "c": " (complex numbers)"
  case "U", "S", "a": " (text)"
  case "M", "m": " (dates)"
  case "V", "[": " (records)"
  default: ""
  }
}

/// A shape as Python writes it: `(3,)`, `(3, 4)`.
private func tuple(_ shape: [Int]) -> String {
  "(" + shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
}

private func list(_ names: [String]) -> String {
  oneLine(names.joined(separator: ", "), limit: 200)
}
