import Kernels

/// What EM's theory says of any distribution q over the components of each row:
///
///     log p(x | θ) = L(q, θ) + KL(q || p(z | x, θ)),    L(q, θ) = Q(q, θ) + H(q),
///     log p(x | θ) = Q(q, θ) - R(q, θ).
///
/// The E-step chooses q to make the divergence 0, so the bound L touches the log-likelihood; the
/// M-step chooses θ to raise Q, hence the bound, hence the log-likelihood. All six quantities
/// are sums over the rows, each times its weight, in nats, and each is computed from its own
/// definition, so that the identities can be tested. 0 log 0 = 0.
///
/// Where q gives mass to a component under which a row is impossible, the bound is -∞ and the
/// divergence ∞.
///
/// Source: Neal & Hinton, "A View of the EM Algorithm that Justifies Incremental, Sparse, and
/// Other Variants" (1998); Bishop, "Pattern Recognition and Machine Learning", section 9.4; for R
/// Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", section 8.5.
public struct EvidenceDecomposition: Sendable, Equatable {
  /// Σ w log p(x | θ).
  public var logLikelihood = 0.0
  /// L(q, θ) = Σ w Σ_k q_k log(p(x, k | θ) / q_k).
  public var lowerBound = 0.0
  /// KL(q || p(z | x, θ)) = Σ w Σ_k q_k log(q_k / p(k | x, θ)), 0 or more.
  public var divergence = 0.0
  /// Q(q, θ) = Σ w Σ_k q_k log p(x, k | θ), the expected complete-data log-likelihood.
  public var expectedLogJoint = 0.0
  /// R(q, θ) = Σ w Σ_k q_k log p(k | x, θ), the expected log posterior, 0 or less.
  public var expectedLogPosterior = 0.0
  /// H(q) = -Σ w Σ_k q_k log q_k.
  public var entropy = 0.0

  /// Adds a row's component, but for what the row has of the log-likelihood.
  ///
  /// - Parameters:
  ///   - share: q_k, 0 or more; weight: the row's.
  ///   - logJoint: log p(x, k | θ); evidence: log p(x | θ).
  @inline(__always)
  mutating func add(share: Double, weight: Double, logJoint: Double, evidence: Double) {
    guard share > 0 else { return }
    let mass = weight * share
    let logShare = Portable.log(share)
    lowerBound += mass * (logJoint - logShare)
    divergence += mass * (logShare - (logJoint - evidence))
    expectedLogJoint += mass * logJoint
    expectedLogPosterior += mass * (logJoint - evidence)
    entropy -= mass * logShare
  }
}

extension MixtureModel {
  /// Both sides of an iteration: log-likelihood, bound, divergence, Q and entropy.
  ///
  /// - Parameters:
  ///   - q: n × K numbers (beside noise K + 1), row-major; each row non-negative with sum 1.
  ///   - rows: n × D values, row-major.
  ///   - weights: n non-negative row weights; nil means 1 each.
  /// - Throws: `FitError` if the parameters define no density.
  public func evidence(
    q: [Double], rows: [Double], weights: [Double]? = nil, under parameters: Parameters
  ) throws -> EvidenceDecomposition {
    let (logJoint, logDensities) = try joint(rows: rows, under: parameters)
    let count = logDensities.count
    let componentCount = count == 0 ? 0 : logJoint.count / count
    precondition(q.count == logJoint.count, "q has \(q.count) numbers, not \(logJoint.count)")
    precondition(weights.map { $0.count == count } ?? true, "weights for other than \(count) rows")
    var sums = EvidenceDecomposition()
    for n in 0..<count where weights?[n] != 0 {
      let weight = weights?[n] ?? 1
      let row = n * componentCount..<(n + 1) * componentCount
      let evidence = logDensities[n]
      sums.logLikelihood += weight * evidence
      for i in row {
        sums.add(share: q[i], weight: weight, logJoint: logJoint[i], evidence: evidence)
      }
    }
    return sums
  }

  /// The posterior p(k | x_n, θ) as n × K numbers, row-major: the q that the E-step chooses.
  ///
  /// A row that is impossible under every component has no posterior: its numbers are NaN.
  /// - Parameter rows: n × D values, row-major.
  /// - Throws: `FitError` if the parameters define no density.
  public func posterior(rows: [Double], under parameters: Parameters) throws -> [Double] {
    let (logJoint, logDensities) = try joint(rows: rows, under: parameters)
    let componentCount = logJoint.count / max(logDensities.count, 1)
    return logJoint.indices.map { Portable.exp(logJoint[$0] - logDensities[$0 / componentCount]) }
  }

  /// log p(x_n, k | θ) as n × K numbers, row-major, in nats.
  ///
  /// - Parameter rows: n × D values, row-major.
  /// - Throws: `FitError` if the parameters define no density.
  public func logJoint(rows: [Double], under parameters: Parameters) throws -> [Double] {
    try joint(rows: rows, under: parameters).logJoint
  }

  /// log p(x_n, k | θ) as n × K numbers, row-major, and n numbers log p(x_n | θ), -∞ where a row is
  /// impossible under every component.
  private func joint(
    rows: [Double], under parameters: Parameters
  ) throws -> (logJoint: [Double], logDensities: [Double]) {
    let components = try components(at: parameters, sharing: .none)
    precondition(
      rows.count.isMultiple(of: columnCount), "\(rows.count) values in \(columnCount) columns")
    let count = rows.count / columnCount
    var (logJoint, logDensities): ([Double], [Double]) = ([], [])
    logJoint.reserveCapacity(count * components.count)
    logDensities.reserveCapacity(count)
    rows.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let block = RowBlock(rows: base, count: count, columnCount: columnCount)
      components.forEachTile(of: block, workspace: Workspace()) { tile, tileJoint in
        components.writeLogJoint(of: tile, into: tileJoint)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: tileStride) { densities in
          logSumExp(
            tileJoint, componentCount: components.count, stride: tileStride, count: tile.count,
            into: densities.baseAddress!)
          logDensities += densities[..<tile.count]
        }
        for n in 0..<tile.count {
          for k in 0..<components.count { logJoint.append(tileJoint[k * tileStride + n]) }
        }
      }
    }
    return (logJoint, logDensities)
  }
}
