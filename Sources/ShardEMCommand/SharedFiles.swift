import Files
import MessagePassing
import RowSources

/// A file that all ranks fill, each with its own rows, which have as many bytes each.
struct SharedOutput {
  let path: String
  let header: [UInt8]
  /// The number of rows of all ranks.
  let rows: Int
  let rowBytes: Int
}

extension SharedOutput {
  /// A .npy file in C order.
  ///
  /// - Parameters:
  ///   - columns: their number; nil for an array of one dimension.
  ///   - descriptor: the type as NumPy writes it, `<f8` and the like, of `elementBytes`.
  init(npy path: String, rows: Int, columns: Int?, descriptor: String, elementBytes: Int = 8) {
    self.init(
      path: path,
      header: npyHeader(shape: [rows] + (columns.map { [$0] } ?? []), descriptor: descriptor),
      rows: rows, rowBytes: elementBytes * (columns ?? 1))
  }
}

/// Opens this rank's part of an output.
typealias PartOpener = (SharedOutput) throws -> SharedPart

/// Collective. Creates `outputs` on rank 0, lets every rank `fill` its part of them, and gives
/// them their names: all of them, or none if anything failed on any rank.
///
/// - Parameter fill: opens this rank's part of an output by its argument. May be collective; throws
///   on all ranks alike.
func writeTogether(
  _ outputs: [SharedOutput], in world: any Communicator,
  fill: (_ open: @escaping PartOpener) throws -> Void
) throws {
  var created: [WholeFile] = []
  do {
    try world.agree {
      guard world.rank == 0 else { return }
      for output in outputs { created.append(try output.create()) }
    }
    // Chosen by rank 0, and names of this run only.
    let temporaries = try world.gather(texts: created.map(\.temporaryPath))[0]
    let temporaryOf = Dictionary(uniqueKeysWithValues: zip(outputs.map(\.path), temporaries))
    try fill { try SharedPart($0, in: temporaryOf[$0.path]!) }
    try world.agree { try WholeFile.commit(created) }
  } catch {
    for file in created { file.abandon() }
    throw error
  }
}

extension SharedOutput {
  /// Creates the temporary file, with the header in it and room for the rows.
  fileprivate func create() throws -> WholeFile {
    let file = try WholeFile.create(path, size: header.count + rows * rowBytes)
    do {
      try file.write(header, at: 0)
      // Many files may be shared, more than a process may keep open.
      try file.close()
    } catch {
      file.abandon()
      throw error
    }
    return file
  }
}

/// One rank's access to a shared file.
///
/// Unchecked: threads write different rows; the file is closed when they have ended.
final class SharedPart: @unchecked Sendable {
  private let file: WholeFile
  private let dataOffset: Int
  private let rowBytes: Int

  /// - Parameter temporaryPath: where rank 0 has created `output`.
  fileprivate init(_ output: SharedOutput, in temporaryPath: String) throws {
    file = try WholeFile.openTemporary(temporaryPath, of: output.path)
    dataOffset = output.header.count
    rowBytes = output.rowBytes
  }

  /// Writes `count` rows, row-major, from row `firstRow` on.
  func write<Element: BitwiseCopyable>(
    _ values: UnsafePointer<Element>, firstRow: Int, count: Int
  ) throws {
    let bytes = UnsafeRawBufferPointer(start: values, count: count * rowBytes)
    try file.write(bytes, at: dataOffset + firstRow * rowBytes)
  }

  /// Makes sure that all is on disk.
  func close() throws { try file.close() }
}
