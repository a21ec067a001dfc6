import Host
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

extension FitRequest {
  /// The model file of the fit: the bytes that `shardem fit` writes with the same options.
  ///
  /// - Parameter onIteration: is told of every iteration.
  func fit(
    _ rows: BorrowedRows, weights: BorrowedRows?, onIteration: IterationHook
  ) throws -> ModelFile {
    let world = SoloCommunicator()
    let threads = try self.threads ?? world.coreShare()
    let data = try DataSet(
      borrowing: rows, weights: weights, missing: mayMiss ? .allowed() : .error, threads: threads)
    let engine = Engine(data, threads: threads, world: world)
    guard components <= data.weightedRowCount else {
      throw DataSetError.fewerRowsThanComponents(
        rows: data.weightedRowCount, components: components)
    }
    let isRelative = regularization.isRelative && family.regularizesVariances
    let known = Families.standard.settings(of: family)
    let options = FamilyOptions(
      regularization: regularization.value,
      regularizationUnits: isRelative ? try engine.columnVariances() : nil, exactDense: exactDense,
      isHard: isHard, ranges: data.ranges, measures: try engine.measures(for: settings, of: known),
      prior: prior, columnNames: columns, values: settings)
    let mixture = try Families.standard.mixture(
      family, options, components: components, columns: data.columnCount)
    do {
      return try file(of: mixture, engine, onIteration)
    } catch let error as FitError {
      throw error.naming { "\(data.column($0))" }
    }
  }

  private func file(
    of mixture: some Family, _ engine: Engine, _ onIteration: IterationHook
  ) throws -> ModelFile {
    try ModelRoom.require(mixture, threads: engine.threadCount, in: engine.world)
    let fit = try engine.fit(
      mixture, from: try start(of: mixture), options: options, onIteration: onIteration)
    let fitted = mixture.fitted ?? mixture
    let score =
      mixture.fitted == nil ? fit.score : try engine.score(fitted, under: fit.parameters)
    let record = FitRecord(
      fit, score, of: mixture, data: engine.data, options: options, regularization: regularization,
      exactDense: exactDense, isHard: isHard, initialization: initialization.name)
    return ModelFile(fitted, fit.parameters, columns: columns, fit: record)
  }

  private func start(of mixture: some Family) throws -> Initialization {
    switch initialization {
    case .race: return .race
    case .kMeans: return .kMeans
    case .kMeansPlusPlus: return .kMeansPlusPlus
    case .random: return .random
    case .model(let file):
      return .parameters(mixture.starting(from: try file.parameters(for: mixture, name: "start")))
    }
  }
}

/// Whether there is memory for a model.
enum ModelRoom {
  /// - Throws: `ArgumentError` if the sums of all threads, of each statistic the number of a block and an
  ///   exact sum's four, are larger than memory: the alternative is the end of the process.
  static func require(
    _ mixture: some Family, threads: Int, in world: any Communicator
  ) throws {
    let bytes = Double(mixture.sumsCount) * 40 * Double(threads + 1)
    let available = try world.memoryShare()
    guard bytes <= Double(available) else {
      throw ArgumentError(
        "a model whose sums take \(bytes) bytes; expected at most \(available), the memory there is"
      )
    }
  }
}
