import Words

/// A model whose latent variable is the component, 0 to K - 1, of each row.
///
/// It is composed of what gives log joint densities (`Components`) and what adds moments under given
/// responsibilities (`Moments`); the E-step, scores and predictions follow.
public protocol MixtureModel: Model where Step == MixtureStep<StepComponents, StepMoments> {
  associatedtype StepComponents: Components
  associatedtype StepMoments: Moments
  associatedtype Step = MixtureStep<StepComponents, StepMoments>

  /// The number of components, K, that rows can be given to in a start.
  ///
  /// `StepComponents` may have more: those are no groups, such as noise, and have the label -1.
  var componentCount: Int { get }

  /// The number of responsibilities of a row: one of each component, and of what is no group. By default K.
  var responsibilityCount: Int { get }

  /// The classes of rows that the E-step looks at, where their labels are known. Nil, the default: at none.
  var classes: ComponentClasses? { get }

  /// Whether the parameters are as good with their components in another order: those whose shape begins with
  /// K are then of one component after the other, but for a covariance that all have. By default of a family
  /// so, else not.
  var hasExchangeableComponents: Bool { get }

  /// Whether the components, which have no weights, are given in the order of their numbers. By default not.
  var isOrderedByNumbers: Bool { get }

  /// The same model of `count` components, which any of its own make alone with what they have, for rows that
  /// are theirs. Nil, the default: they have something in common with others, so that there is none.
  func ofComponents(_ count: Int) -> Self?

  /// A model of as many components with far fewer parameters, of rows without missing cells in whitened
  /// coordinates, which a search may look at first where there are few rows for each parameter of this one.
  /// Nil, the default: there is none.
  func coarser() -> Self?

  /// The parameters by which each component has the density that those of `coarser()` give it.
  ///
  /// - Parameters:
  ///   - coarse: in coordinates y of rows x = origin + Σ_i y_i axis_i.
  ///   - axes: D × D, an axis a row.
  /// - Throws: what `work` throws.
  func refined(
    _ coarse: Parameters, origin: [Double], axes: [Double], sharing work: WorkSharing
  ) throws -> Parameters

  /// Whether distances of rows mean what they are, whatever the columns' variances: starts are then looked
  /// for in the coordinates of the data only. By default not.
  var hasOwnMetric: Bool { get }

  /// The components whose likelihood has no bound, or next to none, for the few or nearly equal rows that
  /// they are of: no evidence for what they say. By default none.
  ///
  /// - Parameter rows: of positive weight; of weighted rows a component has its weight's share.
  func spikes(in parameters: Parameters, rows: Int) -> [Int]

  /// Prepares the log joint densities under `parameters`.
  ///
  /// - Throws: `FitError` if the parameters define no density (a singular covariance).
  func components(at parameters: Parameters, sharing work: WorkSharing) throws -> StepComponents

  /// The moments that an M-step needs, taken about what is right under `parameters`.
  func moments(of components: StepComponents, at parameters: Parameters) -> StepMoments

  /// The same about `centers` (K × D, row-major), of rows whose responsibilities are given: for a first
  /// M-step.
  func moments(about centers: [Double]) -> StepMoments

  /// The E-step without moments: what a score needs.
  func scoreStep(_ components: StepComponents) -> ScoreStep<StepComponents>

  /// The M-step.
  ///
  /// - Parameters:
  ///   - sums: of a `MixtureStep`.
  ///   - previous: those of the E-step; nil where responsibilities were given.
  /// - Throws: `FitError` if a component cannot be estimated.
  func maximized(
    _ sums: Sums, of moments: StepMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters
}

extension MixtureModel {
  public func requireUsable() throws { try requireComponents() }

  public func step(at parameters: Parameters, sharing work: WorkSharing) throws -> Step {
    let components = try components(at: parameters, sharing: work)
    return MixtureStep(components, moments(of: components, at: parameters))
  }

  public func again(_ step: Step, after sums: Sums) -> Step? {
    let masses = sums[Slots.masses]
    if let exact = step.components.exact(masses: masses, total: sums.weightSum) {
      return MixtureStep(exact, step.moments)
    }
    return step.moments.again(after: sums).map { MixtureStep(step.components, $0) }
  }

  public func maximized(
    _ sums: Sums, of step: Step, from previous: Parameters, sharing work: WorkSharing
  ) throws -> Parameters {
    try maximized(sums, of: step.moments, from: previous, sharing: work)
  }

  public var responsibilityCount: Int { componentCount }
  public var classes: ComponentClasses? { nil }
  public var hasExchangeableComponents: Bool { false }
  public var isOrderedByNumbers: Bool { false }
  public var hasOwnMetric: Bool { false }
  public func ofComponents(_ count: Int) -> Self? { nil }
  public func coarser() -> Self? { nil }
  public func refined(
    _ coarse: Parameters, origin: [Double], axes: [Double], sharing work: WorkSharing
  ) throws -> Parameters { coarse }
  public func spikes(in parameters: Parameters, rows: Int) -> [Int] { [] }

  public func scoreStep(_ components: StepComponents) -> ScoreStep<StepComponents> {
    ScoreStep(components)
  }

  /// About how many numbers the sums of an E-step are: of a first M-step, exactly.
  public var sumsCount: Int {
    AssignedStep(componentCount: responsibilityCount, moments(about: [])) { _, _, _ in }.slots.count
  }

  /// - Throws: `FitError.unusable` unless there are components and columns.
  func requireComponents() throws {
    for (count, noun) in [(componentCount, "component"), (columnCount, "column")] where count < 1 {
      throw FitError.unusable(setting: counted(count, noun), expected: "1 or more")
    }
  }
}

/// - Throws: `FitError.unusable` unless a regularization or smoothing is a number that the M-step can
///   add.
func requireAddend(_ value: Double, _ name: String) throws {
  guard value >= 0, value.isFinite else {
    throw FitError.unusable(setting: "\(name) \(value)", expected: "a finite number from 0 up")
  }
}
