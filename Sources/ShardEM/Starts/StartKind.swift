import MixtureModels

/// How a try of a search finds where to start. Tries of one kind often end at the same maximum, those of
/// different kinds at different ones.
package enum StartKind: Sendable, Equatable {
  /// Rows wholly with the nearest of K centers by k-means, from seeds.
  case kMeans(Coordinates)
  /// Rows wholly with the nearest of K seeds, as k-means++ draws them.
  case seeds(Coordinates)
  /// The same, all components having the mean of their covariances.
  case equalSeeds(Coordinates)
  /// Rows wholly with the nearest mean of K clusters of some rows (`WardClustering`).
  case ward(Coordinates)
  /// Rows divided at random.
  case random
  /// Rows wholly with one of the components, at random.
  case labels

  /// Those of a race, one after the other and then again.
  private static let all: [StartKind] = [
    .seeds(.standardized), .kMeans(.standardized), .seeds(.scaledAxes), .ward(.scaledAxes),
    .kMeans(.scaledAxes), .kMeans(.whitened), .equalSeeds(.standardized), .seeds(.standardized),
    .ward(.standardized), .equalSeeds(.whitened), .seeds(.whitened), .labels,
  ]

  /// For models whose distances are what they are.
  private static let inOwnMetric: [StartKind] = [
    .kMeans(.raw), .seeds(.raw), .ward(.raw), .seeds(.raw), .labels, .seeds(.raw),
  ]

  /// Where columns are many, principal axes cost more than a fit does.
  private static let mostColumns = 128

  /// The kind of try number `number` of a race.
  static func ofTry(_ number: Int, _ model: some MixtureModel) -> StartKind {
    let kinds =
      model.hasOwnMetric
      ? inOwnMetric
      : model.columnCount <= mostColumns
        ? all : all.filter { [.raw, .standardized, nil].contains($0.coordinates) }
    return kinds[number % kinds.count]
  }

  /// What its centers are; nil if it has none.
  var centers: SharedCenters.Key.Kind? {
    switch self {
    case .kMeans: .kMeans
    case .seeds, .equalSeeds: .seeds
    case .ward: .ward
    case .random, .labels: nil
    }
  }

  /// Nil if it measures no distances.
  var coordinates: Coordinates? {
    switch self {
    case .kMeans(let coordinates), .seeds(let coordinates), .equalSeeds(let coordinates),
      .ward(let coordinates):
      coordinates
    case .random, .labels: nil
    }
  }
}
