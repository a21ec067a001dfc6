import Files

#if HDF5
  import SystemLibrary

  /// Where the library looks for files that a file names. Within `HDF5Library.call`.
  enum HDF5Paths {
    /// A folder that the environment names; `${ORIGIN}` is that of the file that `object` is in.
    static func withOrigin(_ folder: String, of object: HDF5Handle) -> String {
      let origin = "${ORIGIN}"
      guard folder.hasPrefix(origin) else { return folder }
      return self.folder(of: object.fileName) + folder.dropFirst(origin.count)
    }

    /// The paths to try, in this order, for a source file of a virtual dataset.
    static func ofSource(_ file: String, of object: HDF5Handle) -> [String] {
      var paths: [String] = []
      var name = file
      if file.hasPrefix("/") {
        paths.append(file)
        // All files may have been moved together.
        name = file.split(separator: "/").last.map(String.init) ?? file
      }
      let prefixes = getenv("HDF5_VDS_PREFIX").map { String(cString: $0) } ?? ""
      var folders = prefixes.split(separator: ":").map { String($0) }
      if !prefixes.isEmpty { folders.append(withOrigin(prefixes, of: object)) }
      let own = object.fileName
      folders += [folder(of: own), ""]
      if let resolved = realpath(own, nil) {
        folders.append(folder(of: String(cString: resolved)))
        free(resolved)
      }
      for folder in folders {
        let path = folder.isEmpty ? name : folder + "/" + name
        if !paths.contains(path) { paths.append(path) }
      }
      return paths
    }

    private static func folder(of path: String) -> String {
      OutputPath.split(path).folder
    }
  }
#endif
