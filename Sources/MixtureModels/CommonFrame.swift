import Kernels

/// Axes for all components, and their covariances along them.
struct CommonFrame {
  /// D × D, an axis a row.
  private(set) var axes: [Double]
  /// Of the components with axes: n_k, and S_k in these axes.
  private let masses: [Double]
  private var matrices: [[Double]]
  /// The places of these components among the K.
  private let live: [Int]
  /// What a variance counts for at least, so that its reciprocal is a number.
  private let least: [Double]
  private let sharesVolume: Bool
  private let componentCount: Int
  private let d: Int

  init(_ scatter: Scatter, _ live: [Int], axes: [Double], sharesVolume: Bool) {
    let d = scatter.columnCount
    (self.axes, self.live, self.sharesVolume, self.d) = (axes, live, sharesVolume, d)
    componentCount = scatter.masses.count
    masses = live.map { scatter.masses[$0] }
    matrices = live.map { k in
      turned(Array(scatter.covariances[k * d * d..<(k + 1) * d * d]), to: axes, order: d)
    }
    least = matrices.map { matrix in
      0x1p-200 * (0..<d).reduce(0) { max($0, matrix[$1 * d + $1]) }
    }
  }

  /// K × D variances along the axes; 0 of components that have none.
  var variances: [Double] {
    var variances = [Double](repeating: 0, count: componentCount * d)
    for (i, k) in live.enumerated() {
      for j in 0..<d { variances[k * d + j] = max(matrices[i][j * d + j], 0) }
    }
    return variances
  }

  /// What is to be as little as possible.
  var cost: Double {
    live.indices.reduce(0) { sum, i in
      let logs = logVolume(i) * Double(d)
      return sum + masses[i] * (sharesVolume ? Portable.exp(logs / Double(d)) : logs)
    }
  }

  /// ln g_k.
  private func logVolume(_ i: Int) -> Double {
    (0..<d).reduce(0) { $0 + Portable.log(max(matrices[i][$1 * d + $1], least[i])) } / Double(d)
  }

  /// Turns the axes in every plane of two; the largest sine.
  mutating func sweep() -> Double {
    var largest = 0.0
    var volumes = live.indices.map { sharesVolume ? Portable.exp(logVolume($0)) : 1 }
    for p in 0..<max(d - 1, 0) {
      for q in p + 1..<d {
        var plane = AxesPlane(
          entries: matrices.map { ($0[p * d + p], $0[p * d + q], $0[q * d + q]) },
          masses: masses, least: least, volumes: volumes, root: sharesVolume ? 1 / Double(d) : nil)
        let rotation = plane.turn()
        if rotation.sine == 0 { continue }
        largest = max(largest, abs(rotation.sine))
        volumes = plane.volumes
        turn(p, q, by: rotation)
      }
    }
    return largest
  }

  private mutating func turn(_ p: Int, _ q: Int, by rotation: PlaneRotation) {
    let (c, s) = (rotation.cosine, rotation.sine)
    axes.withUnsafeMutableBufferPointer {
      rotateRows($0.baseAddress! + p * d, $0.baseAddress! + q * d, by: rotation, count: d)
    }
    for i in matrices.indices {
      matrices[i].withUnsafeMutableBufferPointer {
        let a = $0.baseAddress!
        rotateRows(a + p * d, a + q * d, by: rotation, count: d)
        for r in 0..<d {
          let (x, y) = (a[r * d + p], a[r * d + q])
          a[r * d + p] = c * x - s * y
          a[r * d + q] = s * x + c * y
        }
      }
    }
  }
}

/// M A M', for the rows of M as the axes.
private func turned(_ a: [Double], to axes: [Double], order d: Int) -> [Double] {
  var half = [Double](repeating: 0, count: d * d)
  for i in 0..<d {
    for p in 0..<d {
      let factor = axes[i * d + p]
      for j in 0..<d { half[i * d + j].addProduct(factor, a[p * d + j]) }
    }
  }
  var whole = [Double](repeating: 0, count: d * d)
  for i in 0..<d {
    for j in 0...i {
      let sum = (0..<d).reduce(0) { $0.addingProduct(half[i * d + $1], axes[j * d + $1]) }
      whole[i * d + j] = sum
      whole[j * d + i] = sum
    }
  }
  return whole
}
