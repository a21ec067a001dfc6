import ArgumentParser
import MessagePassing
import RowSources
import ShardEM

/// `shardem shard`.
struct ShardCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "shard", abstract: "Convert data to .npy shards.",
    discussion: """
      Reads the data once, in little memory, and writes their rows in order to part-0000.npy, \
      part-0001.npy, ... in a folder, which is made if need be. Ranks share the work. Later \
      commands read .npy files faster than any text.

      Shards are cut between blocks of 1024 rows, as evenly as that allows. A fit on the float64 \
      shards of one file gives the same bytes as a fit on that file; of several files that do not \
      end with a block, or in more shards than there are blocks, it gives the same up to rounding, \
      and a warning says so. float32 rounds the numbers, to 7 digits.

      Cells that --missing em lets be missing become NaN.

      .npy files hold no column names: choose and order columns here by --columns, and count them \
      from 1 afterwards.

        shardem shard survey.csv.gz --shards 8 --output survey
        mpirun -np 8 shardem shard 'day-*.csv' --columns x,y,z \\
          --shards 64 --type float32 --output days
      """)

  @Argument(help: DataOptions.shardsHelp)
  var files: [String]

  @OptionGroup var reading: ReadingOptions
  @OptionGroup(title: "Output") var output: ShardOutput

  @Option(help: ArgumentHelp("The type of the numbers written.", valueName: "float32|float64"))
  var type = FloatType.float64

  @OptionGroup(title: "Running") var running: RunOptions

  var common: [String] {
    reading.common + output.common + [word("--type", type.rawValue)]
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    try world.agree { if world.rank == 0 { try output.requireFolderName() } }
    let log = running.logger(on: world)
    let threads = try running.threadCount(in: world)
    let rows = try RowStream.open(
      files, options: reading.readOptions, threads: threads, world: world)
    for notice in rows.notices { log.notice("\(notice)") }
    reading.logHeaders(of: rows.files, to: log)
    reading.warnOfOtherNames(in: rows.files, to: log)
    reading.warnOfSuspects(in: rows.files, besides: [], to: log)
    try world.agree {
      do { try output.requireShards(ofRows: rows.rowCount) } catch { throw UsageError(error) }
    }
    let inputs = rows.files.map { $0.name }
    let plan = output.plan(rows: rows.rowCount)
    try output.write(
      plan, columns: rows.columnCount, type: type, inputs: inputs, in: world
    ) { outputs, open in
      let writer = ShardWriter(
        plan, outputs, columnCount: rows.columnCount, type: type, opener: open)
      try rows.forEachPiece(threads: threads) { try writer.write($0) }
      try writer.close()
    }
    log.info(output.report(rows: rows.rowCount))
    output.log(names: rows.columnNames, to: log)
    if let warning = output.folderWarning(inputs: inputs) { log.warning(warning) }
    if let warning = output.cutWarning(of: plan, from: rows.plan) { log.warning(warning) }
    return .done
  }
}
