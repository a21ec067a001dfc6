import Host
import RowSources
import Rows
import Words

/// What is wrong with a data set as a whole, its files being in order.
public enum DataSetError: InputError, Equatable {
  /// The first file that one rank sees otherwise than another one, of all or of those on one host:
  /// what it is, in words; nil if there are fewer.
  case differentFiles(
    rank: Int, found: String?, otherRank: Int, expected: String?, host: String? = nil)
  /// A file of one rank has the name and size, but not the bytes, of that of rank 0.
  case differentContents(path: String, rank: Int)
  /// Two hosts, or folders of one, have files of the same name.
  case sameName(String, hosts: [String])
  /// There is a file of row weights, but no host has all rows.
  case localWeights(path: String)
  /// There is a file of labels, but no host has all rows.
  case localLabels(path: String)
  /// What shall be the row weights or labels is neither a file nor a column of the data.
  case noWeights(String, RowSourceError)
  /// The row weights have several columns.
  case weightColumns(path: String, count: Int)
  /// There are not as many weights as rows.
  case weightCount(path: String, count: Int, rows: Int)
  /// A row weight is negative or no number; `row` counts from 1 in the file, and `column` is that
  /// of the weights if it is one of the data's.
  case weight(path: String, row: Int, column: RowSourceError.Column? = nil, value: Double)
  /// There are no rows.
  case noRows
  /// Numbers in memory that make no rows of so many columns, or no such shards or blocks.
  case shape(found: String, expected: String)
  /// A file beside the data has more rows than these, or fewer.
  case rowsBeside(path: String, count: Int, rows: Int)
  /// A file beside the data when hosts have files of their own.
  case localRows(path: String)
  /// The responsibilities of a row, counted from 1 in the file, do not add up to 1.
  case sumOfResponsibilities(path: String, row: Int, sum: Double)
  /// No row has any weight.
  case allWeightsZero
  /// A column has no value in any row of positive weight.
  case noValues(RowSourceError.Column)
  /// A cell is missing, in a row counted from 1 in the file, and the model cannot do without it.
  case missing(path: String, row: Int, column: RowSourceError.Column, model: String)
  /// The columns of row weights and labels are the only ones.
  case onlyWeights(path: String)
  /// There are fewer rows (of positive weight) than components.
  case fewerRowsThanComponents(rows: Int, components: Int)
  /// The data have another number of columns than the model.
  case columns(found: Int, expected: Int)
  /// The model's family cannot take a value, or without a column a row; `row` counts from 1 in the file.
  case unsuitable(path: String, row: Int, column: RowSourceError.Column?, problem: ValueProblem)
  /// A row's log-density under a model is not finite; `row` counts from 1 in the file.
  case logDensity(path: String, row: Int, value: Double)
  /// A sum that a model takes over a block of rows, counted from 1 in the file, is not finite.
  case statistic(path: String, rows: ClosedRange<Int>, name: String, value: Double)
  /// A rank may use less memory, in bytes, than a block for each of its threads takes.
  case memory(limit: Int, blocks: Int)
  /// The sums of the statistics are no float64 numbers because of this.
  case beyondRange(Cause)

  /// What is too large for sums, or for weights also too small.
  public enum Cause: Equatable, Sendable {
    /// The row weights; the largest.
    case weights(upTo: Double)
    /// The values of the data; the largest magnitude.
    case values(upTo: Double)
    /// The model's means, or the reciprocals of its variances, beside values of this magnitude.
    case model(upTo: Double)
  }
}

