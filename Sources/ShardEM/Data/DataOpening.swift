import MessagePassing
import RowSources
import SystemLibrary

/// How data files and what is beside them are opened, before any row is read. All steps are collective.
struct DataOpening {
  /// Where numbers beside the rows are to be found: in a file of that path, or in a column of the data.
  struct Place {
    var path: String?
    var column: String?
  }

  let options: ReadOptions
  let weights: Place
  let labels: Place
  /// How many bytes of rows each rank may hold.
  let limit: Int
  let threads: Int
  let world: any Communicator

  init(
    _ options: ReadOptions, weights: String?, labels: String?, limit: Int, threads: Int,
    world: any Communicator
  ) throws {
    self.weights = try Self.place(of: weights, world)
    self.labels = try Self.place(of: labels, world)
    (self.limit, self.threads, self.world) = (limit, threads, world)
    let columns = [self.weights.column, self.labels.column].compactMap { $0 }
    var options = options
    options.memory = limit
    options.labels = self.labels.column
    for column in columns { options.include(column) }
    options.order?.besides = columns
    self.options = options
  }

  private static func place(of name: String?, _ world: any Communicator) throws -> Place {
    guard let name else { return Place() }
    // What one rank sees, all must open.
    var exists = [access(DataFiles.path(of: name), F_OK) == 0 ? 1.0 : 0.0]
    try world.maximum(&exists)
    return exists[0] > 0 ? Place(path: name) : Place(column: name)
  }

  // MARK: Files

  /// Open files, of all ranks.
  struct Files {
    let data: [any DataFile]
    let group: FileGroup
    let notices: [String]
    let weights: (any DataFile)?
    let labels: (any DataFile)?
  }

  /// How a file of labels is read.
  var labelOptions: ReadOptions { LabelFile.options(reading: options) }

  func files(_ arguments: [String], _ placement: FilePlacement) throws -> Files {
    let (opened, weightFile, labelFile) = try world.agree {
      let opened = try naming(weights) {
        try naming(labels) { try DataFiles.open(arguments, options) }
      }
      return (
        opened, try weights.path.map(openWeights),
        try labels.path.map { try LabelFile.open($0, labelOptions) }
      )
    }
    switch placement {
    case .shared:
      try world.agree(opened.requireRows)
      try world.requireSameFiles(opened.files + [weightFile, labelFile].compactMap { $0 })
      return Files(
        data: opened.files, group: FileGroup(of: opened.files, sharedBy: world),
        notices: opened.notices.map(\.description), weights: weightFile, labels: labelFile)
    case .local(let host):
      if let weightFile { throw DataSetError.localWeights(path: weightFile.name) }
      if let labelFile { throw DataSetError.localLabels(path: labelFile.name) }
      let all = try LocalFiles(opened.files, on: host, world: world)
      let notices = try all.notices(opened, world: world)
      // The other hosts have none either.
      try world.agree { if all.files.isEmpty { try opened.requireRows() } }
      return Files(data: all.files, group: all.group, notices: notices, weights: nil, labels: nil)
    }
  }

  private func openWeights(_ path: String) throws -> any DataFile {
    // Where a weight is missing, what weights must be is said.
    let file = try DataFiles.file(
      path,
      ReadOptions(decimalComma: options.decimalComma, missing: .allowed(), memory: limit))
    guard file.columnCount == 1 else {
      throw DataSetError.weightColumns(path: path, count: file.columnCount)
    }
    return file
  }

  /// Says of a column that is missing that it was to be that of the weights or labels.
  private func naming<Value>(_ place: Place, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as RowSourceError {
      guard let column = place.column, case .noSuchColumn(column, _, _) = error.problem else {
        throw error
      }
      throw DataSetError.noWeights(column, error)
    }
  }

  // MARK: Columns

  /// The places of columns that are no data, from 0.
  struct Columns {
    let weights: Int?
    let labels: Int?
    /// Both, in order.
    var all: [Int] { [weights, labels].compactMap { $0 }.sorted() }
  }

  /// Checks that files can be shards of one data set, whose columns all ranks know.
  func columns(of files: Files) throws -> Columns {
    try world.common {
      let data = files.data
      try data.requireSameColumns(options)
      func index(_ place: Place) throws -> Int? {
        try naming(place) { try place.column.map { try data.index(ofColumn: $0, options) } }
      }
      let columns = Columns(weights: try index(weights), labels: try index(labels))
      if let labels = columns.labels, labels == columns.weights {
        throw DataSetError.shape(
          found: "\(data[0].column(labels)) as that of weights and of labels",
          expected: "a column of each")
      }
      try data.requireDistinctNames(besides: columns.all, options)
      return columns
    }
  }
}

extension ReadOptions {
  /// Makes sure that a column is read where columns are chosen.
  fileprivate mutating func include(_ column: String) {
    guard let columns, !columns.contains(column) else { return }
    self.columns = columns + [column]
  }
}
