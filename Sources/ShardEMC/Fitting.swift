import Host
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

extension FitRequest {
  /// Collective. The model file of the fit: the bytes that `shardem fit` writes with the same options.
  ///
  /// - Parameters:
  ///   - world: the ranks of `data`, or what stands for them.
  ///   - start: labels or responsibilities of this rank's rows to start from; nil: as the options say.
  ///   - onIteration: is told of every iteration.
  func fit(
    _ data: CallerData, in world: any Communicator, from start: BorrowedRows?,
    onIteration: IterationHook
  ) throws -> ModelFile {
    let (rows, engine) = (data.rows, data.engine(in: world))
    guard components <= rows.weightedRowCount else {
      throw DataSetError.fewerRowsThanComponents(
        rows: rows.weightedRowCount, components: components)
    }
    let mixture = try mixture(for: engine, of: data)
    do {
      return try file(of: mixture, data, engine, start, onIteration)
    } catch let error as FitError {
      throw error.naming { "\(rows.column($0))" }
    }
  }

  /// Collective. The mixture, for the rows of an engine.
  ///
  /// - Parameter data: of which the engine has all rows, or some.
  func mixture(for engine: Engine, of data: CallerData) throws -> any Family {
    let rows = engine.data
    let values = try settings(for: data)
    let isRelative = regularization.isRelative && family.regularizesVariances
    let known = Families.standard.settings(of: family)
    let options = FamilyOptions(
      regularization: regularization.value,
      regularizationUnits: isRelative ? try engine.columnVariances() : nil, exactDense: exactDense,
      isHard: isHard, ranges: rows.ranges, measures: try engine.measures(for: values, of: known),
      prior: prior, columnNames: data.columns, categories: rows.categories.map { $0?.names },
      classNames: rows.classNames, values: values)
    return try engine.world.common {
      try Families.standard.mixture(
        family, options, components: components, columns: rows.columnCount)
    }
  }

  /// The values of settings, with guessed families; with labels one component a class, if nothing else is
  /// said.
  private func settings(for data: CallerData) throws -> [String: String] {
    var settings = settings
    if guessesFamilies {
      guard let families = data.guessedFamilies else {
        throw ArgumentError("family: \(Self.guessed) of data that were not opened with it")
      }
      settings[GuessedFamilies.setting] = families
    }
    let perClass = FamilyExtension.classes.setting.name
    guard data.rows.isLabelled else {
      if settings[perClass] != nil { throw ArgumentError("settings: \(perClass) without labels") }
      return settings
    }
    return settings.merging([perClass: "1"]) { own, _ in own }
  }

  private func file(
    of mixture: some Family, _ data: CallerData, _ engine: Engine, _ start: BorrowedRows?,
    _ onIteration: IterationHook
  ) throws -> ModelFile {
    try ModelRoom.require(mixture, threads: engine.threadCount, in: engine.world)
    let given = try engine.world.agree {
      try start.map {
        try GivenResponsibilities(RowsBeside(borrowing: $0, of: data.rows), for: mixture)
      }
    }
    let initialization = try given.map(Initialization.responsibilities) ?? self.start(of: mixture)
    let fit = try engine.fit(
      mixture, from: initialization, options: options, onIteration: onIteration)
    let score = try mixture.fitted.map { try engine.score($0, under: fit.parameters) } ?? fit.score
    return file(
      of: mixture, fit, score, data, start: given == nil ? self.initialization.name : "file")
  }

  /// The model file of a fit that has ended.
  ///
  /// - Parameter start: how that was chosen, in a word.
  func file(
    of mixture: some Family, _ fit: Fit, _ score: Score, _ data: CallerData, start: String
  ) -> ModelFile {
    let record = FitRecord(
      fit, score, of: mixture, data: data.rows, options: options, regularization: regularization,
      exactDense: exactDense, isHard: isHard, initialization: start)
    return ModelFile(mixture.fitted ?? mixture, fit.parameters, columns: data.columns, fit: record)
  }

  private func start(of mixture: some Family) throws -> Initialization {
    if let method { return method }
    guard case .model(let file) = initialization else {
      preconditionFailure("a start \(initialization.name) that is neither a way nor a model")
    }
    let parameters = try file.inClasses(of: mixture).parameters(for: mixture, name: "start")
    return .parameters(mixture.starting(from: parameters))
  }

  /// The way to find starts; nil if there is a model to start from.
  var method: Initialization? {
    switch initialization {
    case .race: .race
    case .kMeans: .kMeans
    case .kMeansPlusPlus: .kMeansPlusPlus
    case .random: .random
    case .model: nil
    }
  }
}

/// Whether there is memory for a model.
enum ModelRoom {
  /// Collective.
  ///
  /// - Throws: `ArgumentError` if the sums of all threads, of each statistic the number of a block and an
  ///   exact sum's four, are larger than memory: the alternative is the end of the process.
  static func require(
    _ mixture: some Family, threads: Int, in world: any Communicator
  ) throws {
    let bytes = Double(mixture.sumsCount) * 40 * Double(threads + 1)
    let available = try world.memoryShare()
    try world.agree {
      guard bytes <= Double(available) else {
        throw ArgumentError(
          "a model whose sums take \(bytes) bytes; expected at most \(available), the memory there is"
        )
      }
    }
  }
}
