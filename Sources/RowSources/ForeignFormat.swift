/// A format of files that is known by its first bytes, but not read.
public enum ForeignFormat: Equatable, Sendable {
  case zip
  case npz
  case spreadsheet
  case zstandard
  case xz
  case bzip2
  case lz4
  case sevenZip
  case parquet
  case arrow
  case pickle
  case matlab
  case rData
  case sqlite
  case netCDF3
  case hdf4
  case fits
  case stata
  case json
  case markup
  case pdf
  case image

  /// - Parameter start: the first bytes of a file.
  init?(_ start: [UInt8]) {
    // A signature of letters may be the name of a column, as PAR1 is, in what is text throughout.
    let binary = FileKind.isText(start) ? [] : ForeignFormat.binarySignatures
    if start.starts(with: "PK\u{3}\u{4}".utf8) {
      self = ForeignFormat.archive(start)
    } else if let match = binary.first(where: { start.starts(with: $0.bytes) }) {
      self = match.format
    } else if let format = ForeignFormat.structured(start) {
      self = format
    } else {
      return nil
    }
  }

  private static let binarySignatures: [(bytes: [UInt8], format: ForeignFormat)] = [
    ([0x28, 0xb5, 0x2f, 0xfd], .zstandard), ([0xfd] + Array("7zXZ\0".utf8), .xz),
    (Array("BZh".utf8), .bzip2), ([0x04, 0x22, 0x4d, 0x18], .lz4),
    (Array("7z".utf8) + [0xbc, 0xaf, 0x27, 0x1c], .sevenZip), (Array("PAR1".utf8), .parquet),
    (Array("PARE".utf8), .parquet), (Array("ARROW1".utf8), .arrow), (Array("FEA1".utf8), .arrow),
    ([0xff, 0xff, 0xff, 0xff, 0x10, 0, 0, 0], .arrow), (Array("MATLAB 5.0 MAT".utf8), .matlab),
    (Array("RDX2\n".utf8), .rData), (Array("RDX3\n".utf8), .rData), (Array("RDA3\n".utf8), .rData),
    (Array("X\n\0\0\0".utf8), .rData), (Array("SQLite format 3\0".utf8), .sqlite),
    (Array("CDF\u{1}".utf8), .netCDF3), (Array("CDF\u{2}".utf8), .netCDF3),
    (Array("CDF\u{5}".utf8), .netCDF3), ([0x0e, 0x03, 0x13, 0x01], .hdf4),
    (Array("<stata_dta>".utf8), .stata),
    ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], .spreadsheet),
    ([0x89] + Array("PNG\r\n".utf8), .image), ([0xff, 0xd8, 0xff], .image),
    (Array("GIF8".utf8), .image), ([0x49, 0x49, 0x2a, 0], .image), ([0x4d, 0x4d, 0, 0x2a], .image),
    ([0x80, 2], .pickle), ([0x80, 3], .pickle), ([0x80, 4, 0x95], .pickle),
    ([0x80, 5, 0x95], .pickle),
  ]

  /// By the name of the first file in it, which follows a header of 30 bytes.
  private static func archive(_ start: [UInt8]) -> ForeignFormat {
    let name = String(decoding: start.dropFirst(30).prefix(200), as: UTF8.self)
    if ["[Content_Types].xml", "_rels/", "xl/", "docProps/", "mimetypeapplication/vnd.oasis"]
      .contains(where: name.hasPrefix)
    {
      return .spreadsheet
    }
    guard start.count > 30 else { return .zip }
    let length = Int(start[26]) + Int(start[27]) << 8
    return start.dropFirst(30).prefix(length).suffix(4).elementsEqual(".npy".utf8) ? .npz : .zip
  }

  /// By a beginning that is text.
  private static func structured(_ start: [UInt8]) -> ForeignFormat? {
    let text = start.drop { $0.isWhiteSpace || [0xef, 0xbb, 0xbf].contains($0) }
    let beginning = String(decoding: text.prefix(14), as: UTF8.self).lowercased()
    if ["<!doctype", "<html", "<?xml"].contains(where: beginning.hasPrefix) { return .markup }
    if beginning.hasPrefix("%pdf-") { return .pdf }
    if beginning.hasPrefix("simple  =") { return .fits }
    let next = text.dropFirst().first { !$0.isWhiteSpace }
    return switch (text.first, next) {
    case (UInt8(ascii: "{"), UInt8.quote), (UInt8(ascii: "["), UInt8(ascii: "{")): .json
    default: nil
    }
  }
}

extension ForeignFormat {
  /// What the file is, with an article.
  var name: String {
    switch self {
    case .zip: "a zip archive"
    case .npz: "an .npz archive of NumPy's"
    case .spreadsheet: "a spreadsheet or document (Excel, OpenDocument)"
    case .zstandard: "compressed by zstd"
    case .xz: "compressed by xz"
    case .bzip2: "compressed by bzip2"
    case .lz4: "compressed by lz4"
    case .sevenZip: "a 7z archive"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow or Feather file"
    case .pickle: "a pickle of Python's"
    case .matlab: "a MATLAB file of version 5"
    case .rData: "R's own data"
    case .sqlite: "an SQLite database"
    case .netCDF3: "a NetCDF file of the classic format"
    case .hdf4: "an HDF4 file"
    case .fits: "a FITS file"
    case .stata: "a Stata file"
    case .json: "JSON"
    case .markup: "HTML or XML"
    case .pdf: "a PDF document"
    case .image: "an image"
    }
  }

  /// What to do with it.
  var remedy: String {
    switch self {
    case .zip, .sevenZip: "unpack it"
    case .npz: "unpack it (unzip): the .npy files in it are read"
    case .spreadsheet: "save the table as CSV"
    case .zstandard: "unpack it (unzstd), or compress it by gzip"
    case .xz: "unpack it (unxz), or compress it by gzip"
    case .bzip2: "unpack it (bunzip2), or compress it by gzip"
    case .lz4: "unpack it (unlz4), or compress it by gzip"
    case .parquet, .arrow: "convert it to .npy or CSV, in Python by pandas"
    case .pickle: "write it by numpy.save or DataFrame.to_csv"
    case .matlab: "save it with -v7.3, which is HDF5, or as text with -ascii"
    case .rData: "write it by write.csv"
    case .sqlite: "export the table as CSV (sqlite3 -csv -header)"
    case .netCDF3: "convert it to NetCDF-4, which is HDF5 (nccopy -k nc4)"
    case .hdf4: "convert it to HDF5 (h4toh5)"
    case .fits, .stata, .json, .markup, .pdf, .image: "convert it to .npy or CSV"
    }
  }

  /// Whether four bytes or more say so, which raw numbers do not by chance.
  var isCertain: Bool { self != .pickle && self != .image }
}
