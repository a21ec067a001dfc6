import ShardEM
import SystemLibrary

/// How many iterations a start still takes, from EM's own way to converge: near its end the change
/// falls by about the same factor in every iteration.
struct Forecast {
  private let convergence: Convergence
  /// The logarithms of the last changes, the newest last.
  private var logChanges: [Double] = []

  /// How many changes the factor is taken from.
  private static let window = 8

  init(_ convergence: Convergence) { self.convergence = convergence }

  mutating func add(_ report: IterationReport) {
    let change: Double? =
      switch convergence {
      case .logLikelihood: report.change.map { abs($0) }
      case .parameters: report.parameterChange
      }
    guard let change, change > 0 else { return }
    logChanges.append(log(change))
    if logChanges.count > Self.window { logChanges.removeFirst() }
  }

  /// The iterations until the tolerance is reached; nil while the changes do not fall.
  var iterations: Int? {
    let tolerance =
      switch convergence {
      case .logLikelihood(let tolerance), .parameters(let tolerance): tolerance
      }
    guard tolerance > 0, logChanges.count > 2, let last = logChanges.last else { return nil }
    let slope = (last - logChanges[0]) / Double(logChanges.count - 1)
    let count = (log(tolerance) - last) / slope
    guard slope < 0, count < 1e9 else { return nil }
    return max(1, Int(count.rounded(.up)))
  }
}
