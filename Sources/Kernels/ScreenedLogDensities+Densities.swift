/// Steps 2 and 4: densities, as far as they are needed.
extension ScreenedLogDensities {
  /// The density of every row under the component that it is guessed to belong to.
  func writeGuessed(
    _ order: UnsafePointer<Int>, ends: UnsafePointer<Int>,
    into densities: UnsafeMutablePointer<Double>, _ densityStride: Int
  ) {
    scratch.gatheredTops.update(repeating: -.infinity, count: 32)
    // Padding is never open.
    (scratch.tops + count).update(repeating: .infinity, count: stride - count)
    var first = 0
    for k in 0..<components.count {
      while first < ends[k] {
        let some = min(32, ends[k] - first)
        writeSome(k, numbers: order + first, count: some)
        for i in 0..<some {
          densities[k * densityStride + order[first + i]] = scratch.results[i]
          scratch.tops[order[first + i]] = scratch.results[i]
        }
        first += some
      }
    }
  }

  /// The densities under all other components that may count.
  func writeOthers(
    numbers: UnsafeMutablePointer<Int>, into densities: UnsafeMutablePointer<Double>,
    _ densityStride: Int
  ) {
    for k in 0..<components.count {
      let target = densities + k * densityStride
      let possible = findPossible(k, target, into: numbers)
      for first in Swift.stride(from: 0, to: possible, by: 32) {
        let some = min(32, possible - first)
        let chosen = numbers + first
        for i in 0..<32 { scratch.gatheredTops[i] = scratch.tops[chosen[i < some ? i : 0]] }
        writeSome(k, numbers: chosen, count: some)
        for i in 0..<some {
          target[chosen[i]] = scratch.results[i]
          raiseTop(chosen[i], to: scratch.results[i])
        }
      }
    }
  }

  /// The rows that may count for component `k` and are not known yet.
  private func findPossible(
    _ k: Int, _ bounds: UnsafePointer<Double>, into numbers: UnsafeMutablePointer<Int>
  ) -> Int {
    var found = 0
    for n in Swift.stride(from: 0, to: count, by: 8) {
      let isKnown = Vector8(loading: scratch.guesses + n) .== Double(k)
      let done = excluded(Vector8(loading: bounds + n), n).replacing(with: 1, where: isKnown)
      guard done.laneSum < 8 else { continue }
      for lane in 0..<min(8, count - n) {
        numbers[found] = n + lane
        found += done[lane] == 0 ? 1 : 0
      }
    }
    return found
  }

  private func raiseTop(_ n: Int, to density: Double) {
    scratch.tops[n] = density > scratch.tops[n] ? density : scratch.tops[n]
  }

  /// Writes the densities of at most 32 rows under component `k` to `scratch.results`, or bounds where
  /// those lie too far below `scratch.gatheredTops`.
  private func writeSome(_ k: Int, numbers: UnsafePointer<Int>, count: Int) {
    let isWhole = KernelTable.screensAll(count: count, shape)
    let lanes = isWhole ? 32 : paddedCount(count)
    transposeRows(
      rows, numbers: numbers, count: count, columnCount: columnCount, lanes: lanes,
      into: scratch.group)
    let product = components.product(
      k, columnCount: columnCount, tileColumns: columnCount, stride: lanes,
      differences: scratch.differences)
    let logScale = components.logScales[k]
    if isWhole {
      product.writeDensities(
        scratch.group, logScale, tops: scratch.gatheredTops, floor: negligibleLogRatio,
        into: scratch.results, as: FourVectors.self, inPairs: false)
    } else if shape != .small {
      product.writeDensities(
        scratch.group, logScale, tops: scratch.gatheredTops, floor: negligibleLogRatio,
        into: scratch.results, as: Vector8.self, inPairs: true)
    } else {
      product.writeDensities(
        scratch.group, logScale, tops: scratch.gatheredTops, floor: negligibleLogRatio,
        into: scratch.results, as: Vector8.self, inPairs: false)
    }
  }
}
