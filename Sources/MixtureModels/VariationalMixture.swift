import Kernels

/// A mixture of any family with conjugate priors of which not the parameters are estimated, but their
/// distribution: of all those in which weights, components' parameters and the components of the rows are
/// independent of each other the one nearest to the posterior.
///
/// The E-step takes expectations of logarithms,
///
///     log ρ_nk = E log π_k + E log f(x_n | θ_k),
///
/// the M-step gives the conjugate posterior of the rows by their responsibilities. The objective is the
/// evidence lower bound, Σ w log Σ_k ρ_nk - KL(q || prior), which never falls. Parameters are the posterior
/// means, and "posterior" what these follow from.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", sections 10.2 and 10.4; Attias, "A variational
/// Bayesian framework for graphical models" (NIPS 12, 2000).
public struct VariationalMixture<Base: ConjugateFamily>: DerivedFamily, VariationalFamily {
  public static var name: String { Base.name }
  /// The prior is all that is added.
  public static var isRegularized: Bool { false }

  public private(set) var base: Base
  public var estimate: Estimate { .vb }
  public var fileVersion: Int { 2 }
  /// Of one component's parameters; nil for a given model.
  private let prior: [[Double]]?
  /// γ; nil for a given model.
  let weightConcentration: Double?
  let weights: VariationalWeights

  /// - Throws: `FitError.unusable` about a setting, or a number of the prior.
  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    var plain = options
    (plain.values["estimate"], plain.values["prior"], plain.prior) = (nil, nil, nil)
    plain.regularization = 0
    base = try Base(plain, components: components, columns: columns)
    weights = try VariationalWeights(options)
    try options.requireOwnPrior(of: .vb)
    let given = options.prior ?? PriorNumbers([])
    try given.requireNames([WeightPrior.name] + Base.priorNames)
    let concentration =
      try given.number(WeightPrior.name, above: 0) ?? 1 / Double(max(components, 1))
    let isGiven = options.ranges == nil && options.measures == nil
    weightConcentration = isGiven ? nil : concentration
    prior = isGiven ? nil : try base.conjugatePrior(given, means: options.measures?.moments?.means)
  }

  public var variant: [(key: String, value: String)] {
    [("estimate", estimate.rawValue)]
      + (weights == .dirichlet ? [] : [("weight_concentration_type", weights.rawValue)])
      + base.variant
  }

  public var kind: String { "variational \(base.kind) with \(weights.title) weights" }
  public var title: String { "\(base.title), variational, with \(weights.title) weights" }
  public var freeParameterCount: Int { base.freeParameterCount }

  public var layout: ParameterLayout {
    ParameterLayout(
      base.layout.parts + [weights.part(components: componentCount)]
        + base.posteriorParts.map {
          .init(Self.prefix + $0.name, $0.shape, lengths: $0.lengths, $0.domain)
        })
  }

  private static var prefix: String { "posterior." }

  private func posterior(_ parameters: Parameters) -> [[Double]] {
    base.posteriorParts.map { parameters[Self.prefix + $0.name] }
  }

  private func ofAll(_ prior: [[Double]]) -> [[Double]] {
    prior.map { $0.repeated(componentCount) }
  }

  public var takesMissing: Bool { base.takesMissing }
  public func observing(_ columns: ObservedColumns?) -> VariationalMixture {
    var mixture = self
    mixture.base = base.observing(columns)
    return mixture
  }

  public var isSmooth: Bool { true }
  /// Sticks are broken one after the other.
  public var hasExchangeableComponents: Bool { weights == .dirichlet }
  /// The prior bounds the likelihood, and components without rows are none.
  public func spikes(in parameters: Parameters, rows: Int) -> [Int] { [] }
  /// Of extrapolated parameters all are some distribution's.
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) -> Parameters {
    parameters
  }

  // MARK: E-step and M-step

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> Base.StepComponents {
    try components(at: parameters, logWeights: expectedLogWeights(parameters), sharing: work)
  }

  func components(
    at parameters: Parameters, logWeights: [Double], sharing work: WorkSharing
  ) throws -> Base.StepComponents {
    try base.components(
      logWeights: logWeights, posterior: posterior(parameters), at: parameters)
  }

  public func moments(
    of components: Base.StepComponents, at parameters: Parameters
  ) -> Base.StepMoments { base.moments(of: components, at: parameters) }

  public func maximized(
    _ sums: Sums, of moments: Base.StepMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    guard let prior, let weightConcentration else {
      throw FitError.unusable(
        setting: "estimate vb without a prior", expected: "one, of these data")
    }
    let concentration = weights.posterior(sums[Slots.masses], prior: weightConcentration)
    let posterior = base.posterior(sums, prior: ofAll(prior))
    let plain = base.parameters(
      weights: weights.means(concentration), posterior: posterior, sums)
    let names = base.posteriorParts.map { Self.prefix + $0.name }
    return Parameters(
      plain.names.map { ($0, plain[$0]) } + [(VariationalWeights.name, concentration)]
        + zip(names, posterior).map { ($0, $1) })
  }

  // MARK: The bound

  /// Minus the divergence of the posterior from the prior.
  public func logPrior(of parameters: Parameters) -> Double {
    logPriorOfAll(parameters)
  }

  func divergence(of parameters: Parameters) -> Double {
    prior.map { base.divergence(posterior(parameters), from: ofAll($0)) } ?? 0
  }

  /// Components that have less than a row.
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    guard let weightConcentration else { return [] }
    return weights.concerns(
      parameters[VariationalWeights.name], prior: weightConcentration,
      means: self.weights(parameters))
  }

  // MARK: Draws

  public func sampler(under parameters: Parameters) throws -> Base.Sampler {
    try base.sampler(under: parameters)
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: Base.Sampler, into row: UnsafeMutablePointer<Double>
  ) { base.writeRow(random, sampler, into: row) }
}
