import Kernels

/// Responsibilities below rounding.
///
/// A component whose joint density for a row is under 2^-60 of the row's largest gets responsibility
/// 0: its row is left out of the component's statistics, and most often its density need not be
/// computed to the end (`ScreenedLogDensities`). The rule looks at the row and the parameters alone.
/// It lowers the log-likelihood of a row by less than K 2^-60 nats.
///
/// A component that has little but such responsibilities would lose what it lives on. So the rule
/// does not hold in an iteration in which a component that has a weight has, or would get, less than
/// 2^-20 of all: what is left out is then at most 2^-40 of any mass.
extension GaussianMixture {
  /// The smallest share of a component in the rows' weight for which the rule holds.
  private var smallestShare: Double { 0x1p-20 }

  func leavesOutNegligible(_ parameters: Parameters) -> Bool {
    !exactDense && parameters.weights.allSatisfy { $0 == 0 || $0 >= smallestShare }
  }

  /// Whether densities are screened where the rule holds.
  private var canScreen: Bool {
    covarianceType == .full && !exactDense && componentCount > 1
      && ScreenedLogDensities.leadingColumns(of: columnCount) > 0
  }

  /// Whether `writeLogJointAboveFloor` does less than `writeLogJoint`.
  func screensDensities(_ expectation: Expectation) -> Bool {
    canScreen && expectation.floor > smallestExponent
  }

  /// What `writeLogJointAboveFloor` needs: the transposed tile, and room to screen it.
  var screeningScratchCount: Int {
    guard canScreen else { return 0 }
    return columnCount * tileRows
      + ScreenedLogDensities.roomCount(columnCount: columnCount, stride: tileRows)
  }

  public func writeLogJointAboveFloor(
    of tile: RowBlock, _ expectation: Expectation, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) {
    guard screensDensities(expectation) else {
      return writeLogJoint(of: tile, expectation, scratch: scratch, into: logJoint)
    }
    expectation.withFullComponents { components in
      ScreenedLogDensities(
        tile.rows, count: tile.count, columns: scratch, columnCount: columnCount,
        stride: (tile.count + 31) & ~31, components: components, directions: expectation.directions,
        room: scratch + columnCount * tileRows
      ).write(into: logJoint, densityStride: tileStride)
    }
  }

  public func floor(_ expectation: Expectation) -> Double { expectation.floor }

  /// The same expectation without the rule, if a component got too little by it.
  public func exact(
    _ expectation: Expectation, masses: ArraySlice<Double>, total: Double
  ) -> Expectation? {
    guard expectation.floor > smallestExponent else { return nil }
    let isStarved = zip(masses, expectation.logScales).contains { mass, logScale in
      logScale > -.infinity && mass < smallestShare * total
    }
    guard isStarved else { return nil }
    var exact = expectation
    exact.floor = smallestExponent
    return exact
  }
}
