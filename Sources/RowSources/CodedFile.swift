import Files

/// A file of numbers in which some columns are categories.
struct CodedFile<Base: NumberFile>: NumberFile {
  let base: Base
  let coding: [ColumnCoding]

  var table: Table { base.table }
  var kind: String { base.kind }
  var array: StoredArray { base.array }
  var identity: FileIdentity? { base.identity }
  var isStreamable: Bool { base.isStreamable }
  var unpackingBytes: Int { base.unpackingBytes }

  func source(of rows: Range<Int>, inMemory: Bool, threads: Int) throws -> any RowSource {
    let source = CodedRows(
      base: try base.source(of: rows, inMemory: inMemory, threads: threads), coding: coding)
    return inMemory ? try source.held(rows) : source
  }

  func coded(by coding: [ColumnCoding]) -> any DataFile { base.coded(by: coding) }
}

/// Rows whose categories are looked up when they are asked for.
private struct CodedRows: RowSource {
  let base: any RowSource
  let coding: [ColumnCoding]
  var table: Table { base.table }

  func withRows<Result>(
    _ rows: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) throws -> Result
  ) throws -> Result {
    try base.withRows(rows, scratch: scratch) { values in
      let count = rows.count * columnCount
      if values != UnsafePointer(scratch) { scratch.update(from: values, count: count) }
      for (j, coding) in coding.enumerated() where !coding.isNumber {
        var last: (value: Double, code: Double)?
        for i in stride(from: j, to: count, by: columnCount) where !scratch[i].isNaN {
          if scratch[i] != last?.value {
            do throws(RowSourceError.Problem) {
              last = (scratch[i], try coding.code(of: scratch[i]))
            } catch {
              throw base.error(error, row: rows.lowerBound + i / columnCount, column: j)
            }
          }
          scratch[i] = last!.code
        }
      }
      return try body(scratch)
    }
  }
}
