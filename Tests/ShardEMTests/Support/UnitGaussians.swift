import Kernels
import MixtureModels

/// A mixture of Gaussians of variance 1: the smallest mixture that a user could bring, written
/// with nothing but the public door.
struct UnitGaussians: SamplableModel {
  let componentCount: Int
  let columnCount: Int
  /// Whether it is given data with missing cells, in whose place it looks at the means of the columns.
  var takesMissing = false
  private var fill: [Double]?

  init(componentCount: Int, columnCount: Int, takesMissing: Bool = false) {
    (self.componentCount, self.columnCount) = (componentCount, columnCount)
    self.takesMissing = takesMissing
  }

  func observing(_ columns: ObservedColumns?) -> UnitGaussians {
    var mixture = self
    mixture.fill = columns?.means
    return mixture
  }

  var layout: ParameterLayout {
    ParameterLayout([
      .init("weights", [componentCount], .weights),
      .init("means", [componentCount, columnCount], .free),
    ])
  }

  func components(at parameters: Parameters, sharing work: WorkSharing) -> UnitDensities {
    UnitDensities(
      weights: parameters.weights, means: parameters.means, columnCount: columnCount, fill: fill)
  }

  func moments(of components: UnitDensities, at parameters: Parameters) -> UnitMoments {
    moments(about: parameters.means)
  }

  func moments(about centers: [Double]) -> UnitMoments {
    UnitMoments(
      componentCount: componentCount, columnCount: columnCount, centers: centers, fill: fill)
  }

  func maximized(
    _ sums: Sums, of moments: UnitMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters {
    let (masses, shifts) = (sums[Slots.masses], sums["shifts"])
    let total = masses.reduce(0, +)
    if let empty = masses.firstIndex(of: 0) {
      throw FitError.collapsed(component: empty, mass: 0, rows: total, iteration: nil)
    }
    return Parameters(
      weights: masses.map { $0 / total },
      means: shifts.indices.map { moments.centers[$0] + shifts[$0] / masses[$0 / columnCount] })
  }

  func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    zip(previous.means, next.means).map { abs($1 - $0) }.max()!
  }

  func sampler(under parameters: Parameters) -> Parameters { parameters }

  func writeRow(
    _ random: RandomRow, _ parameters: Parameters, into row: UnsafeMutablePointer<Double>
  ) {
    let k = random.choice(parameters.weights, 0)
    for j in 0..<columnCount {
      row[j] = parameters.means[k * columnCount + j] + random.normal(1 + j)
    }
  }
}

struct UnitDensities: Components {
  let weights: [Double]
  /// K × D, row-major.
  let means: [Double]
  let columnCount: Int
  let fill: [Double]?

  var count: Int { weights.count }

  func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    for k in 0..<count {
      let constant = Portable.log(weights[k]) - Double(columnCount) * Portable.log(2 * .pi) / 2
      for n in 0..<tile.count {
        var square = 0.0
        for j in 0..<columnCount {
          let difference = tile.rows.rows[n * columnCount + j] - means[k * columnCount + j]
          square += difference * difference
        }
        logJoint[k * tileStride + n] = constant - square / 2
      }
    }
  }
}

/// K × D sums of w r (x - center).
struct UnitMoments: Moments {
  let componentCount: Int
  let columnCount: Int
  let centers: [Double]
  let fill: [Double]?

  var slots: Slots { ["shifts": componentCount * columnCount] }

  func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<componentCount {
      for n in 0..<tile.count {
        for j in 0..<columnCount {
          let i = k * columnCount + j
          sums[i] +=
            weights[k * tileStride + n] * (tile.rows.rows[n * columnCount + j] - centers[i])
        }
      }
    }
  }
}

extension Parameters {
  init(weights: [Double], means: [Double]) { self = ["weights": weights, "means": means] }

  var bits: [UInt64] { numbers.map(\.bitPattern) }
}
