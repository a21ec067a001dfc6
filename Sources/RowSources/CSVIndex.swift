/// What one part of a text file, a fixed range of its bytes, tells about rows, without knowing
/// whether it begins inside a quoted field.
///
/// Ranks scan different parts and exchange the results as `numbers`.
public struct CSVPartScan: Sendable, Equatable {
  /// The rows that end in the part before its last byte that is not blank, if it begins outside
  /// quotes.
  private var rowEndsFromOutside = 0
  /// The same if the part begins inside quotes.
  private var rowEndsFromInside = 0
  /// Whether the part holds an odd number of double quotes.
  private(set) var togglesQuotes = false
  /// The newlines behind the last byte that is not blank: no ends of rows where none follow.
  private var blankLines = 0
  /// The size of the part, and of what is blank at its end.
  private(set) var (byteCount, blankBytes) = (0, 0)

  /// How many numbers `numbers` are.
  public static let numberCount = 6

  /// The scan as numbers, exact up to 2^53.
  public var numbers: [Double] {
    [
      Double(rowEndsFromOutside), Double(rowEndsFromInside), togglesQuotes ? 1 : 0,
      Double(blankLines), Double(byteCount), Double(blankBytes),
    ]
  }

  /// Whether there is nothing in the part.
  var isBlank: Bool { blankBytes == byteCount }
  /// All newlines of the part.
  var newlines: Int { rowEndsFromOutside + rowEndsFromInside + blankLines }

  /// The rows that end in the part.
  ///
  /// - Parameter isLast: whether no more rows begin behind what is not blank.
  func rowEnds(fromInside isInside: Bool, isLast: Bool = false) -> Int {
    (isInside ? rowEndsFromInside : rowEndsFromOutside)
      + (isLast || isInside != togglesQuotes ? 0 : blankLines)
  }
}

extension CSVPartScan {
  /// The scan whose `numbers` these are.
  public init(numbers: some Collection<Double>) {
    let values = Array(numbers)
    precondition(values.count == CSVPartScan.numberCount, "\(values.count) numbers of a scan")
    (rowEndsFromOutside, rowEndsFromInside) = (Int(values[0]), Int(values[1]))
    togglesQuotes = values[2] != 0
    (blankLines, byteCount, blankBytes) = (Int(values[3]), Int(values[4]), Int(values[5]))
  }

  /// Scans the bytes of one part.
  ///
  /// - Parameter tabsAreBlank: or else they separate fields that may be empty.
  init(_ bytes: UnsafeBufferPointer<UInt8>, tabsAreBlank: Bool = true) {
    let last = bytes.lastIndex { !$0.isWhiteSpace || $0 == .tab && !tabsAreBlank }
    let written = (last ?? -1) + 1
    let blanks = UnsafeBufferPointer(rebasing: bytes[written...])
    (byteCount, blankBytes) = (bytes.count, blanks.count)
    blankLines = occurrences(of: .newline, in: blanks)
    // Row ends while the number of quotes so far is even, and while it is odd.
    var (even, odd, isOdd) = (0, 0, 0)
    for start in stride(from: 0, to: written, by: 4096) {
      let stretch = UnsafeBufferPointer(rebasing: bytes[start..<min(start + 4096, written)])
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
    }
    (rowEndsFromOutside, rowEndsFromInside, togglesQuotes) = (even, odd, isOdd == 1)
  }

  /// Makes this the scan of its part and one that follows it.
  mutating func append(_ next: CSVPartScan) {
    let outside = rowEnds(fromInside: false, isLast: next.isBlank)
    let inside = rowEnds(fromInside: true, isLast: next.isBlank)
    rowEndsFromOutside = outside + next.rowEnds(fromInside: togglesQuotes, isLast: true)
    rowEndsFromInside = inside + next.rowEnds(fromInside: !togglesQuotes, isLast: true)
    blankLines = next.blankLines + (next.isBlank ? blankLines : 0)
    blankBytes = next.blankBytes + (next.isBlank ? blankBytes : 0)
    togglesQuotes = togglesQuotes != next.togglesQuotes
    byteCount += next.byteCount
  }
}

/// Where the rows of a text file are: what the scans of all its parts, put together, tell.
public struct CSVIndex: Sendable, Equatable {
  /// The number of rows of data.
  public let rowCount: Int
  /// The bytes of the rows, and of what is blank behind them.
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
    // Behind the last part that is not blank there are no more rows.
    let last = scans.lastIndex { !$0.isBlank } ?? 0
    for (number, scan) in scans.enumerated() {
      beginsInside.append(isInside)
      newlinesBefore.append(newlines)
      rowEnds += scan.rowEnds(fromInside: isInside, isLast: number >= last)
      newlines += scan.newlines
      isInside = isInside != scan.togglesQuotes
      firstRows.append(rowEnds + 1)
    }
    // The last row ends with the file, not with a newline.
    rowCount = rowEnds + 1
    byteCount = scans.reduce(0) { $0 + $1.byteCount }
    (self.firstRows, self.beginsInside, self.newlinesBefore) =
      (firstRows, beginsInside, newlinesBefore)
  }

  /// The rows that begin behind the first row's end in a part; in the first part, with it.
  func rows(ofPart number: Int) -> Range<Int> { firstRows[number]..<firstRows[number + 1] }

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
