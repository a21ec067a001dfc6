/// Log densities of Student's t of rows that show o of D columns, components in lanes.
///
/// The marginal distribution of a t distribution is one with as many degrees of freedom ν:
///
///     log density = logScale - (ν + o) / 2 log(1 + δ / ν),    u = (ν + o) / (ν + δ).
///
/// What estimates ν, the sum of log u - u + ψ((ν + o)/2) - log((ν + o)/2), is taken to have D columns
/// (`Portable.degreesOfFreedom`): `logTerms` are log u - u and the difference of the rest.
public struct StudentTails: Sendable {
  /// The number of components, rounded up to a multiple of 8.
  private let size: Int
  private let logScales: [Double]
  private let degreesOfFreedom: [Double]
  /// (ν + o) / ν.
  private let ratios: [Double]
  /// The logarithm of that, and the difference of the rest.
  private let logTermShifts: [Double]
  private let observed: Double

  /// - Parameters:
  ///   - gaussianLogScales: K numbers log weight - (D log 2 pi + log |scale matrix|) / 2.
  ///   - observed: the number o of columns.
  public init(
    gaussianLogScales: [Double], degreesOfFreedom: [Double], observed: Int, of columnCount: Int
  ) {
    let size = paddedCount(degreesOfFreedom.count)
    self.size = size
    self.observed = Double(observed)
    let missing = 0.5 * Double(columnCount - observed) * logTwoPi
    func padded(_ numbers: [Double]) -> [Double] {
      numbers + Array(repeating: 1, count: size - numbers.count)
    }
    func rest(_ nu: Double, _ columns: Int) -> Double {
      let half = (nu + Double(columns)) / 2
      return Portable.digamma(half) - Portable.log(half)
    }
    logScales = padded(
      zip(gaussianLogScales, degreesOfFreedom).map {
        $0 + missing + Portable.logGammaRatio($1 / 2, halfSteps: observed)
      })
    let ratios = degreesOfFreedom.map { ($0 + Double(observed)) / $0 }
    self.ratios = padded(ratios)
    logTermShifts = padded(
      zip(degreesOfFreedom, ratios).map {
        Portable.log($1) + (rest($0, observed) - rest($0, columnCount))
      })
    self.degreesOfFreedom = padded(degreesOfFreedom)
  }

  /// - Parameters:
  ///   - squares: δ of all components.
  ///   - logDeterminants: by how much the log determinant of what the row shows is more than the whole one.
  ///   - densities: scratch for log densities; weights: for u; logTerms: likewise. The latter two are finite
  ///     whatever δ is.
  public func write(
    squares: UnsafePointer<Double>, logDeterminants: UnsafePointer<Double>,
    densities: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>,
    logTerms: UnsafeMutablePointer<Double>
  ) {
    for k in stride(from: 0, to: size, by: 8) {
      let nu = lanes(degreesOfFreedom, k)
      let (logarithm, lost, reciprocal) = Portable.logOfOnePlus(Vector8(loading: squares + k) / nu)
      let scale = lanes(logScales, k) - Vector8(loading: logDeterminants + k) * 0.5
      (scale - (nu + observed) * 0.5 * logarithm.addingProduct(lost, reciprocal))
        .store(to: densities + k)
      let u = lanes(ratios, k) * reciprocal
      u.store(to: weights + k)
      (lanes(logTermShifts, k) - logarithm - u).store(to: logTerms + k)
    }
  }

  @inline(__always)
  private func lanes(_ numbers: [Double], _ k: Int) -> Vector8 {
    numbers.withUnsafeBufferPointer { Vector8(loading: $0.baseAddress! + k) }
  }
}
