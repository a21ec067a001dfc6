import Host
import MixtureModels
import ModelFiles
import Words

/// The classes that a model's components belong to, as `predict --classes` writes them.
struct PredictedClasses: Sendable {
  /// Of each component its class, from 0.
  let ofComponents: [Int]
  /// What the classes are called; of fewer than there are the first ones.
  private let names: [String]
  let count: Int

  /// Nil of a model that has none.
  init?(_ file: ModelFile) {
    guard file.parameters.names.contains("classes") else { return nil }
    ofComponents = file.parameters["classes"].map { Int($0) }
    names = file.mixture.classNames ?? []
    count = max((ofComponents.max() ?? 0) + 1, names.count)
  }

  /// The names of the columns of probabilities.
  var columns: [String] { (0..<count).map { word(Int64($0)) ?? ClassNames.unnamed($0) } }

  /// What text has for a label; nil: its number.
  func word(_ label: Int64) -> String? {
    names.indices.contains(Int(label)) ? names[Int(label)] : nil
  }
}

/// A model without classes; the path of its file.
struct NoClasses: InputError, CustomStringConvertible {
  let path: String

  var description: String {
    "\(path): a model without classes; expected one that was fitted with --labels"
  }
}
