import Kernels

/// The components of another family, and noise as the last one.
public struct NoisyComponents<Base: Components>: DerivedComponents {
  public private(set) var base: Base
  private let weight: Double
  private let logJoint: Double
  /// Of rows that lack columns; nil: all are complete.
  private let box: NoiseBox?
  /// Of its D sides.
  private let logSides: [Double]

  /// Noise of hardly any weight lives on responsibilities that are else left out, as any component
  /// (`GaussianComponents`).
  init(_ base: Base, weight: Double, density: Double, box: NoiseBox?) {
    let isStarved = weight > 0 && weight < 0x1p-20
    let none = [Double](repeating: 0, count: base.count)
    self.base = isStarved ? base.exact(masses: none, total: 1) ?? base : base
    (self.weight, self.box, logSides) = (weight, box, box?.logSides ?? [])
    logJoint = Portable.log(weight) + Portable.log(density)
  }

  public var count: Int { base.count + 1 }

  public func writeLogJoint(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: joint)
    writeNoise(of: tile, into: joint + base.count * tileStride)
  }

  public func writeLogJointAboveFloor(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJointAboveFloor(of: tile, into: joint)
    writeNoise(of: tile, into: joint + base.count * tileStride)
  }

  private func writeNoise(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    joint.update(repeating: logJoint, count: tileRows)
    guard let incomplete = tile.incomplete, !logSides.isEmpty else { return }
    for pattern in incomplete.patterns {
      let row = incomplete.row(pattern[0])
      let own = logSides.indices.reduce(logJoint) { row[$1].isNaN ? $0 + logSides[$1] : $0 }
      for n in pattern { joint[n] = own }
    }
  }

  public func exact(masses: [Double], total: Double) -> Self? {
    let isStarved = weight > 0 && masses[base.count] < 0x1p-20 * total
    let own = isStarved ? masses.map { _ in 0 } : masses
    return base.exact(masses: Array(own.dropLast()), total: total).map { exact in
      var components = self
      components.base = exact
      return components
    }
  }
}

extension NoisyComponents: ImputingComponents where Base: ImputingComponents {
  /// What the base expects, and of noise the middle of the box; or a draw from either, where the number that
  /// no base asks for decides.
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    guard let box, let incomplete = tile.incomplete else { return }
    var shares = Array(UnsafeBufferPointer(start: responsibilities, count: base.count * tileStride))
    // The base must have something to draw from in rows of noise, too.
    for n in 0..<tile.count {
      let isNoise = (0..<base.count).allSatisfy { shares[$0 * tileStride + n] == 0 }
      if isNoise && random != nil { shares[n] = 1 }
    }
    base.impute(tile, responsibilities: shares, random: random, into: rows)
    let columnCount = tile.rows.columnCount
    for n in incomplete.patterns.joined() {
      let noise = responsibilities[base.count * tileStride + n]
      let random = random?(n)
      if let random, random.uniform(Noise.deciding) >= noise { continue }
      let row = incomplete.row(n)
      for j in 0..<columnCount where row[j].isNaN {
        let place = n * columnCount + j
        if let random {
          rows[place] = box.place(j, random.uniform(1 + j))
        } else {
          rows[place] += noise * box.place(j, 0.5)
        }
      }
    }
  }
}
