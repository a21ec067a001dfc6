import Files
import Host
import MessagePassing
import MixtureModels
import ModelFiles
import RowSources

// Errors whose cause is what the user gave, in modules that know nothing of ranks.

extension FileError: InputError {}
extension RowSourceError: InputError {}
extension FitError: InputError {}
extension ModelFileError: InputError {}
extension ModelMismatch: InputError {}

// Errors by which all ranks end together.

/// A function of parameters and exact sums.
extension FitError: CommonError {}
// All ranks meet it alike.
extension FitError: SearchFailure {}

extension DataSetError: CommonError {
  /// What gathered words and sums tell, all ranks know; what is wrong with a row or a file, the rank
  /// that has read it.
  public var isMetByAllRanks: Bool {
    switch self {
    case .differentFiles, .differentContents, .sameName, .localWeights, .localLabels, .weightCount,
      .noRows,
      .shape, .rowsBeside, .allWeightsZero, .noValues, .onlyWeights, .fewerRowsThanComponents,
      .columns, .beyondRange:
      true
    case .noWeights, .weightColumns, .weight, .unsuitable, .missing, .statistic, .logDensity,
      .memory, .localRows, .sumOfResponsibilities:
      false
    }
  }
}
