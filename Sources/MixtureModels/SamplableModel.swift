import Kernels

/// A mixture model that can draw rows from itself.
public protocol SamplableModel: MixtureModel {
  /// What all rows share, such as Cholesky factors.
  associatedtype Sampler: Sendable

  /// Prepares draws from the model with these parameters.
  ///
  /// - Throws: `FitError` if the parameters define no density.
  func sampler(under parameters: Parameters) throws -> Sampler

  /// Writes one row of D values, a function of the row's random numbers alone.
  ///
  /// By convention number 0 chooses the component (`random.choice(weights, 0)`), and number 1 + j
  /// is for column j.
  func writeRow(_ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>)
}
