import MessagePassing
import RowSources

extension Communicator {
  /// Collective: one sum, two gathers of 8 bytes, and of the files' descriptions if they differ.
  /// Checks that all ranks have opened the same files, as far as their descriptions and a sample of
  /// their bytes tell.
  ///
  /// Ranks that see different ones - a stale network file system, copies on disks of their own -
  /// would fit a model of neither, and say nothing.
  /// - Throws: on every rank the same `DataSetError.differentFiles` or `.differentContents`.
  func requireSameFiles(_ files: [any DataFile]) throws {
    if let difference = try firstDifference(of: files.map { "\($0.name) (\($0.summary))" }) {
      throw DataSetError.differentFiles(
        rank: difference.rank, found: difference.found, otherRank: 0,
        expected: difference.expected)
    }
    if size == 1 { return }
    // 64 blocks of all files together, 1 MiB, or if there are more files one of each.
    let sample = FileSample(blocks: DataFingerprint.sampleCount / max(files.count, 1))
    let digests = try agree {
      try files.map { try Digest(of: sample, path: DataFiles.path(of: $0.name)) }
    }
    if let difference = try firstDifference(of: digests.map { "\($0.value)" }) {
      throw DataSetError.differentContents(
        path: files[difference.number].name, rank: difference.rank)
    }
  }

  /// Collective: one sum, one gather of 8 bytes. Checks that all ranks have the same bytes in a small
  /// file, such as a model, which each of them may call otherwise.
  ///
  /// - Throws: on every rank the same `DataSetError.differentContents`, or why a rank cannot read it.
  public func requireSameContents(of path: String) throws {
    if size == 1 { return }
    let digest = try agree { try Digest(of: .whole, path: path) }
    guard let difference = try firstDifference(of: ["\(digest.value)"]) else { return }
    let names = try gather(texts: [path])
    throw DataSetError.differentContents(path: names[difference.rank][0], rank: difference.rank)
  }

  /// Collective: one gather of 8 bytes, and of the words if they differ.
  ///
  /// - Returns: the first rank whose words differ from those of rank 0, the number of the first of
  ///   them that does, and what it is; nil in place of a word where the shorter list ends. Nil if
  ///   all have the same.
  package func firstDifference(of words: [String]) throws -> WordDifference? {
    if size == 1 { return nil }
    let digests = try gather([Digest(bytes: words.joined(separator: "\0").utf8).value])
    guard let rank = digests.firstIndex(where: { $0 != digests[0] }) else { return nil }
    let everyone = try gather(texts: words)
    let (expected, found) = (everyone[0], everyone[rank])
    let number = zip(expected, found).prefix { $0 == $1 }.count
    return WordDifference(
      rank: rank, number: number, found: found.dropFirst(number).first,
      expected: expected.dropFirst(number).first)
  }
}

/// The first word that one rank has otherwise than rank 0.
package struct WordDifference {
  package let rank: Int
  /// The number of the word, from 0.
  package let number: Int
  /// The rank's word; nil if it has fewer.
  package let found: String?
  /// That of rank 0; nil if it has fewer.
  package let expected: String?
}

extension Digest {
  /// Of the bytes that are sampled of a file.
  fileprivate init(of sample: FileSample, path: String) throws {
    var digest = Digest()
    try sample.forEachBlock(of: path) { block in
      let words = block.count / 8
      for word in 0..<words {
        digest.add(block.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
      }
      for byte in block[(8 * words)...] { digest.add(UInt64(byte)) }
    }
    self = digest
  }
}
