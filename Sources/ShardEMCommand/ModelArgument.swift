import ArgumentParser
import Host
import MessagePassing
import ModelFiles
import RowSources
import ShardEM
import Words

/// A fitted model as an argument.
struct ModelArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The model file; a checkpoint, or a folder of them, stands for the likeliest model so far.",
      valueName: "model"))
  var path: String

  /// Collective.
  func read(in world: any Communicator) throws -> ModelFile {
    try ModelFile.readOrTakeSoFar(path, in: world)
  }

  /// What `model`, which `read` returned, calls its columns.
  func columns(of model: ModelFile) -> ModelColumns { ModelColumns(model, path: path) }

  /// - Throws: `ColumnMismatch` if the data have other than the model's columns.
  func require(_ data: DataSet, for model: ModelFile) throws {
    guard data.columnCount == model.dimensions else {
      throw ColumnMismatch(
        data: data.files[0].name, found: data.columnCount, model: path,
        expected: model.dimensions)
    }
  }
}

/// Data of other than a model's columns.
struct ColumnMismatch: InputError, CustomStringConvertible {
  let data: String
  let found: Int
  let model: String
  let expected: Int

  var description: String {
    "\(data): \(counted(found, "column")), but the model \(model) has \(expected); "
      + "choose by --columns"
  }
}
