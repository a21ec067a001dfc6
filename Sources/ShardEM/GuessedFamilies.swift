import MixtureModels
import RowSources

/// Families for the columns of data, guessed from their first rows: the family `auto`.
///
/// Columns with words are categorical, of 0 and 1 Bernoulli, of whole numbers from 0 or 1 up to 1000 at most
/// Poisson; all others are Gaussian, with one full covariance.
package struct GuessedFamilies {
  package static let setting = "column-families"

  /// As `--column-families` has it.
  package let text: String

  package init(_ columns: FoundColumns) {
    let families = columns.firstValues.map(GuessedFamilies.family)
    let gaussian = families.indices.filter { families[$0] == GaussianMixture.name }
    let others = families.indices.filter { families[$0] != GaussianMixture.name }
    let joint = gaussian.map { "#\($0 + 1)" }.joined(separator: ",")
    let targets = gaussian.count > 1 ? ["{\(joint)}"] : gaussian.map { "#\($0 + 1)" }
    // Numbers: names may have any characters.
    text =
      (targets.map { "\($0)=\(GaussianMixture.name)" } + others.map { "#\($0 + 1)=\(families[$0])" })
      .joined(separator: ",")
  }

  private static func family(_ values: Categories) -> String {
    let numbers = values.names.indices.compactMap(values.value)
    guard numbers.count == values.count else { return CategoricalMixture.name }
    if numbers == [0, 1] { return BernoulliMixture.name }
    let areCounts =
      numbers.count > 1 && numbers.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
      && numbers[0] <= 1 && numbers[numbers.count - 1] <= 1000
    return areCounts ? PoissonMixture.name : GaussianMixture.name
  }
}
