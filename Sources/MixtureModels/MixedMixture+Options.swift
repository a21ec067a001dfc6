/// What the groups of a mixed mixture are told.
extension MixedMixture {
  /// Checks that each number of a prior is of the weights or one of the families, a list of numbers of all
  /// columns.
  static func requirePriors(
    _ options: FamilyOptions, _ estimate: Estimate, of types: [any Family.Type], columns: Int
  ) throws {
    if estimate == .ml { return }
    guard let given = options.prior else {
      let haveMoments = types.contains { $0.priorNames == GaussianPrior.names }
      if estimate == .vb || !haveMoments { try options.requireOwnPrior(of: estimate) }
      return
    }
    var names = [WeightPrior.name]
    for name in types.flatMap({ $0.priorNames }) where !names.contains(name) { names.append(name) }
    try given.requireNames(names)
    for name in names {
      let lists = name == WeightPrior.name ? [] : [[columns], [columns, columns]]
      _ = try given.numbers(name, shapes: [[]] + lists)
    }
  }

  /// What a group's family is told.
  static func options(
    _ options: FamilyOptions, of group: ColumnFamilies.Group
  ) -> FamilyOptions {
    var own = options
    own.values = ["covariance": group.isJoint ? "full" : "diag"]
    let freedom = DegreesOfFreedom.setting.name
    own.values[freedom] = options.values[freedom]
    own.prior = nil
    own.measures?.moments = options.measures?.moments?.part(group.columns)
    own.ranges = options.ranges.map { ranges in
      ColumnRanges(
        minimum: group.columns.map { ranges.minimum[$0] },
        maximum: group.columns.map { ranges.maximum[$0] })
    }
    own.regularizationUnits = options.regularizationUnits.map { units in
      group.columns.map { units[$0] }
    }
    own.columnNames = options.columnNames.map { names in group.columns.map { names[$0] } }
    own.categories =
      options.categories.isEmpty ? [] : group.columns.map { options.categories[$0] }
    return own
  }

  /// Says which family of columns has no such estimate, where one of them has not.
  static func namingEstimate<Value>(
    _ estimate: Estimate, of type: any Family.Type, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as FitError where error == estimate.unusable {
      throw FitError.unusable(
        setting: "estimate \(estimate.rawValue) with columns of \(type.name)",
        expected: "columns of families with conjugate priors, or another estimate")
    }
  }

  static func type(of group: ColumnFamilies.Group) throws -> any Family.Type {
    let types = Families.standard.types.filter { $0.canBePart }
    guard let type = types.first(where: { $0.name == group.family }) else {
      throw FitError.unusable(
        setting: "column-families with the family \(group.family)",
        expected: types.map { $0.name }.joined(separator: ", "))
    }
    return type
  }

  public static func categoricalColumns(
    _ options: FamilyOptions, names: [String]?, count: Int
  ) throws -> [Bool] {
    var options = options
    options.columnNames = names
    var result = [Bool](repeating: false, count: count)
    for group in try ColumnFamilies(options, count: count).groups {
      let own = try type(of: group).categoricalColumns(
        Self.options(options, of: group), names: nil, count: group.columns.count)
      for (column, isCategorical) in zip(group.columns, own) { result[column] = isCategorical }
    }
    return result
  }
}

extension ColumnFamilies {
  /// Those that the options name.
  init(_ options: FamilyOptions, count: Int) throws {
    guard let text = options.values["column-families"] else {
      throw FitError.unusable(
        setting: "family mixed without column-families",
        expected: "column-families, such as 'age=gaussian,*=categorical'")
    }
    try self.init(text, names: options.columnNames, count: count)
  }
}
