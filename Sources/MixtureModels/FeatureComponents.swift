import Kernels

/// The log joint densities of an exponential family, T Θ' + log h.
///
/// The loops, here and in `FeatureMoments`, run over consecutive rows or features and keep one order of
/// separate multiplications and additions, so any vector width gives the same bits.
public struct FeatureComponents: Components {
  private let family: any Features
  public let count: Int
  /// K × P natural parameters, row-major.
  let values: [Double]
  /// What is demanded of rows that have a density under a component.
  let requirements: [FeatureRequirement]

  /// What a component says of a missing cell.
  private let imputed: @Sendable (_ k: Int, _ j: Int, _ random: RandomRow?) -> Double?

  init(
    of family: any Features, count: Int, values: [Double], requirements: [FeatureRequirement],
    imputed: @escaping @Sendable (_ k: Int, _ j: Int, _ random: RandomRow?) -> Double?
  ) {
    (self.family, self.count, self.values) = (family, count, values)
    (self.requirements, self.imputed) = (requirements, imputed)
  }

  public var fill: [Double]? { family.fill }

  /// The features twice, row by row and feature by feature, and log h(x).
  public var scratchCount: Int { (2 * family.featureCount + 1) * tileRows }

  /// T Θ', 2 n K P flops. Each product adds up the features in order.
  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    let featureCount = family.featureCount
    let columns = tile.scratch + featureCount * tileRows
    let logBase = columns + featureCount * tileRows
    family.writeFeatures(of: tile.rowsAsTheyAre, into: tile.scratch)
    family.writeLogBaseMeasure(of: tile.rowsAsTheyAre, into: logBase)
    for n in 0..<tile.count {
      for p in 0..<featureCount { columns[p * tileRows + n] = tile.scratch[n * featureCount + p] }
    }
    values.withUnsafeBufferPointer { parameters in
      for k in 0..<count {
        let sums = logJoint + k * tileStride
        sums.update(from: logBase, count: tile.count)
        for p in 0..<featureCount {
          let parameter = parameters[k * featureCount + p]
          let feature = columns + p * tileRows
          for n in 0..<tile.count { sums[n] += parameter * feature[n] }
        }
      }
    }
    for requirement in requirements {
      let sums = logJoint + requirement.component * tileStride
      let feature = columns + requirement.feature * tileRows
      let condition = requirement.condition.map { columns + $0 * tileRows }
      for n in 0..<tile.count where feature[n] != requirement.value && condition?[n] != 0 {
        sums[n] = -.infinity
      }
    }
  }
}

extension FeatureComponents: ImputingComponents {
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    imputeCells(of: tile, responsibilities, random, into: rows) { j, own, drawn in
      drawn.map { imputed($0.component, j, $0.random) ?? .nan }
        ?? own.indices.reduce(0) { $0 + own[$1] * (imputed($1, j, nil) ?? .nan) }
    }
  }
}

/// K × P sums of w r T(x), row-major.
public struct FeatureMoments: Moments {
  static let name = "features"

  private let family: any Features
  private let componentCount: Int
  public let slots: Slots

  init(of family: any Features, componentCount: Int) {
    (self.family, self.componentCount) = (family, componentCount)
    slots = [Self.name: componentCount * family.featureCount]
  }

  public var scratchCount: Int { family.featureCount * tileRows }
  public var fill: [Double]? { family.fill }

  /// R'T, 2 n K P flops. Each product runs along the features of one row; a row that has nothing
  /// of a component is left out of its sums, which changes none of them.
  public func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    let featureCount = family.featureCount
    family.writeFeatures(of: tile.rowsAsTheyAre, into: tile.scratch)
    for k in 0..<componentCount {
      let own = sums + k * featureCount
      for n in 0..<tile.count {
        let weight = weights[k * tileStride + n]
        if weight == 0 { continue }
        let features = tile.scratch + n * featureCount
        for p in 0..<featureCount { own[p] += weight * features[p] }
      }
    }
  }
}
