/// The door through which every model family enters: conform to it, and sharding, exact sums, ranks,
/// threads, convergence, checkpoints and traces come with the fit loop.
///
/// One EM iteration is: `step` once, its `write` on every block by whichever thread and rank has it, the
/// exact sum of all blocks' numbers, and `maximized` on every rank. A model is a value, and so is a step:
/// nothing here may depend on where it runs.
///
/// Mixtures enter by `MixtureModel`, exponential families by `ExponentialFamily`, which refine this.
public protocol Model: Sendable {
  /// The prepared E-step under some parameters: what all blocks share, such as Cholesky factors and log
  /// weights. Its first sum is that of w log p(x), in nats, its second that of the row weights w
  /// (`Slots.objective`).
  associatedtype Step: Pass

  /// The number of columns of the data, D.
  var columnCount: Int { get }

  /// What the M-step estimates.
  var layout: ParameterLayout { get }

  /// Checks the model's own settings, once before a fit.
  ///
  /// - Throws: `FitError.unusable`.
  func requireUsable() throws

  /// Whether cells of the data may be missing, which then are NaN in the blocks that a step gets.
  /// By default not: data with missing cells are refused.
  var takesMissing: Bool { get }

  /// Finds the first value of a block, in row order, that the family cannot model; nil, the
  /// default, if the family takes all finite values: the data are then not read for it.
  ///
  /// Called once per block, before the first iteration. The values are finite already, or NaN where
  /// a cell is missing and may be: no value.
  var valueCheck: ValueCheck? { get }

  /// The same for data whose rows lack columns, of which this is known; nil: all are complete. By default it
  /// makes no difference.
  func observing(_ columns: ObservedColumns?) -> Self

  /// Prepares the E-step under `parameters`, once an iteration.
  ///
  /// - Parameters:
  ///   - parameters: fit the layout.
  ///   - work: by which costly parts can be shared out among threads and ranks.
  /// - Throws: `FitError` if the parameters define no density (a singular covariance).
  func step(at parameters: Parameters, sharing work: WorkSharing) throws -> Step

  /// What the walk over the rows is to be done again with, given its sums: for a step that can tell by
  /// them that they lack digits, or that work which it saves in most iterations must be done in this one.
  /// Nil, the default: they are right. Asked anew of those taken again.
  func again(_ step: Step, after sums: Sums) -> Step?

  /// The M-step: new parameters from the sums over all rows. The same on every rank.
  ///
  /// - Throws: `FitError` if a component cannot be estimated.
  func maximized(
    _ sums: Sums, of step: Step, from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters

  /// Whether the first sum of its steps is the log-likelihood of the data. By default it is; else it is what
  /// a fit maximizes in its place, such as the likelihood of rows and labels together.
  var sumsLogLikelihood: Bool { get }

  /// What a fit maximizes beside the log-likelihood, in nats: the log density of a prior, where the M-step
  /// has one. By default 0.
  func logPrior(of parameters: Parameters) -> Double

  /// Whether its iterations are those of a smooth map. By default so.
  var isSmooth: Bool { get }

  /// Whether where they lead can be extrapolated. By default if they are smooth.
  var isExtrapolable: Bool { get }

  /// Parameters like these that the model allows: for extrapolated ones, of which each number and matrix is
  /// of its domain. By default these.
  ///
  /// - Throws: what `work` throws.
  func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters

  /// What the mean objective per row has gained, as tolerances are compared with: by default the difference,
  /// in nats.
  func gain(from previous: Double, to next: Double) -> Double

  /// The largest relative change of a parameter between two iterations, dimensionless. By default as
  /// `layout` has it.
  func largestChange(from previous: Parameters, to next: Parameters) -> Double

  /// The number of free parameters, as AIC and BIC count them. By default as `layout` counts.
  var freeParameterCount: Int { get }
}

/// The first value of a block that a family cannot model; nil if there is none.
public typealias ValueCheck = @Sendable (_ block: RowBlock) -> ValueProblem?

extension Model {
  public func requireUsable() throws {}
  public var takesMissing: Bool { false }
  public var valueCheck: ValueCheck? { nil }
  public func observing(_ columns: ObservedColumns?) -> Self { self }
  public func again(_ step: Step, after sums: Sums) -> Step? { nil }
  public var sumsLogLikelihood: Bool { true }
  public func logPrior(of parameters: Parameters) -> Double { 0 }
  public var isSmooth: Bool { true }
  public var isExtrapolable: Bool { isSmooth }
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    parameters
  }
  public func gain(from previous: Double, to next: Double) -> Double { next - previous }
  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    layout.largestChange(from: previous, to: next)
  }
  public var freeParameterCount: Int { layout.freeParameterCount }

  /// All numbers of `parameters`, in the order of the layout, of symmetric matrices the lower triangles:
  /// what checkpoints hold and what ranks compare to see that they agree.
  package func numbers(of parameters: Parameters) -> [Double] { layout.packed(parameters) }

  /// The parameters whose numbers these are; nil if the model has more or fewer.
  package func parameters(numbers: [Double]) -> Parameters? { layout.parameters(packed: numbers) }
}

extension Slots {
  /// The names of the first two sums of a model's step.
  public static let logLikelihood = "log-likelihood"
  public static let weightSum = "sum of weights"
  /// The first two sums of a model's step: of w log p(x), in nats, and of w.
  public static let objective: Slots = [logLikelihood: 1, weightSum: 1]
}

extension Sums {
  /// The sum of w log p(x), in nats, of a model's step.
  public var logLikelihood: Double { numbers[0] }
  /// The sum of the row weights, of a model's step.
  public var weightSum: Double { numbers[1] }
}
