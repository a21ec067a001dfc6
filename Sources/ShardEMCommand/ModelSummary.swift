import MessagePassing
import MixtureModels
import ModelFiles
import Words

/// A model and how it was fitted, for people.
struct ModelSummary {
  let file: ModelFile

  /// More than fit on a screen are left out, with a line that says so.
  static let mostComponents = 50
  private static let mostColumns = 8
  private static let mostAxes = 64
  /// Marks a deviation that says nothing of the data.
  private static let unmeasured = "*"

  var text: String { title + "\n\n" + table + "\n" + fitLines }

  /// Volume, shape and orientation of each covariance, for models that have any of more than one column;
  /// not of so many that the eigenvectors take longer than anybody would wait.
  var geometry: String {
    guard file.dimensions <= Self.mostAxes,
      let covariances = file.mixture.layout.geometry(
        of: file.parameters, most: Self.mostComponents)
    else { return "" }
    let isShared = covariances.count < min(file.components, Self.mostComponents)
    let rows = covariances.enumerated().map { k, one in
      [
        isShared ? "all" : "\(k + 1)", significant(one.volume, 4),
        list(one.shape) { significant($0, 3) },
        one.mainAxis.map { list($0) { fixed($0, 2) } } ?? "none",
      ]
    }
    return "\n" + aligned([["component", "volume", "shape", "main axis"]] + rows)
  }

  /// As many numbers as the table has columns.
  private func list(_ numbers: [Double], _ text: (Double) -> String) -> String {
    let shown = numbers.count <= Self.mostColumns + 1 ? numbers.count : Self.mostColumns
    return (numbers.prefix(shown).map(text) + (shown < numbers.count ? ["..."] : []))
      .joined(separator: ", ")
  }

  private var title: String {
    "\(file.mixture.title): \(counted(file.components, "component")), "
      + counted(file.dimensions, "column")
  }

  /// A row per component: weight, and per column mean ± standard deviation, or probability of 1.
  private var table: String {
    let components = min(file.components, Self.mostComponents)
    // Rather one column more than a line about it.
    let columns = file.dimensions <= Self.mostColumns + 1 ? file.dimensions : Self.mostColumns
    let own = file.mixture.layout.parts.filter(isOfComponents)
    let areWeighed = file.mixture.layout.parts.contains { $0.name == "weights" }
    let classes = PredictedClasses(file)
    var rows = [
      ["component"] + (areWeighed ? ["weight"] : []) + (classes == nil ? [] : ["class"])
        + own.map { words($0.name) }
        + (0..<columns).map(name)
    ]
    for k in 0..<components {
      let numbers = own.map { significant(file.parameters[$0.name][k], 4) }
      let weight = areWeighed ? [weight(k)] : []
      let ofClass = classes.map { [className($0.ofComponents[k], $0)] } ?? []
      rows.append(["\(k + 1)"] + weight + ofClass + numbers + (0..<columns).map { cell(k, $0) })
    }
    var text = aligned(rows)
    for part in file.mixture.layout.parts where part.shape.isEmpty {
      text += "\(words(part.name)): \(significant(file.parameters[part.name][0], 4))\n"
    }
    if components < file.components {
      text += "(\(file.components - components) more components)\n"
    }
    if columns < file.dimensions { text += "(\(file.dimensions - columns) more columns)\n" }
    if rows.dropFirst().contains(where: { $0.contains { $0.hasSuffix(Self.unmeasured) } }) {
      text += "\(Self.unmeasured) half of this variance or more is the regularization\n"
    }
    return text
  }

  /// Whether there is a number for each component beside those of the columns, such as degrees of freedom.
  private func isOfComponents(_ part: ParameterLayout.Part) -> Bool {
    part.shape == [file.components] && [.positive, .rate, .fixed].contains(part.domain)
  }

  /// `degrees_of_freedom` and `noise.weight` in words.
  private func words(_ name: String) -> String {
    String(name.map { $0 == "_" || $0 == "." ? " " : $0 })
  }

  func name(_ column: Int) -> String {
    // Long names would push the table off the screen.
    file.columns.map { oneLine(String($0[column].prefix(20))) } ?? "column \(column + 1)"
  }

  private func weight(_ k: Int) -> String {
    let weight = file.parameters.weights[k]
    return weight == 0 || weight >= 0.0001 ? fixed(weight, 4) : significant(weight, 2)
  }

  /// Long names would push the table off the screen.
  private func className(_ number: Int, _ classes: PredictedClasses) -> String {
    classes.word(Int64(number)).map { oneLine(String($0.prefix(20))) } ?? "\(number)"
  }

