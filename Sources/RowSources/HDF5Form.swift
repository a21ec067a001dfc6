#if HDF5
  internal import CHDF5

  /// What the header of a dataset says. Everything here is called within `HDF5Library.call`.
  struct HDF5Form {
    /// The type and shape.
    let array: StoredArray
    /// Where the elements are: 'c' in chunks, 'v' in other datasets, 'e' in files without a header; 0
    /// in one piece.
    let layout: Character?
    /// The lengths of a chunk, if there are chunks.
    let chunk: [Int]
    /// Whether chunks are packed.
    let isPacked: Bool
    /// What its numbers mean.
    let attributes: HDF5Attributes
    /// How the dataset was made.
    let creation: HDF5Handle

    /// - Throws: `RowSourceError` about `name` if the library cannot read the header, or attributes
    ///   are not as conventions say.
    init(_ dataset: HDF5Handle, name: String) throws {
      let type = try HDF5Handle(H5Dget_type(dataset.id), name)
      let space = try HDF5Handle(H5Dget_space(dataset.id), name)
      creation = try HDF5Handle(H5Dget_create_plist(dataset.id), name)
      var lengths = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
      let dimensions = try HDF5Library.check(
        H5Sget_simple_extent_dims(space.id, &lengths, nil), name)
      let shape = lengths.prefix(Int(dimensions)).map { Int(clamping: $0) }

      let layout = shardem_hdf5_layout_of(creation.id)
      self.layout = layout.kind == 0 ? nil : Character(UnicodeScalar(UInt8(layout.kind)))
      isPacked = layout.is_packed != 0
      if self.layout == "c" {
        try HDF5Library.check(H5Pget_chunk(creation.id, dimensions, &lengths), name)
        chunk = lengths.prefix(Int(dimensions)).map { max(Int(clamping: $0), 1) }
      } else {
        chunk = []
      }
      let stored = HDF5Form.descriptor(of: type.id)
      let descriptor = HDF5Attributes.descriptor(of: dataset, stored: stored)
      if let elements = BinaryElements(descriptor: descriptor) {
        attributes = try HDF5Attributes(dataset, creation, elements.kind, name: name)
      } else {
        attributes = HDF5Attributes()
      }
      array = StoredArray(descriptor: descriptor, shape: shape, note: attributes.summary)
    }

    /// The type as NumPy writes it, or in words if it is no real number's.
    private static func descriptor(of type: hid_t) -> String {
      let element = shardem_hdf5_describe(type)
      guard element.kind != 0 else {
        let fields = HDF5Library.text(100) { shardem_hdf5_fields(type, $0, 100) }
        let name = String(cString: shardem_hdf5_class_name(type))
        return name + (fields.isEmpty ? "" : " of \(fields)")
      }
      let kind = Character(UnicodeScalar(UInt8(element.kind)))
      if kind == "b" { return "|b1" }
      return "\(element.is_big_endian != 0 ? ">" : "<")\(kind)\(element.size)"
    }

    /// The rows, of any number of dimensions.
    var rowCount: Int { array.shape.first ?? 1 }

    /// How many chunks there are along each dimension.
    var chunkCounts: [Int] {
      zip(array.shape, chunk).map { length, chunk in
        length / chunk + (length % chunk > 0 ? 1 : 0)
      }
    }

    /// The elements, whatever the number of dimensions.
    ///
    /// - Throws: `RowSourceError` about `name` if they are no real numbers.
    func elements(name: String) throws -> BinaryElements {
      guard let elements = BinaryElements(descriptor: array.descriptor) else {
        throw RowSourceError(.unsupportedElements(descriptor: array.descriptor), path: name)
      }
      return elements
    }
  }
#endif
