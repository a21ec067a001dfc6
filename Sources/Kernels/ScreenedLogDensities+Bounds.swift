/// Steps 1 and 3: what excludes components without their densities.
extension ScreenedLogDensities {
  /// Writes -1/2 of the part of the squared distance that the leading columns make.
  func writeBounds(
    groups: Range<Int>, _ leading: Int, into densities: UnsafeMutablePointer<Double>,
    _ densityStride: Int
  ) {
    let start = columns + groups.lowerBound * columnCount
    for k in 0..<components.count {
      let product = components.product(
        k, columnCount: leading, tileColumns: columnCount, stride: groups.count,
        differences: scratch.differences)
      let target = densities + k * densityStride + groups.lowerBound
      switch shape {
      case .small: product.writeDensities(start, 0, into: target, as: Vector8.self)
      case .large: product.writeDensities(start, 0, into: target, as: FourVectors.self)
      }
    }
  }

  /// Whether in the leading columns most components lie so far behind the nearest one of the first
  /// 32 rows that in all columns, at the same rate, they would count as 0.
  func excludesMost(
    _ densities: UnsafePointer<Double>, _ densityStride: Int, _ leading: Int
  ) -> Bool {
    let limit = negligibleLogRatio * Double(leading) / Double(columnCount)
    var excluded = Vector8.zero
    for n in Swift.stride(from: 0, to: 32, by: 8) {
      let largest = nearest(densities + n, densityStride).largest
      for k in 0..<components.count {
        let density =
          Vector8(loading: densities + k * densityStride + n) + components.leadingLogScales[k]
        excluded += (density - largest).ones(below: limit)
      }
    }
    return excluded.laneSum > 0.5 * Double(32 * (components.count - 1))
  }

  /// The component with the largest marginal density of each of eight rows, ties to the lowest.
  @inline(__always)
  private func nearest(
    _ bounds: UnsafePointer<Double>, _ densityStride: Int
  ) -> (component: Vector8, largest: Vector8) {
    var largest = Vector8(repeating: -.infinity)
    var component = Vector8.zero
    for k in 0..<components.count {
      let density = Vector8(loading: bounds + k * densityStride) + components.leadingLogScales[k]
      component = component.replacing(with: Double(k), where: density .> largest)
      largest = density.larger(largest)
    }
    return (component, largest)
  }

  /// Guesses which component each row belongs to.
  func guess(_ densities: UnsafePointer<Double>, _ densityStride: Int) {
    for n in Swift.stride(from: 0, to: stride, by: 8) {
      nearest(densities + n, densityStride).component.store(to: scratch.guesses + n)
    }
  }

  /// Sorts the numbers of the rows by component; those of k end before `ends[k]`, where those of
  /// k + 1 begin.
  func sortByGuess(into order: UnsafeMutablePointer<Int>, ends: UnsafeMutablePointer<Int>) {
    ends.update(repeating: 0, count: components.count + 1)
    for n in 0..<count { ends[Int(scratch.guesses[n]) + 1] += 1 }
    for k in 0..<components.count { ends[k + 1] += ends[k] }
    for n in 0..<count {
      let k = Int(scratch.guesses[n])
      order[ends[k]] = n
      ends[k] += 1
    }
  }

  /// Makes parts of distances bounds of densities; returns how many of those that are not known leave
  /// it open whether the component counts.
  func addScales(
    to bounds: UnsafeMutablePointer<Double>, _ densityStride: Int
  ) -> Int {
    var open = Vector8.zero
    for k in 0..<components.count {
      for n in Swift.stride(from: 0, to: count, by: 8) {
        let place = bounds + k * densityStride + n
        let part = Vector8(loading: place)
        let isKnown = Vector8(loading: scratch.guesses + n) .== Double(k)
        let bound = (part + components.logScales[k]).replacing(with: part, where: isKnown)
        bound.store(to: place)
        open += Vector8(repeating: 1) - excluded(bound, n).replacing(with: 1, where: isKnown)
      }
    }
    return Int(open.laneSum)
  }

  /// 1 for those of eight rows whose bound lies too far below a density that is known, else 0.
  @inline(__always)
  func excluded(_ bound: Vector8, _ n: Int) -> Vector8 {
    (bound - Vector8(loading: scratch.tops + n)).ones(below: negligibleLogRatio)
  }

  /// Lowers bounds by what the directions between the guessed component and the others add to the
  /// squared distances: 2 D operations each, four rows and 16 components at a time.
  func add(
    _ directions: SeparatingDirections, _ order: UnsafePointer<Int>, ends: UnsafePointer<Int>,
    to bounds: UnsafeMutablePointer<Double>, _ densityStride: Int
  ) {
    let blocks = paddedCount(components.count) / 8
    directions.numbers.withUnsafeBufferPointer { numbers in
      var first = 0
      for near in 0..<components.count {
        while first < ends[near] {
          let some = min(4, ends[near] - first)
          writeDifferences(
            order + first, count: some, mean: components.means + near * components.meanStride)
          for block in Swift.stride(from: 0, to: blocks, by: 2) {
            let place = { block in
              numbers.baseAddress!
                + SeparatingDirections.place(
                  near, block: block, componentCount: components.count, columnCount: columnCount)
            }
            // The second block may be the first once more.
            let (left, right) = project(place(block), place(min(block + 1, blocks - 1)))
            lower(bounds, densityStride, order + first, some, block, left, place(block))
            if block + 1 < blocks {
              lower(
                bounds, densityStride, order + first, some, block + 1, right, place(block + 1))
            }
          }
          first += some
        }
      }
    }
  }

  /// Four rows less the mean, number by number.
  @inline(__always)
  private func writeDifferences(
    _ numbers: UnsafePointer<Int>, count: Int, mean: UnsafePointer<Double>
  ) {
    for row in 0..<4 {
      let x = rows + numbers[row < count ? row : 0] * columnCount
      for j in 0..<columnCount { scratch.differences[4 * j + row] = x[j] - mean[j] }
    }
  }

  @inline(__always)
  private func project(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>
  ) -> (FourSums<Vector8>, FourSums<Vector8>) {
    var sums = (
      FourSums(repeating: Vector8(loading: left)), FourSums(repeating: Vector8(loading: right))
    )
    for j in 0..<columnCount {
      let x = scratch.differences + 4 * j
      sums.0.add(x, Vector8(loading: left + 8 * (j + 1)))
      sums.1.add(x, Vector8(loading: right + 8 * (j + 1)))
    }
    return sums
  }

  @inline(__always)
  private func lower(
    _ bounds: UnsafeMutablePointer<Double>, _ densityStride: Int, _ numbers: UnsafePointer<Int>,
    _ count: Int, _ block: Int, _ sums: FourSums<Vector8>, _ lengths: UnsafePointer<Double>
  ) {
    let slack = Vector8(loading: lengths) * SeparatingDirections.slack
    for row in 0..<count {
      let sum = row == 0 ? sums.a : row == 1 ? sums.b : row == 2 ? sums.c : sums.d
      let size = sum.replacing(with: -sum, where: sum .< 0) - slack
      let sure = size.replacing(with: 0, where: size .< 0)
      let square = sure * sure * (0.5 * SeparatingDirections.part)
      let place = bounds + 8 * block * densityStride + numbers[row]
      for lane in 0..<min(8, components.count - 8 * block) {
        place[lane * densityStride] -= square[lane]
      }
    }
  }
}
