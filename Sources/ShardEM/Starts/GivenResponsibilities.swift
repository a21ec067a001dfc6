import MixtureModels
import Words

/// Responsibilities that a fit starts from with an M-step, such as another program's clusters: of each
/// row the number of its component, or its share of every component.
public struct GivenResponsibilities: Sendable {
  let rows: RowsBeside
  /// Of components and what is no group.
  private let componentCount: Int
  private let groupCount: Int
  private let labels: GivenLabels

  /// - Parameters:
  ///   - rows: one column of labels, 0 to K - 1 or at most K words, or K columns of responsibilities from 0
  ///     up that add up to 1 in each row, but for digits that were left out: to 0.001.
  ///   - mixture: gives K. Where it has noise, its label is -1, and its responsibilities follow the others.
  /// - Throws: `DataSetError.shape` for another number of columns, or more words.
  public init(_ rows: RowsBeside, for mixture: some MixtureModel) throws {
    (componentCount, groupCount) = (mixture.responsibilityCount, mixture.componentCount)
    labels = GivenLabels(
      groupCount: groupCount, hasNoise: componentCount > groupCount, words: rows.words)
    self.rows = rows
    guard rows.columnCount == 1 || rows.columnCount == componentCount else {
      throw DataSetError.shape(
        found: "\(rows.name): \(counted(rows.columnCount, "column"))",
        expected: "one of labels, \(labels.numbers), or \(componentCount) of responsibilities")
    }
    try labels.requireFew(in: rows.name)
  }

  /// - Throws: `FitError.unusable` if they were opened for a mixture of other components.
  func requireSuitable(_ mixture: some MixtureModel) throws {
    guard componentCount == mixture.responsibilityCount, groupCount == mixture.componentCount else {
      throw FitError.unusable(
        setting: "responsibilities of \(counted(componentCount, "component"))",
        expected: "those of the model's \(mixture.responsibilityCount)")
    }
  }

  private var areLabels: Bool { rows.columnCount == 1 }

  /// - Throws: `DataSetError` about the first number that is no label or responsibility, or the first row
  ///   whose responsibilities do not add up to 1, or who has none in the components of its class.
  func check(_ block: RowBlock, _ classes: ComponentClasses? = nil, scratch: Workspace) throws {
    let expected = areLabels ? labels.expected : "a responsibility, 0 to 1"
    try rows.withRows(of: block, scratch: scratch) { values in
      for n in 0..<block.count {
        var sum = 0.0
        for j in 0..<rows.columnCount {
          let value = values[n * rows.columnCount + j]
          guard areLabels ? labels.contains(value) : 0...1.001 ~= value else {
            throw rows.error(value, row: block.firstRow + n, column: j, expected: expected)
          }
          sum += value
        }
        guard areLabels || abs(sum - 1) <= 0.001 else {
          throw DataSetError.sumOfResponsibilities(
            path: rows.name, row: rows.source.firstRowNumber + block.firstRow + n, sum: sum)
        }
        try requireShare(values + n * rows.columnCount, of: block, n, classes)
      }
    }
  }

  /// - Throws: `DataSetError` if a row has no share in the components of its class.
  private func requireShare(
    _ values: UnsafePointer<Double>, of block: RowBlock, _ n: Int, _ classes: ComponentClasses?
  ) throws {
    guard !labels.areMixed, let own = classes?.components(of: block.label(n)) else { return }
    let range = labels.text(own)
    let row = block.firstRow + n
    if areLabels {
      if own.contains(Int(values[0])) { return }
      throw rows.error(
        values[0], row: row, column: 0, expected: "\(range), as the class of the row has it")
    }
    if own.contains(where: { values[$0] > 0 }) { return }
    throw rows.error(
      0, row: row, column: own.lowerBound,
      expected: "a share in component \(range), as the class of the row has it")
  }

  /// What is wrong with a row, counted over all shards, that has a share in a component under which it is
  /// impossible.
  func error(aboutImpossible component: Int, row: Int, share: Double) -> DataSetError {
    rows.error(
      areLabels ? Double(component) : share, row: row, column: areLabels ? 0 : component,
      expected: areLabels
        ? "the label of a component that gives the row a density"
        : "0, as this component gives the row a density of 0")
  }

  /// Writes w r for every row of a tile, over zeros: K × `tileStride` numbers; of a row whose class is known
  /// in the components of this only.
  func write(
    _ tile: RowBlock, _ classes: ComponentClasses? = nil, scratch: Workspace,
    into responsibilities: UnsafeMutablePointer<Double>
  ) throws {
    try rows.withRows(of: tile, scratch: scratch) { values in
      for n in 0..<tile.count {
        let weight = tile.weights?[n] ?? 1
        guard !areLabels else {
          let label = values[n] < 0 ? componentCount - 1 : Int(values[n])
          responsibilities[label * tileStride + n] = weight
          continue
        }
        let row = values + n * componentCount
        let own = classes?.components(of: tile.label(n)) ?? 0..<componentCount
        let sum = own.reduce(0) { $0 + row[$1] }
        for k in own {
          responsibilities[k * tileStride + n] = weight * (row[k] / sum)
        }
      }
    }
  }
}