  private func cell(_ k: Int, _ j: Int) -> String {
    switch file.mixture.cell(k, j, file.parameters) {
    case .nothing: return ""
    case .number(let value): return significant(value, 6)
    case .categories(let names, let probabilities):
      guard let most = probabilities.max(), let place = probabilities.firstIndex(of: most) else {
        return ""
      }
      return "\(oneLine(String(names[place].prefix(20)))) \(fixed(most, 2))"
    case .probability(let value): return fixed(value, 4)
    case .spread(let mean, let variance):
      // What the regularization alone would give looks as if it had been measured.
      let isMeasured = file.fit.map { variance > 2 * $0.regularization * unit(j, $0) } ?? true
      return spread(mean, variance.squareRoot()) + (isMeasured ? "" : Self.unmeasured)
    }
  }

  /// What a regularization of 1 adds to the variance of a column: of a relative one the variance under the
  /// whole mixture, which is about that of the data.
  private func unit(_ j: Int, _ fit: FitRecord) -> Double {
    guard fit.isRegularizationRelative else { return 1 }
    var (mass, first, second) = (0.0, 0.0, 0.0)
    for (k, weight) in file.mixture.weights(file.parameters).enumerated() {
      guard case .spread(let mean, let variance) = file.mixture.cell(k, j, file.parameters) else {
        continue
      }
      (mass, first) = (mass + weight, first + weight * mean)
      second += weight * (variance + mean * mean)
    }
    return max(0, second / mass - first / mass * (first / mass))
  }

  /// Both to the second digit of the deviation: `80.0 ± 6.0`.
  func spread(_ mean: Double, _ deviation: Double) -> String {
    let powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]
    guard let decimals = powers.firstIndex(where: { deviation * $0 >= 10 }), abs(mean) < 1e9 else {
      return "\(significant(mean, 6)) ± \(significant(deviation, 3))"
    }
    return "\(fixed(mean, decimals)) ± \(fixed(deviation, decimals))"
  }

  /// What was maximized, the most particular first.
  private var objectiveNames: [String] {
    let estimate = file.fit?.estimate.flatMap { Estimate(rawValue: $0) }
    let names = [
      file.fit?.isHard == true ? "classification" : nil, estimate?.objectiveName,
      file.parameters.names.contains("classes") ? "with labels" : nil,
    ].compactMap { $0 }
    return names.isEmpty ? ["objective"] : names
  }

  private func leftToGain(_ fit: FitRecord) -> String {
    guard let remaining = fit.remaining else {
      return "not known: by its last iterations it might be anything"
    }
    let unit = fit.inertia == nil ? "nats a row" : "of the inertia"
    return "about \(significant(remaining, 2)) \(unit)"
  }

  private func objectiveText(_ objective: Double) -> String {
    let others = objectiveNames.dropFirst().joined(separator: ", ")
    return "\(objective)" + (others.isEmpty ? "" : " (\(others))") + ", which was maximized"
  }

  private var fitLines: String {
    guard let fit = file.fit else { return "" }
    let lines: [(String, String?)] = [
      ("rows", fit.totalWeight.map { "\(fit.rows), of total weight \($0)" } ?? "\(fit.rows)"),
      (
        "log-likelihood",
        fit.logLikelihood.map { text in
          "\(text)" + (fit.meanLogLikelihood.map { " (\(fixed($0, 6)) per row)" } ?? "")
        }
      ),
      ("inertia", fit.inertia.map { "\($0) (sum of squared distances to the nearest means)" }),
      (objectiveNames[0], fit.objective.map(objectiveText)),
      (
        "lower_bound_",
        fit.lowerBound.map { "\($0), scikit-learn's: of the last E-step, without constants" }
      ),
      ("AIC", fit.aic.map { significant($0, 10) }),
      ("BIC", fit.bic.map { significant($0, 10) }),
      ("ICL", fit.icl.map { "\(significant($0, 10)) (of all three the smaller, the better)" }),
      (
        "certainty",
        fit.normalizedEntropy.map { "\(fixed($0, 4)) (1 - entropy / rows ln components)" }
      ),
      ("steps", fit.isStepwise ? "\(fit.iterations), of online EM" : nil),
      (
        "iterations",
        fit.isStepwise
          ? nil : "\(fit.iterations), \(fit.converged ? "converged" : "NOT converged")"
      ),
      ("left to gain", fit.isStepwise ? nil : leftToGain(fit)),
    ]
    return lines.map { label, text in
      text.map { label + String(repeating: " ", count: 16 - label.count) + $0 + "\n" } ?? ""
    }.joined()
  }
}

/// Columns of text, aligned to the right, two spaces apart.
func aligned(_ rows: [[String]]) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
  return rows.map { row in
    let cells = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
    return cells.joined(separator: "  ") + "\n"
  }.joined()
}
