import MessagePassing
import MixtureModels
import RowSources

extension Sweep {
  /// Collective. Checks once, before a fit, that the model can take these data.
  ///
  /// - Throws: on every rank the same `DataSetError`: about the columns, or the first value that
  ///   the model's family cannot take.
  func requireSuitable<Model: LatentVariableModel>(_ model: Model) throws {
    guard model.columnCount == data.columnCount else {
      throw DataSetError.columns(found: data.columnCount, expected: model.columnCount)
    }
    guard let firstProblem = model.valueCheck else { return }
    try forEachBlock { number, block, _ in
      guard let problem = firstProblem(block) else { return }
      throw data.error(about: problem, inBlock: number)
    }
  }
}
