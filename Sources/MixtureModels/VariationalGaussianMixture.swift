import Kernels

/// A Gaussian mixture of which not the parameters are estimated, but their distribution: the product of a
/// Dirichlet distribution or stick-breaking process of the weights and one normal-Wishart distribution a
/// component that comes nearest to the posterior distribution of all that is unknown.
///
///     π ~ Dirichlet(γ, ..., γ), or π_k = v_k Π_{l<k} (1 - v_l), v_k ~ Beta(1, γ),
///     μ_k | Λ_k ~ N(m_0, (κ_0 Λ_k)^-1),
///     Λ_k ~ Wishart(ν_0, Ψ_0^-1), or variances 1 / v ~ Gamma(ν_0/2, ψ_0/2).
///
/// The E-step takes expectations of the logarithms for the logarithms,
///
///     log ρ_nk = E log π_k + (E log |Λ_k| - D / κ_k - D log 2π - (x - m_k)' Σ_k^-1 (x - m_k)) / 2,
///
/// Σ_k = Ψ_k / ν_k. The M-step is that of a conjugate prior (`VariationalUpdates`). The objective is the
/// evidence lower bound, Σ log Σ_k ρ_nk - KL(q || prior), which never falls.
///
/// Missing cells are unknown, too: beside the distributions of the rows' components and of the parameters
/// there is one of a row's missing cells x_m in each component. The best of these has the density
/// exp(E log f) as a function of x_m, divided by its integral: it is the Gaussian distribution of precision
/// E[Λ_k]_mm = (Σ_k^-1)_mm about the regression of m_k on what the row shows. So log ρ_nk is the logarithm
/// of that integral,
///
///     log ρ_nk = E log π_k + (E log |Λ_k| + log |Σ_k| - D / κ_k) / 2 + log N(x_o; (m_k)_o, (Σ_k)_oo),
///
/// which holds the entropy of x_m: the objective is the whole bound still, and the M-step is that of EM's
/// expected moments (`ConditionalColumns`). Rows of nothing count as rows in κ and ν, and in the bound.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", section 10.2; Blei and Jordan, "Variational
/// inference for Dirichlet process mixtures" (Bayesian Analysis 1, 2006).
public struct VariationalGaussianMixture: DerivedFamily, VariationalFamily {
  public static let name = GaussianMixture.name

  public private(set) var base: GaussianMixture
  public let estimate = Estimate.vb
  public let fileVersion = 2
  /// Nil for a given model.
  let prior: GaussianPrior?
  let weights: VariationalWeights
  let updates: VariationalUpdates

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    var plain = options
    (plain.values["estimate"], plain.values["prior"]) = (nil, nil)
    base = try GaussianMixture(plain, components: components, columns: columns)
    guard !base.covariance.isConstrained else {
      throw FitError.unusable(
        setting: "estimate vb with covariance \(base.covariance)",
        expected: CovarianceType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try options.requireOwnPrior(of: .vb)
    weights = try VariationalWeights(options)
    updates = try VariationalUpdates(options)
    let (form, addends) = (base.form, base.addends)
    prior = try options.measures?.moments.map {
      try GaussianPrior(
        variational: options.prior, of: $0, form, addends: addends, components: components)
    }
  }

  public var variant: [(key: String, value: String)] {
    [("estimate", estimate.rawValue)]
      + (weights == .dirichlet ? [] : [("weight_concentration_type", weights.rawValue)])
      + (updates == .conjugate ? [] : [("vb_updates", updates.rawValue)]) + base.variant
  }

  public var kindOfCompleteRows: String { kind }
  public var kind: String {
    "variational \(base.kind) with \(weights.title) weights"
      + (updates == .conjugate ? "" : " by \(updates.rawValue)'s updates")
  }
  public var title: String {
    "Variational Gaussian mixture with \(base.covariance.name) covariances and \(weights.title) weights"
  }

  public var freeParameterCount: Int { base.freeParameterCount }

  /// scikit-learn's updates have no bound with missing cells, which scikit-learn does not take: no fits, but
  /// rows that lack columns can be told apart by a given model.
  public var takesMissing: Bool { updates == .conjugate || prior == nil }
  public func observing(_ columns: ObservedColumns?) -> VariationalGaussianMixture {
    var mixture = self
    mixture.base = base.observing(columns)
    return mixture
  }

  public var layout: ParameterLayout {
    let k = componentCount
    return ParameterLayout(
      base.layout.parts + [
        weights.part(components: k), .init(Self.meanPrecision, [k], .positive),
        .init(Self.freedom, base.form.isShared ? [] : [k], .positive),
      ] + (updates == .scikitLearn ? [.init(Self.theirBound, [], .free, standard: 0)] : []))
  }

  /// Sticks are broken one after the other.
  public var hasExchangeableComponents: Bool { weights == .dirichlet }
  /// The prior bounds covariances, and components without rows are none.
  public func spikes(in parameters: Parameters, rows: Int) -> [Int] { [] }

  /// Updates that are not of one bound lead nowhere in particular.
  public var isSmooth: Bool { updates == .conjugate }

  /// Degrees of freedom of which there is a distribution: no fewer than those of the prior.
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) -> Parameters {
    guard let least = prior?.spread?.degreesOfFreedom else { return parameters }
    var corrected = parameters
    corrected[Self.freedom] = parameters[Self.freedom].map { max($0, least) }
    return corrected
  }

