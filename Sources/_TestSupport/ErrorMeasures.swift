import MixtureModels

/// The largest |a - b| / |b| of the entries of two arrays, 0 for equal ones; infinite for a NaN.
public func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  error(of: a, from: b, scales: b)
}

/// |a - b| / |b|.
public func relativeError(_ a: Double, _ b: Double) -> Double { relativeError([a], [b]) }

/// The largest error of any parameter, each on the scale of its own rounding, so that a column of
/// large values does not hide what is wrong with one of small ones.
///
/// A weight is measured by itself, an entry of a covariance by its columns' standard deviations. A
/// mean, too, is known in deviations; and it is rounded to 2^-53 of itself: 2^-8 of it, for errors
/// from 2^-45 on, is its scale if that is more.
public func parameterError(
  _ found: Parameters, _ expected: Parameters, _ type: CovarianceType
) -> Double {
  let columns = expected.means.count / expected.weights.count
  let deviations = expected.means.indices.map { mean in
    let (k, j) = mean.quotientAndRemainder(dividingBy: columns)
    return expected.covariances[type.entry(k, j, j, columns: columns)!].squareRoot()
  }
  var covarianceScales = expected.covariances
  for row in deviations.indices {
    let (k, i) = row.quotientAndRemainder(dividingBy: columns)
    for j in 0..<columns {
      guard let entry = type.entry(k, i, j, columns: columns) else { continue }
      covarianceScales[entry] = deviations[row] * deviations[k * columns + j]
    }
  }
  return max(
    relativeError(found.weights, expected.weights),
    error(
      of: found.means, from: expected.means,
      scales: zip(deviations, expected.means).map { max($0, 0x1p-8 * abs($1)) }),
    error(of: found.covariances, from: expected.covariances, scales: covarianceScales))
}

/// The largest |a - b| / |scale|, 0 for equal numbers; infinite for a NaN.
private func error(of a: [Double], from b: [Double], scales: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
  return a.indices.reduce(0) { largest, i in
    let error = a[i] == b[i] ? 0 : abs(a[i] - b[i]) / abs(scales[i])
    return error.isNaN ? .infinity : max(largest, error)
  }
}
