import Kernels
import Rows

extension DataSet {
  /// Why a number of one of this rank's blocks cannot be added.
  ///
  /// - Parameters:
  ///   - slot: its place among those of the pass.
  ///   - number: the block's.
  func error(
    aboutSlot slot: Int, of pass: any Pass, _ value: Double, _ block: RowBlock, number: Int,
    _ workspace: Workspace
  ) -> DataSetError {
    if let cause = causeBeyondRange(rows: block.count) { return .beyondRange(cause) }
    let name = pass.slots.name(of: slot)
    // The first row that does it alone.
    let numbers = UnsafeMutablePointer<Double>.allocate(capacity: pass.slots.count)
    defer { numbers.deallocate() }
    let row = (0..<block.count).first { row in
      let single = block.slice(from: row, count: 1)
      // What cannot be read again is not to blame.
      return (try? pass.write(single, workspace: workspace, into: numbers)) != nil
        && !numbers[slot].isFinite
    }
    if let row, name == Slots.logLikelihood {
      return error(aboutLogDensity: numbers[slot], row: row, inBlock: number)
    }
    if value.isNaN { return error(aboutNumber: name, value, row: row, inBlock: number) }
    return .beyondRange(.model(upTo: largestMagnitude))
  }

  /// What is too large by itself: values whose squares are, or the weights.
  private func causeBeyondRange(rows: Int) -> DataSetError.Cause? {
    let squares = largestMagnitude * largestMagnitude * Double(rows)
    guard squares <= ExactSums.largest else { return .values(upTo: largestMagnitude) }
    let isSummable = largestWeight * max(Double(rows), squares) <= ExactSums.largest
    return isSummable ? nil : .weights(upTo: largestWeight)
  }

  private var largestMagnitude: Double { (0..<columnCount).map(ranges.magnitude).max() ?? 0 }
}
