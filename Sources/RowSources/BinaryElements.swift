/// The type of the elements of a binary file or array, and their conversion to float64.
package struct BinaryElements: Sendable {
  enum Kind: String {
    case float16 = "f2"
    case float32 = "f4"
    case float64 = "f8"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
    case bool = "b1"

    var byteCount: Int { Int(rawValue.utf8.last! & 15) }
  }

  let kind: Kind
  /// Whether the bytes of an element stand in the order that this processor does not use.
  let isSwapped: Bool
  /// The bytes of one element.
  let byteCount: Int

  /// This processor's float64.
  package static let float64 = BinaryElements(kind: .float64)

  private init(kind: Kind) {
    (self.kind, isSwapped, byteCount) = (kind, false, kind.byteCount)
  }

  /// - Parameter descriptor: byte order (`<`, `>`, `=` or `|`; without one this processor's, as for
  ///   NumPy), kind and bytes, such as `<f8`; nil is returned for anything that is no real number.
  package init?(descriptor: String) {
    let order = descriptor.first.flatMap { "<>=|".contains($0) ? $0 : nil }
    guard let kind = Kind(rawValue: String(descriptor.dropFirst(order == nil ? 0 : 1))) else {
      return nil
    }
    self.kind = kind
    byteCount = kind.byteCount
    let isLittleEndianHost = 1.littleEndian == 1
    isSwapped = order == (isLittleEndianHost ? ">" : "<")
  }

  /// Whether elements are this processor's float64.
  var areNative: Bool { kind == .float64 && !isSwapped }

  /// Which elements to convert, and how far apart they are.
  struct Layout {
    /// Elements from one row to the next.
    let rowStride: Int
    /// Elements from one column to the next.
    let columnStride: Int
    /// The columns, counted from 0; nil: all of a file in C order, so that rows follow each other.
    let columns: [Int]?
    let columnCount: Int
  }

  /// Converts `rows` to float64, row-major, `rows.count` x `layout.columnCount`.
  ///
  /// Integers beyond 2^53 are rounded to the nearest float64; false is 0 and true 1.
  /// - Parameter data: the first element of the file, aligned or not.
  func convert(
    _ rows: Range<Int>, of data: UnsafeRawPointer, _ layout: Layout,
    into output: UnsafeMutablePointer<Double>
  ) {
    let step = layout.rowStride * byteCount
    run(
      Pass(
        first: data + rows.lowerBound * step, rowCount: rows.count, rowStep: step,
        columnStep: layout.columnStride * byteCount, columns: layout.columns,
        columnCount: layout.columnCount, isSwapped: isSwapped, output: output))
  }

  /// The same of rows in memory, all of their columns.
  ///
  /// - Parameters:
  ///   - first: the first element of the first row, aligned or not.
  ///   - rowStep: bytes from a row to the next, and `columnStep` from a column to the next; of any sign.
  func convert(
    _ rowCount: Int, from first: UnsafeRawPointer, rowStep: Int, columnStep: Int, columnCount: Int,
    into output: UnsafeMutablePointer<Double>
  ) {
    run(
      Pass(
        first: first, rowCount: rowCount, rowStep: rowStep, columnStep: columnStep, columns: nil,
        columnCount: columnCount, isSwapped: isSwapped, output: output))
  }

  private func run(_ pass: Pass) {
    switch kind {
    case .float16: pass.run(UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .float32: pass.run(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: pass.run(UInt64.self) { Double(bitPattern: $0) }
    case .int8: pass.run(Int8.self) { Double($0) }
    case .int16: pass.run(Int16.self) { Double($0) }
    case .int32: pass.run(Int32.self) { Double($0) }
    case .int64: pass.run(Int64.self) { Double($0) }
    case .uint8: pass.run(UInt8.self) { Double($0) }
    case .uint16: pass.run(UInt16.self) { Double($0) }
    case .uint32: pass.run(UInt32.self) { Double($0) }
    case .uint64: pass.run(UInt64.self) { Double($0) }
    case .bool: pass.run(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// One conversion; its loops are compiled once per element type.
  private struct Pass {
    let first: UnsafeRawPointer
    let rowCount: Int
    /// Bytes from a row to the next.
    let rowStep: Int
    /// Bytes from a column to the next.
    let columnStep: Int
    /// The columns, counted from 0; nil: `columnCount` from the first on.
    let columns: [Int]?
    let columnCount: Int
    let isSwapped: Bool
    let output: UnsafeMutablePointer<Double>

    @inline(__always)
    func run<Bits: FixedWidthInteger & BitwiseCopyable>(
      _ type: Bits.Type, _ value: (Bits) -> Double
    ) {
      if isSwapped {
        loop(type) { value($0.byteSwapped) }
      } else {
        loop(type, value)
      }
    }

    @inline(__always)
    private func loop<Bits: FixedWidthInteger & BitwiseCopyable>(
      _ type: Bits.Type, _ value: (Bits) -> Double
    ) {
      let size = MemoryLayout<Bits>.size
      if columns == nil, columnStep == size, rowStep == columnCount * size {
        for i in 0..<rowCount * columnCount {
          output[i] = value(first.loadUnaligned(fromByteOffset: i &* size, as: type))
        }
      } else if columns == nil, abs(columnStep) <= abs(rowStep) {
        for i in 0..<rowCount {
          let row = first + i * rowStep
          for j in 0..<columnCount {
            output[i &* columnCount &+ j] =
              value(row.loadUnaligned(fromByteOffset: j &* columnStep, as: type))
          }
        }
      } else {
        // Column by column: one block's output stays in the cache, and the columns of what is in
        // Fortran order are contiguous.
        for j in 0..<columnCount {
          let column = first + (columns?[j] ?? j) * columnStep
          for i in 0..<rowCount {
            output[i &* columnCount &+ j] =
              value(column.loadUnaligned(fromByteOffset: i &* rowStep, as: type))
          }
        }
      }
    }
  }
}

/// How a file keeps rows of numbers.
struct BinaryForm: Sendable {
  let elements: BinaryElements
  let layout: BinaryElements.Layout
  /// Where row 0 begins in the file, or would begin if it held that row, in bytes.
  let dataOffset: Int
  /// Numbers that stand for missing cells.
  var missing: [Double] = []
  /// The column of labels among the chosen ones, where numbers from 0 up are no missing cells; nil: there is
  /// none.
  var labels: Int?

  /// Whether the elements are this processor's float64 numbers, and rows of all columns.
  var isNative: Bool { layout.columns == nil && elements.areNative }
  /// Whether rows follow each other, and not columns.
  var isByRow: Bool { layout.columnStride == 1 }

  /// Makes NaN of the numbers in rows that stand for missing cells.
  func markMissing(in rows: UnsafeMutablePointer<Double>, count: Int) {
    let columnCount = layout.columnCount
    RowSources.markMissing(
      missing, in: rows, count: count * columnCount, columnCount: columnCount, labels: labels)
  }
}
