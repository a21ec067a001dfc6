/// One variance (mclust: EII), or one of each column (EEI), that all components have: Σ_k n_k S_k / n.
///
/// Each component holds a copy, as the E-step reads it.
///
/// Source: Celeux and Govaert, "Gaussian parsimonious clustering models" (Pattern Recognition 28, 1995).
public struct EqualCovariances: CovarianceModel {
  public let names: [String]
  public let type: CovarianceType

  init(_ name: String, _ type: CovarianceType) { (names, self.type) = ([name], type) }

  public var conjugacy: Conjugacy { .common }

  public func freeParameterCount(components: Int, columns: Int) -> Int {
    type.form.varianceCount(columns: columns)
  }

  public func constrained(_ scatter: Scatter) -> [Double] {
    let masses = scatter.masses
    let total = masses.reduce(0, +)
    let size = scatter.covariances.count / max(masses.count, 1)
    guard total > 0 else { return scatter.covariances }
    let common = (0..<size).map { i in
      masses.indices.reduce(0) { $0 + masses[$1] * scatter.covariances[$1 * size + i] } / total
    }
    return masses.flatMap { _ in common }
  }
}
