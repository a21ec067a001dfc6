import Words

/// Why no model can be estimated from these data with these options.
///
/// Holds facts; `description` writes the sentence: where, what was found, what to do. Facts count
/// components from 0 as arrays do, sentences from 1 as people do (and as rows and columns of
/// files are counted in messages).
public enum FitError: Error, Equatable, Sendable {
  /// A component has no mass, or too little for a covariance: its rows are at most as many as the
  /// columns. `component` counts from 0; `iteration` is filled in by the fit loop.
  case collapsed(component: Int, mass: Double, rows: Double, iteration: Int?)
  /// A covariance is singular relative to the data's own scale though its mass, in rows, would do;
  /// nil for given parameters. `component` counts from 0; nil for the shared covariance. `columns` are
  /// those that make it so.
  case singular(
    component: Int?, columns: SingularColumns? = nil, mass: Double?, iteration: Int?)
  /// A variance is infinite or no number: given so, or by a regularization near the end of float64.
  /// `component` counts from 0; nil for the shared covariance.
  case notFinite(component: Int?, variance: Double, iteration: Int?)
  /// A variance is so large or small that float64 cannot hold its reciprocal with all digits.
  /// `component` counts from 0; nil for the shared covariance.
  case outOfRange(component: Int?, variance: Double, iteration: Int?)
  /// A setting of the model or the fit of which no fit can be made, such as 0 components; in words.
  case unusable(setting: String, expected: String)
  /// The parameters of an exponential family give no density: a natural parameter is not finite.
  case undefined(component: Int, naturalParameter: Int, value: Double)
}

extension FitError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .collapsed(let component, let mass, let rows, let iteration):
      return "component \(component + 1) collapsed\(phrase(iteration)): mass \(shortened(mass)) of "
        + "\(shortened(rows)) rows; raise \(Term.regularization), lower \(Term.components) or "
        + "change \(Term.seed)"
    case .singular(let component, let columns, let mass, let iteration):
      return "\(subject(component)) collapsed\(phrase(iteration)): "
        + (component == nil ? "singular" : "covariance singular")
        + (mass.map { " over \(shortened($0)) rows" } ?? "")
        + (columns.map { ", \($0)" } ?? "")
        + "; raise \(Term.regularization) or drop constant, duplicated and linearly dependent "
        + "columns"
    case .notFinite(let component, let variance, let iteration):
      return "\(subject(component)) has a variance of \(variance)\(phrase(iteration)), expected a "
        + "finite number; rescale the data or lower \(Term.regularization)"
    case .outOfRange(let component, let variance, let iteration):
      return "\(subject(component)) has a variance of \(variance)\(phrase(iteration)), expected "
        + "\(CovarianceCheck.range); rescale the data or choose another \(Term.regularization)"
    case .unusable(let setting, let expected):
      return "\(setting); expected \(expected)"
    case .undefined(let component, let parameter, let value):
      return "component \(component + 1) has no density: natural parameter \(parameter) is "
        + "\(value), expected a finite number; raise \(Term.regularization)"
    }
  }

  /// The same error, met at `iteration` unless it names one already.
  package func located(at iteration: Int) -> FitError {
    switch self {
    case .collapsed(let component, let mass, let rows, nil):
      .collapsed(component: component, mass: mass, rows: rows, iteration: iteration)
    case .singular(let component, let columns, let mass, nil):
      .singular(component: component, columns: columns, mass: mass, iteration: iteration)
    case .notFinite(let component, let variance, nil):
      .notFinite(component: component, variance: variance, iteration: iteration)
    case .outOfRange(let component, let variance, nil):
      .outOfRange(component: component, variance: variance, iteration: iteration)
    default: self
    }
  }

  /// The same error, its columns called as the data call them.
  ///
  /// - Parameter label: of a column, counted from 0.
  public func naming(_ label: (_ column: Int) -> String) -> FitError {
    guard case .singular(let component, let columns?, let mass, let iteration) = self else {
      return self
    }
    return .singular(
      component: component, columns: columns.naming(label), mass: mass, iteration: iteration)
  }

  /// The same error of some columns of a model, as one of that model.
  ///
  /// - Parameter columns: their places among those of the model.
  func of(_ columns: [Int]) -> FitError {
    guard case .singular(let component, let own?, let mass, let iteration) = self else {
      return self
    }
    return .singular(
      component: component,
      columns: SingularColumns(
        column: own.column.map { columns[$0] }, others: own.others.map { columns[$0] }),
      mass: mass, iteration: iteration)
  }

  private func subject(_ component: Int?) -> String {
    component.map { "component \($0 + 1)" } ?? "the shared covariance"
  }

  private func phrase(_ iteration: Int?) -> String {
    iteration.map { " at iteration \($0)" } ?? ""
  }
}
