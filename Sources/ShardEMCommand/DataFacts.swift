import MixtureModels
import ShardEM

/// What mixtures need to know of the data to be fitted, whatever the number of their components.
struct DataFacts {
  /// Of the settings of each family, by its name.
  private let measures: [String: DataMeasures]
  /// The variances of the columns, if any family is regularized in units of them.
  private let units: [Double]?

  /// Collective. Looks at the data of an engine once for all models.
  init(for models: [ModelOptions], _ engine: Engine) throws {
    var measures: [String: DataMeasures] = [:]
    for model in models where measures[model.family.type.name] == nil {
      measures[model.family.type.name] = try engine.measures(
        for: model.settings.values, of: Families.standard.settings(of: model.family.type))
    }
    self.measures = measures
    units = try models.contains(where: \.hasRelativeRegularization) ? engine.columnVariances() : nil
  }

  func measures(for model: ModelOptions) -> DataMeasures? { measures[model.family.type.name] }

  func units(for model: ModelOptions) -> [Double]? {
    model.hasRelativeRegularization ? units : nil
  }
}

extension ModelOptions {
  fileprivate var hasRelativeRegularization: Bool {
    regularization.isRelative && family.type.regularizesVariances
  }
}
