import Foundation

/// What a worker tells of one request, as a line of JSON.
struct Answer: Codable {
  /// Processor seconds: of each iteration, or of all of them divided by their number where a
  /// library does not let them be told apart.
  let seconds: [Double]
  /// The same by the clock on the wall.
  let wallSeconds: [Double]
  /// Of the seconds on the wall of each iteration, those for combining the sums of threads and
  /// ranks; ShardEM's alone.
  var combineSeconds: [Double]?
  /// Of the processor seconds of each iteration, those of the walk over the rows, all but the
  /// M-step; ShardEM's alone.
  var walkSeconds: [Double]?
  /// Of the parameters after the last iteration, in nats per row.
  var meanLogLikelihood: Double?
  /// The largest memory the worker has had so far.
  var peakMemoryBytes: Int?
  /// What a library beside ShardEM computes with, and the kernels chosen for this processor.
  var linearAlgebra: [String]?

  init(_ laps: [Lap]) {
    seconds = laps.map(\.processor)
    wallSeconds = laps.map(\.wall)
    peakMemoryBytes = peakMemory()
  }
}

/// Says who answers, then answers requests, one a line, until there are no more.
func answerRequests(name: String, _ answer: (_ request: String) throws -> any Encodable) throws {
  print(name)
  fflush(nil)
  while let request = readLine() {
    print(String(decoding: try jsonLine(try answer(request)), as: UTF8.self))
    fflush(nil)
  }
}

func jsonLine(_ value: any Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = .sortedKeys
  return try encoder.encode(value)
}

func decoded<Value: Decodable>(_ line: Data) throws -> Value {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Value.self, from: line)
}
