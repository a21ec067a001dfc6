import Synchronization

/// Centers of starts that several fits to the same rows look for: those of a selection with as many
/// components have the same, which the first finds for all.
///
/// Fits that want what another is looking for wait for it, without walks of their own.
final class SharedCenters: Sendable {
  /// What centers are a function of, beside the rows.
  struct Key: Hashable, Sendable {
    enum Kind: Sendable { case seeds, kMeans, ward }
    let kind: Kind
    let coordinates: Coordinates
    let count: Int
    let seed: UInt64
    let draw: Int
    /// Of k-means, at most.
    let iterations: Int
  }

  private enum State {
    case wanted([CheckedContinuation<Void, Never>])
    case found(Result<[Double], any Error>)
  }

  private let states = Mutex<[Key: State]>([:])

  /// Collective where `find` is. K × D numbers, row-major.
  ///
  /// - Throws: what `find` throws, to all who want it.
  func centers(
    _ key: Key, of search: Search?, _ find: () async throws -> [Double]
  ) async throws -> [Double] {
    let isFirst = states.withLock { states in
      guard states[key] == nil else { return false }
      states[key] = .wanted([])
      return true
    }
    guard isFirst else { return try await waiting(for: key, search).get() }
    let found: Result<[Double], any Error>
    do { found = .success(try await find()) } catch { found = .failure(error) }
    let others = states.withLock { states in
      defer { states[key] = .found(found) }
      if case .wanted(let others) = states[key] { return others } else { return [] }
    }
    for other in others { other.resume() }
    return try found.get()
  }

  private func waiting(
    for key: Key, _ search: Search?
  ) async -> Result<[Double], any Error> {
    while true {
      if let found = found(key) { return found }
      search?.stopwatch.stop()
      await withCheckedContinuation { continuation in
        let isThere = states.withLock { states in
          guard case .wanted(let others) = states[key] else { return true }
          states[key] = .wanted(others + [continuation])
          return false
        }
        if isThere { continuation.resume() }
      }
      search?.stopwatch.start()
    }
  }

  private func found(_ key: Key) -> Result<[Double], any Error>? {
    states.withLock { if case .found(let found) = $0[key] { found } else { nil } }
  }
}
