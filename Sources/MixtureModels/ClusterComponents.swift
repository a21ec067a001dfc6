/// Clusters about centers, in place of components with densities: k-means. They write the sums of a step
/// themselves, without a number for each row and center.
package protocol ClusterComponents: Components {
  var clusters: KMeans { get }
  /// The same with other clusters.
  func replacing(_ clusters: KMeans) -> Self
}

/// A pass that puts rows into clusters.
package protocol ClusterPass: Pass {
  var clusters: KMeans { get }
  /// The same with other clusters.
  func replacing(_ clusters: KMeans) -> Self
}

extension MixtureStep: ClusterPass where C: ClusterComponents {
  package var clusters: KMeans { components.clusters }

  package func replacing(_ clusters: KMeans) -> Self {
    Self(components.replacing(clusters), moments)
  }
}
