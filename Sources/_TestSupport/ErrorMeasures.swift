/// The largest |a - b| of two arrays, in units of the largest |b|; infinite for a NaN.
public func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
  let scale = b.reduce(Double.leastNormalMagnitude) { max($0, abs($1)) }
  return zip(a, b).reduce(0) {
    let error = abs($1.0 - $1.1) / scale
    return error.isNaN ? .infinity : max($0, error)
  }
}

/// |a - b| / |b|.
public func relativeError(_ a: Double, _ b: Double) -> Double { relativeError([a], [b]) }
