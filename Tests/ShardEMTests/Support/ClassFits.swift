import MessagePassing
import MixtureModels
import ShardEM
import _TestSupport

/// Mixtures with classes, and labels for them.
enum ClassFits {
  static let solo = SoloCommunicator()

  /// A third of the rows, of any class.
  static func labels(_ count: Int, classes: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      generator.uniform() < 1.0 / 3 ? Int.random(in: 0..<classes, using: &generator) : -1
    }
  }

  static func classed(
    _ values: [String: String] = [:], components: Int, perClass: Int = 1, columns: Int,
    regularization: Double = 1e-3, exactDense: Bool = false, measures: DataMeasures? = nil
  ) throws -> any Family {
    let classes = [FamilyExtension.classes.setting.name: "\(perClass)"]
    return try Families.standard.mixture(
      GaussianMixture.self,
      FamilyOptions(
        regularization: regularization, exactDense: exactDense, measures: measures,
        values: values.merging(classes) { $1 }),
      components: components, columns: columns)
  }

  static func fit(
    _ mixture: any Family, _ data: DataSet, from start: Initialization = .kMeans,
    iterations: Int = 1000, seed: UInt64 = 0, threads: Int = 1,
    world: any Communicator = SoloCommunicator(), onIteration: IterationHook = { _ in }
  ) throws -> Fit {
    func run(_ mixture: some Family) throws -> Fit {
      try Engine(data, threads: threads, world: world).fit(
        mixture, from: start,
        options: FitOptions(
          maximumIterations: iterations, convergence: .parameters(1e-12), order: .none, seed: seed),
        onIteration: onIteration)
    }
    return try run(mixture)
  }

  static func withClasses(
    _ start: Parameters, components: Int? = nil, perClass: Int
  ) -> Parameters {
    var start = start
    let count = components ?? start.weights.count
    start["classes"] = (0..<count).map { Double($0 / perClass) }
    return start
  }
}
