/// The files that `predict` writes, of the kinds that their names tell.
struct PredictionOutputs {
  private enum Output {
    case shared(SharedOutput)
    case text(TextPart)
  }

  private let labels: Output?
  private let probabilities: Output?
  private let logDensities: Output?

  /// - Throws: `UnsupportedOutput` if a name is that of no such kind, `FileError` if there is no
  ///   room for text.
  init(_ options: PredictCommand.OutputOptions, rows: Int, components: Int, groups: Int) throws {
    func output(
      _ number: Int, _ names: [String], columns: Int?, _ descriptor: String
    ) throws -> Output? {
      guard case (let option, let path?) = options.named[number] else { return nil }
      switch try OutputKind(ofOutput: path, option: option) {
      case .npy:
        return .shared(
          SharedOutput(npy: path, rows: rows, columns: columns, descriptor: descriptor))
      case .text(let separator):
        return .text(try TextPart(path: path, names: names, separator: separator))
      }
    }
    // Components have the numbers of the labels; what is no group has none.
    let names = (0..<components).map { $0 < groups ? "component_\($0)" : "noise" }
    labels = try output(0, ["label"], columns: nil, "<i8")
    probabilities = try output(1, names, columns: components, "<f8")
    logDensities = try output(2, ["log_density"], columns: nil, "<f8")
  }

  /// Those whose rows have their places from the beginning.
  var shared: [SharedOutput] {
    [labels, probabilities, logDensities].compactMap { output in
      if case .shared(let output) = output { output } else { nil }
    }
  }

  /// Those to be put together when all rows are there.
  var texts: [TextPart] {
    [labels, probabilities, logDensities].compactMap { output in
      if case .text(let part) = output { part } else { nil }
    }
  }

  /// One rank's access to a file.
  enum Part {
    case shared(SharedPart)
    case text(TextPart)

    /// Writes `count` rows, row-major, from row `firstRow` on.
    func write<Number: BitwiseCopyable & LosslessStringConvertible>(
      _ values: UnsafePointer<Number>, firstRow: Int, count: Int
    ) throws {
      switch self {
      case .shared(let part): try part.write(values, firstRow: firstRow, count: count)
      case .text(let part): try part.write(values, firstRow: firstRow, count: count)
      }
    }

    /// Makes sure that what has its place is on disk.
    func close() throws { if case .shared(let part) = self { try part.close() } }
  }

  /// This rank's parts, those of shared files opened by `open`.
  func parts(_ open: PartOpener) throws -> (
    labels: Part?, probabilities: Part?, logDensities: Part?
  ) {
    func part(_ output: Output?) throws -> Part? {
      switch output {
      case nil: nil
      case .shared(let output): .shared(try open(output))
      case .text(let part): .text(part)
      }
    }
    return (try part(labels), try part(probabilities), try part(logDensities))
  }
}
