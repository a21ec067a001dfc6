import Kernels
import MixtureModels

/// A mixture of Gaussians of variance 1: the smallest mixture that a user could bring, written
/// with nothing but the public door.
struct UnitGaussians: SamplableModel {
  let componentCount: Int
  let columnCount: Int

  struct Parameters: Sendable, Equatable {
    var weights: [Double]
    /// K × D, row-major.
    var means: [Double]
  }
  typealias Expectation = Parameters

  // The log-likelihood, the sum of weights; K masses, K × D sums of w r (x - mean).
  var statisticsCount: Int { 2 + componentCount * (1 + columnCount) }
  var freeParameterCount: Int { componentCount - 1 + componentCount * columnCount }
  var scratchCount: Int { 0 }

  func expectation(under parameters: Parameters) -> Parameters { parameters }
  func expectation(around reference: Parameters) -> Parameters { reference }

  func reference(centers: [Double]) -> Parameters {
    let weight = 1 / Double(componentCount)
    return Parameters(
      weights: Array(repeating: weight, count: componentCount), means: centers)
  }

  func writeLogJoint(
    of tile: RowBlock, _ parameters: Parameters, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<componentCount {
      let constant =
        Portable.log(parameters.weights[k]) - Double(columnCount) * Portable.log(2 * .pi) / 2
      for n in 0..<tile.count {
        var square = 0.0
        for j in 0..<columnCount {
          let difference =
            tile.rows[n * columnCount + j] - parameters.means[k * columnCount + j]
          square += difference * difference
        }
        logJoint[k * tileStride + n] = constant - square / 2
      }
    }
  }

  func add(
    _ tile: RowBlock, responsibilities: UnsafePointer<Double>, _ parameters: Parameters,
    scratch: UnsafeMutablePointer<Double>, into statistics: UnsafeMutablePointer<Double>
  ) {
    let sums = statistics + 2 + componentCount
    for k in 0..<componentCount {
      for n in 0..<tile.count {
        let share = responsibilities[k * tileStride + n]
        statistics[2 + k] += share
        for j in 0..<columnCount {
          let i = k * columnCount + j
          sums[i] += share * (tile.rows[n * columnCount + j] - parameters.means[i])
        }
      }
    }
  }

  func maximized(_ statistics: [Double], from previous: Parameters) throws -> Parameters {
    let masses = Array(statistics[2..<2 + componentCount])
    let total = masses.reduce(0, +)
    if let empty = masses.firstIndex(of: 0) {
      throw FitError.collapsed(component: empty, mass: 0, rows: total, iteration: nil)
    }
    return Parameters(
      weights: masses.map { $0 / total },
      means: previous.means.indices.map {
        previous.means[$0] + statistics[2 + componentCount + $0] / masses[$0 / columnCount]
      })
  }

  func numbers(of parameters: Parameters) -> [Double] { parameters.weights + parameters.means }

  func parameters(numbers: [Double]) -> Parameters? {
    guard numbers.count == componentCount * (1 + columnCount) else { return nil }
    return Parameters(
      weights: Array(numbers[..<componentCount]), means: Array(numbers[componentCount...]))
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
