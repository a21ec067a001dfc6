import SystemLibrary

/// An HDF5 file and a dataset in it, as users write them: `file.h5:/group/dataset`, or `file.h5` if
/// it has only one dataset of numbers.
package struct HDF5Name: Equatable, Sendable {
  /// The file.
  package let path: String
  /// The path of the dataset in it.
  package let dataset: String?

  /// Nil for what is no HDF5 file's name. Of an existing file's name no part is a dataset's.
  package init?(_ name: String) {
    if HDF5Name.suffixes.contains(DataFiles.suffix(of: name)), access(name, F_OK) == 0 {
      (path, dataset) = (name, nil)
      return
    }
    let colons = name.indices.filter { name[$0] == ":" }
    if let colon = colons.first(where: { HDF5Name.isFile(name[..<$0]) }) {
      path = String(name[..<colon])
      dataset = String(name[name.index(after: colon)...])
    } else if HDF5Name.isFile(name[...]) {
      (path, dataset) = (name, nil)
    } else {
      return nil
    }
  }

  /// All of a file of any name.
  init(file path: String) { (self.path, dataset) = (path, nil) }

  /// What HDF5 files are called; NetCDF-4, MATLAB 7.3, AnnData and HDF-EOS5 are HDF5.
  private static let suffixes = ["h5", "hdf5", "hdf", "he5", "h5ad", "nc", "nc4", "mat"]

  private static func isFile(_ name: Substring) -> Bool {
    suffixes.contains { name.lowercased().hasSuffix("." + $0) }
  }
}

extension DataFiles {
  /// The file that a name stands for, without what it says of a dataset in it.
  package static func path(of name: String) -> String { HDF5Name(name)?.path ?? name }

  /// The name of a file in its folder, with what it says of a dataset.
  package static func nameWithoutFolder(_ name: String) -> String {
    let path = path(of: name)
    let folder = path.utf8.count - (path.split(separator: "/").last?.utf8.count ?? 0)
    return String(decoding: name.utf8.dropFirst(folder), as: UTF8.self)
  }
}
