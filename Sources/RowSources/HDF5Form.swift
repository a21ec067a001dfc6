#if HDF5
  internal import CHDF5

  /// How an HDF5 file stores a dataset. Everything here is called within `HDF5Library.call`.
  struct HDF5Form {
    /// The type and shape.
    let array: StoredArray
    /// The lengths of the pieces in which it is stored; nil if it is stored as a whole.
    let chunk: [Int]?

    /// The dataset that `name` names, or the only one of numbers in the file, and its form.
    ///
    /// - Throws: `RowSourceError` that names the datasets there are.
    static func find(_ name: HDF5Name, in file: hid_t) throws -> (path: String, HDF5Form) {
      if let path = name.dataset, let form = HDF5Form(path, in: file) { return (path, form) }
      let all = try paths(in: file, name.path).compactMap { path in
        HDF5Form(path, in: file).map { (path, $0) }
      }
      let usable = all.filter {
        (try? $0.1.array.requireNumbers(path: name.path)) != nil
      }
      if name.dataset == nil && usable.count == 1 { return usable[0] }
      let found = usable.map { "\($0.0) (\($0.1.array.summary))" }
      throw RowSourceError(.datasets(asked: name.dataset, found: found), path: name.path)
    }

    /// The paths of all objects in a file, in order.
    private static func paths(in file: hid_t, _ name: String) throws -> [String] {
      final class Paths { var all: [String] = [] }
      let paths = Paths()
      try withExtendedLifetime(paths) {
        let visitor = shardem_hdf5_visitor(
          visit: { name, paths in
            let path = "/" + String(cString: name!)
            Unmanaged<Paths>.fromOpaque(paths!).takeUnretainedValue().all.append(path)
            return 0
          }, context: Unmanaged.passUnretained(paths).toOpaque())
        try HDF5Library.check(shardem_hdf5_visit(file, visitor), name)
      }
      return paths.all.sorted()
    }

    init(array: StoredArray, chunk: [Int]?) {
      self.array = array
      self.chunk = chunk
    }

    /// Nil for what is no dataset, or cannot be opened.
    private init?(_ path: String, in file: hid_t) {
      let object = shardem_hdf5_open_object(file, path)
      guard object >= 0 else { return nil }
      defer { H5Oclose(object) }
      guard shardem_hdf5_is_dataset(object) != 0 else { return nil }
      let type = H5Dget_type(object)
      guard type >= 0 else { return nil }
      defer { H5Tclose(type) }
      let space = H5Dget_space(object)
      guard space >= 0 else { return nil }
      defer { H5Sclose(space) }
      var lengths = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
      let dimensions = H5Sget_simple_extent_dims(space, &lengths, nil)
      guard dimensions >= 0 else { return nil }
      let shape = lengths.prefix(Int(dimensions)).map { Int(clamping: $0) }
      array = StoredArray(descriptor: HDF5Form.descriptor(of: type), shape: shape)
      let isChunked = shardem_hdf5_chunk(object, dimensions, &lengths) != 0
      chunk = isChunked ? lengths.prefix(Int(dimensions)).map { Int(clamping: $0) } : nil
    }

    /// The type as NumPy writes it, or in words if it is no real number's.
    private static func descriptor(of type: hid_t) -> String {
      let element = shardem_hdf5_describe(type)
      guard element.kind != 0 else { return String(cString: shardem_hdf5_class_name(type)) }
      let kind = Character(UnicodeScalar(UInt8(element.kind)))
      return "\(element.is_big_endian != 0 ? ">" : "<")\(kind)\(element.size)"
    }

    /// Checks that the file holds as many bytes as its header says, before memory is taken for them.
    ///
    /// Rows that were never written have none, and are no data. What is packed may take less by a
    /// factor of 2^15: the most that the usual filters reach is about that, of zstd, which has 128 KiB
    /// of the same in 4 bytes; deflate reaches 1032.
    /// - Throws: `RowSourceError` if it does not.
    func requireStored(
      _ path: String, in file: hid_t, fileBytes: Int, name: String
    ) throws {
      let object = try HDF5Library.check(shardem_hdf5_open_object(file, path), name)
      defer { H5Oclose(object) }
      var isPacked: CInt = 0
      let claimed = shardem_hdf5_stored_bytes(object, &isPacked)
      guard claimed >= 0 else { return }
      let stored = min(Int(clamping: claimed), fileBytes)
      let elements = try array.requireNumbers(path: name)
      let expected = array.byteCount(elementBytes: elements.byteCount)
      guard let expected, expected >> (isPacked != 0 ? 15 : 0) <= stored else {
        throw RowSourceError(
          .dataSize(
            bytes: stored, expected: expected, shape: array.shape, descriptor: array.descriptor),
          path: name)
      }
    }

    /// The cache with which no chunk is unpacked twice when rows are read in order: it holds those
    /// of two rows of chunks, as a block may end in the second.
    ///
    /// - Throws: `RowSourceError` if the array is none of numbers or larger than can be.
    func cache(name: String) throws -> (slots: Int, bytes: Int) {
      let elements = try array.requireNumbers(path: name)
      guard array.byteCount(elementBytes: MemoryLayout<Double>.size) != nil else {
        throw RowSourceError(
          .dataSize(bytes: 0, expected: nil, shape: array.shape, descriptor: array.descriptor),
          path: name)
      }
      guard let chunk else { return (slots: 521, bytes: 1 << 20) }
      let width = chunk.count > 1 ? max(chunk[1], 1) : 1
      let chunksOfRow = (array.columnCount + width - 1) / width
      // Numbers of a header that may be damaged.
      let cached = StoredArray(descriptor: array.descriptor, shape: chunk + [chunksOfRow, 2])
      let rowBytes = cached.byteCount(elementBytes: elements.byteCount) ?? Int.max
      // A table of some times as many slots has few chunks that fall into the same one.
      return (slots: max(521, 20 * chunksOfRow + 1), bytes: max(1 << 20, rowBytes))
    }
  }
#endif
