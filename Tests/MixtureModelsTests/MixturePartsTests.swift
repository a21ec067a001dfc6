import MixtureModels
import Testing

@Suite("Parts of mixtures")
struct MixturePartsTests {
  // Weights of powers of two, whose shares and products are exact.
  private static let parameters = Parameters(
    weights: [0.5, 0.125, 0.25, 0.125], means: (0..<8).map(Double.init),
    covariances: (0..<4).flatMap { [Double($0) + 2, 0.5, 0.5, 3] })

  @Test("Some components of a mixture are one of their own")
  func picking() throws {
    let model = GaussianMixture(components: 4, columns: 2)
    let few = try #require(model.ofComponents(2))
    let picked = model.picking([1, 3], of: Self.parameters)
    #expect(few.componentCount == 2 && few.layout.fits(picked))
    #expect(picked.weights == [0.5, 0.5] && picked.means == [2, 3, 6, 7])
    #expect(picked.covariances == [3, 0.5, 0.5, 3, 5, 0.5, 0.5, 3])
  }

  @Test("Put back they are what they were, or others of the same weight together")
  func replacing() {
    let model = GaussianMixture(components: 4, columns: 2)
    var picked = model.picking([1, 3], of: Self.parameters)
    #expect(model.replacing([1, 3], of: Self.parameters, by: picked) == Self.parameters)
    picked.weights = [0.25, 0.75]
    picked.means = [-1, -2, -3, -4]
    let other = model.replacing([1, 3], of: Self.parameters, by: picked)
    #expect(other.weights == [0.5, 0.0625, 0.25, 0.1875])
    #expect(other.means == [0, 1, -1, -2, 4, 5, -3, -4])
    #expect(other.covariances == Self.parameters.covariances)
  }

  @Test("Components that have something in common are none without the others")
  func common() {
    let tied = GaussianMixture(components: 4, columns: 2, covarianceType: .tied)
    let alike = CovarianceModels.named("VEV").map {
      GaussianMixture(components: 4, columns: 2, covariance: $0)
    }
    #expect(tied.ofComponents(2) == nil && alike?.ofComponents(2) == nil)
    let diagonal = GaussianMixture(components: 4, columns: 2, covarianceType: .diag)
    #expect(diagonal.ofComponents(2) != nil)
  }
}
