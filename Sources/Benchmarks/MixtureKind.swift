import MixtureModels

/// A family and its settings, written as one text: `gaussian covariance=diag`.
struct MixtureKind: Sendable, Encodable, CustomStringConvertible {
  let description: String

  init(_ text: String) { description = text }

  /// As tables have it: of Gaussians that are told nothing but their covariances these alone.
  var title: String { description.replacing("gaussian covariance=", with: "") }

  func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  /// - Throws: `FitError.unusable` if there is no such family.
  var family: any Family.Type {
    get throws {
      let name = String(description.prefix { $0 != " " })
      guard let type = Families.standard[name] else {
        throw FitError.unusable(
          setting: "family \(name)", expected: Families.standard.names.joined(separator: ", "))
      }
      return type
    }
  }

  /// By name.
  var settings: [String: String] {
    let pairs = description.split(separator: " ").dropFirst().map {
      $0.split(separator: "=", maxSplits: 1).map(String.init)
    }
    return Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") })
  }

  /// The mixture of K components.
  ///
  /// - Parameter options: what is known of the data; gets the settings.
  /// - Throws: `FitError.unusable` about the family or a setting.
  func mixture(_ options: FamilyOptions, components: Int, columns: Int) throws -> any Family {
    var options = options
    options.values = settings
    return try Families.standard.mixture(
      family, options, components: components, columns: columns)
  }

  /// Which of the columns are of categories.
  func categoricalColumns(count: Int) throws -> [Bool] {
    let areCategorical = try family.categoricalColumns(
      FamilyOptions(values: settings), names: nil, count: count)
    return areCategorical.isEmpty ? Array(repeating: false, count: count) : areCategorical
  }
}
