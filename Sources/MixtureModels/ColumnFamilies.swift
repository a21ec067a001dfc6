import Words

/// Which family the columns of a mixed mixture are of: `age=gaussian,{height,weight}=gaussian,*=categorical`.
///
/// Columns are independent of each other within a component, but those in braces. A column is
/// called by its name or its number, from 1, which `#1` is also where a column is called `1`; `*`
/// stands for all that are not named.
struct ColumnFamilies: Sendable, Equatable {
  /// Columns that are of one family together, counted from 0.
  struct Group: Sendable, Equatable {
    /// By which its parameters are called.
    let key: String
    let family: String
    let columns: [Int]
    /// Whether they are in braces.
    let isJoint: Bool
  }

  /// Of all columns, each once: single columns of one family together, and then those in braces, and single
  /// ones that would not be independent of each other; of both in the order of their first columns, whatever
  /// the order in the text.
  let groups: [Group]

  /// - Throws: `FitError.unusable` about the first thing that is wrong.
  init(_ text: String, names: [String]?, count: Int) throws {
    var claims = Claims()
    for term in try ColumnFamilies.terms(text) {
      if term.target == "*" {
        guard claims.rest == nil else { throw Self.problem("*, which is given twice", text) }
        claims.rest = term.family
        continue
      }
      let isJoint = term.target.hasPrefix("{")
      let targets = isJoint ? Self.list(term.target.dropFirst().dropLast()) : [term.target]
      let columns = try targets.map { target in
        guard let column = Self.column(target, names: names, count: count) else {
          let known = names?.joined(separator: ", ") ?? "1 to \(count)"
          throw FitError.unusable(
            setting: "column-families with a column \(quoted(target))",
            expected: "columns of the data: \(known)")
        }
        guard claims.taken.insert(column).inserted else {
          throw Self.problem("\(target), which is given twice", text)
        }
        return column
      }
      claims.add(columns, to: term.family, isJoint: isJoint)
    }
    if let column = claims.claimRest(of: count) {
      throw FitError.unusable(
        setting: "column-families without column \(names?[column] ?? "\(column + 1)")",
        expected: "a family for each, such as *=gaussian for the rest")
    }
    groups = claims.groups
  }

  /// Which families have been claimed for which columns.
  private struct Claims {
    private var singles: [(family: String, columns: [Int])] = []
    private var joint: [(family: String, columns: [Int])] = []
    var taken = Set<Int>()
    /// The family of all columns that are not named.
    var rest: String?

    mutating func add(_ columns: [Int], to family: String, isJoint: Bool) {
      if isJoint {
        joint.append((family, columns))
      } else if let place = singles.firstIndex(where: { $0.family == family }) {
        singles[place].columns += columns
      } else {
        singles.append((family, columns))
      }
    }

    /// - Returns: the first of `count` columns that nothing is claimed for.
    mutating func claimRest(of count: Int) -> Int? {
      let left = (0..<count).filter { !taken.contains($0) }
      guard let rest else { return left.first }
      add(left, to: rest, isJoint: false)
      return nil
    }

    var groups: [Group] {
      let sorted = singles.filter { !$0.columns.isEmpty }.map { ($0.family, $0.columns.sorted()) }
        .sorted { $0.1[0] < $1.1[0] }
      let together = sorted.filter { hasIndependentColumns($0.0) }
      let apart = sorted.filter { !hasIndependentColumns($0.0) }
        .flatMap { family, columns in columns.map { (family: family, columns: [$0]) } }
      let numbered =
        (apart.map { (group: $0, isJoint: false) } + joint.map { (group: $0, isJoint: true) })
        .sorted { $0.group.columns[0] < $1.group.columns[0] }
      return together.map { Group(key: key($0.0), family: $0.0, columns: $0.1, isJoint: false) }
        + numbered.enumerated().map { number, own in
          Group(
            key: "\(key(own.group.family))_\(number + 1)", family: own.group.family,
            columns: own.group.columns, isJoint: own.isJoint)
        }
    }
  }

  /// A text of which the same groups are made.
  func text(names: [String]?) -> String {
    func name(_ column: Int) -> String {
      guard let name = names?[column],
        Self.column(name, names: names, count: names!.count) == column,
        !name.isEmpty, !name.contains(where: { "{},=*".contains($0) || $0.isWhitespace })
      else { return names == nil ? "\(column + 1)" : "#\(column + 1)" }
      return name
    }
    let terms = groups.flatMap { group in
      group.isJoint
        ? [
          (group.columns[0], "{\(group.columns.map(name).joined(separator: ","))}=\(group.family)")
        ]
        : group.columns.map { ($0, "\(name($0))=\(group.family)") }
    }
    return terms.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: ",")
  }

  private static func hasIndependentColumns(_ family: String) -> Bool {
    Families.standard[family]?.hasIndependentColumns ?? true
  }

  private static func key(_ family: String) -> String { family.replacing("-", with: "_") }

  private static func column(_ target: String, names: [String]?, count: Int) -> Int? {
    if let place = names?.firstIndex(of: target) { return place }
    let digits = target.hasPrefix("#") ? String(target.dropFirst()) : target
    guard let number = Int(digits), number >= 1, number <= count else { return nil }
    return number - 1
  }

  private static func problem(_ what: String, _ text: String) -> FitError {
    .unusable(setting: "column-families \(quoted(text)) with \(what)", expected: "each once")
  }

  /// The parts between commas that are not in braces.
  private static func terms(_ text: String) throws -> [(target: String, family: String)] {
    var (depth, term, terms) = (0, "", [String]())
    for character in text {
      if character == "," && depth == 0 {
        terms.append(term)
        term = ""
        continue
      }
      depth += character == "{" ? 1 : character == "}" ? -1 : 0
      term.append(character)
    }
    return try (terms + [term]).map { term in
      guard let place = term.lastIndex(of: "="), depth == 0 else {
        throw FitError.unusable(
          setting: "column-families with \(quoted(term))",
          expected: "column=family, {column,column}=family or *=family, with commas between them")
      }
      return (
        trimmed(term[..<place]), trimmed(term[term.index(after: place)...])
      )
    }
  }

  private static func list(_ text: Substring) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
  }
}
