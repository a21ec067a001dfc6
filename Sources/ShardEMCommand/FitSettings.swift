import MixtureModels
import ModelFiles

/// The options that a fit's result depends on, and their values, as checkpoints record them.
typealias FitSettings = [(option: String, value: String)]

extension ModelOptions {
  /// Those of a fit.
  ///
  /// - Parameters:
  ///   - start: the file that it starts from; nil: from one that it finds.
  ///   - reading: how the data are read.
  func settings(
    of mixture: some Family, _ prior: PriorNumbers?, start: ModelFile? = nil,
    search: SearchOptions, reading: ReadingOptions
  ) throws -> FitSettings {
    [("--family", "\(family)"), ("--components", "\(mixture.componentCount)")]
      + [("--labels", labels == nil ? "none" : LabelWords.text(mixture.classNames))]
      + effectiveSettings(of: mixture, prior: prior)
      + (family.type.leavesOutNegligible ? [("--exact-dense", exactDense ? "on" : "off")] : [])
      + (hard ? [("--hard", "on")] : [])
      + [("--regularization", "\(regularization)")]
      + (try search.settings(start: start)) + reading.settings
  }
}
