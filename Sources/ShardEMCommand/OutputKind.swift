import Host
import RowSources

/// What an output is written as, which its name tells.
enum OutputKind: Equatable {
  case npy
  /// Text with a header, and this between the fields of a row.
  case text(separator: UInt8)

  /// - Throws: `UnsupportedOutput` if the name is that of something else.
  init(ofOutput path: String, option: String) throws(UnsupportedOutput) {
    switch DataFiles.suffix(of: path) {
    // A name without a suffix promises nothing.
    case "npy", "": self = .npy
    case "csv": self = .text(separator: UInt8(ascii: ","))
    case "tsv": self = .text(separator: UInt8(ascii: "\t"))
    case "txt": self = .text(separator: UInt8(ascii: " "))
    default: throw UnsupportedOutput(option: option, path: path)
    }
  }
}

/// An output whose name ends as that of a kind of file that is not written.
struct UnsupportedOutput: InputError, CustomStringConvertible {
  let option: String
  let path: String

  var description: String {
    "\(option) \(path); expected a name that ends in .npy, or in .csv, .tsv or .txt for text"
  }
}

/// A model or a trace whose name says that it holds rows of data, as which it would be read again.
struct DataName: InputError, CustomStringConvertible {
  let option: String
  let path: String

  static func check(_ path: String?, of option: String) throws(DataName) {
    guard let path else { return }
    let isData = dataSuffixes.contains(DataFiles.suffix(of: path)) || HDF5Name(path) != nil
    if isData { throw DataName(option: option, path: path) }
  }

  /// Not .txt, which text of any kind may have.
  private static let dataSuffixes = ["npy", "csv", "tsv", "csv.gz", "tsv.gz", "txt.gz"]

  var description: String {
    "\(option) \(path); expected a name that ends in .\(option == "--trace" ? "jsonl" : "json"): JSON is "
      + "written, not rows of data"
  }
}
