import Host
import MessagePassing
import Rows
import Synchronization

/// A fit or a start of one among others, which share their walks.
final class Search: Sendable {
  let walks: SharedWalks
  /// Where it is among the others: the number in each group that it is part of.
  let place: [Int]
  let stopwatch = Stopwatch()

  init(_ walks: SharedWalks, place: [Int]) { (self.walks, self.place) = (walks, place) }
}

/// An error that ends a search, but none of those that share its walks: all ranks meet it alike, as it
/// follows from parameters and exact sums.
public protocol SearchFailure: Error {}

/// Sums of a tentative search that are no numbers.
struct ImpossibleSums: SearchFailure, InputError, CommonError, CustomStringConvertible {
  /// What the walk took.
  let total: WalkTotal

  var description: String { "parameters under which a row has no density; expected possible ones" }
}

extension Engine {
  /// Collective. Runs a search for a fit to its end, on the calling thread.
  ///
  /// - Parameters:
  ///   - before: is told before every walk how many searches share it. Its error ends them all, on all
  ///     ranks.
  ///   - body: gets the engine that it is to use.
  package func searching<Value: Sendable>(
    before: (_ searches: Int) throws -> Void = { _ in },
    _ body: @escaping @Sendable (Engine) async throws -> Value
  ) throws -> Value {
    let walks = SharedWalks()
    let search = Engine(self, Search(walks, place: []))
    return try walks.run(
      walk: { requests in
        var requests = requests
        do { try before(requests.count) } catch {
          requests[0].failure = requests[0].failure ?? error
        }
        return try run(requests)
      }
    ) {
      search.search?.stopwatch.start()
      return try await body(search)
    }
  }

  /// The same search, which may try parameters that turn out to be impossible.
  var tentative: Engine { Engine(self, search, transform, sharedRows, isTentative: true) }

  /// The seconds that this one's search has taken so far, of walks an even part.
  var searchSeconds: Double { search?.stopwatch.seconds ?? 0 }

  /// Collective. The sums of passes, from a walk that all searches share which run together.
  ///
  /// - Throws: as `run`, for every search that shares the walk the same; of a tentative one `ImpossibleSums`
  ///   if a sum is no number.
  package func sums(
    of passes: [any Pass], digest: Digest = Digest(), carrying failure: (any Error)? = nil
  ) async throws -> WalkTotal {
    var passes = passes
    if let sharedRows { passes = passes.map { SharedRowsPass(base: $0, rows: sharedRows) } }
    if let transform { passes = passes.map { TransformedPass(base: $0, transform: transform) } }
    // A walk of its own is over the rows of this engine, one of a search's over all.
    if search != nil { passes = data.ofItsRows(passes) }
    let request = WalkRequest(
      passes: passes, digest: digest, failure: failure, isTentative: isTentative)
    guard let search else { return try run([request])[0] }
    search.stopwatch.stop()
    let total = try await search.walks.total(request, place: search.place)
    search.stopwatch.start(
      adding: total.computeSeconds.own + total.communicationSeconds)
    // Met alike by all ranks: by its sum.
    if total.isImpossible { throw ImpossibleSums(total: total) }
    return total
  }

  /// Collective. Calls `body` with every block of this rank, on several threads, in such a walk.
  ///
  /// - Parameter takesMissing: whether missing cells shall be NaN; else the means of their columns.
  func visitBlocks(
    takingMissing takesMissing: Bool = false,
    _ body: @escaping @Sendable (_ block: RowBlock, _ workspace: Workspace) throws -> Void
  ) async throws {
    let pass = BlockPass([:], takesMissing: takesMissing) { block, workspace, _ in
      try body(block, workspace)
    }
    _ = try await sums(of: [pass])
  }

  /// Collective. Runs searches together, each as if it were alone.
  ///
  /// - Parameters:
  ///   - limit: how many at a time; others begin as these end.
  ///   - body: gets the engine that it is to use, and the number of its search.
  /// - Returns: what each gave or failed by, in their order.
  /// - Throws: an error that is no `SearchFailure`, by which all of them end.
  package func together<Value: Sendable>(
    _ numbers: Range<Int>, atMost limit: Int,
    _ body: @escaping @Sendable (_ engine: Engine, _ number: Int) async throws -> Value
  ) async throws -> [Result<Value, any Error>] {
    guard let search else {
      preconditionFailure("searches together outside of a search")
    }
    search.stopwatch.stop()
    let ended = await withTaskGroup(of: Ended<Value>?.self) { group in
      var numbers = numbers
      func begin() {
        guard let number = numbers.popFirst() else { return }
        group.addTask { await self.ended(number, search, body) }
      }
      for _ in 0..<min(limit, numbers.count) { begin() }
      var ended: [Ended<Value>] = []
      while let next = await group.next() {
        guard let next else { continue }
        ended.append(next)
        begin()
      }
      return ended
    }
    if let failure = search.walks.failure { throw failure }
    search.stopwatch.start(adding: ended.reduce(0) { $0 + $1.seconds })
    return ended.sorted { $0.number < $1.number }.map(\.outcome)
  }

  /// Nil if all searches have ended by an error.
  private func ended<Value: Sendable>(
    _ number: Int, _ search: Search,
    _ body: @escaping @Sendable (_ engine: Engine, _ number: Int) async throws -> Value
  ) async -> Ended<Value>? {
    let own = Search(search.walks, place: search.place + [number])
    own.stopwatch.start()
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(try await body(Engine(self, own), number))
    } catch let failure as any SearchFailure {
      outcome = .failure(failure)
    } catch {
      search.walks.end(error)
      return nil
    }
    own.stopwatch.stop()
    return Ended(number: number, outcome: outcome, seconds: own.stopwatch.seconds)
  }
}

/// A search that has ended.
private struct Ended<Value: Sendable>: Sendable {
  let number: Int
  let outcome: Result<Value, any Error>
  let seconds: Double
}

/// The seconds of a search: those in which it runs, and its even part of the walks that it shares.
final class Stopwatch: Sendable {
  private struct State {
    var seconds = 0.0
    /// Nil while it stands.
    var running: ContinuousClock.Instant?
  }
  private let state = Mutex(State())

  var seconds: Double {
    state.withLock { state in
      state.seconds + (state.running.map { (ContinuousClock.now - $0).seconds } ?? 0)
    }
  }

  func start(adding seconds: Double = 0) {
    state.withLock {
      $0.seconds += seconds
      $0.running = .now
    }
  }

  func stop() {
    state.withLock { state in
      guard let running = state.running else { return }
      state.seconds += (ContinuousClock.now - running).seconds
      state.running = nil
    }
  }
}
