import Kernels

/// A mixture whose columns are of several families: groups of columns that are independent of each other
/// within a component, p(x | k) = Π_g f_g(x_g | θ_gk).
///
/// Single columns of one family are one group: of Gaussian ones with diagonal covariances. Columns in braces
/// are a group of their own, of Gaussian ones with full covariances. Of t distributions each single column is
/// a group, too, with its own degrees of freedom and precisions of the rows. All densities are computed to
/// the end.
///
/// Source: Lawrence and Krzanowski, "Mixture separation for mixed-mode data" (Statistics and Computing 6,
/// 1996); Hunt and Jorgensen, "Mixture model clustering for mixed data with missing information"
/// (Computational Statistics & Data Analysis 41, 2003).
public struct MixedMixture: Family {
  public static let name = "mixed"
  public static let purpose = "columns of several families"
  public static let canBePart = false
  public static let regularizesVariances = true
  public static let fitsAnyColumns = false
  public static let settings = [
    FamilySetting(
      "column-families",
      help: """
        Which family each column of a mixed mixture is of: \
        'age=gaussian,sex=categorical,{height,weight}=gaussian,*=poisson'. Columns go by names or numbers \
        from 1, those of weights and labels left out; * stands for the rest; those in braces have one full \
        covariance, all others are independent within a component. Columns of student-t have degrees of \
        freedom each, those in braces together.
        """,
      valueName: "column=family,...", noun: "families of columns",
      keys: [("column_families", [])], isKept: true),
    .estimate, .prior, .weightConcentrationType, DegreesOfFreedom.setting,
  ]

  /// Some columns and their family.
  struct Group: Sendable {
    let key: String
    let columns: [Int]
    let family: any Family

    /// Its parameters but those that all groups have in common.
    var ownParts: [ParameterLayout.Part] {
      family.layout.parts.dropFirst().filter { $0.name != VariationalWeights.name }
    }

    /// What a parameter of its family is called in the mixture.
    func name(of part: ParameterLayout.Part) -> String {
      part.name == VariationalWeights.name ? part.name : "\(key).\(part.name)"
    }
  }

  public let componentCount: Int
  public let columnCount: Int
  private(set) var groups: [Group]
  private let text: String
  public private(set) var observed: ObservedColumns?
  public let estimate: Estimate
  /// What the distribution of the weights is like, of `estimate vb`; else nil.
  let variationalWeights: VariationalWeights?

  public init(_ options: FamilyOptions, components: Int, columns: Int) throws {
    (componentCount, columnCount) = (components, columns)
    let families = try ColumnFamilies(options, count: columns)
    text = families.text(names: options.columnNames)
    let estimate = try Estimate(options)
    self.estimate = estimate
    let variationalWeights = try Self.variationalWeights(options, estimate)
    self.variationalWeights = variationalWeights
    let types = try families.groups.map(Self.type)
    try Self.requirePriors(options, estimate, of: types, columns: columns)
    if let value = options.values[DegreesOfFreedom.setting.name],
      !types.contains(where: { $0 == StudentMixture.self })
    {
      throw FitError.unusable(
        setting: "degrees-of-freedom \(value) without columns of \(StudentMixture.name)",
        expected: "columns of that family")
    }
    groups = try zip(families.groups, types).enumerated().map { number, part in
      let (group, type) = part
      var own = Self.options(options, of: group)
      if estimate != .ml {
        own.values["estimate"] = estimate.rawValue
        // The weights that count are those of the first group's M-step.
        own.prior = options.prior?.part(
          named: type.priorNames + (number == 0 ? [WeightPrior.name] : []), columns: group.columns,
          of: columns)
      }
      own.values[FamilySetting.weightConcentrationType.name] = variationalWeights?.rawValue
      let family = try Self.namingEstimate(estimate, of: type) {
        try type.mixture(own, components: components, columns: group.columns.count)
      }
      return Group(key: group.key, columns: group.columns, family: family)
    }
  }

  public var variant: [(key: String, value: String)] {
    let student = groups.lazy.compactMap { $0.family as? StudentMixture }.first
    return (estimate == .vb ? [("estimate", estimate.rawValue)] : [])
      + (variationalWeights == .process
        ? [("weight_concentration_type", VariationalWeights.process.rawValue)] : [])
      + [("column_families", text)]
      + (student?.variant ?? []).filter { $0.key == DegreesOfFreedom.model }
  }
  public var fileVersion: Int { estimate == .vb ? 2 : 1 }
  public var kind: String {
    let kind = "mixed (\(text))"
    return variationalWeights.map { "variational \(kind) with \($0.title) weights" } ?? kind
  }
  public var title: String {
    let title = "Mixture of columns of several families"
    return variationalWeights.map { "\(title), variational, with \($0.title) weights" } ?? title
  }

