import SystemLibrary

/// How many files this process may keep open.
enum OpenFiles {
  /// As many as an administrator allows: the system begins with fewer for the sake of programs that
  /// cannot count beyond 1024, and every shard that is streamed is open.
  static func raiseLimit() {
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // If it fails, the file that cannot be opened is an error that says so.
    _ = setrlimit(resource, &limit)
  }
}