extension DataSetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .differentFiles(let rank, let found, let otherRank, let expected, let host):
      "\(text(expected)) on rank \(otherRank), but \(text(found)) on rank \(rank); "
        + (host.map { "all ranks on host \($0) need the same files" }
          ?? "all ranks need the same files, or \(Term.local) if each host has files of its own")
    case .differentContents(let path, let rank):
      "\(path): rank \(rank) finds other contents in its file than rank 0; all ranks need the same: "
        + "copy it anew to the hosts that are out of date"
    case .sameName(let name, let hosts) where hosts[0] == hosts[1]:
      "\(shown(name)): there are two files of this name on host \(hosts[0]); with "
        + "\(Term.local), shards are ordered by their names without folders, which must differ"
    case .sameName(let name, let hosts):
      "\(shown(name)): there is a file of this name on host \(hosts[0]) and on host \(hosts[1]); "
        + "rename one of them, or leave out \(Term.local) if the hosts share their files"
    case .localWeights(let path):
      "\(path): with \(Term.local), a file of row weights is not possible, as no host has all "
        + "rows; make the weights a column of the data and name that"
    case .localLabels(let path):
      "\(path): with \(Term.local), a file of labels is not possible, as no host has all rows; make "
        + "the labels a column of the data and name that"
    case .noWeights(let name, let error):
      "\(shown(name)): no such file, and \(error)"
    case .weightColumns(let path, let count):
      "\(path): \(count) columns; row weights are one column"
    case .weightCount(let path, let count, let rows):
      "\(path): \(count) weights for \(rows) rows of data; expected one per row"
    case .rowsBeside(let path, let count, let rows):
      "\(path): \(counted(count, "row")) for \(counted(rows, "row")) of data; expected one for each"
    case .localRows(let path):
      "\(path): with \(Term.local), a file of labels or responsibilities is not possible, as no host "
        + "has all rows; start from a model"
    case .sumOfResponsibilities(let path, let row, let sum):
      "\(path): row \(row): the responsibilities add up to \(sum), expected 1"
    case .weight(let path, let row, let column, let value):
      "\(path): row \(row)\(column.map { ", \($0)" } ?? ""): \(value) is no row weight; "
        + "expected a finite number from 0 up"
    case .noRows:
      "no rows of data"
    case .shape(let found, let expected):
      "\(found); expected \(expected)"
    case .allWeightsZero:
      "all row weights are 0; expected a positive one"
    case .noValues(let column):
      "\(column): missing in every row; leave it out by \(Term.columns)"
    case .missing(let path, let row, let column, let model):
      "\(path): row \(row), \(column): a missing cell, which \(model) cannot do without; "
        + "leave such rows out or fill in their values"
    case .onlyWeights(let path):
      "\(path): no column beside that of the row weights or labels"
    case .fewerRowsThanComponents(let rows, let components):
      "\(components) components for \(rows) row\(rows == 1 ? "" : "s") of data; "
        + "lower \(Term.components) or add data"
    case .columns(let found, let expected):
      "\(found) columns of data for a model of \(expected)"
    case .unsuitable(let path, let row, let column, let problem):
      "\(path): row \(row)\(column.map { ", \($0)" } ?? ""): \(problem)"
    case .logDensity(let path, let row, let value):
      "\(path): row \(row): found a log-density of \(value) under the model, expected a finite "
        + "number; leave such rows out, or rescale the data and the model"
    case .statistic(let path, let rows, let name, let value):
      "\(path): \(text(rows)): the model's \(name) is \(value), expected a finite number; rescale the "
        + "data and the model"
    case .memory(let limit, let blocks):
      "\(Term.memory) \(limit) bytes; the rows do not fit in it, and to read them block by block "
        + "takes \(blocks); raise it or lower \(Term.threads)"
    case .beyondRange(.weights(let largest)):
      "row weights up to \(largest) are beyond what sums in float64 can hold; "
        + "multiply all of them by one number"
    case .beyondRange(.model(let magnitude)):
      "the model's means or variances are out of all proportion to the values, up to "
        + "\(magnitude) in magnitude: sums in float64 cannot hold their distances; "
        + "check the model, or rescale the data"
    case .beyondRange(.values(let magnitude)):
      "values up to \(magnitude) in magnitude are beyond what sums in float64 can hold; "
        + "rescale the data"
    }
  }
}

private func text(_ rows: ClosedRange<Int>) -> String {
  rows.count == 1 ? "row \(rows.lowerBound)" : "rows \(rows.lowerBound) to \(rows.upperBound)"
}

private func text(_ file: String?) -> String { oneLine(file ?? "no such file", limit: 400) }
