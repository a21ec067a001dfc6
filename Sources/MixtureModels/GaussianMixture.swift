import Kernels

/// A mixture of K multivariate normal distributions, with kernels of its own.
///
/// p(x) = sum_k weight_k N(x; mean_k, covariance_k). Statistics are moments about the current means:
/// moments about the origin keep under 3 digits of a covariance at offset 1e6, these keep all (where a
/// mean moves far, they are taken about the new one).
///
/// Statistics, after the log-likelihood and the sum of weights: second moments (full: K packed
/// lower triangles; tied: one, summed over the components; diag: K × D; spherical: K), K × D
/// first moments, K masses; tied with `sumsPairs`: K (K - 1) / 2 sums of w r_k r_l, 0 where the
/// second moments are taken component by component.
///
/// Source: Dempster, Laird & Rubin (1977); Bishop, "Pattern Recognition and Machine Learning"
/// (2006), section 9.2. Tied, diagonal and spherical covariances and the regularization as
/// scikit-learn defines them.
public struct GaussianMixture: MixtureModel {
  public typealias Parameters = GaussianParameters

  /// The number of components, K.
  public let componentCount: Int
  /// The number of columns, D.
  public let columnCount: Int
  /// How the components' covariances are tied together.
  public let covarianceType: CovarianceType
  /// Added to every variance in the M-step, in squared data units (scikit-learn: `reg_covar`).
  public let regularization: Double
  /// Whether every responsibility counts that float64 can hold: see `GaussianMixture+Negligible`.
  public let exactDense: Bool
  /// Of the data to be fitted, which no mean leaves, but by rounding; nil for a given model. With
  /// regularization 0, a variance that the rounding of numbers of this size could feign is singular.
  public let ranges: ColumnRanges?
  /// The mean of what has been centered, padded to whole vectors.
  let zeros: [Double]

  /// Settings of which no fit can be made are an error of the fit.
  ///
  /// - Parameters:
  ///   - ranges: of the data to be fitted; for evaluating a given model, nil.
  ///   - exactDense: whether responsibilities under 2^-60 of the row's largest count too.
  public init(
    components: Int, columns: Int, covarianceType: CovarianceType = .full,
    regularization: Double = 1e-6, ranges: ColumnRanges? = nil, exactDense: Bool = false
  ) {
    componentCount = components
    columnCount = columns
    self.covarianceType = covarianceType
    self.regularization = regularization
    self.exactDense = exactDense
    zeros = Array(repeating: 0, count: paddedCount(max(columns, 0)))
    self.ranges = ranges
  }

  public func requireUsable() throws {
    try requireComponents()
    try requireAddend(regularization, "regularization")
  }

  /// What a covariance holds: its second moments' count per component, or for all when tied.
  var momentCount: Int {
    switch covarianceType {
    case .full, .tied: PackedTriangle.count(columnCount)
    case .diag: columnCount
    case .spherical: 1
    }
  }

  /// Where each kind of statistic begins.
  var firstMomentsStart: Int { 2 + momentCount * (covarianceType == .tied ? 1 : componentCount) }
  var massesStart: Int { firstMomentsStart + componentCount * columnCount }
  var pairsStart: Int { massesStart + componentCount }
  public var statisticsCount: Int { pairsStart + (sumsPairs ? pairCount : 0) }

  /// K (K - 1) / 2.
  private var pairCount: Int { componentCount * (componentCount - 1) / 2 }

  /// Whether a tied covariance comes from residuals and pairs (see `writeResiduals`) rather than
  /// from K outer products a row: where that takes fewer operations, which at the same time makes
  /// the statistics few.
  var sumsPairs: Bool {
    let residuals = momentCount + componentCount * columnCount + pairCount
    return covarianceType == .tied && columnCount >= 8
      && residuals < componentCount * momentCount
  }

  public var freeParameterCount: Int {
    let (k, d) = (componentCount, columnCount)
    let covariances =
      switch covarianceType {
      case .full: k * d * (d + 1) / 2
      case .tied: d * (d + 1) / 2
      case .diag: k * d
      case .spherical: k
      }
    return k - 1 + k * d + covariances
  }

