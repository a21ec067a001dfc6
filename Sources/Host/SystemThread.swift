import SystemLibrary

/// Runs `work` on a thread that nobody waits for.
package func startDetachedThread(_ work: @escaping @Sendable () -> Void) {
  pthread_detach(startThread(work))
}

/// Runs `work` on a thread that whoever has started it joins.
package func startThread(_ work: @escaping @Sendable () -> Void) -> pthread_t {
  final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let argument = Unmanaged.passRetained(Work(work)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { argument in
      // Optional in some C libraries, not in others.
      let work: UnsafeMutableRawPointer? = argument
      Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().run()
      return nil
    }, argument)
  precondition(code == 0, "no thread could be started: error \(code)")
  #if canImport(Darwin)
    return thread!
  #else
    return thread
  #endif
}
