import Files
import Host
import JSONDocuments
import MixtureModels
import RowSources
import ShardEM
import Words

/// What a selection has come to, for the screen and as a file.
struct SelectionTable {
  let selection: Selection
  /// What messages call a column, counted from 0.
  private let column: (Int) -> RowSourceError.Column

  init(_ selection: Selection, column: @escaping (Int) -> RowSourceError.Column) {
    (self.selection, self.column) = (selection, column)
  }

  /// - Throws: `TableName` unless it ends as that of a kind of file that can be written.
  static func checkName(_ path: String?) throws {
    guard let path else { return }
    guard ["csv", "json"].contains(DataFiles.suffix(of: path)) else { throw TableName(path: path) }
  }

  // MARK: The screen

  /// A row for each number of components, a column for each model.
  var text: String {
    let names = unique(selection.outcomes.map(\.name))
    let counts = unique(selection.outcomes.map(\.componentCount))
    let rows = counts.map { count in
      ["\(count)"] + names.map { name in cell(count, name) }
    }
    let better = selection.criterion.isSmallerBetter ? "smaller" : "larger"
    let title = "\(criterionName), of which the \(better) is the better"
    let table = stacked([["components"] + names.map { $0 + "  " }] + rows)
    return title + "\n\n" + table + (legend.isEmpty ? "" : "\n" + legend)
  }

  /// The table in parts one below the other, none wider than a screen if it can be.
  private func stacked(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! + 2 }
    var parts: [[Int]] = [[]]
    for column in 1..<rows[0].count {
      let width = widths[0] + parts.last!.reduce(widths[column]) { $0 + widths[$1] }
      if width > 82, parts.last != [] { parts.append([]) }
      parts[parts.count - 1].append(column)
    }
    return parts.map { columns in
      aligned(rows.map { row in ([0] + columns).map { row[$0] } })
        .split(separator: "\n").map { line in
          String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }.joined(separator: "\n")
  }

  private var criterionName: String {
    switch selection.criterion {
    case .cv: "cross-validated log-likelihood per row"
    case let criterion: criterion.rawValue.uppercased()
    }
  }

  private func cell(_ count: Int, _ name: String) -> String {
    let place = selection.outcomes.firstIndex { $0.componentCount == count && $0.name == name }
    guard let place else { return "" }
    guard let value = selection.outcomes[place].value(of: selection.criterion) else {
      return "failed  "
    }
    let mark = place == selection.best ? "*" : selection.outcomes[place].hasSpikes ? "s" : " "
    return fixed(value, selection.criterion == .cv ? 5 : 2) + " " + mark
  }

  private var legend: String {
    let hasSpikes = selection.outcomes.contains(where: \.hasSpikes)
    let areLast = selection.spikes == .last
    let best = selection.best.map { place in
      let outcome = selection.outcomes[place]
      return "* the best: \(outcome.name), \(counted(outcome.componentCount, "component"))"
        + (outcome.hasSpikes && areLast ? ", which has a spike as all others" : "") + "\n"
    }
    let spikes = "s has a component that is a spike" + (areLast ? ", and comes after others" : "")
    return (best ?? "") + (hasSpikes ? spikes + "\n" : "")
  }

  // MARK: Failures

  /// Of those that failed, which and why.
  var failures: [String] {
    selection.outcomes.compactMap { outcome in
      guard let reason = reason(outcome) else { return nil }
      return "\(outcome.name), \(counted(outcome.componentCount, "component")): \(reason)"
    }
  }

  /// What to say of them: the first, and how many there are more.
  var failureLines: [String] {
    let most = 4
    let rest = failures.count - most
    return failures.prefix(most)
      + (rest > 0 ? ["\(counted(rest, "model")) more could not be fitted"] : [])
  }

  private func reason(_ outcome: CandidateOutcome) -> String? {
    switch outcome.result {
    case .failure(let error): return text(of: error)
    case .success(let fitted):
      guard case .failure(let error)? = fitted.crossValidated else { return nil }
      return "without a part of the rows, \(text(of: error))"
    }
  }

  private func text(of error: any Error) -> String {
    (error as? FitError).map { "\($0.naming { "\(column($0))" })" } ?? "\(error)"
  }

  private func warnings(_ outcome: CandidateOutcome) -> [String] {
    guard case .success(let fitted) = outcome.result else { return [] }
    return fitted.spikes.map { "component \($0 + 1) is a spike" }
      + (fitted.fit.converged ? [] : ["not converged"])
  }

  // MARK: Files

  /// - Throws: `FileError` if it cannot be written.
  func write(to path: String) throws {
    let isJSON = DataFiles.suffix(of: path) == "json"
    try WholeFile.write(Array((isJSON ? json : csv).utf8), to: path)
  }

  /// What a file says of an outcome, by name.
  private func entries(_ place: Int) -> [(key: String, value: JSONText)] {
    let outcome = selection.outcomes[place]
    let fitted = try? outcome.result.get()
    func number(_ value: Double?) -> JSONText { value.map(JSONText.number) ?? .null }
    return [
      ("components", .integer(outcome.componentCount)), ("model", .string(outcome.name)),
      ("log_likelihood", number(fitted?.score.logLikelihood)),
      ("free_parameters", fitted.map { .integer($0.score.freeParameterCount) } ?? .null),
      ("bic", number(fitted?.score.bic)), ("icl", number(fitted?.score.icl)),
      ("aic", number(fitted?.score.aic)), ("cv", number(outcome.value(of: .cv))),
      ("iterations", fitted.map { .integer($0.fit.iterations) } ?? .null),
      ("converged", fitted.map { .bool($0.fit.converged) } ?? .null),
      ("remaining", number(fitted?.fit.remaining)),
      ("seconds", .number(outcome.seconds)), ("best", .bool(place == selection.best)),
      ("warnings", .list(warnings(outcome).map(JSONText.string))),
      ("failure", reason(outcome).map(JSONText.string) ?? .null),
    ]
  }

  private var json: String {
    let fits = selection.outcomes.indices.map { "    \(JSONText.object(entries($0)))" }
    return """
      {
        "criterion": \(JSONText.string(selection.criterion.rawValue)),
        "better": "\(selection.criterion.isSmallerBetter ? "smaller" : "larger")",
        "fits": [
      \(fits.joined(separator: ",\n"))
        ]
      }

      """
  }

  private var csv: String {
    let rows = selection.outcomes.indices.map { place in
      let outcome = selection.outcomes[place]
      return entries(place).map { key, value in
        switch key {
        case "model": field(outcome.name)
        case "warnings": field(warnings(outcome).joined(separator: "; "))
        case "failure": field(reason(outcome) ?? "")
        default: "\(value)" == "null" ? "" : "\(value)"
        }
      }
    }
    return ([entries(0).map(\.key)] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}

/// A table whose name ends as that of something else.
struct TableName: InputError, CustomStringConvertible {
  let path: String

  var description: String { "--table \(path); expected a name that ends in .csv or .json" }
}

/// Each value once, at its first place.
private func unique<Value: Equatable>(_ values: [Value]) -> [Value] {
  values.indices.filter { !values[..<$0].contains(values[$0]) }.map { values[$0] }
}
