/// Whether any of `count` numbers is NaN.
public func holdsNaN(_ numbers: UnsafePointer<Double>, count: Int) -> Bool {
  var differences = Vector8.zero
  var n = 0
  while n + 8 <= count {
    let x = Vector8(loading: numbers + n)
    differences.replace(with: 1, where: x .!= x)
    n += 8
  }
  return differences.laneSum > 0 || (n..<count).contains { numbers[$0].isNaN }
}
