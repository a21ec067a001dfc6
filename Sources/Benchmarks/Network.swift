import ArgumentParser
import Kernels
import MPICommunicator
import MessagePassing
import ShardEM

/// Times the exact sum over ranks by the number of bytes: under mpirun, with the ranks it starts.
struct Network: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Time the sum over the ranks of this job; one JSON line for each number of bytes.")

  @Option(parsing: .upToNextOption, help: "The sizes of the messages, in whole sums of 24 bytes.")
  var bytes = [8, 1 << 10, 1 << 13, 1 << 16, 1 << 19, 1 << 22]

  @Option(help: "How often each is timed.")
  var repeats = 9

  func validate() throws {
    for size in bytes where size < 8 {
      throw ValidationError("--bytes \(size); expected 8 or more")
    }
    if repeats < 1 { throw ValidationError("--repeats \(repeats); expected 1 or more") }
  }

  func run() throws {
    runJob("Benchmarks network") { world in
      for size in bytes {
        let timing = try SumTiming(of: world, bytes: size, repeats: repeats)
        if world.rank == 0 { print(String(decoding: try jsonLine(timing), as: UTF8.self)) }
      }
      return 0
    }
  }
}

/// What one size of message took.
private struct SumTiming: Encodable {
  let ranks: Int
  let bytes: Int
  /// Of one sum, the slowest rank's: the median of the repeats.
  let seconds: Double
  /// The same, the least of the repeats.
  let leastSeconds: Double

  /// Collective. One sum takes microseconds, so several are timed together: as many as take 2 ms,
  /// at most 16: on a busy machine each may wait for a turn of a core.
  init(of world: any Communicator, bytes: Int, repeats: Int) throws {
    let slots = max(1, bytes / 24)
    var values = ExactSums(count: slots, additions: world.size).elements
    func secondsOfOne(of count: Int) throws -> Double {
      try world.barrier()
      let start = ContinuousClock.now
      for _ in 0..<count { try world.reduce(&values, by: .exactSums) }
      var slowest = [(ContinuousClock.now - start) / .seconds(1)]
      try world.maximum(&slowest)
      return slowest[0] / Double(count)
    }
    _ = try secondsOfOne(of: 1)
    // The same on all ranks, as the slowest rank's seconds are.
    let count = Int(min(16, max(1, 2e-3 / max(try secondsOfOne(of: 1), 1e-9))))
    let all = try (0..<repeats).map { _ in try secondsOfOne(of: count) }
    (ranks, self.bytes, seconds, leastSeconds) = (world.size, 24 * slots, all.median, all.min()!)
  }
}
