import Kernels
import Testing

@Suite("Transposed tiles")
struct TransposeTests {
  @Test(
    "Columns hold the rows, padded with the first", arguments: 1...17 as ClosedRange,
    [1, 7, 8, 13, 32, 61])
  func plainLoops(columnCount: Int, count: Int) {
    let stride = (count + 31) & ~31
    let rows = (0..<count * columnCount).map(Double.init)
    var columns = [Double](repeating: -1, count: columnCount * stride)
    transposeTile(rows, count: count, columnCount: columnCount, stride: stride, into: &columns)
    for j in 0..<columnCount {
      let found = (0..<stride).map { columns[($0 & ~31) * columnCount + 32 * j + ($0 & 31)] }
      let expected = (0..<stride).map { Double(($0 < count ? $0 : 0) * columnCount + j) }
      #expect(found == expected)
    }
  }
}
