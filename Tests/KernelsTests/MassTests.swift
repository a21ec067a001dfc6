import Kernels
import Testing

@Suite("Masses of components")
struct MassTests {
  @Test(
    "Additions in the order of a plain loop", arguments: 1...9 as ClosedRange,
    [1, 7, 8, 9, 250, 256])
  func plainLoops(componentCount: Int, count: Int) {
    let stride = 264
    var values = [Double](repeating: 0, count: componentCount * stride)
    for k in 0..<componentCount {
      for n in 0..<count { values[k * stride + n] = 1 / Double(3 + 7 * k + n) }
    }
    let before = (0..<componentCount).map { Double($0) / 7 }
    var masses = before
    addMasses(
      values, componentCount: componentCount, stride: stride, count: count, into: &masses)

    for k in 0..<componentCount {
      var l = [Double](repeating: 0, count: 8)
      for n in 0..<count { l[n % 8] += values[k * stride + n] }
      let sum = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
      #expect(masses[k] == before[k] + sum)
    }
  }
}