  static let meanPrecision = "posterior.mean_precision"
  static let freedom = "posterior.degrees_of_freedom"

  /// ν of component `k`.
  func freedom(_ parameters: Parameters, _ k: Int) -> Double {
    parameters[Self.freedom][base.form.isShared ? 0 : k]
  }

  // MARK: E-step

  /// A Gaussian mixture with weights that make its joint densities ρ.
  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> GaussianComponents {
    try components(at: parameters, logWeights: expectedLogWeights(parameters), sharing: work)
  }

  func components(
    at parameters: Parameters, logWeights: [Double], sharing work: WorkSharing
  ) throws -> GaussianComponents {
    var plain = parameters
    let logScales = expectedLogScales(parameters, logWeights: logWeights)
    // Weights that float64 can hold.
    if logScales.allSatisfy({ $0 > -700 }) {
      plain.weights = logScales.map { Portable.exp($0) }
      return try base.components(at: plain, sharing: work)
    }
    plain.weights = logScales.map { _ in 1 }
    var components = try base.components(at: plain, screening: false, sharing: work)
    for (k, logScale) in logScales.enumerated() { components.logScales[k] += logScale }
    return components
  }

  /// log ρ_nk without what a Gaussian density of mean m_k and covariance Σ_k is.
  func expectedLogScales(_ parameters: Parameters, logWeights: [Double]) -> [Double] {
    logWeights.enumerated().map { k, logWeight in
      let determinant = expectedLogDeterminant(freedom(parameters, k))
      let ofMean = Double(columnCount) / parameters[Self.meanPrecision][k]
      return logWeight + (determinant - ofMean) / 2
    }
  }

  /// E log |Λ| + log |Σ|: of a Wishart distribution, or of the Gamma distributions of D variances.
  private func expectedLogDeterminant(_ freedom: Double) -> Double {
    let d = Double(columnCount)
    guard base.form.isMatrix || updates == .scikitLearn else {
      return d * (Portable.digamma(freedom / 2) - Portable.log(freedom / 2))
    }
    return (0..<columnCount).reduce(d * Portable.log(2 / freedom)) {
      $0 + Portable.digamma((freedom - Double($1)) / 2)
    }
  }

  public func moments(
    of components: GaussianComponents, at parameters: Parameters
  ) -> GaussianMoments { base.moments(of: components, at: parameters) }

  // MARK: M-step

