/// What is known of the columns of rows that lack some of their values: over all rows of positive weight of
/// all shards, each with its weight.
public struct ObservedColumns: Sendable, Equatable {
  /// D means of the values that are there.
  public var means: [Double]
  /// D variances of these, divided by the sum of their weights.
  public var variances: [Double]

  public init(means: [Double], variances: [Double]) {
    precondition(means.count == variances.count)
    (self.means, self.variances) = (means, variances)
  }
}
