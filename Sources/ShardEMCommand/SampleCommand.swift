import ArgumentParser
import Host
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem sample`.
struct SampleCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draw rows from a model.",
    discussion: """
      Writes part-0000.npy, part-0001.npy, ... (float64) into a folder, which is made if need be. \
      Row n depends on the model, the seed and n only: the shards hold the same rows as a single \
      file would, on any number of ranks, and more rows begin with the same ones.

      Shards are cut between blocks of \(ShardPlan.defaultBlockRows) rows, as evenly as that \
      allows, so that a fit on them gives the same bytes as a fit on a single file; fewer blocks \
      than shards are cut evenly.

        shardem sample model.json --rows 100000 --seed 1 --output simulated
        mpirun -np 8 shardem sample model.json --rows 1000000000 --shards 64 \\
          --output big
      """)

  @OptionGroup var model: ModelArgument

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The number of rows of all shards.", valueName: "n")
  )
  var rows: Int

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What all random numbers derive from.", valueName: "s"))
  var seed: UInt64 = 0

  @OptionGroup var output: ShardOutput
  @OptionGroup(title: "Running") var running: RunOptions

  func validate() throws {
    if rows < 1 { throw ValidationError("--rows \(rows); expected 1 or more") }
    try output.requireShards(ofRows: rows)
  }

  var common: [String] { [word("--rows", rows), word("--seed", seed)] + output.common }

  func run(in world: any Communicator) throws -> ExitStatus {
    try world.agree { if world.rank == 0 { try output.requireFolderName() } }
    let file = try model.read(in: world)
    let log = running.logger(on: world)
    let threads = try running.threadCount(in: world)
    try sample(file.mixture, file, threads: threads, in: world)
    log.info(output.report(rows: rows))
    output.log(names: file.columns, to: log)
    WrittenCategories(file).logPlaces(file, to: log)
    return .done
  }

  private func sample(
    _ mixture: some Family, _ file: ModelFile, threads: Int, in world: any Communicator
  ) throws {
    let categories = WrittenCategories(file)
    let parameters = try world.agree {
      try TooManyRows.check(rows, columns: mixture.columnCount)
      try categories.requireNumbers(file, output: output.output)
      return try file.parameters(for: mixture, name: model.path)
    }
    let plan = output.plan(rows: rows)
    try output.write(
      plan, columns: mixture.columnCount, type: .float64, inputs: [model.path], in: world
    ) { outputs, open in
      for run in plan.runs(ofRank: world.rank, size: world.size) {
        let part = try open(outputs[run.shard])
        try Self.forEachPiece(of: run.rows, columns: mixture.columnCount) { rows in
          let first = plan.firstRows[run.shard] + rows.lowerBound
          var values = try mixture.sample(
            rows: first..<first + rows.count, under: parameters, seed: seed, threads: threads)
          values.withUnsafeMutableBufferPointer { categories.number(&$0) }
          try part.write(values, firstRow: rows.lowerBound, count: rows.count)
        }
        try part.close()
      }
    }
  }

  /// Pieces of 32 MB or a row each, so that memory does not limit the sample.
  private static func forEachPiece(
    of rows: Range<Int>, columns: Int, _ body: (Range<Int>) throws -> Void
  ) throws {
    let size = max(1, (1 << 22) / columns)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
      try body(start..<min(start + size, rows.upperBound))
    }
  }
}

/// A sample larger than a file can be.
struct TooManyRows: InputError, CustomStringConvertible {
  let rows: Int
  let columns: Int
  /// The most rows possible.
  let limit: Int

  /// - Throws: if `rows` rows of float64 have more bytes than an `Int` counts; the header takes
  ///   less than 1024 of them.
  static func check(_ rows: Int, columns: Int) throws(TooManyRows) {
    let limit = (Int.max - 1024) / (8 * columns)
    if rows > limit { throw TooManyRows(rows: rows, columns: columns, limit: limit) }
  }

  var description: String {
    "--rows \(rows); expected at most \(limit), the rows of \(counted(columns, "column")) that "
      + "a file can hold"
  }
}
