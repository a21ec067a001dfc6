/// The door through which every model family enters: conform to it, and sharding, exact sums,
/// ranks, threads, convergence, checkpoints and traces come with the fit loop.
///
/// One EM iteration is: `expectation` once, `accumulate` on every block by whichever thread and
/// rank has it, the exact sum of all blocks' statistics, and `maximized` on every rank. Nothing
/// here may depend on where it runs: `accumulate` is one fixed order of IEEE operations on the
/// block and the parameters, without C library functions (`Portable.exp` and `Portable.log` round
/// alike everywhere).
public protocol LatentVariableModel: Sendable {
  /// What the M-step estimates.
  associatedtype Parameters: Sendable
  /// What all blocks of one E-step share, such as Cholesky factors and log weights.
  associatedtype Expectation: Sendable

  /// The number of columns of the data, D.
  var columnCount: Int { get }

  /// The number of additive statistics of a block. Number 0 is the sum of w log p(x), in nats;
  /// number 1 is the sum of the row weights w; the others are the model's own.
  var statisticsCount: Int { get }

  /// Checks the model's own settings, once before a fit. By default, those of a mixture need one
  /// component or more.
  ///
  /// - Throws: `FitError.unusable`.
  func requireUsable() throws

  /// Prepares the E-step under `parameters`, once an iteration.
  ///
  /// - Throws: `FitError` if the parameters define no density (a singular covariance).
  func expectation(under parameters: Parameters) throws -> Expectation

  /// The same, its parts shared out among threads and ranks: what the fit loop calls. By default
  /// they are not.
  func expectation(under parameters: Parameters, sharing work: WorkSharing) throws -> Expectation

  /// Overwrites `statistics` with those of one block: `statisticsCount` sums over its rows.
  func accumulate(
    _ block: RowBlock, _ expectation: Expectation, workspace: Workspace,
    into statistics: UnsafeMutablePointer<Double>)

  /// What the E-step is to be done again with, given the statistics of all rows: for a family that
  /// can tell by them that they lack digits, or that work which it saves in most E-steps must be done
  /// in this one. Nil, the default: they are right. Asked anew of those taken again.
  func retaken(_ expectation: Expectation, after statistics: [Double]) -> Expectation?

  /// What the statistics of an E-step refer to, from which `maximized` goes on: by default the
  /// parameters that the E-step is under.
  func origin(of expectation: Expectation, under parameters: Parameters) -> Parameters

  /// The M-step: new parameters from the statistics of all rows. The same on every rank.
  ///
  /// - Throws: `FitError` if a component cannot be estimated.
  func maximized(_ statistics: [Double], from previous: Parameters) throws -> Parameters

  /// The same, its parts shared out among threads and ranks: what the fit loop calls. By default
  /// they are not.
  func maximized(
    _ statistics: [Double], from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters

  /// The largest relative change of a parameter between two iterations, dimensionless.
  func largestChange(from previous: Parameters, to next: Parameters) -> Double

  /// All numbers of `parameters`, in a fixed order: what checkpoints hold and what ranks compare
  /// to see that they agree.
  func numbers(of parameters: Parameters) -> [Double]

  /// The parameters whose numbers these are; nil if the model has more or fewer.
  func parameters(numbers: [Double]) -> Parameters?

  /// The number of free parameters, as AIC and BIC count them.
  var freeParameterCount: Int { get }

  /// Finds the first value of a block, in row order, that the family cannot model; nil, the
  /// default, if the family takes all finite values: the data are then not read for it.
  ///
  /// Called once per block, before the first iteration. The values are finite already.
  var valueCheck: ValueCheck? { get }
}

/// The first value of a block that a family cannot model; nil if there is none.
public typealias ValueCheck = @Sendable (_ block: RowBlock) -> ValueProblem?

extension [Double] {
  /// Consecutive parts of these lengths; nil if there are more or fewer numbers.
  package func split(into counts: [Int]) -> [[Double]]? {
    guard counts.allSatisfy({ $0 >= 0 }), count == counts.reduce(0, +) else { return nil }
    var start = 0
    return counts.map { count in
      defer { start += count }
      return [Double](self[start..<start + count])
    }
  }
}

extension LatentVariableModel {
  public func expectation(
    under parameters: Parameters, sharing work: WorkSharing
  ) throws -> Expectation {
    try expectation(under: parameters)
  }

  public func maximized(
    _ statistics: [Double], from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters {
    try maximized(statistics, from: previous)
  }

  public func requireUsable() throws {
    if let mixture = self as? any MixtureModel { try mixture.requireComponents() }
  }

  public func retaken(_ expectation: Expectation, after statistics: [Double]) -> Expectation? {
    nil
  }
  public func origin(of expectation: Expectation, under parameters: Parameters) -> Parameters {
    parameters
  }
  public var valueCheck: ValueCheck? { nil }
}
