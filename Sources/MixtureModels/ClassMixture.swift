import Kernels

/// A mixture of another family whose components belong to classes, those of some rows being known.
///
/// A fit maximizes the likelihood of the rows and the labels that are known, with Θ_c the components of
/// class c:
///
///     Σ_known log Σ_{k in Θ_c} π_k f(x | θ_k) + Σ_unknown log Σ_k π_k f(x | θ_k),
///
/// by the EM of the base in which a labelled row has responsibilities in components of its class only. Noise
/// belongs to no class. What the fit gives is the same mixture, which looks at no labels.
///
/// Source: Miller and Uyar, "A mixture of experts classifier with learning based on both labelled and
/// unlabelled data" (Advances in Neural Information Processing Systems 9, 1997); with one component a class
/// McLachlan, "Estimating the linear discriminant function from initial samples containing a small number
/// of unclassified observations" (J. Amer. Statist. Assoc. 72, 1977).
public struct ClassMixture<Base: Family>: DerivedFamily {
  public static var name: String { Base.name }

  public let base: Base
  /// Nil: the parameters say which class components are of, and no labels are looked at.
  public let classes: ComponentClasses?
  public let classNames: [String]?

  /// - Throws: `FitError.unusable` unless the classes divide the components.
  init(_ base: Base, componentsPerClass: Int?, names: [String]?) throws {
    (self.base, classNames) = (base, names)
    classes = try componentsPerClass.map {
      guard $0 > 0, base.componentCount.isMultiple(of: $0) else {
        throw FitError.unusable(
          setting: "\(Self.setting) \($0) of \(base.componentCount) components",
          expected: "a number that divides these")
      }
      return ComponentClasses(count: base.componentCount / $0, componentsPerClass: $0)
    }
    let count = classes?.count ?? base.componentCount
    if let names, names.count > count {
      let shown = names.prefix(count + 1) + (names.count > count + 1 ? ["..."] : [])
      throw FitError.unusable(
        setting: "labels of \(names.count) words, \(shown.joined(separator: ", "))",
        expected: "at most \(count), a class each")
    }
    let hasNoise = base.responsibilityCount > base.componentCount
    // Else the parameters tell how many classes there are.
    if let classes, let names,
      let (number, expected) = ClassNames.objection(to: names, of: classes.count, hasNoise)
    {
      throw FitError.unusable(setting: "a class called \(names[number])", expected: expected)
    }
  }

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    try self.init(
      try Base(options, components: components, columns: columns), componentsPerClass: nil,
      names: options.classNames)
  }

  static var setting: String { "components-per-class" }
  private static var part: String { "classes" }

  public var fitted: (any Family)? {
    if classes == nil { return nil }
    func fitted<Other: Family>(_ base: Other) -> (any Family)? {
      try? ClassMixture<Other>(base, componentsPerClass: nil, names: classNames)
    }
    let plain: any Family = base.fitted ?? base
    return fitted(plain)
  }

  public var responsibilityCount: Int { base.responsibilityCount }
  public var fileVersion: Int { base.fileVersion }
  public var kind: String { base.kind + " with classes" }
  public var title: String { base.title + " in classes" }
  public var freeParameterCount: Int { base.freeParameterCount }
  /// Components go by the classes of their numbers.
  public var hasExchangeableComponents: Bool { false }
  public var takesMissing: Bool { base.takesMissing }
  public var sumsLogLikelihood: Bool { base.sumsLogLikelihood && classes == nil }
  public var objectiveName: String {
    classes == nil || base.estimate != .ml
      ? base.objectiveName : base.objectiveName + " with labels"
  }

  public var layout: ParameterLayout {
    ParameterLayout(
      base.layout.parts + [.init(Self.part, [componentCount], .index(below: componentCount))])
  }

  public func observing(_ columns: ObservedColumns?) -> Self {
    Self(self, base.observing(columns))
  }

  private init(_ other: Self, _ base: Base) {
    (self.base, classes, classNames) = (base, other.classes, other.classNames)
  }

  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    base.largestChange(from: previous, to: next)
  }

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> ClassComponents<Base.StepComponents> {
    ClassComponents(
      try base.components(at: parameters, sharing: work), classes: classes)
  }

  public func maximized(
    _ sums: Sums, of moments: Base.StepMoments, from previous: Parameters?,
    sharing work: WorkSharing
  ) throws -> Parameters {
    var next = try base.maximized(sums, of: moments, from: previous, sharing: work)
    next[Self.part] =
      classes?.ofComponents ?? previous?[Self.part]
      ?? [Double](repeating: 0, count: componentCount)
    return next
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: Base.Sampler, into row: UnsafeMutablePointer<Double>
  ) { base.writeRow(random, sampler, into: row) }

  public func sampler(under parameters: Parameters) throws -> Base.Sampler {
    try base.sampler(under: parameters)
  }
}