  public func maximized(
    _ sums: Sums, of moments: GaussianMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    guard let prior, let spread = prior.spread else {
      throw FitError.unusable(
        setting: "estimate vb without a prior", expected: "one, of these data")
    }
    let masses = sums[Slots.masses].map { updates == .scikitLearn ? $0 + 10 * 0x1p-52 : $0 }
    let own = MomentSums(sums, of: moments)
    let ofRows = try base.form.covariances(own, sharing: work)
    var scatter = ofRows
    base.forEachVariance { _, j, place in
      scatter[place] = max(scatter[place], 0) + base.addend(j)
    }
    let rowMeans = (0..<componentCount).flatMap { k in (0..<columnCount).map { own.mean(k, $0) } }
    let posterior = base.posterior(
      scatter, masses: masses, means: rowMeans, prior, spread, updates)
    let concentration = weights.posterior(masses, prior: prior.weightConcentration)
    var next = Parameters(
      weights: weights.means(concentration), means: prior.means(rowMeans, masses),
      covariances: posterior.covariances)
    next[VariationalWeights.name] = concentration
    next[Self.meanPrecision] = masses.map { prior.meanPrecision + $0 }
    next[Self.freedom] = posterior.degreesOfFreedom
    guard updates == .scikitLearn else { return next }
    next[Self.theirBound] = [0]
    if let previous {
      let own = entropy(
        sums, masses: sums[Slots.masses], means: rowMeans, scatter: ofRows, under: previous)
      next[Self.theirBound] = [theirBound(entropy: own, next)]
    }
    return next
  }

  // MARK: The bound

  /// Minus the divergence of the posterior from the prior.
  public func logPrior(of parameters: Parameters) -> Double {
    logPriorOfAll(parameters)
  }

  var weightConcentration: Double? { prior?.weightConcentration }

  func divergence(of parameters: Parameters) -> Double {
    guard let prior, let spread = prior.spread else { return 0 }
    var divergence = 0.0
    let d = Double(columnCount)
    for k in 0..<componentCount {
      guard let own = base.spread(of: parameters, k) else { return .infinity }
      let precision = parameters[Self.meanPrecision][k]
      let ratio = prior.meanPrecision / precision
      let squares = base.squares(parameters.means, k, from: prior.mean)
      divergence +=
        0.5 * (d * (ratio - 1 - Portable.log(ratio)) + prior.meanPrecision * own.trace(squares))
      if k == 0 || !base.form.isShared {
        divergence += divergenceOfSpread(own, freedom(parameters, k), spread)
      }
    }
    return divergence
  }

  /// Of a Wishart distribution, or of the Gamma distributions of the different variances.
  private func divergenceOfSpread(
    _ own: GaussianMixture.Precision, _ freedom: Double, _ prior: GaussianPrior.Spread
  ) -> Double {
    let (half, halfPrior) = (freedom / 2, prior.degreesOfFreedom / 2)
    let isMatrix = base.form.isMatrix
    let order = isMatrix ? columnCount : 1
    let count = isMatrix ? 1 : Double(prior.covariance.count)
    // log |ν Σ| and log |Ψ_0|.
    let logs = own.logVariances + count * Double(order) * Portable.log(freedom)
    let priorLogs: Double =
      isMatrix
      ? factor(prior.covariance, 0, columns: columnCount)?.logDeterminant ?? -.infinity
      : prior.covariance.reduce(0) { $0 + Portable.log($1) }
    let digammas = (0..<order).reduce(0.0) { $0 + Portable.digamma((freedom - Double($1)) / 2) }
    let gammas =
      Portable.logGamma(halfPrior, order: order) - Portable.logGamma(half, order: order)
    return halfPrior * (logs - priorLogs)
      + count * (gammas + (half - halfPrior) * digammas)
      + 0.5 * own.trace(prior.covariance) - half * count * Double(order)
  }

  // MARK: Draws

  public func sampler(under parameters: Parameters) throws -> GaussianMixture.Sampler {
    try base.sampler(under: parameters)
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: GaussianMixture.Sampler, into row: UnsafeMutablePointer<Double>
  ) { base.writeRow(random, sampler, into: row) }

  /// Components that have less than a row.
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    guard let prior else { return [] }
    return (0..<componentCount).compactMap { k in
      let mass = parameters[Self.meanPrecision][k] - prior.meanPrecision
      return mass < 1 ? .negligible(component: k, weight: parameters.weights[k]) : nil
    }
  }
}

/// How the updates of covariances are made.
enum VariationalUpdates: String, CaseIterable {
  /// Those of the conjugate prior: they maximize the bound.
  case conjugate
  /// scikit-learn's, which for tied divide the rows by the components, for spherical take the mean of the
  /// columns' squares for their sum, and for diag and spherical the expectations of a Wishart distribution.
  case scikitLearn = "scikit-learn"

