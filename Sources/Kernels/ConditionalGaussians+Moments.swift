extension ConditionalGaussians {
  public func addMoments(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, about centers: UnsafePointer<Double>,
    weights: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    let d = differences(pattern)
    forEachGroup { group, parts in
      let weight = Vector8(loading: weights + 8 * group)
      if weight == .zero { return }
      complete(row, pattern, group, parts)
      let centers = centers + 8 * group * columnCount
      // From the points instead of the means; of a value of the row anew, which loses no digits.
      for j in pattern.observed {
        (Vector8(repeating: row[j]) - Vector8(loading: centers + 8 * j)).store(to: d + 8 * j)
      }
      for j in pattern.missing {
        let shift = Vector8(loading: parts.means + 8 * j) - Vector8(loading: centers + 8 * j)
        (Vector8(loading: d + 8 * j) + shift).store(to: d + 8 * j)
      }
      let first = sums + group * sumsStride
      let second = first + 8 * columnCount
      for i in 0..<columnCount {
        let product = weight * Vector8(loading: d + 8 * i)
        (Vector8(loading: first + 8 * i) + product).store(to: first + 8 * i)
        let row = second + 8 * PackedTriangle.row(i)
        for j in 0...i {
          var sum = Vector8(loading: row + 8 * j)
          sum.addProduct(product, Vector8(loading: d + 8 * j))
          sum.store(to: row + 8 * j)
        }
      }
    }
  }

  public func addCovariances(
    of pattern: MissingPattern, weights: UnsafePointer<Double>,
    into sums: UnsafeMutablePointer<Double>
  ) {
    let m = pattern.missing
    let inverse = differences(pattern) + 16 * columnCount
    forEachGroup { group, _ in
      let weight = Vector8(loading: weights + 8 * group)
      if weight == .zero { return }
      invert(factor(pattern, group), order: m.count, into: inverse)
      let second = sums + group * sumsStride + 8 * columnCount
      for i in m.indices {
        for j in 0...i {
          var covariance = Vector8.zero
          for p in i..<m.count {
            let row = inverse + 8 * PackedTriangle.row(p)
            covariance.addProduct(Vector8(loading: row + 8 * i), Vector8(loading: row + 8 * j))
          }
          let slot = second + 8 * (PackedTriangle.row(m[i]) + m[j])
          var sum = Vector8(loading: slot)
          sum.addProduct(weight, covariance)
          sum.store(to: slot)
        }
      }
    }
  }

  /// Writes M = L^-1 of a factor with an inverted diagonal: M_ij = -M_ii Σ_{j <= p < i} L_ip M_pj.
  @inline(__always)
  private func invert(
    _ l: UnsafePointer<Double>, order: Int, into inverse: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<order {
      let row = l + 8 * PackedTriangle.row(i)
      let diagonal = Vector8(loading: row + 8 * i)
      for j in 0..<i {
        var sum = Vector8.zero
        for p in j..<i {
          sum.addProduct(
            Vector8(loading: row + 8 * p),
            Vector8(loading: inverse + 8 * (PackedTriangle.row(p) + j)))
        }
        (-(sum * diagonal)).store(to: inverse + 8 * (PackedTriangle.row(i) + j))
      }
      diagonal.store(to: inverse + 8 * (PackedTriangle.row(i) + i))
    }
  }

  public func addExpectations(
    of row: UnsafePointer<Double>, _ pattern: MissingPattern, weights: UnsafePointer<Double>,
    into expectations: UnsafeMutablePointer<Double>
  ) {
    let d = differences(pattern)
    forEachGroup { group, parts in
      let weight = Vector8(loading: weights + 8 * group)
      if weight == .zero { return }
      complete(row, pattern, group, parts)
      for j in pattern.missing {
        let value = Vector8(loading: parts.means + 8 * j) + Vector8(loading: d + 8 * j)
        expectations[j] += (weight * value).laneSum
      }
    }
  }
}
