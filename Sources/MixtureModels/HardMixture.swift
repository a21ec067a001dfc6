import Kernels

/// A mixture of another family, fitted with each row wholly in its most probable component: classification
/// EM.
///
/// Maximizes Σ_n w_n max_k log(π_k f(x_n | θ_k)), the log-likelihood of the rows and their components
/// together, instead of that of the rows; it never falls. Clusters that overlap come out too far apart and
/// too small, the sooner an iteration is the last. What a fit gives is a mixture of the other family, with
/// its log-likelihood.
///
/// Components that overlap much are likelier as one, and all but one of them lose their rows, which ends a
/// start: two exponential distributions, whose densities are all largest at 0, unless one mean is some 8
/// times the other or more.
///
/// Where more than the component is latent (`Family.hasMoreLatent`) an M-step only raises what is maximized
/// for the present assignments: iterations go on after the last row has moved, as slowly as those of EM do,
/// and are accelerated as these are. Degrees of freedom take thousands of iterations otherwise.
///
/// Source: Celeux and Govaert, "A classification EM algorithm for clustering and two stochastic versions"
/// (Computational Statistics & Data Analysis 14, 1992).
public struct HardMixture<Base: Family>: DerivedFamily {
  public static var name: String { Base.name }

  public let base: Base

  public init(_ base: Base) { self.base = base }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    self.init(try Base(options, components: components, columns: columns))
  }

  public var fitted: (any Family)? { base.fitted ?? base }
  public var sumsLogLikelihood: Bool { false }
  public var isSmooth: Bool { false }
  public var isExtrapolable: Bool { base.hasMoreLatent && base.isExtrapolable }
  public var objectiveName: String { "classification \(base.objectiveName)" }
  public var responsibilityCount: Int { base.responsibilityCount }
  public var isOrderedByNumbers: Bool { base.isOrderedByNumbers }
  public var takesMissing: Bool { base.takesMissing }
  public var fileVersion: Int { base.fileVersion }
  public var kind: String { base.kind }
  public var title: String { base.title }
  public var layout: ParameterLayout { base.layout }
  public var freeParameterCount: Int { base.freeParameterCount }

  public func observing(_ columns: ObservedColumns?) -> HardMixture {
    HardMixture(base.observing(columns))
  }

  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    base.largestChange(from: previous, to: next)
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> HardComponents<Base.StepComponents> {
    HardComponents(base: try base.components(at: parameters, sharing: work))
  }

  public func maximized(
    _ sums: Sums, of moments: Base.StepMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    try base.maximized(sums, of: moments, from: previous, sharing: work)
  }

  public func sampler(under parameters: Parameters) throws -> Base.Sampler {
    try base.sampler(under: parameters)
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: Base.Sampler, into row: UnsafeMutablePointer<Double>
  ) { base.writeRow(random, sampler, into: row) }
}

/// The components of another family, the most probable of which has the whole row. Those that need not be
/// computed for the sake of small responsibilities have none here.
public struct HardComponents<Base: Components>: DerivedComponents {
  public let base: Base
  public var isHard: Bool { true }
}

extension Family {
  /// The mixture, to be fitted by classification EM.
  ///
  /// - Throws: `FitError.unusable` if rows are wholly of one component anyway, or cannot be.
  func fittedHard() throws -> any Family {
    guard Self.hasDensities, estimate != .vb else {
      throw FitError.unusable(
        setting: "hard assignments of \(kind)",
        expected: "a family of densities, estimate ml or map")
    }
    return HardMixture(self)
  }
}
