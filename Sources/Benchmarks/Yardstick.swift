import Kernels
import MixtureModels

#if arch(x86_64)
  import _Builtin_intrinsics.intel.cpuid
#endif

/// What an iteration of a covariance type is measured by.
struct Yardstick {
  /// The floating-point operations that an iteration cannot do without, of n rows of d columns and k
  /// components, if no responsibility is negligible.
  let operations: (_ n: Double, _ d: Double, _ k: Double) -> Double
  /// The share of the peak that is to be reached with d columns; nil where other things than
  /// multiply-adds count.
  var leastPeakFraction: (_ columns: Int) -> Double? = { _ in 0.5 }
  /// The libraries that have the type, and how many times faster than each to be.
  let libraries: [(name: String, leastRatio: (_ columns: Int) -> Double)]
}

extension CovarianceType {
  /// Full: a triangular product and an outer product per row and component, 2 N K D (D + 1); what is
  /// of order D is left out. Diag and spherical: subtract, multiply, multiply-add for the distance,
  /// then subtract, multiply, add, multiply-add for the moments: 9 N K D. Tied: the rows whitened
  /// once, N D (D + 1); K plain distances, 3 N K D; K first moments and the mean of means, 5 N K D;
  /// one outer product, N D (D + 1); the pairs, N K (K - 1). These three spend a good part of their
  /// time on responsibilities, 32 N K: an exponential is 13 multiply-adds and 3 other operations, a
  /// difference, a sum and a product go with it.
  var yardstick: Yardstick {
    // Where a core computes a whole vector at once, multiply-adds wait for loads more often.
    let isWide = computesWholeVectors
    return switch self {
    case .full:
      Yardstick(
        operations: { n, d, k in 2 * n * k * d * (d + 1) },
        leastPeakFraction: { columns in
          switch columns {
          case 128...: isWide ? 0.68 : 0.7
          case 64...: isWide ? 0.65 : 0.7
          case 32...: isWide ? nil : 0.7
          default: columns == 16 ? 0.5 : nil
          }
        },
        libraries: [
          ("scikit-learn", { $0 <= 40 ? 10 : 6 }), ("oneDAL", { _ in isWide ? 2.3 : 4 }),
        ])
    case .tied:
      Yardstick(
        operations: { n, d, k in n * (2 * d * (d + 1) + 8 * k * d + k * (k - 1) + 32 * k) },
        leastPeakFraction: { _ in isWide ? 0.48 : 0.5 },
        libraries: [("scikit-learn", { _ in 8 })])
    case .diag:
      Yardstick(
        operations: { n, d, k in n * k * (9 * d + 32) },
        leastPeakFraction: { _ in isWide ? 0.54 : 0.5 },
        libraries: [("scikit-learn", { _ in 10 }), ("oneDAL", { _ in 3.5 })])
    case .spherical:
      Yardstick(
        operations: { n, d, k in n * k * (9 * d + 32) },
        libraries: [("scikit-learn", { _ in 8 })])
    }
  }
}

/// Whether a core has AVX-512 and computes a whole vector at once: Intel's. Zen 4 computes halves.
private let computesWholeVectors = TileShape.native == .large && makerBegins(with: 0x756e_6547)  // "Genu"

/// Whether the processor's maker, in ASCII from the lowest byte on, begins so.
private func makerBegins(with letters: UInt32) -> Bool {
  #if arch(x86_64)
    var (highest, first, second, third): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    return __get_cpuid(0, &highest, &first, &third, &second) == 1 && first == letters
  #else
    return false
  #endif
}
