#if HDF5
  /// A dataset of numbers in an HDF5 file: 1 or 2 dimensions, any size of float and integer, either
  /// byte order, stored in any way that the library can read.
  struct HDF5File: NumberFile {
    let name: String
    let array: StoredArray
    let columnNumbers: [Int]
    var kind: String { "HDF5" }

    private let location: HDF5Name
    private let layout: BinaryElements.Layout

    /// Looks at a dataset; it is not kept open.
    ///
    /// - Throws: `RowSourceError` if there is no such file or dataset, it holds no numbers, or lacks
    ///   a chosen column.
    init(_ location: HDF5Name, options: ReadOptions = ReadOptions()) throws {
      self.location = location
      let dataset = try HDF5Dataset(location)
      name = dataset.name
      array = dataset.array
      let columns = try options.chosenColumns(names: nil, count: array.columnCount, path: name)
      columnNumbers = columns.map { $0 + 1 }
      layout = array.layout(of: columns)
    }

    var heldRowBytes: Int { 8 * columnCount }
    /// The library lets in one thread at a time, and may have to unpack whole chunks.
    var isStreamable: Bool { false }

    func source(of rows: Range<Int>, inMemory: Bool) throws -> any RowSource {
      let source = HDF5Rows(
        dataset: try HDF5Dataset(location), elements: try array.requireNumbers(path: name),
        layout: layout, columnNumbers: columnNumbers)
      return inMemory ? try source.held(rows) : source
    }
  }

  /// The rows of an open dataset, read when they are asked for.
  private struct HDF5Rows: RowSource {
    let dataset: HDF5Dataset
    let elements: BinaryElements
    let layout: BinaryElements.Layout
    let columnNumbers: [Int]

    var name: String { dataset.name }
    var rowCount: Int { dataset.array.shape[0] }
    var columnCount: Int { layout.columnCount }

    func withRows<Result>(
      _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
      _ body: (UnsafePointer<Double>) throws -> Result
    ) throws -> Result {
      let read = UnsafeMutableRawPointer.allocate(
        byteCount: rows.count * layout.rowStride * elements.byteCount, alignment: 16)
      defer { read.deallocate() }
      try dataset.read(rows, into: read)
      elements.convert(0..<rows.count, of: read, layout, into: scratch)
      return try body(scratch)
    }
  }
#endif
