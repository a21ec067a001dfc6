extension Communicator {
  /// Collective. Does local work that may fail, and fails on every rank if it fails on any.
  ///
  /// Without it a rank that throws leaves the others waiting for it in their next collective.
  /// Costs one sum of one number; messages travel only after a failure.
  ///
  /// - Parameter work: what this rank does. It calls no collective of its own: the ranks whose
  ///   work has failed would not take part.
  /// - Returns: what `work` returned on this rank, if it returned on all.
  /// - Throws: the `RankFailure` of the lowest rank whose work threw, the same on every rank. A
  ///   world of one throws the error itself.
  public func agree<Value>(_ work: () throws -> Value) throws -> Value {
    let outcome = Result(catching: work)
    if size == 1 { return try outcome.get() }
    var failures: [Double] = [0]
    var own: (any Error)?
    if case .failure(let error) = outcome { (failures, own) = ([1], error) }
    try sum(&failures)
    if failures[0] > 0 { throw try agreedFailure(own) }
    return try outcome.get()
  }

  /// Collective. The error that every rank throws after some of them failed.
  ///
  /// For callers that count failures in a collective they need anyway: once the count is known to
  /// be positive, every rank calls this and throws what it returns.
  ///
  /// - Parameter own: this rank's error; nil if it did not fail. At least one rank has one.
  /// - Returns: the `RankFailure` of the lowest rank that failed; in a world of one, `own`.
  public func agreedFailure(_ own: (any Error)?) throws -> any Error {
    if size == 1, let own { return own }
    let failures = try gather(texts: own.map { RankFailure($0, rank: rank).words } ?? [])
    guard let first = failures.first(where: { !$0.isEmpty }) else {
      preconditionFailure("agreedFailure called on \(size) ranks, none of which failed")
    }
    return RankFailure(words: first)
  }

  /// An error that all ranks meet alike, being a function of what they have in common, such as
  /// gathered words; typed as such. In a world of one, the error itself.
  public func common(_ error: any Error) -> any Error {
    size == 1 || areAllRanksMeeting(error) ? error : RankFailure(error)
  }

  /// Does work that is a function of what all ranks have in common, without a message, and gives
  /// its errors the type of those that all ranks meet. For work that may go otherwise on some rank,
  /// such as reading a file, there is `agree`.
  public func common<Value>(_ work: () throws -> Value) throws -> Value {
    do { return try work() } catch { throw common(error) }
  }
}
