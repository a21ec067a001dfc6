/// Which processes a program takes part with.
public enum JobRanks: Sendable {
  /// All that the launcher started: copies that do not know each other are an error.
  case launched
  /// Those of them that this process can talk to, if only itself.
  case found
  /// This one, whatever the environment says: MPI does not start.
  case one
}
