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
  let deviations = expected.means.indices.map {
    deviation(expected, type, component: $0 / columns, column: $0 % columns, of: columns)
  }
  let covarianceScales = expected.covariances.indices.map { entry in
    switch type {
    case .full, .tied:
      let (row, column) = entry.quotientAndRemainder(dividingBy: columns)
      // Rows of the matrices of all components follow each other, as the deviations do.
      return deviations[row] * deviations[row / columns * columns + column]
    case .diag, .spherical:
      return expected.covariances[entry]
    }
  }
  return max(
    relativeError(found.weights, expected.weights),
    error(
      of: found.means, from: expected.means,
      scales: zip(deviations, expected.means).map { max($0, 0x1p-8 * abs($1)) }),
    error(of: found.covariances, from: expected.covariances, scales: covarianceScales))
}

/// The standard deviation of a column in a component.
private func deviation(
  _ parameters: Parameters, _ type: CovarianceType, component k: Int, column j: Int,
  of columns: Int
) -> Double {
  let entry =
    switch type {
    case .full: (k * columns + j) * columns + j
    case .tied: j * columns + j
    case .diag: k * columns + j
    case .spherical: k
    }
  return parameters.covariances[entry].squareRoot()
}

/// The largest |a - b| / |scale|, 0 for equal numbers; infinite for a NaN.
private func error(of a: [Double], from b: [Double], scales: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
  return a.indices.reduce(0) { largest, i in
    let error = a[i] == b[i] ? 0 : abs(a[i] - b[i]) / abs(scales[i])
    return error.isNaN ? .infinity : max(largest, error)
  }
}
