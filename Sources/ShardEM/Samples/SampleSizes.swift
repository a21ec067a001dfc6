import MixtureModels

/// The sizes of the samples on which a start is found, and then improved, before all rows are looked at.
///
/// On ten rows for each parameter a search finds the maximum that it finds on all (9 of 9 runs on made sets;
/// on five 6 of 9), and 20 pieces for each component hold rows of all of them in data that are sorted. What
/// EM finds on so few loses on all rows 0.03 to 0.08 nats a row at first; so the sample grows by 4, and EM
/// goes on for as long as it still gains more than a part of the sample's error (`tolerance`): a few
/// iterations of each size, and then of all rows.
package struct SampleSizes: Sendable, Equatable {
  /// By what a sample grows.
  package static let growth = 4
  /// What the largest sample may have, 1 GiB of numbers in all ranks: a sample is in memory.
  package static let mostNumbers = 1 << 27

  /// In rows, each less than half of all; the search is on the first. Empty: it is on all rows.
  package let rows: [Int]

  /// - Parameters:
  ///   - parameters: the number of free parameters, P.
  ///   - components: K.
  ///   - rowCount: the number of rows, N.
  ///   - weightedRowCount: of these, the ones of positive weight, of which samples have as many as they
  ///     would need without the others.
  ///   - columnCount: D.
  package init(
    parameters: Int, components: Int, rowCount: Int, weightedRowCount: Int, columnCount: Int
  ) {
    let wanted = max(
      10 * Double(parameters), 5000, Double(20 * SamplePlan.pieceRows) * Double(components))
    let size = (wanted * Double(rowCount) / Double(weightedRowCount)).rounded(.up)
    // A row has a weight and a label, too.
    let limit = min(Double(rowCount) / 2, Double(Self.mostNumbers / (columnCount + 2)))
    rows = Array(
      sequence(first: size) { $0 * Double(Self.growth) }.prefix { $0 < limit }.map { Int($0) })
  }

  /// For a model of some data.
  package init(of model: some MixtureModel, _ data: DataSet) {
    self.init(
      parameters: model.freeParameterCount, components: model.componentCount,
      rowCount: data.rowCount, weightedRowCount: data.weightedRowCount,
      columnCount: data.columnCount)
  }

  /// How much less a maximum may have on a sample of so many rows, in nats a row, without being told to be
  /// less on all: three times the error of a difference whose part of a row is spread by 2/3 nats.
  ///
  /// Of 100,000 x 8 rows of five clusters, fits of three components have maxima 0.013 apart, of which 5,000
  /// rows prefer the lower one in 2 of 6 samples.
  package static func uncertainty(rows: Int) -> Double { 2 / Double(rows).squareRoot() }

  /// What EM may leave to gain on a sample of so many rows, in nats a row: a tenth of what its maximum is off
  /// by on others, P / (2 m), but no more than twice what one parameter is, 1 / (2 m). What EM leaves is
  /// along the few directions in which it is slow, and would be slow on all rows too.
  package static func tolerance(parameters: Int, rows: Int) -> Double {
    min(0.05 * Double(parameters), 1) / Double(rows)
  }
}