/// The components of another family, of which those of other classes than a labelled row's own are none to
/// it.
public struct ClassComponents<Base: Components>: DerivedComponents {
  public let base: Base
  /// Nil: labels are not looked at.
  private let classes: ComponentClasses?
  /// Of each component its class, -1 of noise.
  private let ownClasses: [Double]

  init(_ base: Base, classes: ComponentClasses?) {
    (self.base, self.classes) = (base, classes)
    let own = classes?.ofComponents ?? []
    ownClasses = own + [Double](repeating: -1, count: base.count - own.count)
  }

  public func writeLogJoint(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    base.writeLogJoint(of: tile, into: joint)
    leaveOut(ofRows: tile.rows, joint)
  }

  /// What the base leaves out lies far below the largest of all components: in tiles with labels, where it
  /// may be the largest of its class, nothing.
  public func writeLogJointAboveFloor(of tile: Tile, into joint: UnsafeMutablePointer<Double>) {
    guard classes != nil, tile.rows.isLabelled else {
      return base.writeLogJointAboveFloor(of: tile, into: joint)
    }
    writeLogJoint(of: tile, into: joint)
  }

  private func leaveOut(ofRows rows: RowBlock, _ joint: UnsafeMutablePointer<Double>) {
    guard classes != nil, let labels = rows.labels else { return }
    for (k, own) in ownClasses.enumerated() {
      let joint = joint + k * tileStride
      for n in 0..<rows.count where labels[n] >= 0 && labels[n] != own { joint[n] = -.infinity }
    }
  }

  public func exact(masses: [Double], total: Double) -> Self? {
    base.exact(masses: masses, total: total).map { Self($0, classes: classes) }
  }
}

extension ClassComponents: ClusterComponents where Base: ClusterComponents {
  package var clusters: KMeans { base.clusters.restricted(to: classes) }

  package func replacing(_ clusters: KMeans) -> Self {
    Self(base.replacing(clusters), classes: classes)
  }
}

extension ClassComponents: ImputingComponents where Base: ImputingComponents {
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) { base.impute(tile, responsibilities: responsibilities, random: random, into: rows) }
}

extension RowBlock {
  /// Whether the class of any row is known.
  fileprivate var isLabelled: Bool {
    guard let labels else { return false }
    return (0..<count).contains { labels[$0] >= 0 }
  }
}

extension FamilyExtension {
  /// Classes that components belong to.
  public static let classes = FamilyExtension(
    setting: FamilySetting(
      "components-per-class",
      help: """
        Where rows are labelled, how many components each class has: of class 0 the first ones. Classes \
        without a labelled row are of the other rows. (default: 1)
        """,
      valueName: "m", noun: "classes"),
    key: "classes", version: 1
  ) { mixture, value, options in
    let count = value.isEmpty ? nil : Int(value)
    guard value.isEmpty || count != nil else {
      throw FitError.unusable(
        setting: "components-per-class \(value)", expected: "a number that divides the components")
    }
    return try mixture.inClasses(componentsPerClass: count, names: options.classNames)
  }
}

extension Family {
  /// The mixture with components that belong to classes.
  ///
  /// - Parameters:
  ///   - componentsPerClass: nil: parameters say which classes components are of.
  ///   - names: of the first classes; nil: none has any.
  /// - Throws: `FitError.unusable` about either.
  package func inClasses(componentsPerClass: Int?, names: [String]?) throws -> any Family {
    try ClassMixture(self, componentsPerClass: componentsPerClass, names: names)
  }
}
