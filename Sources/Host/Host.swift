/// Where a process runs, as far as files on local disks go: a machine, or a container on it.
public struct Host: Hashable, Sendable {
  /// As the host calls itself, for messages.
  public let name: String
  /// Tells machines from each other that call themselves the same.
  private let machine: String

  public init(name: String, machine: String) {
    (self.name, self.machine) = (name, machine)
  }

  /// The words of which `init(words:)` makes the same again.
  package var words: [String] { [name, machine] }

  /// Takes its words from the front of `words`.
  package init(words: inout ArraySlice<String>) {
    (name, machine) = (words.removeFirst(), words.removeFirst())
  }

  /// That of this process.
  public static var current: Host { Host(name: hostName(), machine: machineName()) }
}
