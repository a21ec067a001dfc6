import Synchronization
import SystemLibrary

/// The signals by which batch systems announce the end of a job: SIGTERM, and SIGUSR1 for Slurm's
/// `--signal`. Once installed they end nothing by themselves; the fit asks after every iteration.
enum StopSignals {
  /// The last signal that came; 0 for none.
  private static let last = Atomic<Int32>(0)

  static func install() {
    // Initialized here: not within a handler, where the initialization of a global may not happen.
    last.store(0, ordering: .relaxed)
    for signal in [SIGTERM, SIGUSR1] {
      var action = sigaction()
      #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = { StopSignals.last.store($0, ordering: .relaxed) }
      #else
        action.__sigaction_handler.sa_handler = { StopSignals.last.store($0, ordering: .relaxed) }
      #endif
      // Reads and writes that were under way go on.
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
    }
  }

  /// The name of the signal that came; nil if none did.
  static var received: String? {
    switch last.load(ordering: .relaxed) {
    case 0: nil
    case SIGTERM: "SIGTERM"
    default: "SIGUSR1"
    }
  }
}
