import Dispatch
import Synchronization

/// Parses rows of a file on several threads, each time others behind those of the time before: a
/// thread parses the rows that begin in a part.
final class CSVReader: Sendable {
  private let file: CSVFile
  let index: CSVIndex
  private let threads: Int
  /// The reader of the last part, which goes on where it ended.
  private let last = Mutex<(part: Int, reader: CSVPartReader)?>(nil)

  init(_ file: CSVFile, _ index: CSVIndex, threads: Int) {
    (self.file, self.index, self.threads) = (file, index, max(threads, 1))
  }

  /// - Throws: `RowSourceError` for the first fault of the rows.
  func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws {
    let parts = index.parts(of: rows)
    let failure = Mutex<(part: Int, error: any Error)?>(nil)
    // Parts are of one size: thread i of n takes parts i, i + n, ...
    let workers = min(threads, parts.count)
    nonisolated(unsafe) let output = output
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for part in stride(from: parts.lowerBound + worker, to: parts.upperBound, by: workers) {
        do {
          let own = rows.clamped(to: index.rows(ofPart: part))
          if own.isEmpty { continue }
          let reader = try reader(ofPart: part)
          try reader.read(
            own, into: output + (own.lowerBound - rows.lowerBound) * file.columnCount)
          if part == parts.upperBound - 1 { last.withLock { $0 = (part, reader) } }
        } catch {
          failure.withLock { if part < $0?.part ?? Int.max { $0 = (part, error) } }
          return
        }
      }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
  }

  private func reader(ofPart number: Int) throws -> CSVPartReader {
    let kept = last.withLock { $0?.part == number ? $0?.reader : nil }
    return try kept ?? file.reader(ofPart: number, index)
  }
}
