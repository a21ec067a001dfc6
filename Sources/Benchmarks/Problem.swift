import Files
import Foundation
import Kernels
import MixtureModels
import ModelFiles
import RowSources
import _TestSupport

/// Rows and the start of a fit of them, in files that all sides read.
///
/// Each row comes from one of K unit Gaussians, drawn at random; the start has their means moved by
/// about 0.4.
struct Problem {
  /// Holds `rows.npy` and `start.json`.
  let folder: String

  /// Creates the folder, in `parent`.
  init(_ benchmark: BenchmarkCase, in parent: String) throws {
    folder = "\(parent)/\(benchmark)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let means = Self.normals(benchmark.components, benchmark.columns, purpose: 1)
      .map { $0 * benchmark.separation / Double(2 * benchmark.columns).squareRoot() }
    try Self.writeRows(benchmark, means, to: "\(folder)/rows.npy")

    let moves = Self.normals(benchmark.components, benchmark.columns, purpose: 3)
      .map { $0 * 0.4 / Double(benchmark.columns).squareRoot() }
    let mixture = GaussianMixture(
      components: benchmark.components, columns: benchmark.columns,
      covarianceType: benchmark.covarianceType)
    let start = mixture.unitComponents(at: zip(means, moves).map { $0 + $1 })
    try WholeFile.write(ModelFile(mixture, start).encoded(), to: "\(folder)/start.json")
  }

  /// Removes the folder.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Block by block: this process stays small, as the memory of those it starts counts its own.
  private static func writeRows(
    _ benchmark: BenchmarkCase, _ means: [Double], to path: String
  ) throws {
    let (n, d, k) = (benchmark.rows, benchmark.columns, benchmark.components)
    let file = try WholeFile.create(path, size: 0)
    let header = npyHeader(shape: [n, d], descriptor: "<f8")
    try file.write(header, at: 0)
    for first in stride(from: 0, to: n, by: 1024) {
      let count = min(1024, n - first)
      var rows = normals(count, d, purpose: 2, firstRow: first)
      for n in 0..<count {
        let random = RandomRow(Philox(seed: 1), purpose: 5, row: first + n)
        let component = Int(random.uniform(0) * Double(k))
        for j in 0..<d { rows[n * d + j] += means[component * d + j] }
      }
      try rows.withUnsafeBytes { try file.write($0, at: header.count + first * d * 8) }
    }
    try file.commit()
  }

  /// `count` × `columns` standard normal numbers.
  static func normals(
    _ count: Int, _ columns: Int, purpose: UInt32, firstRow: Int = 0
  ) -> [Double] {
    (firstRow..<firstRow + count).flatMap { n in
      let row = RandomRow(Philox(seed: 1), purpose: purpose, row: n)
      return (0..<columns).map { row.normal($0) }
    }
  }
}
