import RowSources
import Testing

struct NaturalOrderTests {
  @Test(
    "stretches of digits are compared as numbers, the rest by bytes",
    arguments: [
      ["0.npy", "1.npy", "2.npy", "10.npy", "11.npy"],
      ["part-1-9", "part-1-10", "part-2-1", "part-10-0"],
      ["a", "a0", "a01", "a1", "a2", "a10", "a10b", "ab", "b"],
      ["10/2.csv", "10/10.csv", "x/1.csv"],
      // Beyond 64 bits.
      ["99999999999999999999", "100000000000000000000"],
      ["x007", "x7y", "x8"],
      ["", "0", "00", "1"],
      ["B", "a", "é", "ü"],
    ])
  func order(names: [String]) {
    #expect(NaturalOrder.sorted(names.reversed()) == names)
    for (index, name) in names.enumerated() {
      for (otherIndex, other) in names.enumerated() {
        #expect(NaturalOrder.precedes(name, other) == (index < otherIndex), "\(name), \(other)")
      }
    }
  }

  @Test("an order that is not that of the bytes is shown by two neighbours")
  func difference() throws {
    #expect(NaturalOrder.firstDifferenceFromBytes(["1", "2", "3"]) == nil)
    #expect(NaturalOrder.firstDifferenceFromBytes([]) == nil)
    let pair = try #require(NaturalOrder.firstDifferenceFromBytes(["1", "2", "10", "11"]))
    #expect(pair == ("2", "10"))
  }
}
