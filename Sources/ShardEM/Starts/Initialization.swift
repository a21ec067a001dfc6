import MixtureModels

/// Where a fit of a mixture starts.
public enum Initialization: Sendable {
  /// The best of a race of starts of several kinds, which splits and merges of its components cannot better
  /// (`Race`).
  case race
  /// K-means from k-means++ seeds, then one M-step with every row wholly in its cluster. Distances are of
  /// columns in standard deviations, unless the model has a metric of its own.
  case kMeans
  /// One M-step with every row wholly with the nearest of K seeds, as k-means++ draws them; likewise.
  case kMeansPlusPlus
  /// One M-step with responsibilities drawn at random for every row.
  case random
  /// One M-step with given responsibilities.
  case responsibilities(GivenResponsibilities)
  /// Given parameters.
  case parameters(Parameters)
}

extension Initialization {
  /// In a word.
  var word: String {
    switch self {
    case .race: "start race"
    case .kMeans: "start kMeans"
    case .kMeansPlusPlus: "start kMeansPlusPlus"
    case .random: "start random"
    case .responsibilities: "start from responsibilities"
    case .parameters: "start from parameters"
    }
  }

  var isRace: Bool { if case .race = self { true } else { false } }

  /// Whether every start is the same.
  var isGiven: Bool {
    switch self {
    case .race, .kMeans, .kMeansPlusPlus, .random: false
    case .responsibilities, .parameters: true
    }
  }
}

/// What the starts of a fit have in common.
struct StartPlan<Model: MixtureModel>: Sendable {
  let model: Model
  let initialization: Initialization
  var options: FitOptions
  /// How many searches of a start run together.
  let searchesTogether: Int
  /// What fits to the same rows find for each other; nil of a fit of its own.
  var shared: SharedCenters?
  /// What starts are to follow from; empty: they are looked for.
  var neighbors: [Neighbor] = []
  /// Is told of what a race does.
  let tell: @Sendable (SearchReport) -> Void
}
