import MessagePassing
import MixtureModels
import RowSources
import Words

extension Engine {
  /// Collective. Checks once, before a fit, that all ranks have the same model, data and options,
  /// and that the model can take the data.
  ///
  /// - Parameters:
  ///   - words: what else the ranks need alike.
  ///   - lookingAtRows: whether to look for values that the family cannot take; not if that was done for
  ///     another model of the kind.
  /// - Throws: on every rank the same error: `DifferentRanks`; `FitError.unusable` about the model;
  ///   `DataSetError` about the columns, the first missing cell if the model cannot do without it,
  ///   or the first value that the model's family cannot take.
  func requireSuitable(
    _ model: some Model, _ words: [String], lookingAtRows: Bool = true
  ) throws {
    try world.requireSame(
      ["\(type(of: model))"] + settings(of: model) + data.words + words)
    try model.requireUsable()
    guard model.columnCount == data.columnCount else {
      throw DataSetError.columns(found: data.columnCount, expected: model.columnCount)
    }
    if let classes = (model as? any MixtureModel)?.classes { try requireLabels(classes) }
    guard lookingAtRows else { return }
    if !model.takesMissing { try requireNoneMissing(for: model) }
    guard let firstProblem = model.valueCheck else { return }
    try forEachBlock(takingMissing: true) { number, block, _ in
      guard let problem = firstProblem(block) else { return }
      throw data.error(about: problem, inBlock: number)
    }
  }

  /// The same, and that the parameters are those of such a model, the same on all ranks.
  func requireSuitable(
    _ model: some Model, under parameters: Parameters, _ words: [String] = []
  ) throws {
    // As they are: they may be those of another model.
    let numbers = parameters.numbers
    try requireSuitable(
      model,
      words + parameters.names + ["parameters with the digest \(Digest(numbers).value)"])
    guard model.layout.fits(parameters) else {
      throw FitError.unusable(
        setting: "\(counted(numbers.count, "parameter"))", expected: "those of the model")
    }
    try model.layout.requireDomains(parameters)
  }

  /// Collective. Checks that there are labels, and all of them of the classes, or unknown.
  private func requireLabels(_ classes: ComponentClasses) throws {
    guard data.isLabelled else {
      throw FitError.unusable(
        setting: "a fit of classes to data without labels", expected: "labels of some rows")
    }
    try forEachBlock(takingMissing: true) { number, block, _ in
      for n in 0..<block.count where !classes.has(block.label(n)) {
        throw data.error(
          aboutLabel: block.label(n), row: n, inBlock: number, expected: classes.expected)
      }
    }
  }

  /// Collective. Checks that no cell is missing.
  private func requireNoneMissing(for model: some Model) throws {
    guard data.observed != nil else { return }
    let name = (model as? any Family).map(\.kindOfCompleteRows) ?? "the model"
    try forEachBlock(takingMissing: true) { number, block, _ in
      let cells = UnsafeBufferPointer(start: block.rows, count: block.count * block.columnCount)
      guard let first = cells.firstIndex(where: \.isNaN) else { return }
      let (row, column) = first.quotientAndRemainder(dividingBy: block.columnCount)
      throw data.error(aboutMissing: column, row: row, inBlock: number, model: name)
    }
  }
}

extension DataSet {
  /// Its shape, which all ranks need alike.
  fileprivate var words: [String] {
    [
      "\(columnCount) columns of data", "\(rowCount) rows of data",
      "\(plan.rowCounts.count) shards of data", "\(plan.blockRows) rows a block",
      isWeighted ? "row weights" : "no row weights", isLabelled ? "labels" : "no labels",
    ]
  }
}
