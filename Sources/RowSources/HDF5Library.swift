#if HDF5
  internal import CHDF5
  import Synchronization

  /// The library of HDF5, which takes one call at a time: everything that calls it is run by `call`.
  enum HDF5Library {
    private static let lock = Mutex(())

    /// Every handle is closed by its owner, and files are only read: there is nothing to tidy up when
    /// the process ends. The library would try, and at times, in a process with other threads, say
    /// "infinite loop closing library". To be asked for before any other call.
    private static let leavesAtExit: Void = { H5dont_atexit() }()

    /// Runs `body` while no other thread is in the library, whose own reports of errors are off.
    static func call<Result>(_ body: () throws -> Result) rethrows -> Result {
      try lock.withLock { _ in
        leavesAtExit
        shardem_hdf5_silence()
        return try body()
      }
    }

    /// What a call has returned, unless it failed.
    ///
    /// - Parameter name: the file, for the message.
    /// - Throws: `RowSourceError` with the library's own words.
    @discardableResult
    static func check<Code: FixedWidthInteger>(_ code: Code, _ name: String) throws -> Code {
      if code >= 0 { return code }
      var text = [CChar](repeating: 0, count: 256)
      shardem_hdf5_last_error(&text)
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw RowSourceError(.hdf5(reason: String(decoding: bytes, as: UTF8.self)), path: name)
    }
  }
#endif
