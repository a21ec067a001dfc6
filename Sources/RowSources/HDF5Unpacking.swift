#if HDF5
  /// What it takes to read the chunks of a dataset, or of those that a virtual one leads to.
  struct HDF5Unpacking {
    /// A cache with which no chunk is unpacked twice when rows are read in order: that of one row of
    /// chunks, side by side. Chunks that are not packed are read in part, past a cache too small.
    private(set) var cacheBytes = 1 << 20
    private(set) var cacheSlots = 521
    /// The memory for all chunks in the cache and for one more, packed and unpacked; 0 where none is
    /// packed.
    private(set) var bytes = 0

    /// That of no dataset.
    init() {}

    /// - Throws: `RowSourceError` about `name` if the array is larger than can be.
    init(_ form: HDF5Form, name: String) throws {
      let array = form.array
      let elementBytes = try form.elements(name: name).byteCount
      guard array.byteCount(elementBytes: MemoryLayout<Double>.size) != nil else {
        throw RowSourceError(
          .dataSize(bytes: 0, expected: nil, shape: array.shape, descriptor: array.descriptor),
          path: name)
      }
      guard form.layout == "c", form.isPacked else { return }
      // Numbers of a header that may be damaged.
      func size(_ lengths: [Int]) -> Int {
        StoredArray(descriptor: "", shape: lengths).byteCount(elementBytes: elementBytes) ?? .max
      }
      let chunksOfRow = form.chunkCounts.dropFirst().reduce(1, *)
      cacheBytes = max(cacheBytes, size(form.chunk + [chunksOfRow]))
      // A table of some times as many slots has few chunks that fall into the same one.
      cacheSlots = max(cacheSlots, 20 * chunksOfRow + 1)
      let sum = cacheBytes.addingReportingOverflow(size(form.chunk + [2]))
      bytes = sum.overflow ? .max : sum.partialValue
    }

    /// Adds what another dataset takes that is open at the same time.
    mutating func add(_ other: HDF5Unpacking) {
      cacheBytes = max(cacheBytes, other.cacheBytes)
      cacheSlots = max(cacheSlots, other.cacheSlots)
      let sum = bytes.addingReportingOverflow(other.bytes)
      bytes = sum.overflow ? .max : sum.partialValue
    }
  }
#endif
