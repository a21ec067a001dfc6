import Kernels
import MixtureModels
import Rows
import Testing

@Suite("Coarser models")
struct CoarserTests {
  // Axes that are not orthogonal, y of x = origin + Σ y_i axis_i.
  private static let axes = [2.0, 0.5, -0.25, 0.75]
  private static let origin = [10.0, -3]
  private static let coarse = Parameters(
    weights: [0.25, 0.75], means: [1, -2, 0.5, 3], covariances: [0.5, 2, 1, 0.25])

  private func logDensity(_ row: [Double], _ k: Int, _ mean: [Double], _ matrix: [Double]) -> Double
  {
    let determinant = matrix[0] * matrix[3] - matrix[1] * matrix[2]
    let (a, b) = (row[0] - mean[0], row[1] - mean[1])
    let square =
      (matrix[3] * a * a - (matrix[1] + matrix[2]) * a * b + matrix[0] * b * b) / determinant
    return -0.5 * (square + Portable.log(determinant))
  }

  @Test("Refined, components have the densities of the coarser model's")
  func densities() throws {
    let model = GaussianMixture(components: 2, columns: 2, regularization: 0)
    let coarser = try #require(model.coarser())
    #expect(coarser.covarianceType == .diag && coarser.layout.fits(Self.coarse))
    let refined = try model.refined(
      Self.coarse, origin: Self.origin, axes: Self.axes, sharing: .none)
    #expect(model.layout.fits(refined) && refined.weights == Self.coarse.weights)
    let volume = Portable.log(2 * 0.75 + 0.5 * 0.25)
    for y in [[0.0, 0], [1, -2], [-3, 0.5]] {
      let x = (0..<2).map { Self.origin[$0] + y[0] * Self.axes[$0] + y[1] * Self.axes[2 + $0] }
      for k in 0..<2 {
        let means = Self.coarse.means[2 * k..<2 * k + 2]
        let own = Self.coarse.covariances
        let expected = logDensity(
          y, k, Array(means), [own[2 * k], 0, 0, own[2 * k + 1]])
        let found = logDensity(
          x, k, Array(refined.means[2 * k..<2 * k + 2]),
          Array(refined.covariances[4 * k..<4 * k + 4]))
        // Some thirty operations, the numbers below 100: each off by 2^-53 of that.
        #expect(abs(found + volume - expected) < 1e-12)
      }
    }
  }

  @Test("Directions without variance get the regularization")
  func singular() throws {
    let model = GaussianMixture(components: 2, columns: 2, regularization: 0.5)
    let refined = try model.refined(
      Self.coarse, origin: Self.origin, axes: [2, 0, 0, 0], sharing: .none)
    #expect(refined.covariances == [2.5, 0, 0, 0.5, 4.5, 0, 0, 0.5])
    #expect(refined.means == [12, -3, 11, -3])
  }

  @Test("None of models without matrices of each component, or with missing cells")
  func none() throws {
    for type in [CovarianceType.tied, .diag, .spherical] {
      let model = GaussianMixture(components: 2, columns: 2, covarianceType: type)
      #expect(model.coarser() == nil)
    }
    let observed = ObservedColumns(means: [0, 0], variances: [1, 1])
    #expect(GaussianMixture(components: 2, columns: 2).observing(observed).coarser() == nil)
    #expect(try BernoulliMixture(FamilyOptions(), components: 2, columns: 2).coarser() == nil)
  }
}
