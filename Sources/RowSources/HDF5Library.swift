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
      throw RowSourceError(.hdf5(problem(text(256) { shardem_hdf5_last_error($0) })), path: name)
    }

    /// What a function writes into memory for `size` characters, the last of them 0.
    static func text(_ size: Int, _ fill: (UnsafeMutablePointer<CChar>) -> Void) -> String {
      var text = [CChar](repeating: 0, count: size)
      fill(&text)
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The library has one code for all errors, and other words for each.
    private static func problem(_ reason: String) -> HDF5Problem {
      if reason.contains("unable to lock file") || reason.contains("already open for write") {
        return .locked(reason)
      }
      return reason.contains("version") ? .newerFormat(reason, version: version) : .library(reason)
    }

    private static var version: String {
      var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
      H5get_libversion(&major, &minor, &release)
      return "\(major).\(minor).\(release)"
    }
  }

  /// Something open in the library, of any kind: closed within `HDF5Library.call`, where the last
  /// reference must be given up.
  final class HDF5Handle {
    let id: hid_t

    /// - Throws: `RowSourceError` about `name` if `id` says that it could not be opened.
    init(_ id: hid_t, _ name: String) throws { self.id = try HDF5Library.check(id, name) }

    deinit { H5Idec_ref(id) }

    /// The name under which the file was opened that this is in.
    var fileName: String {
      let size = max(0, H5Fget_name(id, nil, 0))
      return HDF5Library.text(size + 1) { _ = H5Fget_name(id, $0, size + 1) }
    }

    /// What tells this object from all others.
    func identity(_ name: String) throws -> HDF5Identity {
      var identity = shardem_hdf5_identity()
      try HDF5Library.check(shardem_hdf5_identify(id, &identity), name)
      return HDF5Identity(file: identity.file, place: identity.place)
    }
  }

  struct HDF5Identity: Hashable {
    let file, place: UInt64
  }
#endif
