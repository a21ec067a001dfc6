import MessagePassing
import RowSources

extension Communicator {
  /// Collective: one gather of 8 bytes, and of the files' descriptions if they differ. Checks that
  /// all ranks have opened the same files.
  ///
  /// Ranks that see different ones - a stale network file system, disks of their own - would fit a
  /// model of neither, and say nothing.
  /// - Throws: on every rank the same `DataSetError.differentFiles`.
  func requireSameFiles(_ files: [DataFile]) throws {
    let description = files.map { "\($0.name) (\($0.summary))" }.joined(separator: "\0")
    let digests = try gather(bytes(of: Digest(bytes: description.utf8).value))
    guard let rank = digests.firstIndex(where: { $0 != digests[0] }) else { return }
    let descriptions = try gather(Array(description.utf8)).map { bytes in
      bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
    let (expected, found) = (descriptions[0], descriptions[rank])
    // The first in which they differ; the end of the shorter list if there is none before.
    let number = zip(expected, found).prefix { $0 == $1 }.count
    throw DataSetError.differentFiles(
      rank: rank, found: found.dropFirst(number).first, otherRank: 0,
      expected: expected.dropFirst(number).first)
  }
}

private func bytes(of number: UInt64) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }
