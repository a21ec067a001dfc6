import JSONDocuments

/// The file: a line of JSON, which blanks before its end make whole words of 8 bytes; then float64,
/// little-endian, as many as the line says; then a digest of all before it, in one word.
///
/// Numbers, of each start: the mean log-likelihoods and the last mean objectives; of one that has ended
/// its score; of one that is under way what its acceleration goes by; the parameters, where they matter.
extension Checkpoint {
  private static let format = "shardem-checkpoint"
  private static let version = 6
  /// How a file begins, of this version and later ones.
  private static let beginning = Array("{\"format\": \"\(format)\", ".utf8)

  /// Calls `body` with the file's bytes, part by part.
  func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    var digest = Digest()
    func add(_ bytes: UnsafeRawBufferPointer) throws {
      digest.add(words: bytes)
      try body(bytes)
    }
    var line = Array(header.utf8)
    line += [UInt8](repeating: UInt8(ascii: " "), count: 7 - line.count % 8) + [UInt8(ascii: "\n")]
    try line.withUnsafeBytes(add)
    for numbers in starts.flatMap({ $0?.parts ?? [] }) {
      try numbers.littleEndian.withUnsafeBytes(add)
    }
    try withUnsafeBytes(of: digest.value.littleEndian, body)
  }

  /// The bytes of the file.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    forEachPart { bytes += $0 }
    return bytes
  }

  /// `body`, whole words, and a digest of it.
  package static func sealed(_ body: [UInt8]) -> [UInt8] {
    var digest = Digest()
    body.withUnsafeBytes { digest.add(words: $0) }
    return body + withUnsafeBytes(of: digest.value.littleEndian, Array.init)
  }

  /// Whether a file that begins so is a checkpoint, whatever it is called.
  package static func isBeginning(of bytes: [UInt8]) -> Bool { bytes.starts(with: beginning) }

  /// - Parameter path: the file's, for messages.
  /// - Throws: `CheckpointError` if the bytes are not those of a checkpoint of this version.
  package init(_ bytes: [UInt8], path: String) throws(CheckpointError) {
    let body = Array(bytes.dropLast(8))
    guard bytes.count.isMultiple(of: 8), bytes.count > 8, Self.sealed(body) == bytes else {
      throw CheckpointError(path, Self.isFirstVersion(bytes) ? .version(1) : .damaged)
    }
    // Bytes with the right digest are those of a program's own.
    guard let end = body.firstIndex(of: UInt8(ascii: "\n")),
      let header = try? JSONParser.parse(Array(body[..<end])),
      header["format"]?.string == Self.format,
      let version = header["version"]?.int
    else { throw CheckpointError(path, .damaged) }
    guard version == Self.version else { throw CheckpointError(path, .version(version)) }
    guard let checkpoint = Checkpoint(header, [Double](littleEndian: body[(end + 1)...])) else {
      throw CheckpointError(path, .damaged)
    }
    self = checkpoint
  }

  /// Files of version 1 were JSON, and a last line with this and 16 digits.
  private static func isFirstVersion(_ bytes: [UInt8]) -> Bool {
    bytes.suffix(39).starts(with: "\nshardem-checkpoint 1 ".utf8)
      && bytes.last == UInt8(ascii: "\n")
  }
}

extension Checkpoint {
  private var header: String {
    let settings = settings.sorted { $0.key < $1.key }.map {
      (key: $0.key, value: JSONText.string($0.value) as JSONText?)
    }
    return JSONText.object([
      ("format", .string(Self.format)), ("version", .integer(Self.version)),
      ("program", .string(program.version)), ("arithmetic", .string(program.arithmetic)),
      ("starts", .list(starts.map { $0?.text ?? .null })),
      ("walks", .list(walks.map { $0.map { .integer($0) } ?? .null })),
      ("added", added.map { .string(String($0, radix: 16)) }),
      ("settings", .object(settings)), ("data", data.text),
    ]).description
  }

  /// Nil if a member is missing or the numbers are not as many as the header says.
  private init?(_ header: JSON, _ values: [Double]) {
    guard let version = header["program"]?.string, let arithmetic = header["arithmetic"]?.string,
      let settings = header["settings"]?.strings, let list = header["starts"]?.list,
      let walks = header["walks"]?.list, walks.count == list.count,
      walks.allSatisfy({ $0.isNull || $0.int != nil }),
      let data = header["data"].flatMap(DataFingerprint.init)
    else { return nil }
    program = ProgramIdentity(version: version, arithmetic: arithmetic)
    (self.settings, self.data) = (settings, data)
    var rest = values[...]
    var starts: [Start?] = []
    for start in list {
      if start.isNull {
        starts.append(nil)
      } else {
        guard let start = Start(start, &rest) else { return nil }
        starts.append(start)
      }
    }
    guard rest.isEmpty else { return nil }
    self.starts = starts
    self.walks = walks.map(\.int)
    // Most have none.
    added = header["added"]?.string.flatMap { UInt64($0, radix: 16) }
    guard header["added"] == nil || added != nil && !starts.isEmpty else { return nil }
  }
}

