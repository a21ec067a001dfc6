import Host
import MixtureModels
import Words

/// A fit of a selection that is to be run.
struct SelectionJob: Sendable {
  let number: SelectionFit
  /// Of its model.
  let name: String
  /// Or why it cannot be fitted.
  let mixture: Result<any Family, any Error>
  let initialization: Initialization
  let options: FitOptions
  let rows: DataSet
  /// The rows that its score is to be of; nil: those of the fit.
  let leftOut: DataSet?
  /// What fits to the same rows find for each other.
  let shared: SharedCenters
  let course: FitCourse
  /// What its starts are to follow from; empty: they are looked for.
  var neighbors: [Neighbor] = []

  func starting(from neighbors: [Neighbor]) -> SelectionJob {
    var job = self
    job.neighbors = neighbors
    return job
  }

  var failure: (any Error)? {
    if case .failure(let error) = mixture { error } else { nil }
  }
}

/// A fit of a selection that has ended.
struct EndedJob: Sendable {
  let result: Result<FittedCandidate, any Error>
  var seconds = 0.0

  init(fitted: FittedCandidate) { result = .success(fitted) }
  init(failure: any Error) { result = .failure(failure) }

  /// What it comes to with one more start; if that is no result, as rows that were left out have no density
  /// then, what it had come to before.
  func after(_ earlier: EndedJob) -> EndedJob {
    var ended = if case .success = result { self } else { earlier }
    ended.seconds = seconds + earlier.seconds
    return ended
  }
}

/// Rows that were left out of a fit have no log-likelihood.
struct ImpossibleRows: InputError, CustomStringConvertible {
  var description: String {
    "a row that was left out has no density under the fit to the others; raise \(Term.regularization)"
  }
}
