import RowSources

extension RowMemory {
  /// For one rank's `rows` of each file, and numbers for each from files of their own.
  init(
    limit: Int, _ rows: [Range<Int>], of files: [any DataFile], beside: [any DataFile],
    areLabelled: Bool, mayMiss: Bool, _ plan: ShardPlan, threads: Int
  ) throws {
    let rowCount = rows.reduce(0) { $0 + $1.count }
    let blockRows = min(plan.blockRows, plan.rowCount)
    let columns = files[0].columnCount
    let blocks =
      threads * blockRows
      * (BlockReader.rowBytes(fileColumns: columns, areLabelled: areLabelled)
        + (mayMiss ? 8 * columns : 0))
    let unpacking = try RowMemory.unpackingBytes(
      zip(rows, files).filter { !$0.0.isEmpty }.map(\.1) + beside,
      limit: limit, threads: threads)
    let bytes = zip(rows, files).reduce(0) { $0 + $1.0.count * $1.1.heldRowBytes }
    try self.init(
      limit: limit, rows: bytes + rowCount * beside.reduce(0) { $0 + $1.heldRowBytes },
      distances: rowCount * NearestCandidates.rowBytes, blocks: blocks, unpacking: unpacking)
  }

  /// The memory in which `threads` files at a time are unpacked while they are read.
  ///
  /// - Throws: `RowSourceError` about the file that takes most if that is more than the limit.
  private static func unpackingBytes(
    _ files: [any DataFile], limit: Int, threads: Int
  ) throws -> Int {
    let largest = files.sorted { $0.unpackingBytes > $1.unpackingBytes }.prefix(threads)
    let bytes = largest.reduce(0) { sum, file in
      let (next, isBeyond) = sum.addingReportingOverflow(file.unpackingBytes)
      return isBeyond ? .max : next
    }
    if bytes > min(limit, 1 << 60), let file = largest.first {
      throw RowSourceError(.hdf5(.chunks(bytes: bytes, limit: limit)), path: file.name)
    }
    return bytes
  }
}
