/// A family that adds something to another: what it does not say is as there.
public protocol DerivedFamily: Family {
  associatedtype Base: Family
  var base: Base { get }
}

extension DerivedFamily {
  public static var hasDensities: Bool { Base.hasDensities }
  public static var isRegularized: Bool { Base.isRegularized }
  public static var regularizesVariances: Bool { Base.regularizesVariances }
  public var classes: ComponentClasses? { base.classes }
  public func weights(_ parameters: Parameters) -> [Double] { base.weights(parameters) }
  public var componentCount: Int { base.componentCount }
  public var columnCount: Int { base.columnCount }
  public var categories: [[String]?] { base.categories }
  public var classNames: [String]? { base.classNames }
  public var valueCheck: ValueCheck? { base.valueCheck }
  public func starting(from parameters: Parameters) -> Parameters {
    base.starting(from: parameters)
  }
  public var kindOfCompleteRows: String { base.kindOfCompleteRows }
  public var estimate: Estimate { base.estimate }
  public var objectiveName: String { base.objectiveName }
  public func externalBound(of parameters: Parameters) -> Double? {
    base.externalBound(of: parameters)
  }
  public var sumsLogLikelihood: Bool { base.sumsLogLikelihood }
  public func gain(from previous: Double, to next: Double) -> Double {
    base.gain(from: previous, to: next)
  }
  public var isSmooth: Bool { base.isSmooth }
  public var isExtrapolable: Bool { base.isExtrapolable }
  public var hasMoreLatent: Bool { base.hasMoreLatent }
  public var hasExchangeableComponents: Bool { base.hasExchangeableComponents }
  public var hasOwnMetric: Bool { base.hasOwnMetric }
  public func spikes(in parameters: Parameters, rows: Int) -> [Int] {
    base.spikes(in: parameters, rows: rows)
  }
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    try base.corrected(parameters, sharing: work)
  }
  public func logPrior(of parameters: Parameters) -> Double { base.logPrior(of: parameters) }
  public var variant: [(key: String, value: String)] { base.variant }
  public func requireUsable() throws { try base.requireUsable() }
  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    base.cell(k, j, parameters)
  }
  public func concerns(about parameters: Parameters, rows: Int) -> [FitConcern] {
    base.concerns(about: parameters, rows: rows)
  }
}

extension DerivedFamily where StepMoments == Base.StepMoments {
  public func moments(about centers: [Double]) -> StepMoments { base.moments(about: centers) }
}

extension DerivedFamily
where
  StepMoments == Base.StepMoments, StepComponents: DerivedComponents,
  StepComponents.Base == Base.StepComponents
{
  public func moments(of components: StepComponents, at parameters: Parameters) -> StepMoments {
    base.moments(of: components.base, at: parameters)
  }
}
