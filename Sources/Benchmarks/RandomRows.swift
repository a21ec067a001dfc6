import Files
import Foundation
import Kernels
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

/// Rows of a mixture with random parameters, some of their cells missing at random.
struct RandomRows: Sendable, Encodable, CustomStringConvertible {
  var kind: MixtureKind
  var count: Int
  var columns: Int
  var components: Int
  /// The share of cells that are missing, in rows that lack any.
  var missingCells = 0.0
  /// The share of rows that may lack cells.
  var missingRows = 1.0

  init(_ kind: String, _ count: Int, _ columns: Int, _ components: Int) {
    self.kind = MixtureKind(kind)
    (self.count, self.columns, self.components) = (count, columns, components)
  }

  func missing(_ cells: Double, inRows rows: Double = 1) -> RandomRows {
    var rowsWithHoles = self
    (rowsWithHoles.missingCells, rowsWithHoles.missingRows) = (cells, rows)
    return rowsWithHoles
  }

  /// The same rows with all their cells.
  var complete: RandomRows { missing(0) }

  var areComplete: Bool { missingCells == 0 }

  var description: String {
    if areComplete { return "\(count),\(columns),\(components)" }
    let part = missingRows < 1 ? " in \(digits(100 * missingRows)) % of rows" : ""
    return "\(complete), \(digits(100 * missingCells)) % missing\(part)"
  }

  /// Writes `rows.npy` and the mixture that they were drawn from, `truth.json`.
  func write(to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let categories = try kind.categoricalColumns(count: columns)
      .map { $0 ? ["0", "1", "2", "3"] : nil }
    let mixture = try kind.mixture(
      FamilyOptions(categories: categories), components: components, columns: columns)
    try write(mixture, to: folder)
  }

  /// Piece by piece: this process stays small, as the memory of those it starts counts its own.
  private func write(_ mixture: some Family, to folder: String) throws {
    let truth = RandomParameters.of(mixture)
    try WholeFile.write(ModelFile(mixture, truth).encoded(), to: "\(folder)/truth.json")
    let file = try WholeFile.create("\(folder)/rows.npy", size: 0)
    let header = npyHeader(shape: [count, columns], descriptor: "<f8")
    try file.write(header, at: 0)
    for first in stride(from: 0, to: count, by: 8192) {
      let rows = first..<min(first + 8192, count)
      var numbers = try mixture.sample(rows: rows, under: truth, seed: 1)
      if !areComplete { removeCells(of: rows, from: &numbers) }
      try numbers.withUnsafeBytes { try file.write($0, at: header.count + first * columns * 8) }
    }
    try file.commit()
  }

  /// Each row keeps at least one cell.
  private func removeCells(of rows: Range<Int>, from numbers: inout [Double]) {
    for (place, n) in rows.enumerated() {
      let random = RandomRow(Philox(seed: 1), purpose: 7, row: n)
      guard random.uniform(columns) < missingRows else { continue }
      for j in 0..<columns where j != n % columns && random.uniform(j) < missingCells {
        numbers[place * columns + j] = .nan
      }
    }
  }
}
