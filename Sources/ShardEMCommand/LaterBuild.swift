import Host
import Kernels
import ShardEM
import SystemLibrary
import Words

/// This program built for later processors, installed beside it (`scripts/portable`).
///
/// `PREFIX/bin/shardem` is for x86-64-v3, and runs on all processors of the last ten years or so;
/// `PREFIX/libexec/shardem/BUILD/x86-64-v4/shardem` is for those with AVX-512. The bits of results
/// are the same, so that ranks on different hosts may run either. BUILD is the first one's identity: a
/// later program that another build has left there is nobody's.
enum LaterBuild {
  /// Becomes the later program, in the same process, if this processor is one for it and it is there:
  /// arguments, environment, and what is open stay. Else returns, in some microseconds.
  ///
  /// To be called before anything else: what a program has done by then is lost.
  ///
  /// - Throws: `KernelChoiceError` if SHARDEM_KERNELS is unknown, or wants the later program, which
  ///   cannot run here. It is looked at where there is a choice: in a program built for less than
  ///   AVX-512.
  static func start() throws {
    #if os(Linux) && arch(x86_64)
      guard !Processor.usesAVX512 else { return }
      let level = try KernelLevel(wanted: getenv("SHARDEM_KERNELS").map { String(cString: $0) })
      if level == .v3 { return }
      guard Processor.hasUnusedAVX512 else {
        if level == .v4 { throw KernelChoiceError(problem: .processor) }
        return
      }
      guard let own = ownPath(), let build = BuildIdentity.own,
        let path = path(beside: own, of: build)
      else {
        if level == .v4 { throw KernelChoiceError(problem: .program("libexec/shardem", ENOENT)) }
        return
      }
      execv(path, CommandLine.unsafeArgv)
      // Most often it is not there.
      if level == .v4 { throw KernelChoiceError(problem: .program(path, errno)) }
    #endif
  }

  /// Where the later program is.
  ///
  /// - Parameters:
  ///   - own: the path of this one, without links.
  ///   - build: its identity.
  /// - Returns: nil if this one is in no folder of a folder, as PREFIX/bin.
  private static func path(beside own: String, of build: String) -> String? {
    let parts = own.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 2 else { return nil }
    let prefix = parts.dropLast(2).joined(separator: "/")
    return "\(prefix)/libexec/shardem/\(build)/\(KernelLevel.v4.rawValue)/shardem"
  }

  /// The path of this program, without links; nil if the system does not say.
  private static func ownPath() -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes { memory in
      readlink(
        "/proc/self/exe", memory.baseAddress!.assumingMemoryBound(to: CChar.self), memory.count)
    }
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// Which kernels are to run, as SHARDEM_KERNELS has it.
enum KernelLevel: String, CaseIterable {
  case v3 = "x86-64-v3"
  case v4 = "x86-64-v4"

  /// - Parameter name: nil or empty: the best that this processor has.
  /// - Returns: nil if nobody has said.
  /// - Throws: `KernelChoiceError` about a name that is none.
  init?(wanted name: String?) throws {
    guard let name, !name.isEmpty else { return nil }
    guard let level = KernelLevel(rawValue: name) else {
      throw KernelChoiceError(problem: .name(name))
    }
    self = level
  }
}

/// SHARDEM_KERNELS wants kernels that cannot run.
struct KernelChoiceError: InputError, CustomStringConvertible {
  enum Problem {
    case name(String)
    /// It lacks AVX-512.
    case processor
    /// The program for them, and the system's reason.
    case program(String, CInt)
  }

  let problem: Problem

  var description: String {
    switch problem {
    case .name(let name):
      let names = KernelLevel.allCases.map(\.rawValue).joined(separator: " or ")
      return "SHARDEM_KERNELS: found \(quoted(name)), expected \(names)"
    case .processor:
      return "SHARDEM_KERNELS: \(KernelLevel.v4.rawValue) on a processor without AVX-512"
    case .program(let path, let code):
      return "SHARDEM_KERNELS: \(plain(path)): \(String(cString: strerror(code)))"
    }
  }
}