extension Checkpoint.Start {
  fileprivate var parts: [[Double]] {
    [meanLogLikelihoods, meanObjectives, score ?? [], acceleration ?? [], numbers ?? []]
  }

  fileprivate var text: JSONText {
    .object([
      ("iteration", .integer(iteration)), ("converged", .bool(converged)),
      ("failed", .bool(hasFailed)), ("objectives", .integer(meanObjectives.count)),
      ("remaining", remaining.map(JSONText.number) ?? .null),
      ("acceleration", acceleration.map { .integer($0.count) } ?? .null),
      ("spikes", .bool(hasSpikes)), ("score", score.map { .integer($0.count) } ?? .null),
      ("numbers", numbers.map { .integer($0.count) } ?? .null),
    ])
  }

  /// Takes its numbers from the beginning of `values`; nil if a member or a number is missing.
  fileprivate init?(_ json: JSON, _ values: inout ArraySlice<Double>) {
    func take(_ count: Int) -> [Double]? {
      guard (0...values.count).contains(count) else { return nil }
      defer { values = values.dropFirst(count) }
      return Array(values.prefix(count))
    }
    guard let converged = json["converged"]?.bool, let hasFailed = json["failed"]?.bool,
      let hasSpikes = json["spikes"]?.bool, let scoreCount = json["score"],
      let count = json["numbers"],
      let accelerationCount = json["acceleration"],
      let means = json["iteration"]?.int.flatMap(take),
      let objectives = json["objectives"]?.int.flatMap(take), objectives.isEmpty == means.isEmpty,
      let score = take(scoreCount.isNull ? 0 : scoreCount.int ?? -1),
      scoreCount.isNull || score.count == 3 || score.count == 6 && Int(exactly: score[5]) != nil,
      let acceleration = take(accelerationCount.isNull ? 0 : accelerationCount.int ?? -1),
      let numbers = take(count.isNull ? 0 : count.int ?? -1)
    else { return nil }
    // A program of the same version may have left it out.
    let remaining = json["remaining"]
    guard remaining?.isNull ?? true || remaining?.double != nil else { return nil }
    self.init(
      converged: converged, hasFailed: hasFailed, score: scoreCount.isNull ? nil : score,
      hasSpikes: hasSpikes,
      meanLogLikelihoods: means, meanObjectives: objectives,
      remaining: remaining?.double, acceleration: accelerationCount.isNull ? nil : acceleration,
      numbers: count.isNull ? nil : numbers)
  }
}

extension DataFingerprint {
  fileprivate var text: JSONText {
    .object([
      ("columns", .integer(columns)),
      ("column_names", columnNames.map { .list($0.map(JSONText.string)) } ?? .null),
      ("rows", .list(rows.map { .integer($0) })), ("files", .list(files.map(JSONText.string))),
      ("sample", .string(sample)),
      (
        "categories",
        categories.isEmpty
          ? nil : .list(categories.map { $0.map { .list($0.map(JSONText.string)) } ?? .null })
      ),
    ])
  }

  fileprivate init?(_ json: JSON) {
    guard let columns = json["columns"]?.int, let sample = json["sample"]?.string,
      let files = json["files"]?.list?.compactMap(\.string),
      let rows = json["rows"]?.list?.compactMap(\.int)
    else { return nil }
    let names = json["column_names"]?.list?.compactMap(\.string)
    guard names == nil || names?.count == columns else { return nil }
    let categories = json["categories"]?.list?.map { $0.list?.compactMap(\.string) } ?? []
    guard categories.isEmpty || categories.count == columns else { return nil }
    self.init(
      files: files, rows: rows, columns: columns, columnNames: names, categories: categories,
      sample: sample)
  }
}

extension JSON {
  fileprivate var isNull: Bool { if case .null = self { true } else { false } }
  fileprivate subscript(key: String) -> JSON? {
    if case .object(let members) = self { members[key] } else { nil }
  }
  fileprivate var int: Int? {
    if case .integer(let value) = self { Int(exactly: value) } else { nil }
  }
  fileprivate var double: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
  fileprivate var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  fileprivate var string: String? { if case .string(let value) = self { value } else { nil } }
  fileprivate var list: JSONList? { if case .list(let values) = self { values } else { nil } }
  fileprivate var strings: [String: String]? {
    if case .object(let members) = self { members.compactMapValues(\.string) } else { nil }
  }
}

extension [Double] {
  /// The same where numbers are little-endian in memory, as on all processors of today.
  fileprivate var littleEndian: [UInt64] { map { $0.bitPattern.littleEndian } }

  fileprivate init(littleEndian bytes: ArraySlice<UInt8>) {
    self = bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map {
        let word = bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: word))
      }
    }
  }
}
