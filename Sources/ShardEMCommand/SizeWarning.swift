import Host
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Words

/// What a model and its sums take, beside the rows.
struct ModelSize {
  let parameters: Int
  /// Of the sums of one thread: of each statistic the number of a block, and an exact sum's four.
  let sumBytes: Double
  /// At least so many bytes are in use at a time: the sums of all threads, and of each statistic the sum
  /// over ranks in three parts, and as one number twice.
  let bytes: Double

  init(of mixture: some Family, threads: Int) {
    parameters = mixture.freeParameterCount
    sumBytes = Double(mixture.sumsCount) * 40
    bytes = Double(threads) * sumBytes + Double(mixture.sumsCount) * 40
  }
}

extension ModelOptions {
  /// Collective. Refuses a model that is larger than memory before it takes any.
  ///
  /// - Returns: what to say, before hours of work, of a model that is out of proportion to the data: one
  ///   of more parameters than there are values, or whose sums fill the memory; nil of any other.
  /// - Throws: on every rank the same `ModelTooLarge`.
  func checkSize(
    of mixture: some Family, for data: DataSet, threads: Int, in world: any Communicator
  ) throws -> String? {
    let available = try world.memoryShare()
    // Also keeps the numbers below from overflowing; the fit will refuse these.
    guard components <= data.weightedRowCount else { return nil }
    let size = ModelSize(of: mixture, threads: threads)
    try world.agree {
      guard size.bytes > Double(available) else { return }
      throw ModelTooLarge(
        parameters: size.parameters, bytes: size.bytes, available: available, threads: threads,
        advice: advice(on: mixture))
    }
    let isLarge = size.sumBytes >= 0x1p30
    guard size.parameters > data.weightedRowCount * data.columnCount || isLarge else { return nil }
    let memory = isLarge ? ", whose sums take \(gibibytes(size.sumBytes)) a thread" : ""
    return "\(counted(size.parameters, "parameter"))\(memory), for "
      + "\(counted(data.weightedRowCount, "row")) of \(counted(data.columnCount, "column")); "
      + advice(on: mixture)
  }

  private func advice(on mixture: some Family) -> String {
    let isMatrix = mixture.layout.parts.contains { $0.domain == .covariance }
    return "lower --components" + (isMatrix ? " or choose --covariance diag" : "")
  }
}

/// A model that does not fit in memory.
struct ModelTooLarge: InputError, CustomStringConvertible {
  let parameters: Int
  let bytes: Double
  /// Bytes that a rank can count on.
  let available: Int
  let threads: Int
  let advice: String

  var description: String {
    "a model of \(counted(parameters, "parameter")) takes at least \(gibibytes(bytes)) on "
      + "\(counted(threads, "thread")), and a rank can count on \(gibibytes(Double(available))); "
      + advice + ", or read fewer --columns"
  }
}

private func gibibytes(_ bytes: Double) -> String { "\(significant(bytes * 0x1p-30, 2)) GiB" }
