import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM

/// A model of a caller's file, and what it says of rows.
struct KnownModel {
  let file: ModelFile

  /// - Throws: `ArgumentError`, or an error about the file.
  init(_ bytes: UnsafePointer<UInt8>?, length: Int64) throws {
    guard let bytes, length > 0 else { throw ArgumentError("no model") }
    file = try ModelFile(
      json: Array(UnsafeBufferPointer(start: bytes, count: Int(length))), name: "model")
  }

  /// An engine of rows that are of such a model.
  ///
  /// - Throws: `DataSetError` or `ArgumentError` if they have other columns.
  func engine(_ data: CallerData) throws -> Engine {
    let rows = data.rows
    guard rows.columnCount == file.dimensions else {
      throw DataSetError.columns(found: rows.columnCount, expected: file.dimensions)
    }
    let (own, others) = (rows.categories.map { $0?.names }, file.mixture.categories)
    guard own == others else {
      throw ArgumentError("columns of other categories than those of the model")
    }
    return data.engine()
  }

  static func threadCount(_ threads: Int32, in world: any Communicator) throws -> Int {
    guard (0...4096).contains(threads) else {
      throw ArgumentError("\(threads) threads; expected 0 to 4096")
    }
    return threads == 0 ? try world.coreShare() : Int(threads)
  }

  /// Where predictions go: of n rows n numbers each, and n × `width` responsibilities; what is nil is not
  /// wanted.
  struct Output: @unchecked Sendable {
    let labels: UnsafeMutablePointer<Int64>?
    let responsibilities: UnsafeMutablePointer<Double>?
    let width: Int64
    let logDensities: UnsafeMutablePointer<Double>?
  }

  func predict(_ engine: Engine, into output: Output) throws {
    let mixture = file.mixture
    try write(mixture, engine, output)
  }

  private func write(_ mixture: some Family, _ engine: Engine, _ output: Output) throws {
    let width = mixture.responsibilityCount
    guard output.responsibilities == nil || output.width == width else {
      throw ArgumentError("room for \(output.width) responsibilities of a row; expected \(width)")
    }
    var parts: Prediction.Parts = []
    if output.responsibilities != nil { parts.insert(.responsibilities) }
    if output.logDensities != nil { parts.insert(.logDensities) }
    try engine.predict(mixture, under: file.parameters, parts: parts) { prediction in
      let (first, count) = (prediction.firstRow - engine.data.firstRow, prediction.count)
      if let labels = output.labels {
        (labels + first).update(from: prediction.labels, count: count)
      }
      if let room = output.responsibilities, let own = prediction.responsibilities {
        (room + first * width).update(from: own, count: count * width)
      }
      if let room = output.logDensities, let own = prediction.logDensities {
        (room + first).update(from: own, count: count)
      }
    }
  }

  func score(_ engine: Engine) throws -> Score {
    let mixture = file.mixture
    return try score(of: mixture, engine)
  }

  private func score(of mixture: some Family, _ engine: Engine) throws -> Score {
    try engine.score(mixture, under: file.parameters)
  }

  /// Writes the rows with their missing cells filled: `values` is room for n × D numbers.
  ///
  /// - Parameter seed: of draws; nil for expectations.
  func impute(_ engine: Engine, seed: UInt64?, into values: UnsafeMutablePointer<Double>?) throws {
    guard let values else { throw ArgumentError("no room for rows") }
    let mixture = file.mixture
    try impute(mixture, engine, seed: seed, into: Room(values: values))
  }

  private struct Room: @unchecked Sendable { let values: UnsafeMutablePointer<Double> }

  private func impute(
    _ mixture: some Family, _ engine: Engine, seed: UInt64?, into room: Room
  ) throws {
    let first = engine.data.firstRow
    try engine.impute(mixture, under: file.parameters, seed: seed) { block in
      (room.values + (block.firstRow - first) * block.columnCount).update(
        from: block.rows, count: block.count * block.columnCount)
    }
  }

  /// Rows of the endless sample of a seed.
  ///
  /// - Parameters:
  ///   - columns: D, which the caller has made room for.
  ///   - values: room for `count` × D numbers, row-major.
  ///   - labels: room for `count` components; nil if they are not wanted.
  func sample(
    firstRow: Int64, count: Int64, columns: Int64, seed: UInt64, threads: Int32,
    values: UnsafeMutablePointer<Double>?, labels: UnsafeMutablePointer<Int64>?
  ) throws {
    let threads = try Self.threadCount(threads, in: SoloCommunicator())
    guard columns == file.dimensions else {
      throw ArgumentError("room for \(columns) columns of a sample; expected \(file.dimensions)")
    }
    guard count >= 1, firstRow >= 0 else {
      throw ArgumentError(
        "\(count) rows of a sample from row \(firstRow); expected 1 or more, from 0 up")
    }
    let (end, isBeyond) = firstRow.addingReportingOverflow(count)
    let (numbers, areBeyond) = count.multipliedReportingOverflow(by: Int64(file.dimensions))
    guard !isBeyond, !areBeyond, numbers <= Int64.max / 16 else {
      throw ArgumentError(
        "\(count) rows of a sample from row \(firstRow); expected what fits in memory")
    }
    guard let values else { throw ArgumentError("no room for a sample") }
    let mixture = file.mixture
    try draw(
      mixture, Int(firstRow)..<Int(end), seed: seed, threads: threads, values: values,
      labels: labels)
  }

  private func draw(
    _ mixture: some Family, _ rows: Range<Int>, seed: UInt64, threads: Int,
    values: UnsafeMutablePointer<Double>, labels: UnsafeMutablePointer<Int64>?
  ) throws {
    // Pieces of 32 MB or a row each.
    let size = max(1, (1 << 22) / mixture.columnCount)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
      let piece = start..<min(start + size, rows.upperBound)
      let place = start - rows.lowerBound
      let drawn = try mixture.sample(
        rows: piece, under: file.parameters, seed: seed, threads: threads)
      (values + place * mixture.columnCount).update(from: drawn, count: drawn.count)
      if let labels {
        let components = try mixture.sampledComponents(
          rows: piece, under: file.parameters, seed: seed)
        (labels + place).update(from: components, count: components.count)
      }
    }
  }
}
