import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing
import _TestSupport

/// Cross-validation of fits that have begun once more.
@Suite("Rows left out of fits that have begun once more")
struct LeftOutRowsTests {
  private static let folds = 2
  /// Of 272 rows, of which each part is to have 20 pieces.
  private static let pieceRows = 6

  /// A candidate whose fits without a part of the rows give that part no density at `refused`.
  private static func candidate(_ name: String, blindAt refused: [Parameters] = []) -> Candidate {
    // That of all rows comes first, then those without a part, one after the other.
    var part = -1
    return Candidate(name, components: 7) { engine in
      defer { part += 1 }
      let own = part
      let base = GaussianMixture(
        components: 7, columns: 2, covariance: try #require(CovarianceModels.named(name)),
        units: try engine.columnVariances(), ranges: engine.data.ranges)
      return BlindGaussians(base: base, refused: refused) { $0 / pieceRows % folds == own }
    }
  }

  private static func crossValidated(
    _ candidates: [Candidate], _ engine: Engine,
    resuming: SelectionResumption = { _, _ in nil }, keep: SelectionKeeper = { _, _ in }
  ) throws -> Double {
    let selection = try engine.select(
      candidates, by: .cv, from: .race, options: FitOptions(seed: 1), folds: folds,
      resuming: resuming, keep: keep)
    return try #require(try selection.outcomes[0].result.get().crossValidated).get()
  }

  @Test("That it gives them no density is no failure of what had been found before")
  func blind() throws {
    let path = TestData.shipped.appending(path: "faithful.csv").path
    let world = SoloCommunicator()
    let engine = Engine(try DataSet.open([path], world: world), threads: 1, world: world)
    var kept: [SelectionFit: FitState] = [:]
    let better = try Self.crossValidated(
      [Self.candidate("EVE"), Self.candidate("EVI")], engine, keep: { kept[$0] = $1 })
    // What EVE has come to from what EVI has found, where that is the better.
    let second = kept.compactMap { fit, state in
      fit.candidate == 0 && fit.fold != nil && state.starts.count > 1
        ? state.starts[1]?.parameters : nil
    }
    #expect(!second.isEmpty)
    let alone = try Self.crossValidated([Self.candidate("EVE")], engine)
    #expect(alone != better)

    kept = [:]
    let blind = try Self.crossValidated(
      [Self.candidate("EVE", blindAt: second), Self.candidate("EVI")], engine,
      keep: { kept[$0] = $1 })
    #expect(blind == alone)
    // And so it is where all fits have ended already.
    let states = kept
    let resumed = try Self.crossValidated(
      [Self.candidate("EVE", blindAt: second), Self.candidate("EVI")], engine,
      resuming: { fit, _ in states[fit] })
    #expect(resumed == alone)
  }
}

/// Gaussians that at some parameters give some rows no density.
private struct BlindGaussians: DerivedFamily {
  static let name = "blind-gaussian"

  let base: GaussianMixture
  let refused: [Parameters]
  /// Of a row, by its number.
  let isHidden: @Sendable (Int) -> Bool

  init(
    base: GaussianMixture, refused: [Parameters], isHidden: @escaping @Sendable (Int) -> Bool
  ) { (self.base, self.refused, self.isHidden) = (base, refused, isHidden) }

  init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(
      base: try GaussianMixture(options, components: components, columns: columns), refused: []
    ) { _ in false }
  }

  var layout: ParameterLayout { base.layout }
  var freeParameterCount: Int { base.freeParameterCount }

  func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> BlindComponents {
    let own = try base.components(at: parameters, sharing: work)
    return BlindComponents(base: own, isHidden: refused.contains(parameters) ? isHidden : nil)
  }

  func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    try base.maximized(sums, of: moments, from: previous, sharing: work)
  }

  func sampler(under parameters: Parameters) throws -> GaussianMixture.Sampler {
    try base.sampler(under: parameters)
  }

  func writeRow(
    _ random: RandomRow, _ sampler: GaussianMixture.Sampler,
    into row: UnsafeMutablePointer<Double>
  ) { base.writeRow(random, sampler, into: row) }
}

private struct BlindComponents: DerivedComponents {
  let base: GaussianComponents
  let isHidden: (@Sendable (Int) -> Bool)?

  func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: logJoint)
    hide(tile, logJoint)
  }

  func writeLogJointAboveFloor(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    base.writeLogJointAboveFloor(of: tile, into: logJoint)
    hide(tile, logJoint)
  }

  private func hide(_ tile: Tile, _ logJoint: UnsafeMutablePointer<Double>) {
    guard let isHidden else { return }
    for n in 0..<tile.count where isHidden(tile.rows.firstRow + n) {
      for k in 0..<count { logJoint[k * tileStride + n] = -.infinity }
    }
  }

  func exact(masses: [Double], total: Double) -> BlindComponents? {
    base.exact(masses: masses, total: total).map {
      BlindComponents(base: $0, isHidden: isHidden)
    }
  }
}
