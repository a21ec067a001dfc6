import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. The centers that Lloyd's iterations reach from `seeds`, K × D row-major.
  ///
  /// Ends, as scikit-learn's `KMeans`, when the squared shifts of all centers add up to at most
  /// 1e-4 of the mean variance of the columns (also when no row changes its cluster: then the
  /// shift is rounding), or after 300 iterations, or so many. Empty clusters get
  /// rows as those of `KMeansMixture` do.
  ///
  /// - Parameter classes: in whose clusters labelled rows stay; nil: none is looked at.
  package func kMeansCenters(
    from seeds: [Double], columnVariance: Double, classes: ComponentClasses? = nil,
    atMost iterations: Int = 300
  ) async throws -> [Double] {
    var centers = seeds
    for _ in 0..<iterations {
      var clusters = KMeans(centers, columns: data.columnCount, classes: classes)
      var sums = try await sums(of: [clusters], digest: Digest(centers)).sums[0]
      if let filled = try await fillingEmpty(clusters, after: sums) {
        clusters = filled
        sums = try await self.sums(of: [filled]).sums[0]
      }
      let next = clusters.moments.means(sums)
      let shift = clusters.squaredShift(to: next)
      centers = next
      if shift == 0 || shift / columnVariance <= 1e-4 { break }
    }
    return centers
  }

  /// Collective. The mean of each column, and the mean variance of the columns.
  func columnMoments() async throws -> (means: [Double], meanVariance: Double) {
    let ranges = data.ranges
    let middle =
      transform.map { $0.origin.map { _ in 0 } }
      ?? zip(ranges.minimum, ranges.maximum).map { $0 / 2 + $1 / 2 }
    // One cluster about the middle of the data: its inertia and shift give the variance.
    let cluster = KMeans(middle, columns: data.columnCount)
    let sums = try await sums(of: [cluster], digest: Digest(middle)).sums[0]
    let means = cluster.moments.means(sums)
    let variance = max(
      0, -sums.logLikelihood / sums.weightSum - cluster.squaredShift(to: means))
    return (means, variance / Double(data.columnCount))
  }
}
