import MixtureModels

extension Sweep {
  /// Throws if a row of a block has density 0, and names the first one.
  ///
  /// - Parameters:
  ///   - statistics: of the block; number 0 is its log-likelihood, -infinity if there is such a row.
  ///   - accumulate: overwrites them with those of some of its rows.
  /// - Throws: `DataSetError.logDensity`, as for predictions.
  func requireDensities(
    of block: RowBlock, _ statistics: UnsafeMutablePointer<Double>,
    _ accumulate: (RowBlock) -> Void
  ) throws {
    guard statistics[0] == -.infinity else { return }
    let row = (0..<block.count).first { row in
      accumulate(block.slice(from: row, count: 1))
      return statistics[0] == -.infinity
    }
    guard let row, let number = data.blocks.firstIndex(where: { $0.firstRow == block.firstRow })
    else { return }
    throw data.error(aboutLogDensity: -.infinity, row: row, inBlock: number)
  }
}