  init(_ options: FamilyOptions) throws {
    let name = options.values["vb-updates"] ?? Self.conjugate.rawValue
    guard let updates = Self(rawValue: name) else {
      throw FitError.unusable(setting: "vb-updates \(name)", expected: "conjugate, scikit-learn")
    }
    self = updates
  }
}

extension GaussianMixture {
  /// Σ = Ψ / ν, and ν, of each component or of all.
  ///
  /// - Parameters:
  ///   - scatter: the rows' covariances, about their `means`.
  ///   - masses: by which these are means.
  func posterior(
    _ scatter: [Double], masses: [Double], means: [Double], _ prior: GaussianPrior,
    _ spread: GaussianPrior.Spread, _ updates: VariationalUpdates
  ) -> (covariances: [Double], degreesOfFreedom: [Double]) {
    let total = masses.reduce(0, +)
    let size = spread.covariance.count
    let groups = form.isShared ? [Array(0..<componentCount)] : (0..<componentCount).map { [$0] }
    // A variance of all columns has the squares of as many.
    let columns = form.isMatrix ? 1 : Double(columnCount / form.varianceCount(columns: columnCount))
    let isTheirs = updates == .scikitLearn
    let count = isTheirs ? 1 : columns
    let divisor = isTheirs && form.isShared ? Double(componentCount) : 1
    var (covariances, freedoms): ([Double], [Double]) = ([], [])
    for group in groups {
      let mass = form.isShared ? total : masses[group[0]]
      let start = form.isShared ? 0 : group[0] * size
      var sums = (0..<size).map { count * mass * scatter[start + $0] }
      for k in group {
        let share = masses[k] * (prior.meanPrecision / (masses[k] + prior.meanPrecision))
        let squares = squares(means, k, from: prior.mean)
        for i in 0..<size { sums[i] += share * squares[i] * (count / columns) }
      }
      let freedom = spread.degreesOfFreedom + count * mass / divisor
      freedoms.append(freedom)
      covariances += (0..<size).map { (spread.covariance[$0] + sums[$0] / divisor) / freedom }
    }
    return (covariances, freedoms)
  }
}

extension GaussianPrior {
  /// scikit-learn's default, or what somebody gave instead of some of its numbers.
  ///
  /// Where the rows' covariance is singular, for they are few or columns depend on others, the
  /// regularization is added to its diagonal: no distribution has a singular one.
  ///
  /// - Parameter addends: of the regularization, D numbers in squared data units.
  /// - Throws: `FitError.unusable` about a name or number.
  init(
    variational given: PriorNumbers?, of moments: DataMeasures.Moments, _ form: any CovarianceForm,
    addends: [Double], components: Int
  ) throws {
    let given = given ?? PriorNumbers([])
    let d = moments.means.count
    try given.requireNames([WeightPrior.name] + Self.names)
    var own = Self.covariance(moments.covariance, form)
    if !Self.isUsable(own, form, columns: d) {
      var covariance = moments.covariance
      for j in 0..<d { covariance[j * d + j] += addends[j] }
      own = Self.covariance(covariance, form)
    }
    self.init(
      weightConcentration: try given.number(WeightPrior.name, above: 0) ?? 1 / Double(components),
      mean: try Self.mean(given, columns: d) ?? moments.means,
      meanPrecision: try given.number("mean_precision", above: 0) ?? 1,
      spread: Spread(
        degreesOfFreedom: try given.number("degrees_of_freedom", above: Double(d - 1)) ?? Double(d),
        covariance: try Self.covariance(given, form, columns: d) ?? own))
  }

  /// The numbers that covariances of a form have of a D × D one.
  private static func covariance(_ covariance: [Double], _ form: any CovarianceForm) -> [Double] {
    if form.isMatrix { return covariance }
    let d = Int(Double(covariance.count).squareRoot())
    let variances = (0..<d).map { covariance[$0 * d + $0] }
    return form.varianceCount(columns: d) == d ? variances : [variances.reduce(0, +) / Double(d)]
  }
}
