import Files
import MessagePassing
import SystemLibrary

/// The signals that end a program by default: no temporary file stays when they do.
///
/// A thread waits for them. A handler would wait for the main thread, which may be writing to a
/// slow disk for longer than the second that Open MPI leaves its ranks; and it could use no locks.
/// Where such a signal is ignored or gets a handler, now or later, it does just that.
enum EndingSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  /// To be called before there are other threads: they inherit that these signals are not for them.
  static func install() {
    block(numbers, SIG_BLOCK)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(&thread, nil, { _ in EndingSignals.wait() }, nil)
    // Without a thread they end the program as ever.
    if code != 0 { block(numbers, SIG_UNBLOCK) }
  }

  private static func wait() -> Never {
    while true {
      var set = signalSet(numbers)
      var number: CInt = 0
      guard sigwait(&set, &number) == 0 else { continue }
      if isDefault(number) {
        // Rank 0 makes the files. When the first rank has ended, Open MPI's mpirun kills the others
        // at once, not after the second that it leaves them before.
        if OwnRank.current > 0 { usleep(900_000) }
        TemporaryFiles.removeAll { deliver(number) }
      } else {
        deliver(number)
      }
    }
  }

  /// Lets a signal do what it is set to do: end the process, nothing (`nohup`), or run a handler.
  private static func deliver(_ number: CInt) {
    block([number], SIG_UNBLOCK)
    raise(number)
    block([number], SIG_BLOCK)
  }

  private static func isDefault(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      return action.__sigaction_u.__sa_handler == nil
    #else
      return action.__sigaction_handler.sa_handler == nil
    #endif
  }

  private static func block(_ numbers: [CInt], _ how: CInt) {
    var set = signalSet(numbers)
    pthread_sigmask(how, &set, nil)
  }

  private static func signalSet(_ numbers: [CInt]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }
}
