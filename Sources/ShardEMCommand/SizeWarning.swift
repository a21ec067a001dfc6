import MixtureModels
import ShardEM

extension ModelOptions {
  /// What to say, before hours of work, of a model that is out of proportion to the data: one of
  /// more parameters than there are values, or whose sums fill the memory; nil of any other.
  func sizeWarning(of mixture: some FiledMixture, for data: DataSet) -> String? {
    // Also keeps the numbers below from overflowing; the fit will refuse these.
    guard components <= data.weightedRowCount else { return nil }
    let parameters = mixture.freeParameterCount
    // Of each statistic, a thread has the number of a block and two parts of an exact sum.
    let gibibytes = Double(24 * mixture.statisticsCount) * 0x1p-30
    guard parameters > data.weightedRowCount * data.columnCount || gibibytes >= 1 else {
      return nil
    }
    let memory = gibibytes >= 1 ? ", whose sums take \(significant(gibibytes, 2)) GiB a thread" : ""
    let isMatrix = family == .gaussian && [nil, .full, .tied].contains(covariance)
    return "\(counted(parameters, "parameter"))\(memory), for "
      + "\(counted(data.weightedRowCount, "row")) of \(counted(data.columnCount, "column")); "
      + "lower --components" + (isMatrix ? " or choose --covariance diag" : "")
  }
}
