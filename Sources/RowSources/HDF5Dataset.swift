#if HDF5
  internal import CHDF5

  /// An open dataset in an HDF5 file.
  ///
  /// Unchecked: the handles are those of a library that is entered by one thread at a time.
  final class HDF5Dataset: @unchecked Sendable {
    /// The file and the dataset, for messages.
    let name: String
    /// What it holds.
    var array: StoredArray { form.array }

    private var form = HDF5Form(array: .init(descriptor: "", shape: []), chunk: nil)
    private var file: hid_t = -1
    private var dataset: hid_t = -1
    private var type: hid_t = -1

    /// - Throws: `RowSourceError` if there is no such file or dataset, or none is named and the file
    ///   has not exactly one of numbers.
    init(_ name: HDF5Name) throws {
      self.name = name.path + (name.dataset.map { ":" + $0 } ?? "")
      // What is wrong with it as a file is said as of all files.
      let size = try InputFile(path: name.path).size
      try HDF5Library.call {
        file = try HDF5Library.check(shardem_hdf5_open_file(name.path), name.path)
        let path: String
        (path, form) = try HDF5Form.find(name, in: file)
        try form.requireStored(path, in: file, fileBytes: size, name: self.name)
        let cache = try form.cache(name: self.name)
        dataset = try HDF5Library.check(
          shardem_hdf5_open_dataset(file, path, cache.slots, cache.bytes), self.name)
        type = try HDF5Library.check(H5Dget_type(dataset), self.name)
      }
    }

    deinit {
      HDF5Library.call {
        if type >= 0 { H5Tclose(type) }
        if dataset >= 0 { H5Dclose(dataset) }
        if file >= 0 { H5Fclose(file) }
      }
    }

    /// Reads `rows`, in the file's own form of numbers, into row-major `output`.
    ///
    /// - Throws: `RowSourceError` if the data are damaged.
    func read(_ rows: Range<Int>, into output: UnsafeMutableRawPointer) throws {
      let start = [hsize_t(rows.lowerBound), 0]
      let count = [hsize_t(rows.count), hsize_t(array.columnCount)]
      try HDF5Library.call {
        let space = try HDF5Library.check(H5Dget_space(dataset), name)
        defer { H5Sclose(space) }
        try HDF5Library.check(shardem_hdf5_select(space, start, count), name)
        let memory = try HDF5Library.check(
          H5Screate_simple(CInt(array.shape.count), count, nil), name)
        defer { H5Sclose(memory) }
        // The type is that of the file: the library converts nothing.
        try HDF5Library.check(shardem_hdf5_read(dataset, type, memory, space, output), name)
      }
    }
  }
#endif
