import Foundation
import MessagePassing
import MixtureModels
import ModelFiles
import ShardEM
import Testing
import _TestSupport

@Suite("A model of a user's own")
struct OwnModelTests {
  private static let families = Families.standard.adding(WaitingTimes.self)

  /// 30% of rate 0.2, the others of rate 5.
  private func times(_ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: 1)
    return (0..<count).map { -log(1 - generator.uniform()) / ($0 % 10 < 3 ? 0.2 : 5) }
  }

  @Test("The example of the README fits waiting times, the same on any number of ranks")
  func fit() throws {
    let times = times(20_000)
    let fits = try [1, 3].map { ranks in
      try onRanks(ranks) { world in
        let data = try DataSet(values: times, columnCount: 1, world: world)
        return try Engine(data, threads: 2, world: world).fit(
          WaitingTimes(components: 2), from: .kMeansPlusPlus,
          options: FitOptions(maximumIterations: 500, convergence: .parameters(1e-9)))
      }[0]
    }
    let rates = fits.map { $0.parameters["rates"] }
    #expect(fits[0].converged && rates[0].map(\.bitPattern) == rates[1].map(\.bitPattern))
    // Standard errors: of a rate, itself over the square root of its rows, 1.3% and 0.9% here, and
    // a little more as the components overlap; five of them.
    #expect(abs(rates[0].min()! - 0.2) < 0.2 * 0.08)
    #expect(abs(rates[0].max()! - 5) < 5 * 0.06)
  }

  @Test("It writes a model file that reads back equal, and says what other programs lack")
  func modelFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/times.json"
    let csv = try folder.file("times.csv", lines(times(3000)))
    let fit = try onRanks(2) { world in
      try fitWaitingTimes([csv], components: 2, to: path, in: world)
    }[0]
    #expect(fit.converged)

    let file = try ModelFile.read(path, families: Self.families)
    #expect(file == ModelFile(WaitingTimes(components: 2), fit.parameters))
    #expect(file.parameters.bits == fit.parameters.bits)
    #expect(try file.encoded() == folder.bytes("times.json"))
    #expect(file.mixture.summary == "waiting-times, 2 components, 1 column")
    #expect(
      folder.message { _ = try ModelFile.read(path) }
        == "times.json: family: found \"waiting-times\", expected "
        + Families.standard.names.map { "\"\($0)\"" }.joined(separator: " or "))

    let text = String(decoding: try file.encoded(), as: UTF8.self)
    #expect(
      message(text.replacing("\"dimensions\": 1", with: "\"dimensions\": 3"))
        == "m: dimensions: found the number 3, expected 1")
    let negative = text.replacing("\"rates\": [", with: "\"rates\": [-")
    #expect(
      message(negative)?.hasPrefix("m: rates[0]: found -") == true
        && message(negative)?.hasSuffix(", expected more than 0") == true)
  }

  private func message(_ model: String) -> String? {
    do {
      _ = try ModelFile(json: Array(model.utf8), name: "m", families: Self.families)
      return nil
    } catch { return "\(error)" }
  }

  @Test("It goes on from a checkpoint, on another number of ranks, to the same bits")
  func checkpoints() throws {
    let folder = try TemporaryFolder()
    let csv = try folder.file("times.csv", lines(times(3000)))
    let times = WaitingTimes(components: 2)
    func fit(_ name: String, ranks: Int) throws -> Fit {
      try onRanks(ranks) { [path = folder.path] world in
        try fitWaitingTimes([csv], components: 2, to: "\(path)/\(name)", in: world)
      }[0]
    }
    let whole = try fit("whole.json", ranks: 1)

    // As far as the fit came in its first four iterations.
    let world = SoloCommunicator()
    let engine = Engine(try DataSet.open([csv], world: world), threads: 1, world: world)
    let identity = FitIdentity(settings: [("components", "2")], data: try engine.fingerprint())
    let kept = CheckpointFolder(folder.path + "/rest.json.checkpoints")
    do {
      let writer = CheckpointWriter(
        kept, of: times, identity, lock: try kept.locked(creating: true))
      struct Killed: Error {}
      #expect(throws: Killed.self) {
        try engine.fit(
          times, from: .kMeansPlusPlus,
          keep: {
            try writer.keep($0)
            if $0.place.iterations == 4 { throw Killed() }
          })
      }
      try writer.flush()
    }

    let state = try #require(try kept.resumption(of: times, identity, in: world)?.state)
    var iterations: [Int] = []
    let rest = try engine.fit(
      times, from: .kMeansPlusPlus, resuming: state,
      onIteration: { iterations.append($0.iteration) })
    #expect(state.place.iterations == 4 && iterations == Array(5...whole.iterations))
    #expect(rest == whole && rest.parameters.bits == whole.parameters.bits)
    #expect(try fit("rest.json", ranks: 3) == whole)
    #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    #expect(
      throws: CheckpointError.self, "a checkpoint of another number of components",
      performing: {
        try kept.resumption(of: WaitingTimes(components: 3), identity, in: world)
      })
  }

  @Test("What a model file holds predicts, scores and draws rows")
  func predictions() throws {
    let (weights, rates) = ([0.3, 0.7], [0.2, 5.0])
    let written = ModelFile(
      WaitingTimes(components: 2), ["weights": weights, "rates": rates])
    let file = try ModelFile(json: written.encoded(), name: "m", families: Self.families)
    let world = SoloCommunicator()
    let times = times(500)
    let engine = Engine(
      try DataSet(values: times, columnCount: 1, world: world), threads: 1, world: world)

    // Log densities below 100 nats, each off by (P + 4) 2u M with P = 2 and M = 100: 1.4e-13.
    var logLikelihood = 0.0
    nonisolated(unsafe) var rows = 0
    try engine.predict(file.mixture, under: file.parameters) { block in
      for n in 0..<block.count {
        let joint = (0..<2).map { weights[$0] * rates[$0] * exp(-rates[$0] * times[rows + n]) }
        let density = joint[0] + joint[1]
        #expect(block.labels[n] == (joint[0] >= joint[1] ? 0 : 1))
        #expect(abs(block.logDensities![n] - log(density)) < 2e-13)
        for k in 0..<2 {
          #expect(abs(block.responsibilities![2 * n + k] - joint[k] / density) < 4e-13)
        }
      }
      rows += block.count
    }
    #expect(rows == 500)
    for time in times {
      logLikelihood += log(
        (0..<2).reduce(0) { $0 + weights[$1] * rates[$1] * exp(-rates[$1] * time) })
    }
    let score = try engine.score(file.mixture, under: file.parameters)
    #expect(abs(score.logLikelihood - logLikelihood) < 500 * 2e-13)
    #expect(score.freeParameterCount == 3)

    let drawn = try file.mixture.sample(rows: 0..<20_000, under: file.parameters, seed: 1)
    let mean = weights[0] / rates[0] + weights[1] / rates[1]
    let square = 2 * (weights[0] / (rates[0] * rates[0]) + weights[1] / (rates[1] * rates[1]))
    // Five standard errors.
    let allowed = 5 * ((square - mean * mean) / 20_000).squareRoot()
    #expect(abs(drawn.reduce(0, +) / 20_000 - mean) < allowed)
    #expect(drawn.allSatisfy { $0 > 0 })
  }

  private func lines(_ times: [Double]) -> String {
    "time\n" + times.map { "\($0)\n" }.joined()
  }

  @Test("The README has the example as it is tested here", arguments: ["", "Fit"])
  func readme(part: String) throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: TestData.package.appending(path: path), encoding: .utf8)
    }
    let source = try text("Tests/ShardEMTests/Support/WaitingTimes\(part).swift")
    let start = try #require(source.range(of: "///")).lowerBound
    #expect(try text("README.md").contains("```swift\n\(source[start...])```\n"))
  }
}
