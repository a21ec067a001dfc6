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
