import ArgumentParser
import Logging
import MessagePassing
import RowSources
import ShardEM
import Words

/// Which data a command works on.
struct DataOptions: ParsableArguments, CommonOptions {
  static let shardsHelp = ArgumentHelp(
    "The shards in order: files (.npy; text, also gzip'ed; HDF5 as file.h5 or "
      + "file.h5:/path/to/dataset; with --raw numbers), patterns (in quotes) and folders, whose files "
      + "are read in the order of the numbers in their names. Files without rows are skipped.",
    valueName: "data")

  @Argument(help: DataOptions.shardsHelp)
  var files: [String]

  @OptionGroup var reading: ReadingOptions

  @Flag(
    help: """
      Each host has shards of its own, on its disks: a rank's arguments name those of its host, which \
      its ranks divide among them. Their order is that of their names without folders, which differ; \
      numbers in them count as such.
      """)
  var local = false

  @Option(
    help: ArgumentHelp(
      "Row weights from 0 up: a file of one column over all shards, or a column of the data.",
      valueName: "file|column"))
  var weights: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory that each rank may hold rows in: bytes, as 512MiB or 2GB, or a part, as 25%, of what "
        + "the rank can count on. Rows beyond it are read block by block in every iteration, those "
        + "of text and HDF5 from a temporary copy in TMPDIR or /var/tmp. No result depends on it. "
        + "(default: 50%)", valueName: "limit"), transform: MemoryLimit.init(argument:))
  var memory: MemoryLimit?

  var common: [String] {
    [word("--local", isOn: local), word("--weights", weights)] + reading.common
  }

  /// The files that `open` reads; among them the name of the column if the weights are one.
  ///
  /// - Throws: `FileError` about a shard that is not there.
  var inputs: [String] {
    get throws {
      try DataFiles.expand(files, reading.readOptions) + [weights].compactMap { $0 }
    }
  }

  /// Collective. Opens the shards, and logs what was assumed about text files and columns.
  ///
  /// - Parameters:
  ///   - model: whose columns they are to have, if names tell; nil: as they are.
  ///   - kinds: what the cells of the columns are, unless `model` knows them; nil: numbers.
  ///   - labels: a file or column of the rows' classes; nil: there are none.
  ///   - mayMiss: whether cells may be missing even if no option says so.
  ///   - predictingAllRows: whether rows of weight 0 are looked at as others are.
  func open(
    for model: ModelColumns? = nil, kinds: ColumnKinds? = nil, labels: String? = nil,
    mayMiss: Bool = false, predictingAllRows: Bool = false, threads: Int,
    in world: any Communicator, log: Logger
  ) throws -> DataSet {
    var options = reading.readOptions
    if mayMiss && options.missing == .error { options.missing = .allowed() }
    options.order = model?.order
    let data = try DataSet.open(
      files, options: options, placement: local ? .local(.current) : .shared,
      weights: weights, labels: labels, kinds: model?.kinds ?? kinds,
      unknownCategoriesAreMissing: reading.unknownCategories == .missing,
      predictingAllRows: predictingAllRows, memory: memory ?? .share(0.5), threads: threads,
      world: world)
    for notice in data.notices { log.notice("\(notice)") }
    reading.logHeaders(of: data.files, to: log)
    reading.warnOfIdleOptions(with: data.files, to: log)
    model?.log(data, reading, to: log)
    if options.order == nil { reading.warnOfOtherNames(in: data.files, to: log) }
    reading.warnOfSuspects(in: data.files, besides: [weights, labels].compactMap { $0 }, to: log)
    // Ranks that have less memory may read anew what others hold.
    var readsAnew = [data.isInMemory ? 0.0 : 1]
    try world.maximum(&readsAnew)
    if readsAnew[0] > 0 {
      log.info("more rows than --memory has room for: they are read anew in every pass")
    }
    log.debug(
      """
      \(counted(data.rowCount, "row")) of \(counted(data.columnCount, "column")) in \
      \(counted(data.files.count, "file")), \(counted(data.plan.blockCount, "block")); \
      ranks: \(world.size), threads of rank 0: \(threads)
      """)
    return data
  }
}

extension MemoryLimit {
  fileprivate init(argument: String) throws {
    guard let limit = MemoryLimit(argument) else {
      throw ValidationError(
        "expected bytes above 0, such as 512MiB or 2GB, or a part up to 100%, such as 25%")
    }
    self = limit
  }
}
