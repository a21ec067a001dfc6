import Kernels

/// The components' covariances of two axes.
struct AxesPlane {
  /// The variance of the first axis, the covariance, the variance of the second.
  let entries: [(Double, Double, Double)]
  let masses: [Double]
  let least: [Double]
  /// g_k, if volumes count.
  var volumes: [Double]
  /// 1 / D, if they do.
  let root: Double?

  /// The rotation under which the sum with the weights w_kj (`CommonAxes`) is the smallest, again with those
  /// that then hold, until it stays the same, or 3 times.
  mutating func turn() -> PlaneRotation {
    var turn = PlaneRotation(cosine: 1, sine: 0)
    var now = entries.map { ($0.0, $0.2) }
    for _ in 0..<3 {
      let next = best(weighing: now)
      let change = abs(next.sine - turn.sine)
      turn = next
      now = entries.indices.map { k in
        let turned = along(turn, k)
        if let root {
          let ratio =
            counted(turned.0, k) / counted(now[k].0, k)
            * (counted(turned.1, k) / counted(now[k].1, k))
          volumes[k] *= Portable.exp(root * Portable.log(ratio))
        }
        return turned
      }
      if change <= 0x1p-50 { break }
    }
    return turn
  }

  private func counted(_ variance: Double, _ k: Int) -> Double { max(variance, least[k]) }

  /// The variances along the turned axes: x <- c x - s y, y <- s x + c y.
  private func along(_ turn: PlaneRotation, _ k: Int) -> (Double, Double) {
    let (c, s) = (turn.cosine, turn.sine)
    let (p, e, q) = entries[k]
    return (c * c * p - 2 * c * s * e + s * s * q, s * s * p + 2 * c * s * e + c * c * q)
  }

  /// With u_k = n_k g_k (1 / s_kp - 1 / s_kq), the angle φ that makes Σ_k u_k (c² p - 2 c s e + s² q)
  /// the smallest: X cos 2φ - Y sin 2φ, with X = Σ u (p - q), Y = Σ 2 u e.
  private func best(weighing now: [(Double, Double)]) -> PlaneRotation {
    var (x, y) = (0.0, 0.0)
    for k in entries.indices {
      let (p, e, q) = entries[k]
      let weight = masses[k] * volumes[k] * (1 / counted(now[k].0, k) - 1 / counted(now[k].1, k))
      x.addProduct(weight, p - q)
      y.addProduct(weight, 2 * e)
    }
    let scale = max(abs(x), abs(y))
    guard scale > 0, scale < .infinity else { return PlaneRotation(cosine: 1, sine: 0) }
    let length = ((x / scale) * (x / scale) + (y / scale) * (y / scale)).squareRoot()
    // cos 2φ and sin 2φ, and of both roots the one that does not cancel.
    let (double, sine) = (-x / scale / length, y / scale / length)
    if double >= 0 {
      let c = ((1 + double) / 2).squareRoot()
      return PlaneRotation(cosine: c, sine: sine / (2 * c))
    }
    let s = ((1 - double) / 2).squareRoot()
    return PlaneRotation(cosine: sine.magnitude / (2 * s), sine: sine < 0 ? -s : s)
  }
}
