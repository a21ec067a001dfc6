import Foundation

/// Tells crashes in the HDF5 library, which no caller can prevent, from those of this project's code.
enum LibraryCrash {
  /// How a worker ends that crashed in the library.
  static let status: CInt = 99

  /// Where the code of the C library lies, and of HDF5.
  nonisolated(unsafe) private static var system: [Range<UInt>] = []
  nonisolated(unsafe) private static var library: [Range<UInt>] = []

  /// From now on the process ends so if a signal comes while the library's code runs: if of the
  /// functions that were called last, those of the C library aside, one of HDF5 comes first.
  static func install() {
    (system, library) = (code(of: "/libc.so"), code(of: "/libhdf5"))
    // Loads what unwinds the stack.
    _ = Thread.callStackReturnAddresses
    for number in [SIGSEGV, SIGABRT, SIGFPE] {
      signal(number) { number in
        let addresses = Thread.callStackReturnAddresses.map(\.uintValue)
        if LibraryCrash.isInLibrary(addresses) { _exit(LibraryCrash.status) }
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  private static func isInLibrary(_ addresses: [UInt]) -> Bool {
    func isSystem(_ address: UInt) -> Bool { system.contains { $0.contains(address) } }
    // The handler's own frames end where the system called it.
    let interrupted = addresses.drop { !isSystem($0) }.drop(while: isSystem)
    return interrupted.first.map { first in library.contains { $0.contains(first) } } ?? false
  }

  /// The memory that files are mapped to whose names contain `name`.
  private static func code(of name: String) -> [Range<UInt>] {
    // Files there have no size.
    let file = FileHandle(forReadingAtPath: "/proc/self/maps")
    let maps = String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
    return maps.split(separator: "\n").filter { $0.contains(name) }.compactMap { line in
      let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
      return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
    }
  }
}
