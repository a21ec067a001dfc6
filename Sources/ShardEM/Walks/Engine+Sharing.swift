import Rows
import Synchronization

extension Engine {
  /// Among the threads of this rank, and where that pays among ranks: what is given this is
  /// collective.
  var sharing: WorkSharing {
    WorkSharing(
      exchange: { [world, exchanges] parts, numbers in
        guard parts.payToExchange(among: world.size) else {
          return try exchanges.timingShare { try numbers(0..<parts.count) }
        }
        return try exchanges.timing(bytes: 8 * parts.count * parts.numberCount) {
          try world.exchanged(parts) { range in
            try exchanges.timingShare { try numbers(range) }
          }
        }
      },
      { [threadCount] count, body in
        try forEachItem(of: count, threads: threadCount) { _, part in try body(part) }
      })
  }
}

/// What parts of an iteration took that ranks share out where that pays, since the last `take`.
final class Exchanges: Sendable {
  struct Total {
    /// The seconds in which this rank computed its share: all parts, where that does not pay.
    var shareSeconds = 0.0
    /// The seconds in which it exchanged them, waiting for others included.
    var seconds = 0.0
    /// The bytes that all ranks exchanged.
    var bytes = 0
  }

  private let total = Mutex(Total())

  func take() -> Total {
    total.withLock { total in
      defer { total = Total() }
      return total
    }
  }

  func timingShare<Value>(_ work: () throws -> Value) rethrows -> Value {
    let (value, seconds) = try timed(work)
    total.withLock { $0.shareSeconds += seconds }
    return value
  }

  /// - Parameter exchange: computes the share of this rank by `timingShare` too.
  func timing<Value>(bytes: Int, _ exchange: () throws -> Value) rethrows -> Value {
    let before = total.withLock { $0.shareSeconds }
    let (value, seconds) = try timed(exchange)
    total.withLock {
      $0.seconds += seconds - ($0.shareSeconds - before)
      $0.bytes += bytes
    }
    return value
  }

  private func timed<Value>(_ work: () throws -> Value) rethrows -> (Value, seconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try work()
    return (value, (clock.now - start).seconds)
  }
}
