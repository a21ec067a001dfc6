import Kernels
import MixtureModels
import ShardEM

/// Where the processor time of one EM iteration goes on one thread, in seconds: parts of it that run
/// by themselves. What they leave of an iteration is the E-step.
struct Measurement: Codable {
  /// Bringing the rows from their file, in whatever form it has them, to the processor.
  let read: Double
  /// The statistics under given responsibilities, none of them negligible.
  let statistics: Double
  /// Adding the blocks' statistics exactly.
  let exactSums: Double
  /// The M-step, the change it made, and what the next E-step needs of its parameters.
  let maximization: Double

  /// Takes the median of `iterations` runs of each part.
  ///
  /// - Parameter totals: the statistics of all rows under `parameters`.
  init(
    _ model: GaussianMixture, _ parameters: GaussianParameters, _ data: DataSet,
    totals: [Double], iterations: Int
  ) throws {
    let expectation = try model.expectation(under: parameters)
    let (reading, workspace, room) = (Workspace(), Workspace(), Workspace())
    let ofBlock = room.reserve(totals.count)
    func forEachBlock(_ body: (RowBlock) -> Void) throws {
      for number in data.blocks.indices {
        try data.withBlock(number, scratch: reading) { body($0) }
      }
    }

    let read = try medianSeconds(of: iterations) {
      try forEachBlock { keep(sum($0.rows, count: $0.count * $0.columnCount)) }
    }
    let readAndAdded = try medianSeconds(of: iterations) {
      try forEachBlock {
        model.accumulate($0, expectation, workspace: workspace, into: ofBlock) { tile, _, shares in
          shareEvenly(tile, among: model.componentCount, into: shares)
          return 0
        }
      }
    }
    let sums = ExactSums(count: totals.count, additions: data.blocks.count)
    for i in totals.indices { ofBlock[i] = totals[i] / Double(data.blocks.count) }
    exactSums = medianSeconds(of: iterations) {
      sums.restart()
      for _ in data.blocks { _ = sums.add(ofBlock) }
    }
    maximization = try medianSeconds(of: iterations) {
      let next = try model.maximized(totals, from: parameters)
      keep(model.largestChange(from: parameters, to: next))
      keep(model.floor(try model.expectation(under: next)))
    }
    self.read = read
    statistics = max(0, readAndAdded - read)
  }
}

/// Equal responsibilities of all components for the rows of a tile.
private func shareEvenly(
  _ tile: RowBlock, among components: Int, into responsibilities: UnsafeMutablePointer<Double>
) {
  for k in 0..<components {
    for n in 0..<tileRows {
      responsibilities[k * tileStride + n] = n < tile.count ? 1 / Double(components) : 0
    }
  }
}