  public var categories: [[String]?] {
    var all = [[String]?](repeating: nil, count: columnCount)
    for group in groups {
      for (column, own) in zip(group.columns, group.family.categories) { all[column] = own }
    }
    return all.allSatisfy { $0 == nil } ? [] : all
  }

  public func requireUsable() throws {
    try requireComponents()
    for group in groups { try group.family.requireUsable() }
  }

  public var takesMissing: Bool { groups.allSatisfy(\.family.takesMissing) }
  public var hasMoreLatent: Bool { groups.contains(where: \.family.hasMoreLatent) }

  public func observing(_ columns: ObservedColumns?) -> MixedMixture {
    func observing(_ family: some Family, _ own: ObservedColumns?) -> any Family {
      family.observing(own)
    }
    var mixture = self
    mixture.observed = columns
    mixture.groups = groups.map { group in
      let own = columns.map { columns in
        ObservedColumns(
          means: group.columns.map { columns.means[$0] },
          variances: group.columns.map { columns.variances[$0] })
      }
      return Group(
        key: group.key, columns: group.columns, family: observing(group.family, own))
    }
    return mixture
  }

  public var valueCheck: ValueCheck? {
    let checks = groups.compactMap { group in
      group.family.valueCheck.map { (columns: group.columns, check: $0) }
    }
    if checks.isEmpty { return nil }
    return { block in
      let memory = Workspace()
      let problems = checks.compactMap { columns, check -> ValueProblem? in
        let own = memory.reserve(block.count * columns.count)
        return check(block.gathering(columns, into: own)).map {
          ValueProblem(
            row: $0.row, column: $0.column.map { columns[$0] }, value: $0.value,
            quantity: $0.quantity, expected: $0.expected)
        }
      }
      return problems.min { ($0.row, $0.column ?? 0) < ($1.row, $1.column ?? 0) }
    }
  }

  // MARK: Parameters

  /// The weights, of a variational mixture their distribution, and each group's others as `KEY.NAME`.
  public var layout: ParameterLayout {
    ParameterLayout(
      [.init("weights", [componentCount], .weights)]
        + (variationalWeights.map { [$0.part(components: componentCount)] } ?? [])
        + groups.flatMap { group in
          group.ownParts.map {
            .init(
              group.name(of: $0), $0.shape, lengths: $0.lengths, $0.domain,
              standard: $0.standard)
          }
        })
  }

  public var freeParameterCount: Int {
    groups.reduce(componentCount - 1) {
      $0 + $1.family.freeParameterCount - (componentCount - 1)
    }
  }

  /// The sum of the groups', in which the weights have their prior once.
  public func logPrior(of parameters: Parameters) -> Double {
    if let variationalWeights { return variationalLogPrior(variationalWeights, of: parameters) }
    guard estimate == .map else { return 0 }
    let weights = parameters.weights
    // The groups but the first have one of the weights that is the same everywhere.
    let repeated = Double(groups.count - 1) * WeightPrior().logDensity(of: weights)
    return groups.reduce(-repeated) {
      $0 + $1.family.logPrior(of: self.parameters(of: $1, parameters, weights: weights))
    }
  }

  public func largestChange(from previous: Parameters, to next: Parameters) -> Double {
    groups.reduce(0) { change, group in
      max(
        change,
        group.family.largestChange(
          from: parameters(of: group, previous, weights: previous.weights),
          to: parameters(of: group, next, weights: next.weights)))
    }
  }

  public func starting(from parameters: Parameters) -> Parameters {
    func starting(_ family: some Family, _ own: Parameters) -> Parameters {
      family.starting(from: own)
    }
    return changed(parameters) { starting($0.family, $1) }
  }

  /// Parameters as each group's family allows them.
  public func corrected(_ parameters: Parameters, sharing work: WorkSharing) throws -> Parameters {
    func corrected(_ family: some Family, _ own: Parameters) throws -> Parameters {
      try family.corrected(own, sharing: work)
    }
    return try changed(parameters) { try corrected($0.family, $1) }
  }

  /// Parameters with those of each group changed, but for weights.
  private func changed(
    _ parameters: Parameters, _ change: (Group, Parameters) throws -> Parameters
  ) rethrows -> Parameters {
    var all = parameters
    for group in groups {
      let own = try change(
        group, self.parameters(of: group, parameters, weights: parameters.weights))
      for part in group.ownParts { all[group.name(of: part)] = own[part.name] }
    }
    return all
  }

