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
  /// - Parameter totals: the sums of the E-step over all rows under `parameters`.
  init(
    _ model: GaussianMixture, _ parameters: Parameters, _ data: DataSet,
    totals: Sums, iterations: Int
  ) throws {
    let step = try model.step(at: parameters, sharing: .none)
    let evenly = AssignedStep(componentCount: model.componentCount, step.moments) {
      tile, _, shares in
      shareEvenly(tile, among: model.componentCount, into: shares)
    }
    let count = totals.slots.count
    let (reading, workspace, scratch) = (Workspace(), Workspace(), Workspace())
    let ofBlock = scratch.reserve(count)
    func forEachBlock(_ body: (RowBlock) throws -> Void) throws {
      for number in data.blocks.indices {
        try data.withBlock(number, scratch: reading) { try body($0) }
      }
    }

    let read = try medianSeconds(of: iterations) {
      try forEachBlock { keep(sum($0.rows, count: $0.count * $0.columnCount)) }
    }
    let readAndAdded = try medianSeconds(of: iterations) {
      try forEachBlock { try evenly.write($0, workspace: workspace, into: ofBlock) }
    }
    let sums = ExactSums(count: count, additions: data.blocks.count)
    for i in 0..<count { ofBlock[i] = totals.numbers[i] / Double(data.blocks.count) }
    exactSums = medianSeconds(of: iterations) {
      sums.restart()
      for _ in data.blocks { _ = sums.add(ofBlock) }
    }
    maximization = try medianSeconds(of: iterations) {
      let next = try model.maximized(totals, of: step, from: parameters, sharing: .none)
      keep(model.largestChange(from: parameters, to: next))
      keep(try model.step(at: next, sharing: .none).components.floor)
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
    for n in 0..<tile.count { responsibilities[k * tileStride + n] = 1 / Double(components) }
  }
}
