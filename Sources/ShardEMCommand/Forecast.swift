import ShardEM
import SystemLibrary

/// How many iterations a start still takes, from EM's own way to converge: near its end what is left to gain,
/// and each change, falls by about the same factor in every iteration.
struct Forecast {
  private let convergence: Convergence
  /// The logarithms of the last numbers of what is to become small, the newest last.
  private var logs: [Double] = []

  /// How many of them the factor is taken from.
  private static let window = 8

  init(_ convergence: Convergence) { self.convergence = convergence }

  mutating func add(_ report: IterationReport) {
    let size: Double? =
      switch convergence {
      case .logLikelihood: report.remaining
      case .parameters: report.parameterChange
      }
    guard let size, size > 0 else { return }
    logs.append(log(size))
    if logs.count > Self.window { logs.removeFirst() }
  }

  /// The iterations until the tolerance is reached; nil while it does not fall.
  var iterations: Int? {
    let tolerance =
      switch convergence {
      case .logLikelihood(let tolerance), .parameters(let tolerance): tolerance
      }
    guard tolerance > 0, logs.count > 2, let last = logs.last else { return nil }
    let slope = (last - logs[0]) / Double(logs.count - 1)
    let count = (log(tolerance) - last) / slope
    guard slope < 0, count < 1e9 else { return nil }
    return max(1, Int(count.rounded(.up)))
  }
}