  /// Weights by their difference; means in the component's standard deviations; covariances in the
  /// products of two: the same for data in other units or with another origin.
  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    var change = zip(previous.weights, next.weights).reduce(0) { max($0, abs($1.0 - $1.1)) }
    for k in 0..<componentCount {
      let deviations = (0..<columnCount).map { variance(next, k, $0).squareRoot() }
      for j in 0..<columnCount {
        let i = k * columnCount + j
        change = max(change, abs(next.means[i] - previous.means[i]) / deviations[j])
      }
      if covarianceType == .tied && k > 0 { continue }
      change = max(change, largestCovarianceChange(previous, next, k, deviations))
    }
    return change
  }

  private func largestCovarianceChange(
    _ previous: Parameters, _ next: Parameters, _ k: Int, _ deviations: [Double]
  ) -> Double {
    let size = covarianceType.shape(components: 1, columns: columnCount).reduce(1, *)
    return (0..<size).reduce(0) { change, entry in
      // Row and column of an entry; those of a diagonal or a single variance are the same.
      let isSquare = covarianceType == .full || covarianceType == .tied
      let (i, j) = isSquare ? entry.quotientAndRemainder(dividingBy: columnCount) : (entry, entry)
      let difference = next.covariances[k * size + entry] - previous.covariances[k * size + entry]
      return max(change, abs(difference) / (deviations[i] * deviations[j]))
    }
  }

  /// The variance of column `j` in component `k`.
  func variance(_ parameters: Parameters, _ k: Int, _ j: Int) -> Double {
    switch covarianceType {
    case .full: parameters.covariances[(k * columnCount + j) * columnCount + j]
    case .tied: parameters.covariances[j * columnCount + j]
    case .diag: parameters.covariances[k * columnCount + j]
    case .spherical: parameters.covariances[k]
    }
  }

  /// Weights, means, covariances: of a matrix, which is symmetric, the lower triangle.
  public func numbers(of parameters: Parameters) -> [Double] {
    let area = columnCount * columnCount
    let shape = covarianceType.shape(components: componentCount, columns: columnCount)
    // What a caller made with other shapes has no triangles; `parameters(numbers:)` refuses it.
    guard area > 0, parameters.covariances.count == shape.reduce(1, *) else {
      let numbers = parameters.weights + parameters.means + parameters.covariances
      // Lest these, by chance as many, be taken for the triangles.
      return numbers + (self.parameters(numbers: numbers) == nil ? [] : [0])
    }
    let matrices = stride(from: 0, to: matrixCount * area, by: area)
    let covariances =
      matrixCount == 0
      ? parameters.covariances
      : matrices.flatMap {
        PackedTriangle.pack(parameters.covariances[$0..<$0 + area], order: columnCount)
      }
    return parameters.weights + parameters.means + covariances
  }

  public func parameters(numbers: [Double]) -> Parameters? {
    let shape = covarianceType.shape(components: componentCount, columns: columnCount)
    let size = PackedTriangle.count(columnCount)
    let covarianceCount = matrixCount == 0 ? shape.reduce(1, *) : matrixCount * size
    let counts = [componentCount, componentCount * columnCount, covarianceCount]
    guard let parts = numbers.split(into: counts) else { return nil }
    let covariances =
      matrixCount == 0
      ? parts[2]
      : stride(from: 0, to: covarianceCount, by: size).flatMap {
        PackedTriangle.unpackSymmetric(parts[2][$0..<$0 + size], order: columnCount)
      }
    return Parameters(weights: parts[0], means: parts[1], covariances: covariances)
  }

  /// How many square matrices the covariances are; 0 where they are variances.
  private var matrixCount: Int {
    switch covarianceType {
    case .full: componentCount
    case .tied: 1
    case .diag, .spherical: 0
    }
  }

  /// - Throws: `FitError.notFinite` if a variance is infinite or no number.
  func requireFiniteVariances(_ parameters: Parameters) throws {
    let isTied = covarianceType == .tied
    for k in 0..<(isTied ? 1 : componentCount) {
      for j in 0..<columnCount where !(variance(parameters, k, j) < .infinity) {
        throw FitError.notFinite(
          component: isTied ? nil : k, variance: variance(parameters, k, j), iteration: nil)
      }
    }
  }

  /// Unit covariances around the centers.
  public func reference(centers: [Double]) -> Parameters {
    let shape = covarianceType.shape(components: componentCount, columns: columnCount)
    var covariances = [Double](repeating: 1, count: shape.reduce(1, *))
    if covarianceType == .full || covarianceType == .tied {
      let area = columnCount * columnCount
      for i in covariances.indices {
        covariances[i] = i % area % (columnCount + 1) == 0 ? 1 : 0
      }
    }
    return Parameters(
      weights: Array(repeating: 1 / Double(componentCount), count: componentCount),
      means: centers, covariances: covariances)
  }
}