  /// Those of a group, with weights as given.
  func parameters(
    of group: Group, _ parameters: Parameters, weights: [Double]
  ) -> Parameters {
    Parameters(
      [("weights", weights)]
        + group.family.layout.parts.dropFirst().map { ($0.name, parameters[group.name(of: $0)]) })
  }

  /// Weights that add nothing to log densities.
  private var ones: [Double] { [Double](repeating: 1, count: componentCount) }

  // MARK: E-step and M-step

  public func components(
    at parameters: Parameters, sharing work: WorkSharing
  ) throws -> MixedComponents {
    let zeros = [Double](repeating: 0, count: componentCount)
    func variational(_ family: some VariationalFamily, _ own: Parameters) throws -> any Components {
      try family.components(at: own, logWeights: zeros, sharing: work)
    }
    func components<F: Family>(_ family: F, _ own: Parameters) throws -> any Components {
      let components: any Components =
        if let family = family as? any VariationalFamily { try variational(family, own) } else {
          try family.components(at: own, sharing: work)
        }
      guard components.count == componentCount, family.layout.parts.first?.domain == .weights
      else {
        throw FitError.unusable(
          setting: "columns of the family \(F.name)", expected: "families of plain components")
      }
      return components
    }
    return MixedComponents(
      logWeights: variationalWeights?.expectedLogs(parameters[VariationalWeights.name])
        ?? parameters.weights.map { Portable.log($0) },
      parts: try groups.map {
        MixedPart(
          $0.columns, try components($0.family, self.parameters(of: $0, parameters, weights: ones)))
      }, fill: observed?.means)
  }

  public func moments(
    of components: MixedComponents, at parameters: Parameters
  ) -> MixedMoments {
    func ownMoments<F: Family>(
      _ family: F, _ components: any Components, _ own: Parameters
    ) -> any Moments {
      guard let components = components as? F.StepComponents else {
        preconditionFailure("components of another family than \(F.name)")
      }
      return family.moments(of: components, at: own)
    }
    return MixedMoments(
      componentCount: componentCount,
      zip(groups, components.parts).map { group, part in
        let own = self.parameters(of: group, parameters, weights: ones)
        return MixedPart(group.columns, ownMoments(group.family, part.body, own))
      }, of: components, fill: observed?.means)
  }

  public func moments(about centers: [Double]) -> MixedMoments {
    func moments(_ family: some Family, _ own: [Double]) -> any Moments {
      family.moments(about: own)
    }
    return MixedMoments(
      componentCount: componentCount,
      groups.map { group in
        // Without centers only their number is asked for.
        let own = stride(from: 0, to: centers.count, by: columnCount).flatMap { first in
          group.columns.map { centers[first + $0] }
        }
        return MixedPart(group.columns, moments(group.family, own))
      }, fill: observed?.means)
  }

  /// Each group's own M-step.
  public func maximized(
    _ sums: Sums, of moments: MixedMoments, from previous: Parameters?, sharing work: WorkSharing
  ) throws -> Parameters {
    func next<F: Family>(
      _ family: F, _ sums: Sums, _ moments: any Moments, _ previous: Parameters?
    ) throws -> Parameters {
      guard let moments = moments as? F.StepMoments else {
        preconditionFailure("moments of another family than \(F.name)")
      }
      return try family.maximized(sums, of: moments, from: previous, sharing: work)
    }
    let head = mixtureSlots(componentCount)
    let numbers = sums.numbers
    var all: [(name: String, numbers: [Double])] = []
    var start = head.count
    for (group, (part, ownSlots)) in zip(groups, zip(moments.parts, moments.partSlots)) {
      let slots = head + ownSlots
      let end = start + ownSlots.count
      let own: Parameters
      do {
        own = try next(
          group.family, Sums(slots, Array(numbers[..<head.count] + numbers[start..<end])),
          part.body,
          previous.map { parameters(of: group, $0, weights: $0.weights) })
      } catch let error as FitError { throw error.of(group.columns) }
      if all.isEmpty {
        let common = ["weights"] + (variationalWeights == nil ? [] : [VariationalWeights.name])
        all = common.map { ($0, own[$0]) }
      }
      all += group.ownParts.map { (group.name(of: $0), own[$0.name]) }
      start = end
    }
    return Parameters(all)
  }

  public func cell(_ k: Int, _ j: Int, _ parameters: Parameters) -> ComponentCell {
    for group in groups {
      guard let place = group.columns.firstIndex(of: j) else { continue }
      return group.family.cell(
        k, place, self.parameters(of: group, parameters, weights: parameters.weights))
    }
    return .nothing
  }
}
