import ShardEM
import SystemLibrary

/// What a piece of work took, in seconds.
struct Lap: Codable {
  /// Of all threads of this process: unlike the clock on the wall, it does not count what
  /// neighbours on the machine take.
  let processor: Double
  let wall: Double
}

/// Measures what passes between two looks at it.
struct StopWatch {
  private var processor = ShardEM.processorSeconds()
  private var wall = ContinuousClock.now

  /// What passed since the last lap, or since the start.
  mutating func lap() -> Lap {
    let now = StopWatch()
    defer { self = now }
    return Lap(processor: now.processor - processor, wall: (now.wall - wall) / .seconds(1))
  }
}

/// The seconds of processor time that `body` takes.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  var watch = StopWatch()
  try body()
  return watch.lap().processor
}

/// The median of `count` runs, after one to warm up.
func medianSeconds(of count: Int, _ body: () throws -> Void) rethrows -> Double {
  try body()
  return try (0..<count).map { _ in try processorSeconds(body) }.median
}

/// The largest memory the process has had, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  getrusage(.init(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

extension [Double] {
  /// The middle one, of an even number the upper; there is at least one.
  var median: Double { sorted()[count / 2] }
}
