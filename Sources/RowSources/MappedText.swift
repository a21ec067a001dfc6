import Dispatch
import Synchronization

/// A text file that is mapped into memory, whose rows can be found and parsed in parallel.
struct MappedText: CSVText {
  private let file: MappedFile
  private let format: CSVFormat
  /// The rows of data, without blank lines at the end.
  private let dataRange: Range<Int>
  private let partBytes: Int

  static func open(
    _ path: String, _ options: ReadOptions, partBytes: Int
  ) throws -> (CSVFormat, any CSVText, byteCount: Int) {
    let file = try MappedFile(path: path)
    file.expectSequentialReading()
    let bytes = file.bytes.bindMemory(to: UInt8.self)
    let end = endOfRows(bytes)
    let judged = Result {
      try CSVFormat(of: UnsafeBufferPointer(rebasing: bytes[..<end]), options, path: path)
    }
    // Before what seems to be wrong with rows that are lost.
    try file.requireWhole()
    let format = try judged.get()
    let text = MappedText(
      file: file, format: format, dataRange: format.dataOffset..<end, partBytes: partBytes)
    return (format, text, bytes.count)
  }

  private func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: file.bytes.bindMemory(to: UInt8.self)[range])
  }

  private func part(_ number: Int) -> Range<Int> {
    let start = dataRange.lowerBound + number * partBytes
    return start..<min(start + partBytes, dataRange.upperBound)
  }

  var partCount: Int { (dataRange.count + partBytes - 1) / partBytes }

  func scan(part number: Int) throws -> CSVPartScan {
    defer { file.release(part(number)) }
    let scan = CSVPartScan(bytes(part(number)))
    try file.requireWhole()
    return scan
  }

  /// Of parts in which no row ends, one row has all.
  func requireRows(within limits: TextLimits, _ index: CSVIndex) throws {
    var first = 0
    for part in index.beginsInside.indices {
      let isPassed = index.rowEnds(inPart: part) == 0
      if isPassed && (part + 1 - first) * partBytes > limits.rowBytes {
        // It begins behind the last row's end in the part before.
        let before = max(first - 1, 0)
        let start = position(
          after: index.rowEnds(inPart: before), in: before, isInside: index.beginsInside[before])
        let fault = CSVFault(
          offset: start - bytes(0..<1).baseAddress!, column: nil,
          problem: .longRow(limit: limits.rowBytes))
        throw located(fault, index)
      }
      if !isPassed { first = part + 1 }
    }
  }

  func reader(_ index: CSVIndex, threads: Int) -> any CSVReader {
    Reader(text: self, index: index, threads: threads)
  }

  /// Parses the parts in which rows begin, on several threads, each part into its own place.
  private struct Reader: CSVReader {
    let text: MappedText
    let index: CSVIndex
    let threads: Int

    func read(_ rows: Range<Int>, into output: UnsafeMutablePointer<Double>) throws {
      let parts = index.parts(of: rows)
      let firstFault = Mutex<(part: Int, fault: CSVFault)?>(nil)
      // Parts are of one size: thread i of n takes parts i, i + n, ...
      let workers = min(threads, parts.count)
      nonisolated(unsafe) let output = output
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for part in stride(from: parts.lowerBound + worker, to: parts.upperBound, by: workers) {
          do throws(CSVFault) {
            defer { text.file.release(text.part(part)) }
            try text.fill(output, part: part, rows: rows, index: index)
          } catch {
            firstFault.withLock { if part < $0?.part ?? Int.max { $0 = (part, error) } }
            return
          }
        }
      }
      // Before what seems to be wrong with rows that are lost.
      try text.file.requireWhole()
      if let (_, fault) = firstFault.withLock({ $0 }) { throw text.located(fault, index) }
    }
  }

  /// Parses those of `rows` that begin in one part.
  private func fill(
    _ output: UnsafeMutablePointer<Double>, part number: Int, rows: Range<Int>, index: CSVIndex
  ) throws(CSVFault) {
    let firstOfPart = index.firstRows[number]
    let own = rows.clamped(to: firstOfPart..<index.firstRows[number + 1])
    guard !own.isEmpty else { return }
    // The first row of the file begins with the part; other first rows behind a row's end.
    let rowEnds = own.lowerBound - firstOfPart + (number == 0 ? 0 : 1)
    let start = position(after: rowEnds, in: number, isInside: index.beginsInside[number])
    let text = bytes(0..<dataRange.upperBound)
    let width = format.columns.count
    try format.slots.withUnsafeBufferPointer { slots throws(CSVFault) in
      _ = try CSVRowParser(
        text, delimiter: format.delimiter, slots: slots, numbers: format.numbers
      ).parse(
        own.count, from: start, width: width,
        into: output + (own.lowerBound - rows.lowerBound) * width)
    }
  }

  /// Where the row begins before which `rowEnds` rows of a part have ended.
  private func position(
    after rowEnds: Int, in number: Int, isInside: Bool
  ) -> UnsafePointer<UInt8> {
    let text = bytes(part(number))
    return text.baseAddress! + offset(after: rowEnds, in: text, isInside: isInside)
  }

  private func located(_ fault: CSVFault, _ index: CSVIndex) -> RowSourceError {
    // An empty field at the end of the data may begin behind the last part.
    let number = min((fault.offset - dataRange.lowerBound) / partBytes, partCount - 1)
    let line =
      1 + occurrences(of: .newline, in: bytes(0..<dataRange.lowerBound))
      + index.newlinesBefore[number]
      + occurrences(of: .newline, in: bytes(part(number).lowerBound..<fault.offset))
    return format.error(fault, line: line, path: file.path)
  }
}

/// The end of the last row of a text that is not blank, without its newline.
func endOfRows(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
  guard let last = bytes.lastIndex(where: { !$0.isWhiteSpace }) else { return 0 }
  return bytes[last...].firstIndex(of: .newline) ?? bytes.count
}

/// Where in `text` the row begins before which `rowEnds` rows have ended; its end if there are
/// fewer.
///
/// - Parameter isInside: whether `text` begins inside a quoted field.
func offset(
  after rowEnds: Int, in text: UnsafeBufferPointer<UInt8>, isInside: Bool
) -> Int {
  var remaining = rowEnds
  var isInside = isInside
  var offset = 0
  while remaining > 0 && offset < text.count {
    let byte = text[offset]
    if byte == .quote { isInside.toggle() }
    if byte == .newline && !isInside { remaining -= 1 }
    offset += 1
  }
  return offset
}
