/// Rows of numbers that can be read from any place, by any thread: one shard.
///
/// In memory, a memory-mapped .npy file, parsed CSV.
public protocol RowSource: Tabular {
  /// Calls `body` with the rows `rows` as float64, row-major, `rows.count` × `columnCount`.
  ///
  /// The pointer is the source's own memory where that has this form already, else `scratch`,
  /// and valid only inside the call.
  /// - Parameter scratch: memory for `rows.count` × `columnCount` numbers.
  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result
}
