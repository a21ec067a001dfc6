import Files
import Foundation

/// Text files of one shape and number of digits, read by ShardEM and by pandas' C reader in turn.
struct TextReading: Encodable {
  let kind = "text"
  let rows: Int
  let columns: Int
  let significantDigits: Int
  let bytes: Int
  /// Of processor time.
  let seconds: Double
  let peerSeconds: Double?
  /// Bytes per second of one core.
  let bytesPerSecond: Double
  /// The peer's seconds beside ours, the median of the rounds.
  let ratio: Double?

  static let cases = [(1_000_000, 2), (10_000, 200)].flatMap { rows, columns in
    [6, 17].map { (rows: rows, columns: columns, digits: $0) }
  }

  init(
    rows: Int, columns: Int, digits: Int, _ settings: Settings, in folder: String
  ) throws {
    let path = "\(folder)/rows.csv"
    try Self.write(rows: rows, columns: columns, digits: digits, to: path)
    defer { unlink(path) }
    var workers = [try WorkerProcess.own("read", path)]
    if settings.peers != nil { workers.append(try settings.library("pandas", path)) }
    let answers = try answersInTurn(workers, request: "read", rounds: settings.rounds)
    for worker in workers { try worker.end() }
    let seconds = answers.map { $0.map { $0.seconds[0] } }

    (self.rows, self.columns, significantDigits) = (rows, columns, digits)
    bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    self.seconds = seconds[0].median
    bytesPerSecond = Double(bytes) / self.seconds
    peerSeconds = seconds.count > 1 ? seconds[1].median : nil
    ratio = seconds.count > 1 ? zip(seconds[0], seconds[1]).map { $1 / $0 }.median : nil
  }

  /// Standard normal numbers below a line of names.
  static func write(rows: Int, columns: Int, digits: Int, to path: String) throws {
    let file = try WholeFile.create(path, size: 0)
    var text = Array((0..<columns).map { "x\($0)" }.joined(separator: ",").utf8)
    var size = 0
    for first in stride(from: 0, to: rows, by: 1024) {
      let count = min(1024, rows - first)
      let numbers = Problem.normals(count, columns, purpose: 4, firstRow: first)
      for (i, number) in numbers.enumerated() {
        text.append(i % columns == 0 ? UInt8(ascii: "\n") : UInt8(ascii: ","))
        text += String(format: "%.\(digits)g", number).utf8
      }
      try file.write(text, at: size)
      size += text.count
      text = []
    }
    try file.write("\n".utf8, at: size)
    try file.commit()
  }

  /// The table that `row` is one of.
  static func table() -> Table {
    Table(["text: rows x columns, digits", "s", "MB/s", "pandas s", "ratio"])
  }

  var row: [String] {
    let seconds = [self.seconds, bytesPerSecond / 1e6].map { digits($0) }
    return ["\(rows) x \(columns), \(significantDigits)"] + seconds
      + [peerSeconds, ratio].map { $0.map { digits($0) } ?? "" }
  }

  var goals: [Goal] {
    let subject = "\(rows) x \(columns), \(significantDigits) digits: times faster than pandas"
    return ratio.map { [Goal(subject, $0, atLeast: 1)] } ?? []
  }
}
