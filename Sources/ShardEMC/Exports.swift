import Kernels
import ShardEM

// The functions of shardem.h, which documents them: what C passes is checked here or by those who are called,
// and every error becomes a status and a text.

/// Is told of an iteration; ends the fit by what is not 0.
public typealias IterationCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ restart: Int64, _ iteration: Int64,
    _ objective: Double, _ change: Double
  ) -> Int32

private let missingInstructionSet = Processor.missingInstructionSet.map { name in
  // Kept for as long as the process runs.
  UInt(bitPattern: owned(Array(name.utf8CString)))
}

@_cdecl("shardem_missing_instruction_set")
public func exportedMissingInstructionSet() -> UnsafePointer<CChar>? {
  missingInstructionSet.flatMap { UnsafePointer(bitPattern: $0) }
}

@_cdecl("shardem_free")
public func exportedFree(_ memory: UnsafeMutableRawPointer?) { memory?.deallocate() }

@_cdecl("shardem_fit")
public func exportedFit(
  _ values: UnsafeRawPointer?, _ rows: Int64, _ columns: Int64, _ rowStride: Int64,
  _ columnStride: Int64, _ weights: UnsafeRawPointer?, _ weightStride: Int64,
  _ options: UnsafePointer<CChar>?, _ callback: IterationCallback?,
  _ context: UnsafeMutableRawPointer?,
  _ model: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int64>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let model, let length else { throw ArgumentError("no place for the model") }
    (model.pointee, length.pointee) = (nil, 0)
    let request = try FitRequest(options)
    let data = try CallerRows.rows(
      values, "X", rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride,
      names: request.columns)
    let file = try request.fit(
      data, weights: try weightRows(weights, rows, weightStride)
    ) { report in
      guard let callback else { return }
      let end = callback(
        context, Int64(report.restart), Int64(report.iteration), report.meanObjective,
        report.change ?? .nan)
      if end != 0 { throw CallbackEnd() }
    }
    let bytes = try file.encoded()
    (model.pointee, length.pointee) = (owned(bytes), Int64(bytes.count))
  }
}

@_cdecl("shardem_predict")
public func exportedPredict(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ values: UnsafeRawPointer?, _ rows: Int64,
  _ columns: Int64, _ rowStride: Int64, _ columnStride: Int64, _ missing: Int32, _ threads: Int32,
  _ labels: UnsafeMutablePointer<Int64>?, _ responsibilities: UnsafeMutablePointer<Double>?,
  _ width: Int64, _ logDensities: UnsafeMutablePointer<Double>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    let known = try KnownModel(model, length: length)
    let data = try CallerRows.rows(
      values, "X", rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride)
    try known.predict(
      try known.engine(data, mayMiss: missing != 0, threads: threads),
      into: KnownModel.Output(
        labels: labels, responsibilities: responsibilities, width: width,
        logDensities: logDensities))
  }
}

@_cdecl("shardem_score")
public func exportedScore(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ values: UnsafeRawPointer?, _ rows: Int64,
  _ columns: Int64, _ rowStride: Int64, _ columnStride: Int64, _ weights: UnsafeRawPointer?,
  _ weightStride: Int64, _ missing: Int32, _ threads: Int32,
  _ scores: UnsafeMutablePointer<Double>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let scores else { throw ArgumentError("no place for the score") }
    let known = try KnownModel(model, length: length)
    let data = try CallerRows.rows(
      values, "X", rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride)
    let engine = try known.engine(
      data, weights: try weightRows(weights, rows, weightStride), mayMiss: missing != 0,
      threads: threads)
    let score = try known.score(engine)
    let numbers = [score.logLikelihood, score.weightSum, score.aic, score.bic, score.icl ?? .nan]
    scores.update(from: numbers, count: numbers.count)
  }
}

@_cdecl("shardem_sample")
public func exportedSample(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ firstRow: Int64, _ rows: Int64,
  _ columns: Int64, _ seed: UInt64, _ threads: Int32, _ values: UnsafeMutablePointer<Double>?,
  _ labels: UnsafeMutablePointer<Int64>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    try KnownModel(model, length: length).sample(
      firstRow: firstRow, count: rows, columns: columns, seed: seed, threads: threads,
      values: values, labels: labels)
  }
}

@_cdecl("shardem_check_model")
public func exportedCheckModel(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ error: ErrorText?
) -> Int32 {
  outcome(error) { _ = try KnownModel(model, length: length) }
}
