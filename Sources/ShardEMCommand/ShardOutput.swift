import ArgumentParser
import Files
import Host
import Logging
import MessagePassing
import RowSources
import Words

/// A folder of .npy shards that all ranks write together: part-0000.npy, part-0001.npy, ...
struct ShardOutput: ParsableArguments, CommonOptions {
  @Option(parsing: .unconditional, help: ArgumentHelp("The number of files.", valueName: "m"))
  var shards = 1

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to write them.", valueName: "folder"))
  var output: String

  @Flag(help: "Replace all files part-*.npy of an older data set; without it, they are an error.")
  var force = false

  var common: [String] { [word("--shards", shards), word("--output", output)] }

  /// More files than any use has for them; counts of that size also multiply without overflow.
  private static let mostShards = 1_000_000

  func requireShards(ofRows rows: Int) throws {
    guard (1...min(rows, Self.mostShards)).contains(shards) else {
      let most = rows < Self.mostShards ? "the number of rows, \(rows)" : "\(Self.mostShards)"
      throw ValidationError("--shards \(shards); expected 1 to \(most)")
    }
  }

  /// How rows are divided: in whole blocks where there are enough, so that the blocks of the shards
  /// are those of a single file.
  func plan(rows: Int) -> ShardPlan {
    let blockRows = ShardPlan.defaultBlockRows
    let blocks = (rows + blockRows - 1) / blockRows
    let cuts = (0...shards).map { shard in
      if blocks < shards { return evenCut(rows, shard, of: shards) }
      return min(evenCut(blocks, shard, of: shards) * blockRows, rows)
    }
    return ShardPlan(rowCounts: zip(cuts, cuts.dropFirst()).map { $1 - $0 })
  }

  /// What a user has to know whose fits of the shards of `plan` will differ in the last digits from
  /// those of the files that they were made of; nil if they will not: where both are cut into the
  /// same blocks.
  ///
  /// - Parameter files: how the rows are divided among these.
  func cutWarning(of plan: ShardPlan, from files: ShardPlan) -> Logger.Message? {
    guard plan.blockStarts != files.blockStarts else { return nil }
    let whole = ShardPlan(rowCounts: [plan.rowCount])
    let (what, remedy) =
      files.blockStarts == whole.blockStarts
      ? ("the shards", "; --shards \(whole.blockCount) avoids that")
      : ("the data files", "")
    return """
      \(what) end within blocks of \(plan.blockRows) rows: fits of the shards and of the data files \
      will agree up to rounding, not to the last bit\(remedy)
      """
  }

  /// What a user has to know whose later fits of the output's folder would read rows twice; nil if
  /// none of the inputs is in it.
  func folderWarning(inputs: [String]) -> Logger.Message? {
    let folder = FileIdentity(ofExisting: output)
    let input = inputs.map(DataFiles.path).first { path in
      let (place, name) = OutputPath.split(path)
      return DataFiles.isFolderMember(name) && FileIdentity(ofExisting: place) == folder
    }
    return input.map {
      """
      \($0) is in the folder \(output) as well, which now has its rows twice: name the shards by the \
      pattern part-*.npy, or move them to a folder of their own
      """
    }
  }

  /// Collective. Makes the folder if need be, and in it the shards of `plan`, which every rank
  /// fills with its rows: all of them appear, or none if anything failed on any rank.
  ///
  /// - Parameters:
  ///   - inputs: files that are read meanwhile; none of them is replaced.
  ///   - fill: what this rank does; gets the shards, and what opens its parts of them.
  func write(
    _ plan: ShardPlan, columns: Int, type: FloatType, inputs: [String], in world: any Communicator,
    fill: ([SharedOutput], @escaping PartOpener) throws -> Void
  ) throws {
    var folder = ShardFolder(path: output, partCount: shards)
    let outputs = plan.rowCounts.enumerated().map { number, count in
      SharedOutput(
        npy: folder.path(ofPart: number), rows: count, columns: columns,
        descriptor: type.descriptor, elementBytes: type.byteCount)
    }
    try world.agree {
      if world.rank == 0 { try folder.prepare(force: force, inputs: inputs) }
    }
    do {
      try writeTogether(outputs, in: world) { open in
        try world.agree { try fill(outputs, open) }
      }
    } catch {
      folder.abandon()
      throw error
    }
    try world.agree { try folder.keep() }
  }

  /// Checks that the name is not that of a table: what is written is a folder.
  func requireFolderName() throws {
    try UnusableName.check(output, of: "--output")
    let isTable = ["npy", "csv", "tsv", "txt", "h5", "hdf5"].contains {
      $0 == DataFiles.suffix(of: output) || $0 + ".gz" == DataFiles.suffix(of: output)
    }
    // One of that name that is there already is what is meant.
    if isTable && !DataFiles.isFolder(output) { throw NoFolderName(path: output) }
  }

  /// Says what of the columns the files do not keep.
  func log(names: [String]?, to log: Logger) {
    guard let names else { return }
    log.info(
      """
      .npy files keep no column names: the columns, in order, are \
      \(oneLine(names.joined(separator: ", "), limit: 200))
      """)
  }

  /// What the log says when it is done.
  func report(rows: Int) -> Logger.Message {
    "\(counted(rows, "row")) in \(counted(shards, "file")) written to \(output)"
  }
}

/// A folder for shards that has the name of a table.
struct NoFolderName: InputError, CustomStringConvertible {
  let path: String

  var description: String {
    "--output \(path); expected the name of a folder: it gets .npy files, part-0000.npy and so on"
  }
}

/// count * part / parts, without overflow.
private func evenCut(_ count: Int, _ part: Int, of parts: Int) -> Int {
  count / parts * part + count % parts * part / parts
}
