import ArgumentParser
import Logging
import MessagePassing
import RowSources
import ShardEM

/// Which data a command works on.
struct DataOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The shards in order: .npy, .csv, .tsv or .txt files, text also as .csv.gz, patterns, folders; "
        + "with --raw files of any name.",
      valueName: "data"))
  var files: [String]

  @OptionGroup var reading: ReadingOptions

  @Option(
    help: ArgumentHelp(
      "Row weights from 0 up: a file of one column over all shards, or a column of the data.",
      valueName: "file|column"))
  var weights: String?

  /// The files that `open` reads; among them the name of the column if the weights are one.
  ///
  /// - Throws: `RowSourceError` about a shard that is not there.
  var inputs: [String] {
    get throws {
      try DataFiles.expand(files, reading.readOptions) + [weights].compactMap { $0 }
    }
  }

  /// Collective. Opens the shards, and logs what was assumed about text files.
  func open<World: Communicator>(
    threads: Int, in world: World, log: Logger
  ) throws -> DataSet {
    let data = try DataSet.open(
      files, options: reading.readOptions, weights: weights, threads: threads, world: world)
    if reading.header == nil { logHeaders(of: data.files, to: log) }
    log.debug(
      """
      \(data.rowCount) rows of \(data.columnCount) columns in \(data.files.count) files, \
      \(data.plan.blockCount) blocks; ranks: \(world.size), threads of rank 0: \(threads)
      """)
    return data
  }

  /// Says whether first rows were taken for headers: silence would lose a row of data unseen.
  private func logHeaders(of files: [DataFile], to log: Logger) {
    let texts = files.compactMap { file in if case .csv(let text) = file { text } else { nil } }
    let withHeader = texts.filter(\.hasHeader)
    let withoutHeader = texts.filter { !$0.hasHeader }
    if let first = withHeader.first {
      log.info(
        """
        \(named(first, of: withHeader)): the first row was taken for column names; \
        --no-header makes it data
        """)
    }
    if let first = withoutHeader.first {
      log.info(
        """
        \(named(first, of: withoutHeader)): the first row was taken for data; \
        --header makes it column names
        """)
    }
    if let first = withHeader.first, let other = withoutHeader.first {
      log.warning("\(first.name) begins with column names, \(other.name) does not")
    }
  }

  private func named(_ file: CSVFile, of files: [CSVFile]) -> String {
    file.name + (files.count > 1 ? " and \(files.count - 1) more" : "")
  }
}
