import _TestSupport

/// Makes damaged files from good ones, the same from the same seed.
struct Mutator {
  /// Good files, at least one.
  let samples: [[UInt8]]
  /// What the language of the files consists of.
  let words: [String]
  private var random: SeededGenerator

  init(samples: [[UInt8]], words: [String], seed: UInt64) {
    (self.samples, self.words) = (samples, words)
    random = SeededGenerator(seed: seed)
  }

  /// A sample with one to four changes; now and then one without any.
  mutating func file() -> [UInt8] {
    var bytes = sample()
    let changes = [0, 1, 1, 1, 2, 2, 3, 4].randomElement(using: &random)!
    for _ in 0..<changes { change(&bytes) }
    return bytes
  }

  private mutating func sample() -> [UInt8] { samples.randomElement(using: &random)! }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return insert(&bytes) }
    let place = place(in: bytes)
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 3: bytes.removeSubrange(stretch(of: bytes, from: place))
    case 4: bytes.removeLast(bytes.count - place)
    case 5: bytes.insert(contentsOf: bytes[stretch(of: bytes, from: place)], at: place)
    case 6: splice(&bytes, at: place)
    case 7: repeatStretch(&bytes, at: place)
    case 8, 9: changeNumber(&bytes, near: place)
    case 10: changeBinaryNumber(&bytes, at: place)
    default: insert(&bytes)
    }
  }

  /// Any place, but rather one that is not 0: binary formats have much room between numbers.
  private mutating func place(in bytes: [UInt8]) -> Int {
    var place = 0
    for _ in 0..<3 {
      place = Int.random(in: 0..<bytes.count, using: &random)
      if bytes[place] != 0 { break }
    }
    return place
  }

  /// Up to 32 bytes, mostly few.
  private mutating func stretch(of bytes: [UInt8], from place: Int) -> Range<Int> {
    let length = 1 << Int.random(in: 0...5, using: &random)
    return place..<min(bytes.count, place + length)
  }

  /// Goes on as another sample does.
  private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
    let other = sample()
    bytes.removeLast(bytes.count - place)
    bytes += other[min(place, other.count)...]
  }

  /// Many times the same: depth, length, width.
  private mutating func repeatStretch(_ bytes: inout [UInt8], at place: Int) {
    let again = Array(
      bytes[place..<min(bytes.count, place + Int.random(in: 1...8, using: &random))])
    let times = 1 << Int.random(in: 1...12, using: &random)
    bytes.insert(contentsOf: (0..<times).flatMap { _ in again }, at: place)
  }

  /// Replaces the digits that follow next by an extreme number.
  private mutating func changeNumber(_ bytes: inout [UInt8], near place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Mutator.extremes.randomElement(using: &random)!.utf8)
  }

  private static let extremes = [
    "0", "1", "2", "-1", "-0", "00", "255", "1024", "65536", "1000000", "4294967295", "4294967296",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "1e999", "1e-999", "1e308", "-1e308", "4e-324", "1e15", "0.1", "nan",
    "inf", "0x10", "1e", String(repeating: "9", count: 400),
  ]

  /// Overwrites 1, 2, 4 or 8 bytes, as headers hold numbers, by an extreme one.
  private mutating func changeBinaryNumber(_ bytes: inout [UInt8], at place: Int) {
    let width = 1 << Int.random(in: 0...3, using: &random)
    let top = UInt64.max >> UInt64(64 - 8 * width)
    let shift = UInt64.random(in: 0..<UInt64(8 * width), using: &random)
    let number = [0, 1, 2, top, top - 1, top / 2, top / 2 + 1, 1 << shift].randomElement(
      using: &random)!
    let isBigEndian = Bool.random(using: &random)
    for i in 0..<min(width, bytes.count - place) {
      bytes[place + i] = UInt8(
        truncatingIfNeeded: number >> UInt64(8 * (isBigEndian ? width - 1 - i : i)))
    }
  }

  private mutating func insert(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    guard let word = words.randomElement(using: &random), Bool.random(using: &random) else {
      let count = Int.random(in: 1...8, using: &random)
      bytes.insert(
        contentsOf: (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place)
      return
    }
    bytes.insert(contentsOf: word.utf8, at: place)
  }
}
