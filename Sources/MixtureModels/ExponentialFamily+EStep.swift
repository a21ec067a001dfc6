import Kernels

/// What an exponential family inherits. The loops run over consecutive rows or features and keep
/// one order of separate multiplications and additions, so any vector width gives the same bits.
extension ExponentialFamily {
  public var statisticsCount: Int { 2 + componentCount * featureCount }

  /// The features twice, row by row and feature by feature, and log h(x).
  public var scratchCount: Int { (2 * featureCount + 1) * tileRows }

  public func writeLogBaseMeasure(
    of tile: RowBlock, into logBase: UnsafeMutablePointer<Double>
  ) { logBase.update(repeating: 0, count: tile.count) }

  public func requirements(of parameters: Parameters) -> [FeatureRequirement] { [] }

  /// - Throws: `FitError.undefined` if a natural parameter is not finite (of a component's number
  ///   0, if it is NaN or +∞).
  public func expectation(under parameters: Parameters) throws -> NaturalParameters {
    let values = naturalParameters(of: parameters)
    precondition(
      values.count == componentCount * featureCount,
      "\(values.count) natural parameters, expected \(componentCount) x \(featureCount)")
    for (i, value) in values.enumerated() where !value.isFinite {
      let (component, parameter) = i.quotientAndRemainder(dividingBy: featureCount)
      if parameter == 0 && value == -.infinity { continue }
      throw FitError.undefined(component: component, naturalParameter: parameter, value: value)
    }
    return NaturalParameters(values: values, requirements: requirements(of: parameters))
  }

  /// Moments about the origin refer to no parameters.
  public func expectation(around reference: Parameters) -> NaturalParameters {
    NaturalParameters(values: Array(repeating: 0, count: componentCount * featureCount))
  }

  /// log h + T Θ', 2 n K P flops. Each product runs along the rows of one feature. -∞ where a row has
  /// not what a component requires.
  public func writeLogJoint(
    of tile: RowBlock, _ expectation: NaturalParameters, scratch: UnsafeMutablePointer<Double>,
    into logJoint: UnsafeMutablePointer<Double>
  ) {
    let columns = scratch + featureCount * tileRows
    let logBase = columns + featureCount * tileRows
    writeFeatures(of: tile, into: scratch)
    writeLogBaseMeasure(of: tile, into: logBase)
    for n in 0..<tile.count {
      for p in 0..<featureCount { columns[p * tileRows + n] = scratch[n * featureCount + p] }
    }
    expectation.values.withUnsafeBufferPointer { parameters in
      for k in 0..<componentCount {
        let sums = logJoint + k * tileStride
        sums.update(from: logBase, count: tile.count)
        for p in 0..<featureCount {
          let parameter = parameters[k * featureCount + p]
          let feature = columns + p * tileRows
          for n in 0..<tile.count { sums[n] += parameter * feature[n] }
        }
      }
    }
    for requirement in expectation.requirements {
      let sums = logJoint + requirement.component * tileStride
      let feature = columns + requirement.feature * tileRows
      for n in 0..<tile.count where feature[n] != requirement.value { sums[n] = -.infinity }
    }
  }

  /// R'T, 2 n K P flops. Each product runs along the features of one row; a row that has nothing
  /// of a component is left out of its sums, which changes none of them.
  public func add(
    _ tile: RowBlock, responsibilities: UnsafePointer<Double>, _ expectation: NaturalParameters,
    scratch: UnsafeMutablePointer<Double>, into statistics: UnsafeMutablePointer<Double>
  ) {
    writeFeatures(of: tile, into: scratch)
    for k in 0..<componentCount {
      let sums = statistics + 2 + k * featureCount
      for n in 0..<tile.count {
        let responsibility = responsibilities[k * tileStride + n]
        if responsibility == 0 { continue }
        let features = scratch + n * featureCount
        for p in 0..<featureCount { sums[p] += responsibility * features[p] }
      }
    }
  }
}
