import MixtureModels

extension Components {
  /// Writes w r of all components, as `writeLogJoint` has their log joint densities.
  func writeResponsibilities(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    writeLogJoint(of: tile, into: joint)
    _ = normalize(joint, count: tile.count, weights: tile.rows.weights)
  }

  /// Divides rows that are divided among these components among others, for a first M-step
  /// (`AssignedStep.Assign`, whose arguments it takes).
  ///
  /// - Parameter change: what becomes of a row. Gets its D values, missing cells filled; its weight w; w r of
  ///   these components, one after the other `tileStride` numbers apart; and where the same of the others is
  ///   to be, zeros so far.
  @inline(__always)
  func divide(
    _ rows: RowBlock, _ workspace: Workspace, _ weights: UnsafeMutablePointer<Double>,
    _ change: (
      _ row: UnsafePointer<Double>, _ weight: Double, _ old: UnsafePointer<Double>,
      _ new: UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    forEachTile(of: rows, workspace: workspace) { part, joint in
      writeResponsibilities(of: part, into: joint)
      let own = part.rows
      let new = weights + own.firstRow - rows.firstRow
      for n in 0..<own.count {
        change(own.rows + n * own.columnCount, own.weights?[n] ?? 1, joint + n, new + n)
      }
    }
  }
}
