import Files

#if HDF5
  /// A dataset of numbers in an HDF5 file: 1 or 2 dimensions, any size of float and integer, either
  /// byte order, stored in any way that the library can read.
  struct HDF5File: NumberFile {
    let table: Table
    var array: StoredArray { place.array }
    var identity: FileIdentity? { place.identity }
    var kind: String { "HDF5" }

    private let place: HDF5Place
    private let layout: BinaryElements.Layout
    private let missing: MissingMarks?
    /// The column of labels; nil if there is none.
    private let labels: Int?

    /// Looks at a dataset; it is not kept open.
    ///
    /// - Throws: `FileError` or `RowSourceError` if there is no such file or dataset, it holds no
    ///   numbers, lacks rows that it says it has, or a chosen column.
    init(_ location: HDF5Name, options: ReadOptions = ReadOptions()) throws {
      place = try HDF5Place(location)
      let columns = try options.chosenColumns(
        names: nil, count: place.array.columnCount, path: place.name)
      table = Table(
        name: place.name, rowCount: place.array.shape[0], columnNumbers: columns.map { $0 + 1 })
      layout = place.array.layout(of: columns)
      missing = options.missing.marks(decimalComma: false)
      labels = options.placeOfLabels(among: columns, names: nil, count: place.array.columnCount)
    }

    /// The library lets in one thread at a time, and may have to unpack whole chunks.
    var isStreamable: Bool { false }
    var unpackingBytes: Int { place.unpacking.bytes }

    func source(of rows: Range<Int>, inMemory: Bool, threads: Int) throws -> any RowSource {
      let source = HDF5Rows(
        table: table, dataset: try HDF5Dataset(place),
        elements: try array.requireNumbers(path: name), layout: layout, missing: missing,
        labels: labels)
      return inMemory ? try source.held(rows) : source
    }
  }

  /// The rows of an open dataset, read when they are asked for.
  private struct HDF5Rows: RowSource {
    let table: Table
    let dataset: HDF5Dataset
    let elements: BinaryElements
    let layout: BinaryElements.Layout
    let missing: MissingMarks?
    let labels: Int?

    /// How many bytes of all columns to read at a time: the chosen ones may be a small part.
    private static let pieceBytes = 4 << 20

    func withRows<Result>(
      _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
      _ body: (UnsafePointer<Double>) throws -> Result
    ) throws -> Result {
      let rowBytes = layout.rowStride * elements.byteCount
      let pieceRows = max(1, min(rows.count, HDF5Rows.pieceBytes / rowBytes))
      let read = UnsafeMutableRawPointer.allocate(
        byteCount: pieceRows * rowBytes, alignment: 16)
      defer { read.deallocate() }
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: pieceRows) {
        let piece = start..<min(start + pieceRows, rows.upperBound)
        let values = scratch + (start - rows.lowerBound) * columnCount
        try dataset.read(piece, into: read)
        elements.convert(0..<piece.count, of: read, layout, into: values)
        let place = dataset.place
        if let (index, problem) = place.attributes.apply(
          to: values, count: piece.count * columnCount, mayMiss: missing != nil)
        {
          throw error(
            .hdf5(problem), row: start + index / columnCount, column: index % columnCount)
        }
        if let missing {
          // What a scaled number means has the digits of float64.
          let numbers =
            place.attributes.isPlain ? missing.numbers(of: elements.kind) : missing.numbers
          markMissing(
            numbers, in: values, count: piece.count * columnCount, columnCount: columnCount,
            labels: labels)
        }
      }
      return try body(scratch)
    }
  }
#endif
