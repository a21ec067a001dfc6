/// What a fitted model owes to its options rather than to the data, or to a row or two of them: a
/// maximum of the likelihood, found rightly, that says little.
///
/// Components and columns count from 0.
public enum FitConcern: Equatable, Sendable {
  /// The regularization is more than 1 % of a variance, which contains it. `component` is nil for the
  /// shared covariance, `column` for a variance of all columns.
  case regularized(component: Int?, column: Int?, share: Double)
  /// A component of weight 0.
  case empty(component: Int)
  /// A component of about one row, or of fewer than its covariance needs; or one whose every variance
  /// is hardly more than the regularization, and less than a hundredth of that of all rows in some
  /// column. `rows` is its share of them.
  case spike(component: Int, rows: Double, isRegularization: Bool)
  /// A component that less than a row is expected of, and `weight` by its prior.
  case negligible(component: Int, weight: Double)
}

extension GaussianMixture {
  /// The largest share of a variance that the regularization may have without a word.
  private static var unremarkableShare: Double { 0.01 }

  /// The concerns about fitted parameters: spikes and empty components in order, then variances by the
  /// regularization's share of them, the largest first.
  ///
  /// - Parameter rows: how many rows of positive weight the fit had; with row weights, a component has
  ///   its weight's share of them, so that weights in any unit give the same concerns.
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    var concerns: [FitConcern] = []
    var told: Set<Int> = []
    // Of all components: data whose own variances are hardly more than the regularization have no spikes,
    // but the wrong units.
    let spread = momentsOfAll(parameters).map(\.variance)
    let covariances = parameters.covariances
    let own = form.varianceCount(columns: columnCount) == columnCount
    for (k, weight) in parameters.weights.enumerated() {
      if weight == 0 {
        concerns.append(.empty(component: k))
        told.insert(k)
        continue
      }
      // A covariance that all share says nothing of one of them.
      let isRegularization =
        !form.isShared
        && (0..<columnCount).allSatisfy {
          addend(own ? $0 : nil) / covariances[variance(k, $0)] >= 0.5
        }
        && (0..<columnCount).contains { 100 * covariances[variance(k, $0)] < spread[$0] }
      guard weight * Double(rows) < fewestRows || isRegularization else { continue }
      concerns.append(
        .spike(
          component: k, rows: weight * Double(rows), isRegularization: isRegularization))
      if isRegularization { told.insert(k) }
    }
    return concerns + regularized(parameters, except: told)
  }

  /// D + 1 rows are the fewest that give a covariance matrix its full rank; of other variances, more
  /// than about two rows.
  private var fewestRows: Double {
    form.isMatrix && !form.isShared ? max(Double(columnCount + 1), 2.5) : 2.5
  }

  private func regularized(
    _ parameters: Parameters, except told: Set<Int>
  ) -> [FitConcern] {
    var shares: [(component: Int?, column: Int?, share: Double)] = []
    let covariances = parameters.covariances
    forEachVariance { k, j, place in
      let share = addend(j) / covariances[place]
      guard share > Self.unremarkableShare, k.map({ !told.contains($0) }) ?? true else { return }
      shares.append((k, j, share))
    }
    return shares.enumerated()
      .sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }
      .map {
        .regularized(
          component: $0.element.component, column: $0.element.column, share: $0.element.share)
      }
  }
}
