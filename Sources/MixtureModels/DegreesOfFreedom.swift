import Kernels

/// Where a mixture of t distributions has its degrees of freedom from: they are given, those of the start, or
/// estimated, in common or of each component.
struct DegreesOfFreedom: Sendable {
  /// The parameters.
  static let name = "degrees_of_freedom"

  static let setting = FamilySetting(
    "degrees-of-freedom",
    help: """
      Of a mixture of t distributions: a number, or one for each component (4,10), or fixed, those \
      of the start, which stay; common, or each: estimated. (default: each)
      """,
    valueName: "nu", noun: "degrees of freedom", defaultValue: "each",
    keys: [(model, ["fixed", "common"])])

  static let model = "degrees_of_freedom_model"

  private let componentCount: Int
  /// A number for all or one for each, if they are given.
  private let given: [Double]?
  /// Whether they stay as they are.
  let areFixed: Bool
  /// Whether all components have the same.
  private let areCommon: Bool

  /// - Throws: `FitError.unusable` about numbers that are none.
  init(_ options: FamilyOptions, components: Int) throws {
    componentCount = components
    let text = options.values["degrees-of-freedom"] ?? "each"
    areCommon = text == "common"
    areFixed = text != "each" && !areCommon
    if !areFixed || text == "fixed" {
      given = nil
      return
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let areUsable = numbers.allSatisfy { $0.map { $0 >= 1e-3 && $0.isFinite } ?? false }
    guard areUsable, numbers.count == 1 || numbers.count == components else {
      throw FitError.unusable(
        setting: "degrees-of-freedom \(text)",
        expected: "a number from 0.001, or \(components) of them, fixed, common or each")
    }
    given = numbers.compactMap { $0 }
  }

  var part: ParameterLayout.Part {
    .init(Self.name, [componentCount], areFixed ? .fixed : .positive)
  }

  var freeCount: Int { areFixed ? 0 : areCommon ? 1 : componentCount }

  var variant: [(key: String, value: String)] {
    areFixed ? [(Self.model, "fixed")] : areCommon ? [(Self.model, "common")] : []
  }

  /// Those of an M-step, or of the first one: if they are estimated, 10.
  func maximized(_ sums: Sums, from previous: Parameters?, columnCount: Int) -> [Double] {
    guard let previous else { return start ?? ofAll([10]) }
    if areFixed { return previous.degreesOfFreedom }
    return Portable.degreesOfFreedom(
      logTerms: sums[StudentComponents.logTerms], masses: sums[Slots.masses],
      previous: previous.degreesOfFreedom, columnCount: columnCount, areCommon: areCommon)
  }

  /// Those that an M-step may give.
  func corrected(_ parameters: Parameters) -> [Double] {
    let numbers = parameters.degreesOfFreedom
    return areFixed ? numbers : numbers.map { min(max($0, 1e-3), 1e6) }
  }

  /// Those that are given; nil where a start has its own.
  var start: [Double]? { given.map(ofAll) }

  private func ofAll(_ numbers: [Double]) -> [Double] {
    numbers.count == 1 ? Array(repeating: numbers[0], count: componentCount) : numbers
  }
}

extension Parameters {
  /// Of a mixture of t distributions: K numbers, more than 0.
  public var degreesOfFreedom: [Double] { self[DegreesOfFreedom.name] }
}
