import Foundation
import RowSources
import Testing
import _TestSupport

/// The reader of numbers, as files use it: one column of text against the standard library.
struct DecimalNumbersTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func expectCorrectRounding(_ texts: [String]) throws {
    let path = try folder.file("a.csv", texts.joined(separator: "\n"))
    let values = try CSVFile(path: path, options: ReadOptions(header: false)).parseAll().values
    try #require(values.count == texts.count)
    for (text, value) in zip(texts, values) {
      let expected = try #require(Double(text))
      #expect(value.bitPattern == expected.bitPattern, "\(text)")
    }
  }

  @Test("random digits, points and exponents are rounded correctly")
  func random() throws {
    var generator = SeededGenerator(seed: 1)
    let texts = (0..<20_000).map { _ in
      let digits = (0..<Int.random(in: 1...22, using: &generator)).map { _ in
        Character("\(Int.random(in: 0...9, using: &generator))")
      }
      let point = Int.random(in: 0...digits.count, using: &generator)
      let exponent = Int.random(in: -40...40, using: &generator)
      return (Bool.random(using: &generator) ? "-" : "") + String(digits[..<point])
        + (point < digits.count ? "." : "") + String(digits[point...])
        + (exponent < -30 ? "" : "e\(exponent)")
    }
    try expectCorrectRounding(texts.map { $0.replacing("-.", with: "-0.") })
  }

  @Test("random float64s of every magnitude read back to the same bits")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 2)
    let values = (0..<5_000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    try expectCorrectRounding(values.map { "\($0)" })
    try expectCorrectRounding(values.map { String(format: "%.18e", $0) })
  }

  @Test("what lies halfway between two float64s, or barely above, rounds as it must")
  func halfway() throws {
    var generator = SeededGenerator(seed: 3)
    // Odd integers of 54 bits: each lies halfway between two float64s.
    let halves = (0..<2_000).map { _ in generator.next() >> 11 | 1 << 53 | 1 }
    try expectCorrectRounding(halves.flatMap { ["\($0)", "\($0 - 1)", "\($0 + 1)", "\($0)0e-1"] })
    try expectCorrectRounding(halves.map { "\($0 / 2).5" })
    // m x 10^k or m / 10^k above such a number, scaled by a power of two, by less than the bits
    // that a product or quotient is cut to can show: what was cut off decides.
    for power in 20...27 {
      let five = (0..<power).reduce(UInt128(1)) { value, _ in value * 5 }
      try expectCorrectRounding(
        halves.flatMap { half in
          let below = 1 << 63 as UInt128
          let scales = (0...74).reversed()
          let product = scales.map { UInt128(half) << $0 / five }.first { $0 < below }!
          let quotient = scales.map { UInt128(half) * five >> (74 - $0) }.first { $0 < below }!
          return ["\(product + 1)e\(power)", "\(quotient + 1)e-\(power)"]
        })
    }
  }

  @Test("limits, zeros, long digits and unusual spellings are read")
  func special() throws {
    try expectCorrectRounding([
      "0", "-0", "-0.0", "0e400", "1.7976931348623157e308", "5e-324", "2.4e-324", "1e-400",
      "2.2250738585072011e-308", "9007199254740993", "9007199254740992", "1e22", "1e23",
      "123456789012345678", "12345678901234567890", "18446744073709551615",
      "18446744073709551616", "0.000000000000000000012345", "0.00012345678901234567",
      "00000000000000000000000000000001.5", "1" + String(repeating: "0", count: 300),
      "0." + String(repeating: "0", count: 300) + "7", "1.5E+3", "1e-5", "1e0000000000000000001",
      String(repeating: "7", count: 2_000) + "e-1990",
    ])
    let path = try folder.file(
      "a.csv", "+1\n.5\n5.\n+.25e1\n12345678901234567890.\n.12345678901234567890123\n")
    #expect(
      try CSVFile(path: path).parseAll().values
        == [1, 0.5, 5, 2.5, 12_345_678_901_234_567_168, 0.12345678901234567890123])
  }
}
