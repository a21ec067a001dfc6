import Files
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

/// The likeliest model of a fit that has not ended, or of which only checkpoints are left.
struct ModelSoFar {
  let model: ModelFile
  /// The checkpoint.
  let file: String
  /// Where the fit is, in words.
  let progress: String

  /// - Parameter path: a checkpoint, or a folder, of which the newest counts.
  /// - Returns: nil if it is something else.
  /// - Throws: `CheckpointError` or `FileError` if a checkpoint cannot be used.
  init?(_ path: String) throws {
    guard let (checkpoint, file) = try Checkpoint.find(path) else { return nil }
    guard let (mixture, parameters) = Self.likeliest(checkpoint) else {
      throw CheckpointError(file, .size)
    }
    let model = ModelFile(
      mixture.fitted ?? mixture, parameters, columns: checkpoint.data.columnNames)
    (self.model, self.file) = (model, file)
    progress = Self.progress(checkpoint.starts)
  }

  private static func progress(_ starts: [Checkpoint.Start?]) -> String {
    if starts.count == 1, let start = starts[0] {
      return "after iteration \(start.iteration)" + (start.converged ? ", converged" : "")
    }
    let begun = starts.compactMap { $0 }
    let underWay = begun.filter { !$0.hasEnded }.map(\.iteration)
    let (least, most) = (underWay.min() ?? 0, underWay.max() ?? 0)
    let counts = [
      (begun.count { $0.hasEnded && !$0.hasFailed }, "ended"),
      (begun.count(where: \.hasFailed), "failed"),
      (
        underWay.count,
        "after iteration\(least == most ? " \(most)" : "s \(least) to \(most)")"
      ),
      (starts.count - begun.count, "yet to begin"),
    ]
    let words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(starts.count) starts: " + words.joined(separator: ", ")
  }

  /// The mixture that the options of the fit chose, and its parameters so far. Whether its noise has a box is
  /// told by their number alone.
  private static func likeliest(
    _ checkpoint: Checkpoint
  ) -> (mixture: any Family, parameters: Parameters)? {
    for hasNoiseBox in [false, true] {
      if let mixture = mixture(checkpoint, hasNoiseBox: hasNoiseBox),
        let parameters = checkpoint.likeliest(of: mixture)
      {
        return (mixture, parameters)
      }
    }
    return nil
  }

  /// Nil of another program's options.
  private static func mixture(_ checkpoint: Checkpoint, hasNoiseBox: Bool) -> (any Family)? {
    let (settings, columns) = (checkpoint.settings, checkpoint.data.columns)
    guard let components = settings["--components"].flatMap({ Int($0) }), components > 0,
      columns > 0, let type = settings["--family"].flatMap({ Families.standard[$0] })
    else { return nil }
    var options = FamilyOptions(
      columnNames: checkpoint.data.columnNames, categories: checkpoint.data.categories,
      classNames: settings["--labels"].flatMap(LabelWords.names))
    options.hasNoiseBox = hasNoiseBox
    for setting in Families.standard.settings(of: type) {
      options.values[setting.name] = settings["--\(setting.name)"]
    }
    return try? Families.standard.mixture(
      type, options, components: components, columns: columns)
  }
}

extension ModelFile {
  /// Collective. Reads a model file, or the model so far from a checkpoint or a folder of them: this
  /// on rank 0, for all, as a fit may be about to write the next.
  ///
  /// - Parameter missing: the error if there is no such file.
  static func readOrTakeSoFar(
    _ path: String, in world: any Communicator, missing: (FileError) -> any Error = { $0 }
  ) throws -> ModelFile {
    let encoded = try world.agree {
      world.rank == 0 ? try ModelSoFar(path)?.model.encoded() ?? [] : []
    }
    let bytes = try world.gather(encoded)[0]
    let file = try world.agree {
      do {
        return try bytes.isEmpty ? read(path) : ModelFile(json: bytes, name: path)
      } catch let error as FileError where error.problem == .noSuchFile {
        throw missing(error)
      } catch let error as FileError where error.problem == .folder {
        throw CheckpointError(path, .noModel)
      }
    }
    if bytes.isEmpty { try world.requireSameContents(of: path) }
    return file
  }
}
