import MessagePassing
import RowSources

/// A file of one label for each row over all shards, whose rows are found and whose words are numbers.
struct LabelFile {
  let loader: ShardLoader
  /// In order; nil: the labels are numbers.
  let words: Categories?

  /// How such a file is read beside data that are read by `options`: words may have blanks in them.
  static func options(reading options: ReadOptions) -> ReadOptions {
    let missing = options.missing.ofLabels(decimalComma: options.decimalComma)
    return ReadOptions(
      delimiter: UInt8(ascii: options.decimalComma ? ";" : ","),
      decimalComma: options.decimalComma, header: options.header == false ? false : nil,
      missing: missing.areAllowed ? missing : .allowed(), memory: options.memory)
  }

  /// - Throws: `DataSetError` if the file has several columns.
  static func open(_ path: String, _ options: ReadOptions) throws -> any DataFile {
    let file = try DataFiles.file(path, options)
    guard file.columnCount == 1 else {
      throw DataSetError.shape(
        found: "\(path): \(file.columnCount) columns", expected: "one, of labels")
    }
    return file
  }

  /// Collective.
  ///
  /// - Parameter rows: the number of rows of data.
  init(
    _ file: any DataFile, _ options: ReadOptions, rows: Int, threads: Int,
    world: any Communicator
  ) throws {
    var loader = try DataSet.loader(of: file, threads: threads, world: world)
    let coding = CategoryCoding(
      [], besides: [0], labels: 0, weights: nil, others: .refused)
    var coded = try coding.code(loader, threads: threads, world: world)
    // A word in the first row may be a name, or a label that others have too, if the number of rows tells so.
    if loader.plan.rowCount == rows - 1, let name = file.columnNames?.first,
      coded.words?.names.contains(name) == true
    {
      var options = options
      options.header = false
      let whole = try world.agree { [options] in try Self.open(file.name, options) }
      loader = try DataSet.loader(of: whole, threads: threads, world: world)
      coded = try coding.code(loader, threads: threads, world: world)
    }
    (self.loader, words) = (coded.shards, coded.words)
  }
}
