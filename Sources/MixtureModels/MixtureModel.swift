import Kernels
import Words

/// A latent-variable model whose latent variable is the component, 0 to K - 1, of each row.
///
/// A family gives the log joint density and the statistics under given responsibilities; the
/// E-step follows from them. Both work on tiles: at most `tileRows` rows at a time, so that what
/// has the size rows × K stays in the cache and never outlives its block.
public protocol MixtureModel: LatentVariableModel {
  /// The number of components, K.
  var componentCount: Int { get }

  /// How many numbers of scratch memory `prepare`, `writeLogJoint`, `writeLogJointAboveFloor` and `add`
  /// need for one tile.
  var scratchCount: Int { get }

  /// Leaves in the scratch memory of a tile what the other methods have in common, such as the tile
  /// transposed. Called once, before them; nobody else writes to that memory between the calls. By
  /// default nothing.
  func prepare(_ tile: RowBlock, scratch: UnsafeMutablePointer<Double>)

  /// Writes log(weight_k p(x_n | k)) to `logJoint[k * tileStride + n]` for every row n of the tile.
  ///
  /// Lanes from `tile.count` up to `tileRows` may be left undefined.
  func writeLogJoint(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>)

  /// How far a component's log joint may lie below the row's largest for the component to have a
  /// responsibility for the row at all; by default `smallestExponent`, the reach of float64.
  func floor(_ expectation: Expectation) -> Double

  /// Writes what responsibilities need of the log joint, as `writeLogJoint`: where it lies further
  /// below the row's largest than `floor`, any number may stand that does too. By default all of it.
  func writeLogJointAboveFloor(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>)

  /// The same E-step without what `writeLogJointAboveFloor` leaves out, if the components' masses,
  /// sums of w r over all rows, say that it must not be left out. Nil, the default: it may.
  func exact(_ expectation: Expectation, masses: ArraySlice<Double>, total: Double) -> Expectation?

  /// Adds the tile's statistics, from number 2 on, under given responsibilities.
  ///
  /// - Parameter responsibilities: w_n r_nk at `[k * tileStride + n]`; 0 from `tile.count` on.
  func add(
    _ tile: RowBlock, responsibilities: UnsafePointer<Double>, _ expectation: Expectation,
    scratch: UnsafeMutablePointer<Double>, into statistics: UnsafeMutablePointer<Double>)

  /// Parameters that put all components at `centers` (K × D, row-major), as a point of reference
  /// for the statistics of a first M-step; their shape does not matter.
  func reference(centers: [Double]) -> Parameters

  /// What the statistics under given responsibilities refer to: `expectation` without a density.
  func expectation(around reference: Parameters) -> Expectation
}

/// The rows of one tile: a multiple of every vector width, and enough that what kernels do once a
/// tile, such as adding up lanes, costs little.
public let tileRows = 256

/// The numbers of a tile from one component to the next: not 256, since numbers of all components
/// for one row, 2 KiB apart, would fall into the same two sets of the first-level cache.
public let tileStride = tileRows + 8

extension MixtureModel {
  public func prepare(_ tile: RowBlock, scratch: UnsafeMutablePointer<Double>) {}

  public func floor(_ expectation: Expectation) -> Double { smallestExponent }

  public func exact(
    _ expectation: Expectation, masses: ArraySlice<Double>, total: Double
  ) -> Expectation? { nil }

  public func writeLogJointAboveFloor(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) { writeLogJoint(of: tile, expectation, scratch: scratch, into: logJoint) }

  /// The E-step of one block: log joint, log-sum-exp, statistics, tile by tile in row order.
  public func accumulate(
    _ block: RowBlock, _ expectation: Expectation, workspace: Workspace,
    into statistics: UnsafeMutablePointer<Double>
  ) {
    accumulate(block, expectation, workspace: workspace, into: statistics) {
      assign($0, expectation, scratch: $1, into: $2)
    }
  }

  /// Overwrites `statistics` with those of one block under the responsibilities that `assign`
  /// writes for each tile (times the row weights, zero beyond the tile's rows).
  ///
  /// - Parameter assign: gets the tile, its scratch memory and room for K × `tileStride` numbers;
  ///   returns the tile's sum of w log p(x).
  public func accumulate(
    _ block: RowBlock, _ expectation: Expectation, workspace: Workspace,
    into statistics: UnsafeMutablePointer<Double>,
    assign: (RowBlock, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) throws -> Double
  ) rethrows {
    statistics.update(repeating: 0, count: statisticsCount)
    try forEachTile(of: block, workspace: workspace) { tile, scratch, responsibilities in
      statistics[0] += try assign(tile, scratch, responsibilities)
      statistics[1] += tile.weightSum
      add(
        tile, responsibilities: responsibilities, expectation, scratch: scratch, into: statistics)
    }
  }

  /// Overwrites `numbers` with the first statistics of a block, the sums of w log p(x) and of w, and
  /// then the K masses of the components: all that a score needs.
  public func evaluate(
    _ block: RowBlock, _ expectation: Expectation, workspace: Workspace,
    into numbers: UnsafeMutablePointer<Double>
  ) {
    numbers.update(repeating: 0, count: 2 + componentCount)
    forEachTile(of: block, workspace: workspace) { tile, scratch, responsibilities in
      numbers[0] += assign(tile, expectation, scratch: scratch, into: responsibilities)
      numbers[1] += tile.weightSum
      addMasses(
        responsibilities, componentCount: componentCount, stride: tileStride, count: tile.count,
        into: numbers + 2)
    }
  }

  /// Writes the tile's responsibilities times the row weights; returns its sum of w log p(x).
  @inline(__always)
  private func assign(
    _ tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into responsibilities: UnsafeMutablePointer<Double>
  ) -> Double {
    writeLogJointAboveFloor(of: tile, expectation, scratch: scratch, into: responsibilities)
    return normalizeLogJoint(
      responsibilities, componentCount: componentCount, stride: tileStride, count: tile.count,
      weights: tile.weights, floor: floor(expectation))
  }

  /// Calls `body` with every tile of `block`, prepared, its scratch memory, and room for K ×
  /// `tileStride` numbers.
  @inline(__always)
  private func forEachTile(
    of block: RowBlock, workspace: Workspace,
    _ body: (RowBlock, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows {
    let responsibilities = workspace.reserve(componentCount * tileStride + scratchCount)
    let scratch = responsibilities + componentCount * tileStride
    for start in stride(from: 0, to: block.count, by: tileRows) {
      let tile = block.slice(from: start, count: min(tileRows, block.count - start))
      prepare(tile, scratch: scratch)
      try body(tile, scratch, responsibilities)
    }
  }
}

extension MixtureModel {
  /// - Throws: `FitError.unusable` unless there are components and columns.
  func requireComponents() throws {
    for (count, noun) in [(componentCount, "component"), (columnCount, "column")] where count < 1 {
      throw FitError.unusable(setting: counted(count, noun), expected: "1 or more")
    }
  }
}

/// - Throws: `FitError.unusable` unless a regularization or smoothing is a number that the M-step can
///   add.
func requireAddend(_ value: Double, _ name: String) throws {
  guard value >= 0, value.isFinite else {
    throw FitError.unusable(setting: "\(name) \(value)", expected: "a finite number from 0 up")
  }
}

extension RowBlock {
  /// The sum of the row weights, in row order.
  fileprivate var weightSum: Double {
    guard let weights else { return Double(count) }
    return (0..<count).reduce(0) { $0 + weights[$1] }
  }
}
