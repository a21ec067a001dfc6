/// An option of a command line that its command does not have, and the one that was probably meant.
struct OptionSuggestion: CustomStringConvertible {
  let option: String
  /// Nil if no option of the command is like it.
  let meant: String?

  var description: String {
    "Unknown option '\(option)'" + (meant.map { "; did you mean \($0)?" } ?? "")
  }

  /// The first word that is an option, but none of the command's; nil if there is none.
  ///
  /// - Parameters:
  ///   - words: the command line after the command's name.
  ///   - help: the command's help text, where a line begins with each option.
  init?(in words: some Collection<String>, help: String) {
    let known = Self.options(of: help)
    let names = words.prefix { $0 != "--" }.compactMap(Self.name)
    guard let unknown = names.first(where: { !known.contains($0) }) else { return nil }
    option = unknown
    meant = Self.meaning(of: unknown, among: known)
  }

  /// `--name` of `--name` and `--name=value`, `-n` of `-n`, `-n=value` and `-n5`; nil for what is no
  /// option, such as a negative number or a cluster of flags.
  private static func name(of word: String) -> String? {
    guard word.first == "-", let second = word.dropFirst().first else { return nil }
    if second == "-" { return String(word.prefix { $0 != "=" }) }
    guard second.isLetter else { return nil }
    let rest = word.dropFirst(2)
    return rest.allSatisfy(\.isNumber) || rest.first == "=" ? String(word.prefix(2)) : nil
  }

  /// Of lines such as `  -K, --components <k>  The number of components.`
  private static func options(of help: String) -> Set<String> {
    Set(
      help.split(separator: "\n").flatMap { line -> [String] in
        let line = line.drop { $0 == " " }
        guard line.first == "-" else { return [] }
        return line.split { " ,/".contains($0) }.prefix { $0.first == "-" || $0.first == "<" }
          .filter { $0.first == "-" }.map(String.init)
      })
  }

  private static func meaning(of unknown: String, among known: Set<String>) -> String? {
    let plain = unknown.lowercased().replacing("_", with: "-")
    if let other = known.first(where: { elsewhere[$0]?.contains(plain) == true }) { return other }
    // Of several with this beginning the shortest, which the others add to.
    let longer = known.filter { plain.count > 3 && $0.hasPrefix(plain) }
    if let shortest = longer.min(by: { ($0.count, $0) < ($1.count, $1) }) { return shortest }
    let near = known.filter { $0.count > 4 }.map { ($0, distance(plain, $0)) }
    return near.filter { $0.1 <= 2 }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// What other programs (scikit-learn, mclust, mixtools) call these options.
  private static let elsewhere: [String: Set<String>] = [
    "--components": [
      "-k", "-n", "-g", "--k", "--g", "--n-components", "--n-clusters", "--clusters",
      "--num-components", "--ncomponents",
    ],
    "--covariance": ["--covariance-type", "--cov-type", "--model-names"],
    "--max-iterations": ["--n-iter", "--iter", "--iterations", "--maxit", "--num-iterations"],
    "--tolerance": ["--eps", "--epsilon"],
    "--regularization": ["--reg-covar", "--reg"],
    "--restarts": ["--n-init", "--nstart", "--starts"],
    "--seed": ["--random-state", "--random-seed", "-s"],
    "--init": ["--init-params"],
    "--threads": ["-t", "-j", "--n-jobs", "--num-threads", "--nthreads"],
    "--weights": ["--sample-weight", "--sample-weights"],
    "--delimiter": ["--sep", "--separator"],
    "--rows": ["--n-samples", "--samples", "-n"],
  ]

  /// How many letters must be put in, left out or replaced to make one of the other.
  private static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (letter == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
