import Files

#if HDF5
  internal import CHDF5
  import SystemLibrary

  /// A dataset that was looked at and found in order.
  struct HDF5Place: Sendable {
    /// The file and the dataset, for messages.
    let name: String
    /// The file.
    let file: String
    /// The path of the dataset in it.
    let path: String
    /// What it holds.
    let array: StoredArray
    /// What its numbers mean.
    let attributes: HDF5Attributes
    /// What reading it takes.
    let unpacking: HDF5Unpacking
    /// Which dataset it is, by whatever links it was found.
    let identity: FileIdentity?
    fileprivate let isVirtual: Bool

    /// - Throws: `FileError` or `RowSourceError` if there is no such file or dataset, or none is
    ///   named and the file has not exactly one of numbers; if some of its rows are nowhere.
    init(_ name: HDF5Name) throws {
      let shown = name.path + (name.dataset.map { ":" + $0 } ?? "")
      // What is wrong with it as a file is said as of all files.
      _ = try InputFile(path: name.path)
      (self.name, file) = (shown, name.path)
      (path, array, attributes, unpacking, identity, isVirtual) = try HDF5Library.call {
        let file = try HDF5Handle(shardem_hdf5_open_file(name.path), name.path)
        let path = try HDF5Listing.path(name, in: file)
        let cache = HDF5Unpacking()
        let dataset = try HDF5Handle(
          shardem_hdf5_open_dataset(file.id, path, cache.cacheSlots, cache.cacheBytes), shown)
        let form = try HDF5Form(dataset, name: shown)
        _ = try form.array.requireNumbers(path: shown)
        let unpacking = try HDF5Storage(dataset: dataset, form: form, name: shown).require()
        let identity = FileIdentity(
          ofDataset: try dataset.identity(shown).place, in: dataset.fileName)
        return (path, form.array, form.attributes, unpacking, identity, form.layout == "v")
      }
    }
  }

  /// An open dataset in an HDF5 file.
  ///
  /// Unchecked: the handles are those of a library that is entered by one thread at a time.
  final class HDF5Dataset: @unchecked Sendable {
    let place: HDF5Place

    private var file: HDF5Handle?
    private var dataset: HDF5Handle?
    private var type: HDF5Handle?

    init(_ place: HDF5Place) throws {
      self.place = place
      try HDF5Library.call {
        let file = try HDF5Handle(shardem_hdf5_open_file(place.file), place.file)
        let dataset = try HDF5Handle(
          shardem_hdf5_open_dataset(
            file.id, place.path, place.unpacking.cacheSlots, place.unpacking.cacheBytes),
          place.name)
        type = try HDF5Handle(H5Dget_type(dataset.id), place.name)
        (self.file, self.dataset) = (file, dataset)
      }
    }

    deinit { HDF5Library.call { (type, dataset, file) = (nil, nil, nil) } }

    /// Reads `rows`, in the file's own form of numbers, into row-major `output`.
    ///
    /// - Throws: `RowSourceError` if the data are damaged.
    func read(_ rows: Range<Int>, into output: UnsafeMutableRawPointer) throws {
      let start = [hsize_t(rows.lowerBound), 0]
      let count = [hsize_t(rows.count), hsize_t(place.array.columnCount)]
      let name = place.name
      try HDF5Library.call {
        guard let dataset, let type else { preconditionFailure("\(name) is closed") }
        let space = try HDF5Handle(H5Dget_space(dataset.id), name)
        try HDF5Library.check(shardem_hdf5_select(space.id, start, count), name)
        let memory = try HDF5Handle(
          H5Screate_simple(CInt(place.array.shape.count), count, nil), name)
        // The type is that of the file: the library converts nothing.
        try HDF5Library.check(
          shardem_hdf5_read(dataset.id, type.id, memory.id, space.id, output), name)
        if place.isVirtual { try requireSpareDescriptor() }
      }
    }

    /// Checks that another file could be opened. The library takes for missing what it cannot open,
    /// and keeps open what it has opened: where none can be, it may have met the limit.
    private func requireSpareDescriptor() throws {
      let descriptor = open("/", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw FileError(.unreadable(code: errno), path: place.name)
      }
      close(descriptor)
    }
  }
#endif
