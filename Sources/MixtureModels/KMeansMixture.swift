import Kernels

/// K-means: centers that make the inertia Σ_n w_n min_k |x_n - c_k|² as small as they can, from where they
/// start.
///
/// An iteration is one of Lloyd's: each row to its nearest center, of equally near ones the lowest; each
/// center to the mean of its rows. That is EM of equal spherical Gaussians as their variance goes to 0, and
/// classification EM of such (`HardMixture` of `SoftKMeansMixture`) with any variance. There is no density:
/// what is maximized is minus the inertia, and no number depends on the units of the data but by their
/// square; tolerances are of its relative change.
///
/// Clusters without rows get one each, as scikit-learn has it: the rows farthest from their nearest centers,
/// of equally far ones the first, which their own clusters lose; of rows whose class is known, in a cluster
/// of that class. Missing cells of such a row count as the means of their columns. The inertia falls by it. A
/// cluster stays where it is if no row is left that is not on a center, or if it loses its last one.
///
/// Source: Lloyd, "Least squares quantization in PCM" (IEEE Trans. Information Theory 28, 1982); Bishop,
/// "Pattern Recognition and Machine Learning", section 9.3.2; Pedregosa et al., "Scikit-learn: Machine
/// Learning in Python" (JMLR 12, 2011), `KMeans` with `algorithm="lloyd"`.
public struct KMeansMixture: CenterMixture {
  public static let name = "k-means"
  public static let purpose = "clusters about centers, of least squares"
  public static let hasDensities = false

  public let componentCount: Int
  public let columnCount: Int
  private(set) var observed: ObservedColumns?

  public init(components: Int, columns: Int) {
    (componentCount, columnCount) = (components, columns)
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(components: components, columns: columns)
  }

  public func observing(_ columns: ObservedColumns?) -> KMeansMixture {
    var mixture = self
    mixture.observed = columns
    return mixture
  }

  public var sumsLogLikelihood: Bool { false }
  public var isSmooth: Bool { false }
  /// They have no weights.
  public var hasExchangeableComponents: Bool { false }
  public var objectiveName: String { "minus inertia" }
  public var title: String { "K-means" }

  public var layout: ParameterLayout {
    ParameterLayout([.init(Self.means, [componentCount, columnCount], .free)])
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) -> KMeansComponents {
    KMeansComponents(
      clusters: KMeans(parameters.means, columns: columnCount, fill: observed?.means))
  }

  public func maximized(
    _ sums: Sums, of moments: CenterMoments, from previous: Parameters?, sharing work: WorkSharing
  ) -> Parameters { [Self.means: moments.means(sums)] }

  /// Relative to the inertia: the same in any units.
  public func gain(from previous: Double, to next: Double) -> Double {
    previous == next ? 0 : (next - previous) / previous.magnitude
  }

  public func sampler(under parameters: Parameters) throws -> Never {
    throw FitError.unusable(
      setting: "rows drawn from k-means, which has no density", expected: "soft-k-means")
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: Never, into row: UnsafeMutablePointer<Double>
  ) {}
}

/// Minus the squared distances to centers, in place of log joint densities.
public struct KMeansComponents: ClusterComponents {
  package let clusters: KMeans

  package func replacing(_ clusters: KMeans) -> KMeansComponents {
    KMeansComponents(clusters: clusters)
  }

  public var fill: [Double]? { clusters.moments.fill }
  public var isHard: Bool { true }
  public var count: Int { clusters.componentCount }
  public var scratchCount: Int { count }

  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    tile.scratch.update(repeating: 0, count: count)
    squaredDistances(
      tile.columns, columnCount: clusters.columnCount, stride: tile.stride,
      centers: clusters.centers, centerCount: count, zeros: tile.scratch, factor: -1,
      into: logJoint, distanceStride: tileStride)
    guard let incomplete = tile.incomplete else { return }
    for n in incomplete.numbers {
      for k in 0..<count {
        logJoint[k * tileStride + n] = -clusters.squaredDistance(incomplete.row(n), k)
      }
    }
  }
}

extension KMeansComponents: ImputingComponents {
  /// The numbers of the nearest center, whether drawn or not.
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    guard let incomplete = tile.incomplete else { return }
    let d = clusters.columnCount
    for n in incomplete.numbers {
      let row = incomplete.row(n)
      guard let k = (0..<count).first(where: { responsibilities[$0 * tileStride + n] > 0 }) else {
        continue
      }
      for j in 0..<d where row[j].isNaN { rows[n * d + j] = clusters.centers[k * d + j] }
    }
  }
}
