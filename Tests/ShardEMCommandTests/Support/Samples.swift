import MixtureModels
import ModelFiles
import ShardEM

/// Two Gaussians in two columns, 8 standard deviations apart.
enum Samples {
  static let model = ModelFile(
    GaussianMixture(components: 2, columns: 2),
    Parameters(
      weights: [0.25, 0.75], means: [0, 0, 8, 8], covariances: [1, 0, 0, 1, 2, 0.5, 0.5, 1]))

  /// `count` rows, row-major.
  static func rows(_ count: Int) throws -> [Double] {
    let mixture = GaussianMixture(components: 2, columns: 2)
    let parameters = try model.parameters(for: mixture, name: "model")
    return try mixture.sample(rows: 0..<count, under: parameters, seed: 7)
  }

  /// The same as text with a header.
  static func csv(_ count: Int) throws -> String {
    let values = try rows(count)
    return "width,height\n"
      + (0..<count).map { "\(values[2 * $0]),\(values[2 * $0 + 1])\n" }.joined()
  }
}
