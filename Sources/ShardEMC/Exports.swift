import Kernels
import MessagePassing
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

// MARK: Data

/// Where a function leaves data.
public typealias DataPlace = UnsafeMutablePointer<UnsafeMutableRawPointer?>

@_cdecl("shardem_rows")
public func exportedRows(
  _ values: UnsafeRawPointer?, _ rows: Int64, _ columns: Int64, _ rowStride: Int64,
  _ columnStride: Int64, _ weights: UnsafeRawPointer?, _ weightStride: Int64,
  _ labels: UnsafeRawPointer?, _ labelStride: Int64, _ options: UnsafePointer<CChar>?,
  _ ranks: UnsafeRawPointer?, _ data: DataPlace?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let data else { throw ArgumentError("no place for the data") }
    data.pointee = nil
    let memory = CallerMemory(
      values: .init(
        base: values, columns: columns, rowStride: rowStride, columnStride: columnStride),
      rows: rows, weights: .init(base: weights, rowStride: weightStride),
      labels: .init(base: labels, rowStride: labelStride))
    data.pointee = try memory.open(options, in: CallerRanks.world(ranks)).handle
  }
}

@_cdecl("shardem_files")
public func exportedFiles(
  _ options: UnsafePointer<CChar>?, _ model: UnsafePointer<UInt8>?, _ length: Int64,
  _ ranks: UnsafeRawPointer?, _ data: DataPlace?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let data else { throw ArgumentError("no place for the data") }
    data.pointee = nil
    let world = try CallerRanks.world(ranks)
    let (request, known) = try world.agree {
      (try FileRequest(options), model == nil ? nil : try KnownModel(model, length: length))
    }
    data.pointee = try request.open(for: known?.file, in: world).handle
  }
}

@_cdecl("shardem_close")
public func exportedClose(_ data: UnsafeMutableRawPointer?) { CallerData.release(data) }

@_cdecl("shardem_shape")
public func exportedShape(
  _ data: UnsafeRawPointer?, _ shape: UnsafeMutablePointer<Int64>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let shape else { throw ArgumentError("no place for the shape") }
    let rows = try CallerData.of(data).rows
    let numbers = [rows.ownRowCount, rows.columnCount, rows.rowCount]
    shape.update(from: numbers.map(Int64.init), count: numbers.count)
  }
}

// MARK: Models

@_cdecl("shardem_fit")
public func exportedFit(
  _ data: UnsafeRawPointer?, _ options: UnsafePointer<CChar>?, _ start: UnsafeRawPointer?,
  _ startRows: Int64, _ startColumns: Int64, _ rowStride: Int64, _ columnStride: Int64,
  _ callback: IterationCallback?, _ context: UnsafeMutableRawPointer?,
  _ model: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int64>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let model, let length else { throw ArgumentError("no place for the model") }
    (model.pointee, length.pointee) = (nil, 0)
    let caller = Caller(callback, context)
    let data = try CallerData.of(data)
    let (request, own) = try data.world.agree {
      let numbers = CallerMemory.Numbers(
        base: start, columns: startColumns, rowStride: rowStride, columnStride: columnStride)
      return (
        try FitRequest(options),
        start == nil
          ? nil : try CallerRows.rows(numbers, "start", rows: startRows, mayBeNone: true)
      )
    }
    try data.world.requireSame([
      "options \(options.map { String(cString: $0) } ?? "")",
      own == nil ? "no start" : "a start",
    ])
    let file = try request.fit(data, in: caller.watching(data.world), from: own) { report in
      try caller.tell(
        report.restart, report.iteration, report.meanObjective, report.change ?? .nan)
    }
    let bytes = try file.encoded()
    (model.pointee, length.pointee) = (owned(bytes), Int64(bytes.count))
  }
}

@_cdecl("shardem_select")
public func exportedSelect(
  _ data: UnsafeRawPointer?, _ options: UnsafePointer<CChar>?, _ callback: IterationCallback?,
  _ context: UnsafeMutableRawPointer?,
  _ model: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int64>?,
  _ table: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
  _ tableLength: UnsafeMutablePointer<Int64>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let model, let length, let table, let tableLength else {
      throw ArgumentError("no place for the model or the table")
    }
    (model.pointee, length.pointee, table.pointee, tableLength.pointee) = (nil, 0, nil, 0)
    let caller = Caller(callback, context)
    let data = try CallerData.of(data)
    let request = try data.world.agree { try SelectRequest(options) }
    try data.world.requireSame(["options \(options.map { String(cString: $0) } ?? "")"])
    let (file, text) = try request.select(data, in: caller.watching(data.world)) { fit, report in
      try caller.tell(
        fit.candidate, report.iteration, report.meanObjective, report.change ?? .nan)
    }
    let bytes = try file?.encoded() ?? []
    (model.pointee, length.pointee) = (owned(bytes), Int64(bytes.count))
    let words = Array(text.utf8)
    (table.pointee, tableLength.pointee) = (owned(words), Int64(words.count))
  }
}

/// Who wants to be told of iterations.
private struct Caller {
  private let callback: IterationCallback?
  private let context: UnsafeMutableRawPointer?

  init(_ callback: IterationCallback?, _ context: UnsafeMutableRawPointer?) {
    (self.callback, self.context) = (callback, context)
  }

  /// The world, in which a process alone tells the caller of every walk.
  func watching(_ world: any Communicator) -> any Communicator {
    world.size > 1 ? world : WatchedProcess { try tell(0, 0, .nan, .nan) }
  }

  /// - Throws: `CallbackEnd` if the caller wants an end.
  func tell(_ restart: Int, _ iteration: Int, _ objective: Double, _ change: Double) throws {
    guard let callback else { return }
    if callback(context, Int64(restart), Int64(iteration), objective, change) != 0 {
      throw CallbackEnd()
    }
  }
}

@_cdecl("shardem_predict")
public func exportedPredict(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ data: UnsafeRawPointer?,
  _ labels: UnsafeMutablePointer<Int64>?, _ responsibilities: UnsafeMutablePointer<Double>?,
  _ width: Int64, _ logDensities: UnsafeMutablePointer<Double>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    let known = try KnownModel(model, length: length)
    try known.predict(
      try known.engine(CallerData.of(data)),
      into: KnownModel.Output(
        labels: labels, responsibilities: responsibilities, width: width,
        logDensities: logDensities))
  }
}

@_cdecl("shardem_score")
public func exportedScore(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ data: UnsafeRawPointer?,
  _ scores: UnsafeMutablePointer<Double>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    guard let scores else { throw ArgumentError("no place for the score") }
    let known = try KnownModel(model, length: length)
    let score = try known.score(known.engine(CallerData.of(data)))
    let numbers = [score.logLikelihood, score.weightSum, score.aic, score.bic, score.icl ?? .nan]
    scores.update(from: numbers, count: numbers.count)
  }
}

@_cdecl("shardem_impute")
public func exportedImpute(
  _ model: UnsafePointer<UInt8>?, _ length: Int64, _ data: UnsafeRawPointer?, _ draws: Int32,
  _ seed: UInt64, _ values: UnsafeMutablePointer<Double>?, _ error: ErrorText?
) -> Int32 {
  outcome(error) {
    let known = try KnownModel(model, length: length)
    try known.impute(
      known.engine(CallerData.of(data)), seed: draws == 0 ? nil : seed, into: values)
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
