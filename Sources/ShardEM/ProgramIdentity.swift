import Kernels
import MessagePassing
import MixtureModels

/// The version of this program.
public let programVersion = "0.1.0"

/// Which program a checkpoint is of: another may round otherwise, and a fit that went on with it
/// would have the bits of neither.
package struct ProgramIdentity: Sendable, Equatable {
  package let version: String
  /// A digest of what small fits give: the same in builds whose results have the same bits.
  package let arithmetic: String

  package static let current = ProgramIdentity(
    version: programVersion, arithmetic: digestOfFits())

  package init(version: String, arithmetic: String) {
    (self.version, self.arithmetic) = (version, arithmetic)
  }

  /// Two iterations from k-means of every family and covariance model, on few columns; of those with
  /// kernels for many on so many too. Takes some milliseconds.
  private static func digestOfFits() -> String {
    var digest = Digest()
    for columns in [3, 50] {
      let values = (0..<200).flatMap { n in
        let row = RandomRow(Philox(seed: 1), purpose: 0, row: n)
        return (0..<columns).map { row.normal($0) + Double(n % 3) }
      }
      for mixture in mixtures(columns: columns) {
        let isContinuous = mixture.valueCheck == nil
        add(isContinuous ? values : values.map { $0 > 1 ? 1 : 0 }, mixture, to: &digest)
      }
    }
    return String(digest.value, radix: 16)
  }

  private static func mixtures(columns: Int) -> [any Family] {
    Families.standard.types.flatMap { type in
      let hasCovariances = type.settings.contains { $0.name == "covariance" }
      let models = CovarianceModels.all.filter { columns < 50 || !$0.isConstrained }
      return (hasCovariances ? models.map(\.name) : [""]).compactMap { name in
        let options = FamilyOptions(
          regularization: 0.1, values: hasCovariances ? ["covariance": name] : [:])
        return try? type.init(options, components: 3, columns: columns)
      }
    }
  }

  private static func add(
    _ values: [Double], _ mixture: some Family, to digest: inout Digest
  ) {
    let world = SoloCommunicator()
    let columns = values.count / 200
    // Fits that cannot fail: the rows are finite and there is regularization. One that did would
    // leave the digest without its numbers, which no other build has either.
    guard
      let data = try? DataSet(values: values, columnCount: columns, blockRows: 64, world: world),
      let fit = try? Engine(data, threads: 1, world: world).fit(
        mixture, from: .kMeans,
        options: FitOptions(
          maximumIterations: 2, convergence: .logLikelihood(0)))
    else { return }
    for number in mixture.numbers(of: fit.parameters) { digest.add(number.bitPattern) }
    digest.add(fit.score.logLikelihood.bitPattern)
  }
}
