/// Lower triangles stored row after row: entry (i, j), j <= i, at i (i + 1) / 2 + j.
public enum PackedTriangle {
  /// The number of entries of a triangle of `order` rows.
  @inline(__always)
  public static func count(_ order: Int) -> Int { order * (order + 1) / 2 }

  /// Where row `i` begins.
  @inline(__always)
  public static func row(_ i: Int) -> Int { i * (i + 1) / 2 }

  /// The lower triangle of a square row-major matrix.
  public static func pack(_ square: ArraySlice<Double>, order: Int) -> [Double] {
    var packed: [Double] = []
    packed.reserveCapacity(count(order))
    for i in 0..<order {
      let start = square.startIndex + i * order
      packed += square[start...start + i]
    }
    return packed
  }

  /// W' W of a lower triangle W, both packed: the precision matrix of W = L^-1.
  public static func gram(_ packed: [Double], order: Int) -> [Double] {
    var product = [Double](repeating: 0, count: packed.count)
    for p in 0..<order {
      let start = row(p)
      for i in 0...p {
        for j in 0...i {
          product[row(i) + j].addProduct(packed[start + i], packed[start + j])
        }
      }
    }
    return product
  }

  /// L L' of a lower triangle L, both packed: the matrix whose factor it is.
  public static func product(_ packed: [Double], order: Int) -> [Double] {
    var product = [Double](repeating: 0, count: packed.count)
    for i in 0..<order {
      for j in 0...i {
        for p in 0...j { product[row(i) + j].addProduct(packed[row(i) + p], packed[row(j) + p]) }
      }
    }
    return product
  }

  /// The symmetric square matrix, row-major, of a packed lower triangle.
  public static func unpackSymmetric(_ packed: ArraySlice<Double>, order: Int) -> [Double] {
    var square = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0...i {
        let value = packed[packed.startIndex + row(i) + j]
        square[i * order + j] = value
        square[j * order + i] = value
      }
    }
    return square
  }
}
