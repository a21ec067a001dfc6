import Host
import SystemLibrary

/// The name of a file that reads as options because it begins with a dash: with an h in it, it would
/// ask for the help.
struct DashedName: InputError, CustomStringConvertible {
  let name: String

  var description: String {
    "\(name): a name that begins with a dash reads as options; write ./\(name)"
  }

  /// - Parameter arguments: of the command line.
  /// - Throws: `DashedName` for the first word that is no option but a file, a pattern or at least
  ///   has a suffix.
  static func check(_ arguments: some Sequence<String>) throws(DashedName) {
    // Behind --, no word is an option.
    for word in arguments.prefix(while: { $0 != "--" }) where isName(word) {
      throw DashedName(name: word)
    }
  }

  private static func isName(_ word: String) -> Bool {
    // Of one letter they are options, as -o or -o=x; digits make a negative number.
    guard let second = word.dropFirst().first, second.isLetter || "*?[_".contains(second),
      word.hasPrefix("-"), word.count > 2, !word.dropFirst(2).hasPrefix("=")
    else { return false }
    return word.contains { "./*?[".contains($0) } || access(word, F_OK) == 0
  }
}
