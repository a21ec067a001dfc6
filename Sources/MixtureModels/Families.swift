/// The families that a program knows by name.
public struct Families: Sendable {
  public let types: [any Family.Type]
  public let extensions: [FamilyExtension]

  public init(_ types: [any Family.Type], extensions: [FamilyExtension] = []) {
    (self.types, self.extensions) = (types, extensions)
  }

  /// A line for each.
  public static let standard = Families(
    [
      GaussianMixture.self,
      BernoulliMixture.self,
      StudentMixture.self,
      PoissonMixture.self,
      ExponentialMixture.self,
      MultinomialMixture.self,
      VonMisesFisherMixture.self,
      CategoricalMixture.self,
      MixedMixture.self,
      KMeansMixture.self,
      SoftKMeansMixture.self,
    ],
    extensions: [
      .noise, .classes,
    ])

  /// These and one more.
  public func adding(_ type: any Family.Type) -> Families {
    Families(types + [type], extensions: extensions)
  }

  public var names: [String] { types.map { $0.name } }

  public subscript(name: String) -> (any Family.Type)? { types.first { $0.name == name } }

  /// All settings, each once.
  public var settings: [FamilySetting] {
    (types.flatMap { $0.settings } + extensions.map(\.setting)).reduce(into: []) { all, setting in
      if !all.contains(where: { $0.name == setting.name }) { all.append(setting) }
    }
  }

  /// The settings of a family, and those that can be added to any.
  public func settings(of type: any Family.Type) -> [FamilySetting] {
    type.settings + extensions.map(\.setting)
  }

  /// A mixture of the family `type`, with what the options add to it.
  ///
  /// - Throws: `FitError.unusable` about a setting.
  public func mixture(
    _ type: any Family.Type, _ options: FamilyOptions, components: Int, columns: Int
  ) throws -> any Family {
    let mixture = try type.mixture(options, components: components, columns: columns)
    let extended = try extensions.reduce(mixture) { mixture, part in
      guard let value = options.values[part.setting.name] else { return mixture }
      return try part.extend(mixture, value, options)
    }
    return options.isHard ? try extended.fittedHard() : extended
  }
}

/// What can be added to a mixture of any family, such as noise.
public struct FamilyExtension: Sendable {
  /// What programs say of it.
  public let setting: FamilySetting
  /// The key that model files have of it.
  public let key: String
  /// The first version of model files in which the key has this meaning.
  public let version: Int
  /// The mixture with it. The value is empty for one from a model file.
  ///
  /// Throws `FitError.unusable` about the value.
  let extend:
    @Sendable (_ mixture: any Family, _ value: String, _ options: FamilyOptions) throws ->
      any Family

  /// - Parameter key: by default as the setting is called.
  init(
    setting: FamilySetting, key: String? = nil, version: Int = 2,
    _ extend: @escaping @Sendable (any Family, String, FamilyOptions) throws -> any Family
  ) {
    (self.setting, self.key, self.version) = (setting, key ?? setting.name, version)
    self.extend = extend
  }
}
