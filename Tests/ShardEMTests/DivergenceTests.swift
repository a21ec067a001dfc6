import Kernels
import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Ranks that diverge")
struct DivergenceTests {
  @Test("One bit on one rank ends the fit on every rank, and the message names the rank")
  func oneBit() throws {
    let rows: [Double] = (0..<400).map { n in
      let quantile = Double(1 + n * 7919 % 400)
      return n % 3 == 0 ? quantile / 400 : quantile / 40
    }
    let start: Parameters = ["weights": [0.5, 0.5], "rates": [1.5, 0.1]]
    func outcomes(faulty: Int?) throws -> [String] {
      try onRanks(3) { world in
        let data = try DataSet(values: rows, columnCount: 1, blockRows: 32, world: world)
        do {
          // From some M-step on, one bit of a rate is another.
          let model = AlteredTimes { _, next in
            let rate = next["rates"][0]
            if world.rank == faulty && rate > 2 { next["rates"][0] = rate.nextUp }
          }
          let fit = try Engine(data, threads: 1, world: world).fit(
            model, from: start,
            options: FitOptions(convergence: .parameters(1e-9)))
          return fit.converged ? "converged" : "not converged"
        } catch { return "\(error)" }
      }
    }
    #expect(try outcomes(faulty: nil) == ["converged", "converged", "converged"])
    let failures = try outcomes(faulty: 1)
    #expect(Set(failures).count == 1)
    #expect(failures[0].contains("the parameters differ between ranks: rank 1 against the others"))
  }

  @Test("Agreement holds exactly when all digests are the same", arguments: [1, 2, 3, 4096, 65536])
  func agreement(ranks: Int) {
    func sums(_ digests: [Digest]) -> ArraySlice<Double> {
      digests.map(DigestAgreement.numbers).reduce(into: [Double](repeating: 0, count: 8)) {
        for i in 0..<8 { $0[i] += $1[i] }
      }[...]
    }
    let usual = Digest([1, 2])
    var digests = [Digest](repeating: usual, count: ranks)
    #expect(DigestAgreement.holds(sums(digests), ranks: ranks))
    guard ranks > 1 else { return }
    digests[ranks / 2] = Digest([1, (2.0).nextUp])
    #expect(!DigestAgreement.holds(sums(digests), ranks: ranks))
  }
}
