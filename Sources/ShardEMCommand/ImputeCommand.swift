import ArgumentParser
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// `shardem impute`.
struct ImputeCommand: WorldCommand {
  static let configuration = CommandConfiguration(
    commandName: "impute", abstract: "Fill missing values by what a model expects of them.",
    discussion: """
      Every row is written, in order; a cell that is missing holds what is to be expected there given \
      what the row shows: the sum over the components of the responsibility times the conditional mean. \
      With --draw it is drawn from the conditional distribution instead: several files of other seeds \
      are multiple imputations. Values that are there stay as they are.

      Missing are NaN, in text also empty fields, NA, and what --missing-values names; --missing em is \
      understood.

        shardem impute model.json survey.csv --output complete.csv
        shardem impute model.json survey.csv --draw 1 --output draw1.npy
        mpirun -np 8 shardem impute model.json shards/ --output complete.npy
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to write the rows: float64, or text with a header.",
      valueName: "rows.npy|.csv|.tsv|.txt"))
  var output: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw the missing values; what all random numbers derive from.", valueName: "seed"))
  var draw: UInt64?

  @OptionGroup(title: "Running") var running: RunOptions

  var common: [String] {
    data.common + [word("--output", output), word("--draw", draw)]
  }

  func run(in world: any Communicator) throws -> ExitStatus {
    try world.agree {
      guard world.rank == 0 else { return }
      try check([("--output", output)], inputs: self.data.inputs + [model.path])
      _ = try OutputKind(ofOutput: output, option: "--output")
    }
    let file = try model.read(in: world)
    let threads = try running.threadCount(in: world)
    let log = running.logger(on: world)
    let data = try self.data.open(
      for: model.columns(of: file), mayMiss: true, predictingAllRows: true, threads: threads,
      in: world, log: log)
    try world.agree { try model.require(data, for: file) }
    try impute(file.mixture, file, Engine(data, threads: threads, world: world))
    if try OutputKind(ofOutput: output, option: "--output") == .npy {
      WrittenCategories(file).logPlaces(file, to: log)
    }
    log.info("\(counted(data.rowCount, "row")) written to \(output)")
    return .done
  }

  private func impute(
    _ mixture: some Family, _ file: ModelFile, _ engine: Engine
  ) throws {
    let (world, data) = (engine.world, engine.data)
    let parameters = try world.agree { try file.parameters(for: mixture, name: model.path) }
    let categories = WrittenCategories(file)
    try world.agree {
      if try OutputKind(ofOutput: output, option: "--output") == .npy {
        try categories.requireNumbers(file, output: output)
      }
    }
    let names =
      data.columnNames ?? file.columns
      ?? (1...data.columnCount).map { "column_\($0)" }
    let rows = try world.agree {
      try TogetherOutput(
        output, option: "--output", rows: data.rowCount, names: names,
        columns: data.columnCount, descriptor: "<f8")
    }
    try writeTogether([rows.shared].compactMap { $0 }, in: world) { open in
      let part = try world.agree { try rows.part(open) }
      try engine.impute(mixture, under: parameters, seed: draw) { block in
        var cells = Array(
          UnsafeBufferPointer(start: block.rows, count: block.count * block.columnCount))
        if case .shared = part { cells.withUnsafeMutableBufferPointer { categories.number(&$0) } }
        try part.write(
          cells, firstRow: block.firstRow, count: block.count, word: categories.word)
      }
      try world.agree { try part.close() }
      try TextPart.assemble([rows.text].compactMap { $0 }, in: world)
    }
  }
}
