import SystemLibrary

/// The identity of the running kernel, which the containers of a machine share; else the host name.
package func machineName() -> String {
  let identity = contents(of: "/proc/sys/kernel/random/boot_id").prefix { !$0.isWhitespace }
  return identity.isEmpty ? hostName() : String(identity)
}

func hostName() -> String {
  String(unsafeUninitializedCapacity: 256) { buffer in
    buffer.initialize(repeating: 0)
    _ = buffer.withMemoryRebound(to: CChar.self) { gethostname($0.baseAddress!, 255) }
    return buffer.firstIndex(of: 0)!
  }
}

/// A small file of the kernel's; empty if it cannot be read.
func contents(of path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  return String(unsafeUninitializedCapacity: 1 << 14) { fread($0.baseAddress!, 1, $0.count, file) }
}
