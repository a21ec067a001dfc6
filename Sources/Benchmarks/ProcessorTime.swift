#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The seconds of processor time that `body` takes on this thread: unlike the clock on the wall, it
/// does not count what neighbours on the machine take.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  let start = threadSeconds()
  try body()
  return threadSeconds() - start
}

/// The median of `count` runs, after one to warm up.
func medianSeconds(of count: Int, _ body: () throws -> Void) rethrows -> Double {
  try body()
  return try (0..<count).map { _ in try processorSeconds(body) }.sorted()[count / 2]
}

/// The largest memory the process has had, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  getrusage(.init(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
