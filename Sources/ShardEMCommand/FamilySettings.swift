import ArgumentParser
import MixtureModels

/// An option for each setting of a family, as the families declare them.
///
/// The parser finds options in the mirror of a type, and gives their values to its decoder: here both go
/// through the list of settings instead of through properties.
struct FamilySettings: ParsableArguments, CustomReflectable {
  /// The values that were given, by the name of the setting.
  var values: [String: String] = [:]

  /// Whether there has been a command line.
  private var isParsed = false

  private static let settings = Families.standard.settings

  init() {}

  init(from decoder: any Decoder) throws {
    isParsed = true
    let container = try decoder.container(keyedBy: Key.self)
    for setting in Self.settings {
      let option = try container.decode(Option<String?>.self, forKey: Key(setting.name))
      values[setting.name] = option.wrappedValue
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: Self.settings.map { setting in
        (label: "_" + setting.name, value: option(for: setting))
      })
  }

  /// A command line in which a setting that stands without a value has the one that is then meant.
  ///
  /// The parser would take what follows for the value, as the data in `--noise data.csv`.
  static func completed(_ words: some Sequence<String>) -> [String] {
    let words = Array(words)
    let end = words.firstIndex(of: "--") ?? words.count
    return words.indices.flatMap { i -> [String] in
      guard i < end, let bare = settings.first(where: { "--\($0.name)" == words[i] })?.bareValue
      else { return [words[i]] }
      let next = i + 1 < end ? words[i + 1] : ""
      return next == bare || Double(next) != nil ? [words[i]] : [words[i], bare]
    }
  }

  private func option(for setting: FamilySetting) -> Any {
    var option = Option<String?>(
      name: .customLong(setting.name), parsing: .unconditional,
      help: ArgumentHelp("\(setting.help)", valueName: setting.valueName))
    if isParsed { option.wrappedValue = values[setting.name] }
    return option
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
