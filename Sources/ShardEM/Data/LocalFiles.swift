import Host
import MessagePassing
import RowSources

/// The files of all hosts, each of which has some on disks of its own, in one order for all.
struct LocalFiles {
  /// In the natural order of their names without folders; those of other hosts are `remote`.
  let files: [any DataFile]
  /// This host's files and ranks.
  let group: FileGroup

  /// Collective: one gather.
  ///
  /// - Parameter own: the files that this rank was given.
  /// - Throws: on every rank the same `DataSetError` if ranks of a host were given different files,
  ///   or a name stands for two files.
  init(_ own: [any DataFile], on host: Host, world: any Communicator) throws {
    let descriptions = own.map { RemoteFile($0) }
    let words = host.words + descriptions.flatMap(\.words)
    let ranks = try world.gather(texts: words).map(GivenFiles.init)

    // The first rank of a host speaks for all on it.
    var speakers: [Host: Int] = [:]
    for (rank, given) in ranks.enumerated() {
      guard let speaker = speakers[given.host] else {
        speakers[given.host] = rank
        continue
      }
      try given.requireSame(as: ranks[speaker], rank: rank, otherRank: speaker)
    }

    var all: [(name: String, speaker: Int, number: Int)] = []
    for speaker in speakers.values {
      for (number, file) in ranks[speaker].files.enumerated() {
        all.append((DataFiles.nameWithoutFolder(file.name), speaker, number))
      }
    }
    // Of equal names, found next, the one on the lower rank is first. Strings are equal also if they
    // write an accent in different bytes, names of files are not.
    all.sort { a, b in
      a.name.utf8.elementsEqual(b.name.utf8)
        ? (a.speaker, a.number) < (b.speaker, b.number)
        : NaturalOrder.precedes(a.name, b.name)
    }
    for (a, b) in zip(all, all.dropFirst()) where a.name.utf8.elementsEqual(b.name.utf8) {
      throw DataSetError.sameName(
        a.name, hosts: [ranks[a.speaker].host.name, ranks[b.speaker].host.name])
    }

    let ownSpeaker = speakers[host]!
    files = all.map { file in
      file.speaker == ownSpeaker
        ? own[file.number] : ranks[file.speaker].files[file.number]
    }
    group = FileGroup(
      files: all.indices.filter { all[$0].speaker == ownSpeaker },
      rank: ranks[..<world.rank].count { $0.host == host }, size: ranks.count { $0.host == host })
  }
}

extension LocalFiles {
  /// Collective: one gather. What users should hear of the files of all hosts.
  ///
  /// - Parameter opened: what this rank was given.
  func notices(_ opened: OpenedFiles, world: any Communicator) throws -> [String] {
    // The order in which a host's own files were found is none of the data's.
    let own = opened.notices.filter { notice in
      switch notice {
      case .orderOfNumbers, .orderOfBytes: false
      case .leftOut, .empty: true
      }
    }
    let texts = try world.gather(texts: own.map(\.description))
    // The ranks of a host say the same.
    var known: Set<String> = []
    let different = texts.joined().filter { known.insert($0).inserted }
    let names = files.map { DataFiles.nameWithoutFolder($0.name) }
    let order = NaturalOrder.firstDifferenceFromBytes(names).map {
      DataNotice.orderOfNumbers(first: $0.0, second: $0.1).description
    }
    return different + [order].compactMap { $0 }
  }
}

/// A rank's host, and the files that it was given there.
private struct GivenFiles {
  let host: Host
  let files: [RemoteFile]

  init(words: [String]) {
    var words = words[...]
    host = Host(words: &words)
    var files: [RemoteFile] = []
    while !words.isEmpty { files.append(RemoteFile(words: &words)) }
    self.files = files
  }

  func requireSame(as other: GivenFiles, rank: Int, otherRank: Int) throws {
    guard files != other.files else { return }
    let number = zip(files, other.files).prefix { $0 == $1 }.count
    func text(_ files: [RemoteFile]) -> String? {
      files.dropFirst(number).first.map { "\($0.name) (\($0.summary))" }
    }
    throw DataSetError.differentFiles(
      rank: rank, found: text(files), otherRank: otherRank, expected: text(other.files),
      host: host.name)
  }
}
