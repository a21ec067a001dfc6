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
    let words = files.map { "\($0.name) (\($0.summary))" }
    guard let difference = try firstDifference(of: words) else { return }
    throw DataSetError.differentFiles(
      rank: difference.rank, found: difference.found, otherRank: 0,
      expected: difference.expected)
  }

  /// Collective: one gather of 8 bytes, and of the words if they differ.
  ///
  /// - Parameter words: without the character of number 0.
  /// - Returns: the first rank whose words differ from those of rank 0, and the first of them that
  ///   does; nil in place of a word where the shorter list ends. Nil if all have the same.
  package func firstDifference(of words: [String]) throws
    -> (rank: Int, found: String?, expected: String?)?
  {
    let description = words.joined(separator: "\0")
    let digests = try gather(bytes(of: Digest(bytes: description.utf8).value))
    guard let rank = digests.firstIndex(where: { $0 != digests[0] }) else { return nil }
    let descriptions = try gather(Array(description.utf8)).map { bytes in
      bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
    let (expected, found) = (descriptions[0], descriptions[rank])
    let number = zip(expected, found).prefix { $0 == $1 }.count
    return (rank, found.dropFirst(number).first, expected.dropFirst(number).first)
  }
}

private func bytes(of number: UInt64) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }
