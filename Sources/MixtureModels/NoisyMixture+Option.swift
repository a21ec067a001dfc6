import Kernels

extension FamilyExtension {
  /// Noise beside the components.
  public static let noise = FamilyExtension(
    setting: FamilySetting(
      "noise",
      help: """
        Beside the components of gaussian or student-t, noise of this density everywhere; auto, or the \
        option alone: 1 over the volume of the data, the smaller of the boxes along the columns and along \
        the principal axes, of data with missing cells that along the columns; a density that is given \
        takes complete rows only. Rows that noise explains best have the label -1.
        """,
      valueName: "density", noun: "noise", bareValue: "auto",
      measures: { $0 == "auto" ? .volume : nil })
  ) { mixture, value, options in
    let isMeasured = value.isEmpty || value == "auto"
    let density =
      value == "auto"
      ? try options.measures?.logVolume.map(density(logVolume:)) : Double(value)
    guard isMeasured || density.map({ $0 > 0 && $0.isFinite }) == true else {
      throw FitError.unusable(setting: "noise \(value)", expected: "a density above 0, or auto")
    }
    try requireSuitable(mixture, options)
    func noisy<Base: Family>(_ base: Base) -> any Family {
      guard let density else { return NoisyMixture(base, hasBox: options.hasNoiseBox) }
      return NoisyMixture(base, density: density, box: isMeasured ? options.measures?.box : nil)
    }
    return noisy(mixture)
  }

  /// - Throws: `FitError.unusable` if there can be no noise beside the components.
  private static func requireSuitable(_ mixture: any Family, _ options: FamilyOptions) throws {
    guard ["weights", "means"].allSatisfy(mixture.layout.parts.map(\.name).contains) else {
      throw FitError.unusable(
        setting: "noise beside a \(mixture.title)",
        expected: "family \(GaussianMixture.name) or \(StudentMixture.name)")
    }
    if mixture.estimate == .vb {
      throw FitError.unusable(setting: "noise with estimate vb", expected: "estimate ml or map")
    }
    // The weights are those of components and noise together.
    if options.prior?.entries.contains(where: { $0.name == WeightPrior.name }) == true {
      throw FitError.unusable(
        setting: "prior with \(WeightPrior.name) beside noise", expected: "no prior of the weights")
    }
  }

  /// 1 over the volume that the data fill.
  ///
  /// - Throws: `FitError.unusable` if there is no such number.
  private static func density(logVolume: Double) throws -> Double {
    let density = Portable.exp(-logVolume)
    guard density > 0, density.isFinite else {
      throw FitError.unusable(
        setting: logVolume == -.infinity
          ? "noise auto of data that fill no volume"
          : "noise auto of data that fill a volume of exp(\(logVolume))",
        expected:
          "a density, or other columns: none constant or dependent on others, in other units")
    }
    return density
  }
}
