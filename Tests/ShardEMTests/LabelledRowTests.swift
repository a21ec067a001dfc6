import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Rows of components")
struct LabelledRowTests {
  @Test("Rows are counted without naming any, too")
  func unnamed() throws {
    let data = try DataSet(values: [1, 2, 9, 10, 11], columnCount: 1, world: SoloCommunicator())
    let engine = Engine(data, threads: 1, world: SoloCommunicator())
    let model = GaussianMixture(components: 3, columns: 1)
    let parameters = Parameters(
      weights: [0.25, 0.5, 0.25], means: [1, 10, 100], covariances: [1, 1, 1])
    for limit in [0, 2] {
      let rows = try engine.rows(
        of: [1, 0, 2], model, under: parameters, limit: limit)
      #expect(rows.map(\.count) == [3, 2, 0])
      #expect(rows.map(\.first) == [[2, 3], [0, 1], []].map { Array($0.prefix(limit)) })
    }
  }
}
