/// What a checkpoint must have in common with the fit that goes on from it.
public struct FitIdentity: Sendable, Equatable {
  let program: ProgramIdentity
  /// The options that the result depends on, in the order in which differences are looked for.
  private let options: [String]
  let values: [String: String]
  /// The limit of iterations: the option that may have another value when a fit goes on.
  ///
  /// A start that is under way goes the same way under any limit, until it gets there, and so has one
  /// that converged before. A start that has ended by its limit, or failed, could have gone on, or ended
  /// before, and have become the best: from then on the limit stays. A tolerance always stays: whether
  /// a start would have converged earlier by another one is not known from the checkpoint, which has no
  /// changes of parameters.
  private let limitOption: String?
  /// Whether the fit is one of a selection, which may have added starts.
  private let isOfSelection: Bool
  package let data: DataFingerprint

  /// - Parameters:
  ///   - settings: the options that the result depends on, and their values.
  ///   - limitOption: which of them is the limit of iterations; nil if none is.
  ///   - isOfSelection: whether the fit is one of a selection.
  public init(
    settings: [(option: String, value: String)], limitOption: String? = nil,
    isOfSelection: Bool = false, data: DataFingerprint
  ) {
    self.init(
      settings: settings, limitOption: limitOption, isOfSelection: isOfSelection, data: data,
      program: .current)
  }

  package init(
    settings: [(option: String, value: String)], limitOption: String? = nil,
    isOfSelection: Bool = false, data: DataFingerprint, program: ProgramIdentity
  ) {
    options = settings.map(\.option)
    values = Dictionary(settings.map { ($0.option, $0.value) }) { $1 }
    (self.limitOption, self.isOfSelection) = (limitOption, isOfSelection)
    (self.data, self.program) = (data, program)
  }

  /// - Throws: `CheckpointError` with the first difference.
  func require(_ checkpoint: Checkpoint, file: String) throws {
    guard checkpoint.program == program else {
      throw CheckpointError(
        file, .program(found: checkpoint.program.version, expected: program.version))
    }
    guard isOfSelection || checkpoint.added == nil else {
      throw CheckpointError(file, .ofSelection)
    }
    let found = checkpoint.settings
    for option in options + found.keys.filter({ values[$0] == nil }).sorted()
    where found[option] != values[option] {
      if option == limitOption, let found = found[option],
        let limit = values[option].flatMap({ Int($0) })
      {
        try require(limit, option, instead: found, checkpoint, file: file)
      } else {
        throw CheckpointError(
          file, .setting(option: option, found: found[option], expected: values[option]))
      }
    }
    if let difference = data.difference(from: checkpoint.data) {
      throw CheckpointError(file, .data(difference))
    }
  }

  private func require(
    _ limit: Int, _ option: String, instead found: String, _ checkpoint: Checkpoint, file: String
  ) throws {
    let starts = checkpoint.starts.compactMap { $0 }
    if starts.contains(where: { $0.hasEnded && !$0.converged }) {
      throw CheckpointError(file, .startsEnded(option: option, found: found, expected: limit))
    }
    let iteration = starts.map(\.iteration).max() ?? 0
    if iteration > limit {
      throw CheckpointError(
        file, .beyondLimit(option: option, iteration: iteration, limit: limit))
    }
  }
}
