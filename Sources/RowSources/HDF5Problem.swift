import Words

/// What is wrong with an HDF5 file or a dataset in it.
public enum HDF5Problem: Equatable, Sendable {
  /// The library's own words.
  case library(String)
  /// The same, where these speak of a version of the format. `version` is the library's.
  case newerFormat(String, version: String)
  /// The same, where a program has locked the file.
  case locked(String)
  case withoutLibrary
  /// The chunks are packed by a filter that the library lacks.
  case missingFilter(number: Int, name: String)

  /// `asked` is not there, or nil and there is not exactly one; `found` are those of numbers, `others`
  /// what else there is and why it is none.
  case datasets(asked: String?, found: [String], others: [String])
  /// There is no dataset of the name that the error has.
  case noDataset
  /// The link at `path` leads to what is not there.
  case brokenLink(path: String, target: String)

  /// Rows of which nobody has written anything.
  case notWritten(HDF5RowRange)
  /// Rows whose bytes should be in a file of numbers alone, of which `bytes` are there; nil without
  /// that file.
  case external(HDF5RowRange, file: String, bytes: Int?, expected: Int)
  /// Rows of a virtual dataset for which no other dataset is named.
  case unmapped(HDF5RowRange)
  /// Rows of a virtual dataset that cannot be read from another one, in words.
  case source(HDF5RowRange, reason: String)
  /// A virtual dataset leads to itself, or through too many others.
  case circle
  /// A virtual dataset takes `needed` of the `length` elements of this one along dimension `number`.
  case shortSource(dimension: Int, length: Int, needed: Int)
  /// A virtual dataset of `other` takes what is `found`, which it would not keep.
  case otherSource(found: String, other: String)

  /// An attribute of the variable is not what conventions say it is.
  case attribute(String, found: String, expected: String)
  /// A value that an attribute names as that of missing cells.
  case missing(Double, attribute: String)
  /// A value beyond the limits that an attribute names.
  case outside(Double, attribute: String, lowest: Double, highest: Double)

  /// What unpacking the chunks takes is more memory than may be used.
  case chunks(bytes: Int, limit: Int)
}

/// Rows of a dataset, counted from 1.
public struct HDF5RowRange: Equatable, Sendable, CustomStringConvertible {
  public let first: Int
  /// Nil: all that follow.
  public let last: Int?
  /// Whether all rows from the first to the last are meant, not only some.
  public let isWhole: Bool

  public init(first: Int, last: Int?, isWhole: Bool = true) {
    (self.first, self.last, self.isWhole) = (first, last, isWhole)
  }

  public var description: String {
    guard let last else { return "the rows from \(first) on" }
    if last == first { return "row \(first)" }
    return (isWhole ? "rows " : "some of the rows ") + "\(first) to \(last)"
  }
}

extension HDF5Problem {
  /// What is wrong and what to do, to stand behind the name of the file.
  var sentence: String {
    readingSentence ?? findingSentence ?? rowsSentence ?? valueSentence ?? "\(self)"
  }

  private var readingSentence: String? {
    switch self {
    case .library(let reason): "the HDF5 library cannot read it: \(oneLine(reason, limit: 200))"
    case .newerFormat(let reason, let version):
      "in a newer format than HDF5 \(version) reads, or damaged (\(oneLine(reason, limit: 100))); "
        + "rewrite it by a newer 'h5repack --low=0 --high=2', or write it with libver=\"v110\""
    case .locked(let reason):
      "a program that writes it has it open (\(oneLine(reason, limit: 100))); let that program end; "
        + "where there is none, set HDF5_USE_FILE_LOCKING=FALSE, or run 'h5clear -s' on the file"
    case .withoutLibrary:
      "this program was built without HDF5; build it with the trait HDF5, or convert the file"
    case .missingFilter(let number, let name):
      "packed by filter \(number)\(name.isEmpty ? "" : " (\(oneLine(name)))"), which the HDF5 library "
        + "here lacks; repack it by 'h5repack -f GZIP=4' where that filter is, or set "
        + "HDF5_PLUGIN_PATH to the folder of its plugin"
    case .chunks(let bytes, let limit):
      "unpacking its chunks takes \(bytes) bytes of memory, more than the limit of \(limit); raise "
        + "\(Term.memory), or make its chunks smaller by 'h5repack -l CHUNK=...'"
    default: nil
    }
  }

  private var findingSentence: String? {
    switch self {
    case .datasets(nil, [], let others):
      "no dataset of numbers in rows and columns in it; there is "
        + (others.isEmpty ? "nothing" : list(others))
    case .datasets(let asked, let found, let others):
      (asked.map { "no dataset \(oneLine($0)) in it" } ?? "\(found.count) datasets of numbers in it")
        + (found.isEmpty
          ? "; there is " + (others.isEmpty ? "nothing" : list(others))
          : "; append one to the name, as :/path; there are \(list(found))")
    case .brokenLink(let path, let target):
      "the link \(oneLine(path)) leads to \(oneLine(target, limit: 200)), which is not there"
    case .noDataset: "no such dataset in it"
    case .circle: "a virtual dataset that leads to itself, or through more than 16 others"
    default: nil
    }
  }

  private var rowsSentence: String? {
    switch self {
    case .notWritten(let rows):
      "\(rows) \(rows.last == rows.first ? "was" : "were") never written; write or leave out"
    case .external(let rows, let file, nil, _):
      "the numbers of \(rows) are in the file \(oneLine(file, limit: 200)), which is not there; go "
        + "to its folder, or set HDF5_EXTFILE_PREFIX"
    case .external(let rows, let file, let bytes?, let expected):
      "the numbers of \(rows) are in the file \(oneLine(file, limit: 200)), which has \(bytes) of "
        + "\(expected) bytes"
    case .unmapped(let rows):
      "a virtual dataset without a source for \(rows), in some columns or all"
    case .source(let rows, let reason):
      "a virtual dataset; the source of \(rows) is \(reason)"
    case .shortSource(let dimension, let length, let needed):
      "\(length) \(dimension == 0 ? "rows" : "columns"), of which the virtual dataset takes \(needed)"
    case .otherSource(let found, let other):
      "numbers of \(found), of which the virtual dataset makes \(other); give it the same"
    default: nil
    }
  }

  private var valueSentence: String? {
    switch self {
    case .attribute(let name, let found, let expected):
      "its attribute \(name) is \(oneLine(found)), expected \(expected)"
    case .missing(let value, let attribute):
      "found \(value), which by its \(attribute) is a missing value" + missingAdvice
    case .outside(let value, let attribute, let lowest, let highest):
      "found \(value), which by its \(attribute) (\(lowest) to \(highest), as stored) is a missing "
        + "value" + missingAdvice
    default: nil
    }
  }
}

private func list(_ names: [String]) -> String {
  oneLine(names.joined(separator: ", "), limit: 1000)
}
