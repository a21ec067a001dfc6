/// Why no model can be estimated from these data with these options.
///
/// Holds facts; `description` writes the sentence: where, what was found, what to do.
public enum FitError: Error, Equatable, Sendable {
  /// A component's covariance is singular relative to the data's own scale, or it has no mass.
  /// `component` counts from 0 (-1: the shared covariance); `iteration` is filled in by the fit loop.
  case collapsed(component: Int, mass: Double, rows: Double, iteration: Int?)
}
