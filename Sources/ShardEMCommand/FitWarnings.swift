import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Words

/// What to say at the end of a fit of a model that tells less of the data than it seems to.
struct FitWarnings<Mixture: Family> {
  let mixture: Mixture
  let fit: Fit
  let engine: Engine
  let regularization: Regularization
  /// Whether fits with spikes rank behind all others.
  let spikesAreLast: Bool

  /// More than these are counted, not named.
  private let mostNamed = 4

  /// Collective. One line each, the same on any number of ranks.
  func lines() throws -> [String] {
    let concerns = mixture.concerns(about: fit.parameters, rows: fit.rows)
    return try spikes(concerns) + unavoidable(concerns) + negligible(concerns) + shares(concerns)
      + criteria + idle()
  }

  // MARK: Components

  private func spikes(_ concerns: [FitConcern]) throws -> [String] {
    let spikes = concerns.compactMap { concern -> (component: Int, isRegularization: Bool)? in
      guard case .spike(let component, _, let isRegularization) = concern else { return nil }
      return (component, isRegularization)
    }
    let named = Array(spikes.prefix(mostNamed))
    var lines: [String] = []
    if !named.isEmpty {
      // Only now is it worth another pass over the rows.
      let rows = try engine.rows(
        of: named.map(\.component), mixture, under: fit.parameters)
      lines = zip(named, rows).map { spike, rows in
        "component \(spike.component + 1) is a spike, not a group: \(text(rows))"
          + (spike.isRegularization
            ? ", and its variances are the regularization, \(regularization)" : "")
          + "; raise --regularization, lower --components, or leave such rows out"
      }
    }
    if spikes.count > named.count { lines.append("\(spikes.count - named.count) more such spikes") }
    let empty = concerns.compactMap { concern -> Int? in
      if case .empty(let component) = concern { component } else { nil }
    }
    if !empty.isEmpty {
      lines.append(
        "no row belongs to \(list(empty.map { "component \($0 + 1)" })); lower --components")
    }
    return lines
  }

  /// Of spikes that no start has ended without, as far as nothing else is said of them.
  private func unavoidable(_ concerns: [FitConcern]) -> [String] {
    let isTold = concerns.contains {
      if case .spike = $0 { true } else if case .empty = $0 { true } else { false }
    }
    let spikes = mixture.spikes(in: fit.parameters, rows: fit.rows)
    if !spikesAreLast || isTold || spikes.isEmpty { return [] }
    let named = spikes.prefix(mostNamed).map { "component \($0 + 1)" }
    return [
      "no start has ended without components on few or nearly equal rows, whose likelihood says little: "
        + list(named + (spikes.count > named.count ? ["\(spikes.count - named.count) more"] : []))
        + "; lower --components, raise --regularization, or use --estimate map"
    ]
  }

  /// Of a model that does not tell how many rows its components have.
  private func idle() throws -> [String] {
    guard !Mixture.hasDensities else { return [] }
    let rows = try engine.rows(
      of: Array(0..<mixture.componentCount), mixture, under: fit.parameters, limit: 0)
    let empty = rows.indices.filter { rows[$0].count == 0 }
    if empty.isEmpty { return [] }
    return [
      "no row is nearest to \(list(empty.map { "center \($0 + 1)" })), "
        + (empty.count == 1 ? "which stays where it was; " : "which stay where they were; ")
        + "lower --components, or start elsewhere"
    ]
  }

  private func negligible(_ concerns: [FitConcern]) -> [String] {
    let names = concerns.compactMap { concern -> String? in
      guard case .negligible(let component, let weight) = concern else { return nil }
      return "component \(component + 1) (weight \(significant(weight, 2)))"
    }
    if names.isEmpty { return [] }
    return ["less than a row is expected of \(list(names)): the data need no more components"]
  }

  /// `1 row (row 12 of a.npy)`, `5 rows (rows 1 and 3 of a.npy, row 2 of b.npy, ...)`.
  private func text(_ rows: LabelledRows) -> String {
    guard rows.count > 0 else { return "no row is likeliest in it" }
    let names = rows.first.map { row in
      let place = engine.data.place(ofRow: row)
      return "\(place.path) row \(place.row)"
    }
    return counted(rows.count, "row") + " (" + names.joined(separator: ", ")
      + (rows.count > names.count ? ", ..." : "") + ")"
  }

  // MARK: Variances

  private func shares(_ concerns: [FitConcern]) -> [String] {
    var (constant, partial): ([String], [String]) = ([], [])
    for case .regularized(let component, let column, let share) in concerns {
      let place = [
        column.map { "\(engine.data.column($0))" },
        component.map { "component \($0 + 1)" } ?? "the shared covariance",
      ].compactMap { $0 }.joined(separator: " in ")
      // What is left is no more than roundings.
      if share > 0.999 {
        constant.append(place)
      } else {
        partial.append("\(significant(100 * share, 3)) % of the variance of \(place)")
      }
    }
    var lines: [String] = []
    if !constant.isEmpty {
      lines.append(
        "no variance but the regularization, \(regularization): \(list(constant)); the data are "
          + "constant there, and the log-likelihood depends on --regularization")
    }
    if !partial.isEmpty {
      lines.append(
        "the regularization, \(regularization), is \(list(partial)); lower --regularization"
          + (regularization.isRelative ? "" : ", or give the data larger units"))
    }
    return lines
  }

  // MARK: Criteria

  private var criteria: [String] {
    guard Mixture.hasDensities else { return [] }
    return CriteriaWarning.text(fit.score, rows: fit.rows).map { [$0] } ?? []
  }

  private func list(_ items: [String]) -> String {
    let named = items.prefix(mostNamed)
    if items.count > named.count {
      return named.joined(separator: ", ") + " and \(items.count - named.count) more"
    }
    guard let last = named.last, named.count > 1 else { return items.first ?? "" }
    return named.dropLast().joined(separator: ", ") + " and " + last
  }
}

/// AIC and BIC take the sum of the row weights for a number of rows.
enum CriteriaWarning {
  /// What to say where the sum cannot be one: it is below the number of rows, so the weights are no
  /// counts, and too small for as many parameters, or for one row in ten.
  static func text(_ score: Score, rows: Int) -> String? {
    let fewest = max(2 * Double(score.freeParameterCount), 0.1 * Double(rows))
    guard score.weightSum < min(Double(rows), fewest) else { return nil }
    return "the row weights sum to \(significant(score.weightSum, 3)) over "
      + "\(counted(rows, "row")): AIC and BIC take the sum for a number of rows and mean little "
      + "here; give weights that sum to it to compare models by them"
  }
}
