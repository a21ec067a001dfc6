import Kernels
import MessagePassing
import MixtureModels

extension Engine {
  /// Collective. Gives `visit` every block of this rank with its missing cells filled, by several threads, in
  /// any order: with what is to be expected there, given what the row shows; or with a draw.
  ///
  /// - Parameter seed: what draws derive from; nil for expectations.
  /// - Throws: on every rank the same error: `FitError` if the family cannot tell, or draw, or the parameters
  ///   define no density, `DataSetError.logDensity` about a row that has none that float64 can hold, or what
  ///   `visit` throws on any rank.
  public func impute(
    _ model: some MixtureModel, under parameters: Parameters, seed: UInt64? = nil,
    visit: @Sendable (RowBlock) throws -> Void
  ) throws {
    try requireSuitable(model, under: parameters, ["seed \(seed.map { "\($0)" } ?? "none")"])
    guard seed == nil || model.sumsLogLikelihood else {
      throw world.common(
        FitError.unusable(
          setting: "draws of a model that has no densities", expected: "expectations"))
    }
    guard let components = try components(of: model, at: parameters) as? any ImputingComponents
    else {
      let kind = (model as? any Family)?.kind ?? "this model"
      throw world.common(
        FitError.unusable(
          setting: "missing cells filled by \(kind)", expected: "a model that says what they hold"))
    }
    let generator = seed.map { Philox(seed: $0) }
    try forEachBlock(takingMissing: true) { number, block, workspace in
      let filled = workspace.second.reserve(block.count * block.columnCount)
      filled.update(from: block.rows, count: block.count * block.columnCount)
      if let row = components.impute(block, generator, workspace: workspace, into: filled) {
        throw data.error(aboutLogDensity: -.infinity, row: row, inBlock: number)
      }
      try visit(block.replacing(rows: filled))
    }
  }
}

extension ImputingComponents {
  /// Fills the missing cells of a block; returns a row that no component gives any density.
  fileprivate func impute(
    _ block: RowBlock, _ generator: Philox?, workspace: Workspace,
    into filled: UnsafeMutablePointer<Double>
  ) -> Int? {
    var impossible: Int?
    forEachTile(of: block, workspace: workspace) { tile, joint in
      if tile.incomplete == nil { return }
      let first = tile.rows.firstRow - block.firstRow
      writeLogJointAboveFloor(of: tile, into: joint)
      let rows = 0..<tile.count
      let hopeless = rows.first { n in
        !(0..<count).contains { joint[$0 * tileStride + n] > -.infinity }
      }
      impossible = impossible ?? hopeless.map { first + $0 }
      _ = normalize(joint, count: tile.count, weights: nil)
      let random = generator.map { generator in
        // Numbers of their own: `sample` takes those of no other draw.
        { RandomStream.sampling.row(tile.rows.firstRow + $0, of: generator, draw: 1) }
      }
      impute(
        tile, responsibilities: joint, random: random,
        into: filled + first * block.columnCount)
    }
    return impossible
  }
}
