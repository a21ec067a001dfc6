import Foundation
import MessagePassing
import MixtureModels
import RowSources
import ShardEM
import _TestSupport

/// The data files that there are, opened as a fit opens them.
struct DataTargets {
  let scratch: ScratchFile
  /// Has the samples in HDF5.
  let testData: String

  func all() throws -> [Target] {
    var targets = [
      npy(), raw(), csv("csv"),
      csv("missing", ReadOptions(missing: .allowed(words: ["-", "1e5"]))), gzip(),
    ]
    #if HDF5
      targets.append(try hdf5())
    #endif
    return targets
  }

  private func npy() -> Target {
    var samples: [[UInt8]] = []
    for (descriptor, bytes) in [("<f8", 8), ("<f4", 4), (">i2", 2), ("|u1", 1), ("<i8", 8)] {
      let data = (0..<12 * bytes).map { UInt8($0 % 7) }
      for shape in [[4, 3], [12]] {
        samples.append(npyHeader(shape: shape, descriptor: descriptor) + data)
      }
      let text = "{'descr': '\(descriptor)', 'fortran_order': True, 'shape': (4, 3)}\n"
      for version: UInt8 in 2...3 {
        let length = [UInt8(text.utf8.count), 0, 0, 0]
        samples.append(
          [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(text.utf8) + data)
      }
    }
    return Target(
      name: "npy", samples: samples,
      words: [
        "(", ")", ",", "'", "{", "}", "[", "]", "True", "False", "'descr': '<f8'",
        "'shape': (3, 4)", "L",
      ],
      // 8 bytes a number of 1 byte, for the rows as read and their data columns; block by block.
      memory: (1 << 20, 64)
    ) { file in
      let data = try open(file, "a.npy")
      // What a header says beside what the file has.
      let values = data.rowCount * data.columnCount
      try require(
        [1, 2, 4, 8].contains {
          values * $0 < file.count && values * $0 + 512 + (1 << 16) > file.count
        },
        "\(data.rowCount) x \(data.columnCount) in \(file.count) bytes")
    }
  }

  private func raw() -> Target {
    Target(
      name: "raw", samples: [[UInt8](repeating: 0, count: 240), (0..<240).map { UInt8($0 % 9) }],
      memory: (1 << 20, 64)
    ) { file in
      let format = RawFormat(
        type: file.count.isMultiple(of: 3) ? .float32 : .float64, columnCount: 1 + file.count % 5)
      let data = try open(file, "a.raw", ReadOptions(raw: format))
      try require(
        data.rowCount * format.columnCount * format.type.byteCount == file.count
          && data.columnCount == format.columnCount,
        "\(data.rowCount) x \(data.columnCount) in \(file.count) bytes")
    }
  }

  private static let tables = [
    "x,y\n1.5,-2\r\n\"3\",4e-3\n 5 ,6\n\"7\n\",8\n", "1 2  3\n4\t5 6\n\n7 8 9", "a;b\n1,5;2\n",
    "5\n6\n7\n",
    "\u{feff}one\ttwo\n1\t2\n3\t4\n", "\"a, b\",\"c\"\"d\"\n1,2\n3,4\n",
    // Rows of many fields, and a field beyond its limit.
    String(repeating: ",", count: 2000) + "\n" + String(repeating: "1,", count: 2000) + "1\n",
    "1\n" + String(repeating: "7", count: 5000) + "\n",
  ].map { Array($0.utf8) }
  private static let words = [
    ",", ";", "\t", " ", "\"", "\"\"", "\n", "\r\n", "1e5", "-", "+", ".", "nan", "NA", "inf",
    "\u{feff}",
  ]

  /// Read in parts of any size, the rows are the same.
  private func csv(_ name: String, _ options: ReadOptions = ReadOptions()) -> Target {
    Target(
      name: name, samples: DataTargets.tables, words: DataTargets.words,
      memory: (1 << 20, 256)
    ) { file in
      let data = try open(file, "a.csv", options)
      let parts = try CSVFile(
        path: scratch.path("a.csv"), options: options, partBytes: 1 + file.count % 11
      ).found()
      try require(
        parts.rowCount == data.rowCount && parts.columnCount == data.columnCount,
        "\(data.rowCount) rows, in parts \(parts.rowCount)")
      let values = try rows(of: data)
      var found: [Double] = []
      try parts.forEachPiece(of: 0..<parts.rowCount, pieceBytes: 64, threads: 2) { numbers, rows in
        found += UnsafeBufferPointer(start: numbers, count: rows.count * parts.columnCount)
      }
      try require(
        found.elementsEqual(values) { $0 == $1 || $0.isNaN && $1.isNaN },
        "\(values), in parts \(found)")
    }
  }

  /// Both damaged archives, and damaged text in good ones, which is read as without.
  private func gzip() -> Target {
    Target(
      name: "gzip",
      samples: DataTargets.tables.map { _TestSupport.gzip($0) }
        + [_TestSupport.gzip(DataTargets.tables[1]) + _TestSupport.gzip(DataTargets.tables[3])],
      // A window of 4 MiB, and its double; a byte of gzip's is at most 1032 of text.
      memory: (9 << 20, 256 * 1032)
    ) { file in
      _ = try open(file, "a.csv.gz")
    }
  }

  private func hdf5() throws -> Target {
    let names = ["one.h5", "numbers.h5", "damaged.h5", "hdf5/holes.h5", "hdf5/variables.h5"]
    let samples = try names.map { name in
      Array(try Data(contentsOf: URL(fileURLWithPath: "\(testData)/\(name)")))
    }
    return Target(
      name: "hdf5", samples: samples, memory: (8 << 20, 1024)
    ) { file in
      let path = scratch.path("a.h5")
      try scratch.write(file, "a.h5")
      // Every dataset of numbers, by the names that the refusal of an unnamed one tells.
      do {
        _ = try open(file, "a.h5")
      } catch let error as RowSourceError {
        guard case .hdf5(.datasets(_, let found, _)) = error.problem, let first = found.first else {
          throw error
        }
        let dataset = first.prefix { $0 != " " }
        _ = try DataSet.open(["\(path):\(dataset)"], world: SoloCommunicator())
      }
    }
  }

  private func open(
    _ file: [UInt8], _ name: String, _ options: ReadOptions = ReadOptions()
  ) throws -> DataSet {
    try scratch.write(file, name)
    return try DataSet.open([scratch.path(name)], options: options, world: SoloCommunicator())
  }

  private func rows(of data: DataSet) throws -> [Double] {
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let rows = Rows()
    try engine.forEachBlock(takingMissing: true) { _, block, _ in
      rows.values += UnsafeBufferPointer(start: block.rows, count: block.count * block.columnCount)
    }
    return rows.values
  }
}

/// Collected by one thread.
private final class Rows: @unchecked Sendable {
  var values: [Double] = []
}

/// A folder in which one file after the other is written.
final class ScratchFile: Sendable {
  private let folder: String

  init(_ folder: String) { self.folder = folder }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func write(_ bytes: [UInt8], _ name: String) throws {
    guard let file = fopen(path(name), "w") else {
      throw Wrong(description: "\(path(name)): errno \(errno)")
    }
    defer { fclose(file) }
    try require(fwrite(bytes, 1, bytes.count, file) == bytes.count, "\(path(name)) is not written")
  }
}
