import Kernels
import MixtureModels
import RowSources

extension SamplableModel {
  /// Rows `rows` of the endless sample that `seed` stands for, `rows.count` × D, row-major.
  ///
  /// Row r depends on the seed, the parameters and r only, whoever draws it and in whatever order.
  /// - Throws: `FitError` if the parameters define no density.
  public func sample(
    rows: Range<Int>, under parameters: Parameters, seed: UInt64, threads: Int = 1
  ) throws -> [Double] {
    try requireUsable()
    let sampler = try sampler(under: parameters)
    let generator = Philox(seed: seed)
    let blockRows = ShardPlan.defaultBlockRows
    return try [Double](unsafeUninitializedCapacity: rows.count * columnCount) { buffer, count in
      // Each item writes its own rows.
      nonisolated(unsafe) let buffer = buffer
      let blocks = (rows.count + blockRows - 1) / blockRows
      try forEachItem(of: blocks, threads: threads) { _, block in
        for n in block * blockRows..<min((block + 1) * blockRows, rows.count) {
          let random = RandomStream.sampling.row(rows.lowerBound + n, of: generator)
          writeRow(random, sampler, into: buffer.baseAddress! + n * columnCount)
        }
      }
      count = rows.count * columnCount
    }
  }
}

extension Family {
  /// The components that rows `rows` of the sample (`sample(rows:under:seed:threads:)`) are of, from 0.
  ///
  /// - Throws: `FitError.unusable` for a mixture with what is no component, such as noise.
  package func sampledComponents(
    rows: Range<Int>, under parameters: Parameters, seed: UInt64
  ) throws -> [Int64] {
    guard responsibilityCount == componentCount else {
      throw FitError.unusable(
        setting: "components of a sample of \(kind)", expected: "a mixture without noise")
    }
    let weights = weights(parameters)
    let generator = Philox(seed: seed)
    return rows.map { Int64(RandomStream.sampling.row($0, of: generator).choice(weights, 0)) }
  }
}
