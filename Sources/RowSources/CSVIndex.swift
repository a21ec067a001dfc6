/// What one part of a text file, a fixed range of its bytes, tells about rows, without knowing
/// whether it begins inside a quoted field.
///
/// Ranks scan different parts and exchange the results as `numbers`.
public struct CSVPartScan: Sendable, Equatable {
  /// The rows that end in the part if it begins outside quotes.
  let rowEndsFromOutside: Int
  /// The rows that end in the part if it begins inside quotes.
  let rowEndsFromInside: Int
  /// Whether the part holds an odd number of double quotes.
  let togglesQuotes: Bool
  /// The size of the part.
  let byteCount: Int

  /// How many numbers `numbers` are.
  public static let numberCount = 4

  /// The scan as numbers, exact up to 2^53.
  public var numbers: [Double] {
    [
      Double(rowEndsFromOutside), Double(rowEndsFromInside), togglesQuotes ? 1 : 0,
      Double(byteCount),
    ]
  }
}

extension CSVPartScan {
  /// The scan whose `numbers` these are.
  public init(numbers: some Collection<Double>) {
    let values = Array(numbers)
    precondition(values.count == CSVPartScan.numberCount, "\(values.count) numbers of a scan")
    rowEndsFromOutside = Int(values[0])
    rowEndsFromInside = Int(values[1])
    togglesQuotes = values[2] != 0
    byteCount = Int(values[3])
  }

  /// Scans the bytes of one part.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Row ends while the number of quotes so far is even, and while it is odd.
    var (even, odd, isOdd) = (0, 0, 0)
    var start = 0
    while start < bytes.count {
      let stretch = UnsafeBufferPointer(rebasing: bytes[start..<min(start + 4096, bytes.count)])
      if occurrences(of: .quote, in: stretch) == 0 {
        let newlines = occurrences(of: .newline, in: stretch)
        if isOdd == 0 { even += newlines } else { odd += newlines }
      } else {
        for byte in stretch {
          isOdd ^= byte == .quote ? 1 : 0
          let isNewline = byte == .newline ? 1 : 0
          odd &+= isNewline & isOdd
          even &+= isNewline & ~isOdd
        }
      }
      start += stretch.count
    }
    (rowEndsFromOutside, rowEndsFromInside, togglesQuotes) = (even, odd, isOdd == 1)
    byteCount = bytes.count
  }

  /// The scan of two parts, of which `other` follows this one, as of one.
  func followed(by other: CSVPartScan) -> CSVPartScan {
    let (even, odd) = (other.rowEndsFromOutside, other.rowEndsFromInside)
    return CSVPartScan(
      rowEndsFromOutside: rowEndsFromOutside + (togglesQuotes ? odd : even),
      rowEndsFromInside: rowEndsFromInside + (togglesQuotes ? even : odd),
      togglesQuotes: togglesQuotes != other.togglesQuotes,
      byteCount: byteCount + other.byteCount)
  }
}

/// Where the rows of a text file are: what the scans of all its parts, put together, tell.
public struct CSVIndex: Sendable, Equatable {
  /// The number of rows of data.
  public let rowCount: Int
  /// The bytes of the rows, without the newline of the last.
  let byteCount: Int
  /// Per part, the first row that begins in it, or rather behind the first row's end in it; and
  /// `rowCount` at last.
  let firstRows: [Int]
  /// Per part, whether it begins inside a quoted field.
  let beginsInside: [Bool]
  /// Per part, the newlines in the parts before it.
  let newlinesBefore: [Int]

  /// Puts the scans of all parts of a file, in order, together.
  package init(_ scans: [CSVPartScan]) {
    var firstRows = [0]
    var beginsInside: [Bool] = []
    var newlinesBefore: [Int] = []
    var (rowEnds, newlines, isInside) = (0, 0, false)
    for scan in scans {
      beginsInside.append(isInside)
      newlinesBefore.append(newlines)
      rowEnds += isInside ? scan.rowEndsFromInside : scan.rowEndsFromOutside
      newlines += scan.rowEndsFromOutside + scan.rowEndsFromInside
      isInside = isInside != scan.togglesQuotes
      firstRows.append(rowEnds + 1)
    }
    // The last row ends with the file, not with a newline.
    rowCount = rowEnds + 1
    byteCount = scans.reduce(0) { $0 + $1.byteCount }
    (self.firstRows, self.beginsInside, self.newlinesBefore) =
      (firstRows, beginsInside, newlinesBefore)
  }

  /// How many rows end in a part; the last row of all ends in none.
  func rowEnds(inPart number: Int) -> Int {
    firstRows[number + 1] - firstRows[number] - (number == 0 ? 1 : 0)
  }

  /// The parts in which `rows` begin.
  func parts(of rows: Range<Int>) -> Range<Int> {
    guard !rows.isEmpty else { return 0..<0 }
    return part(of: rows.lowerBound)..<part(of: rows.upperBound - 1) + 1
  }

  /// The part in which a row begins: the last with a first row of at most that, by bisection.
  private func part(of row: Int) -> Int {
    var (low, high) = (0, beginsInside.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstRows[middle] <= row { low = middle } else { high = middle }
    }
    return low
  }
}

/// How often `byte` occurs, counted eight bytes at a time in the lanes of a word (loops that the
/// compiler turns into vector instructions, as it does not for single bytes).
func occurrences(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
  guard let base = UnsafeRawPointer(bytes.baseAddress) else { return 0 }
  let ones: UInt64 = 0x0101_0101_0101_0101
  let pattern = ones &* UInt64(byte)
  let lower = ones &* 0x7f
  var total = 0
  var start = 0
  while bytes.count - start >= 8 {
    // So many words do not overflow the count in a lane.
    let words = min((bytes.count - start) / 8, 255)
    var counts: UInt64 = 0
    for i in 0..<words {
      let word = base.loadUnaligned(fromByteOffset: start &+ i &* 8, as: UInt64.self) ^ pattern
      // The top bit of each lane that is 0: adding 0x7f to its lower bits carries into it if not.
      let zeros = ~(((word & lower) &+ lower) | word | lower)
      counts &+= zeros &>> 7
    }
    for lane in 0..<8 { total &+= Int(counts &>> UInt64(8 * lane) & 0xff) }
    start &+= words &* 8
  }
  for i in start..<bytes.count where bytes[i] == byte { total += 1 }
  return total
}
