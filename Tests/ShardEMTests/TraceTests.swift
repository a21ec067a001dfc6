import Files
import Foundation
import MessagePassing
import ShardEM
import Testing

@Suite("Trace")
struct TraceTests {
  @Test("Every iteration is a JSON object with the names that scripts rely on")
  func lines() throws {
    let path = FileManager.default.temporaryDirectory.path + "/trace-\(UUID()).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = try threeGaussianRows(200)
    let fits = try onRanks(2) { world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 10, world: world)
      let trace = try world.agree { world.rank == 0 ? try TraceWriter(path: path) : nil }
      let fit = try Engine(data, threads: 1, world: world)
        .fit(threeGaussians, from: .kMeans) { try trace?.write($0) }
      try world.agree { try trace?.commit() }
      return fit
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == fits[0].iterations)
    var previous: Double?
    for (number, line) in lines.enumerated() {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["iteration"] as? Int == number + 1)
      #expect(object["ranks"] as? Int == 2)
      #expect(object["threads"] as? Int == 1)
      #expect(object["together"] as? Int == 1)
      let mean = try #require(object["mean_log_likelihood"] as? Double)
      // Foundation reads numbers around 3 to within a unit in the last place, 4.4e-16, or two.
      let change = object["change"] as? Double
      #expect((change == nil) == (previous == nil))
      if let change, let previous { #expect(abs(change - (mean - previous)) < 2e-15) }
      previous = mean
      for name in [
        "start_seconds", "seconds", "compute_seconds", "processor_seconds", "communication_seconds",
        "m_step_seconds", "shared_seconds", "checkpoint_seconds",
      ] {
        #expect(try #require(object[name] as? Double) >= 0)
      }
      // Both parts of the log-likelihood, the sum of weights, and 3 times (a first moment for each of
      // 2 columns, a mass); a failure, a block beyond the units, 8 numbers of a digest, 16 of the times
      // of all ranks.
      #expect(object["message_bytes"] as? Int == 24 * (2 + 3 * 3 + 1 + 8 + 16))
      // The start, several passes over the rows, precedes the first iteration only.
      #expect((object["start_seconds"] as? Double ?? -1 > 0) == (number == 0))
      // The factors of three components are not worth sharing out.
      #expect(object["exchanged_bytes"] as? Int == 0)
      let imbalance = try #require(object["imbalance"] as? Double)
      // The slowest of two ranks took between once and twice the mean.
      #expect(imbalance >= 1 && imbalance <= 2)
    }
  }

  @Test("The lines are beside the file until the fit has ended; an older trace stays until then")
  func partial() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/trace-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func text(_ name: String) -> String? {
      try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }
    /// The lines that are not committed; nil if there is no such file.
    func partial() throws -> String? {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      return names.first { $0.hasPrefix(".trace.") && $0.hasSuffix(".partial") }.flatMap(text)
    }
    try "older".write(toFile: folder + "/trace", atomically: false, encoding: .utf8)
    let report = try soloReport()

    let failed = try TraceWriter(path: folder + "/trace")
    #expect(try partial() == nil)
    try failed.write(report)
    #expect(try partial() == report.traceLine + "\n" && text("trace") == "older")
    failed.abandon()
    #expect(try partial() == nil && text("trace") == "older")

    let ended = try TraceWriter(path: folder + "/trace")
    for _ in 0..<2 { try ended.write(report) }
    try ended.commit()
    #expect(text("trace") == report.traceLine + "\n" + report.traceLine + "\n")
    #expect(try partial() == nil)
  }

  @Test("A fit that goes on keeps the lines of its trace up to where it goes on")
  func goesOn() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("shardem-trace-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/trace"
    func lines() throws -> [Substring] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }
    var states: [FitState] = []
    let world = SoloCommunicator()
    let data = try DataSet(values: threeGaussianRows(50), columnCount: 2, world: world)
    let first = try TraceWriter(path: path)
    _ = try Engine(data, threads: 1, world: world).fit(
      threeGaussians, from: .random,
      options: FitOptions(
        maximumIterations: 3, convergence: .logLikelihood(0), restarts: 2),
      onIteration: { try first.write($0) }, keep: { states.append($0) })
    try first.commit()
    let all = try lines()
    #expect(all.count == 6)

    let report = try soloReport()
    // Two iterations of the first start, in which the second had yet to begin.
    var state = states[1]
    state.starts[1] = nil
    let second = try TraceWriter(path: path, goingOnFrom: state)
    try second.write(report)
    try second.write(report)
    try second.commit()
    let line = Substring(report.traceLine)
    #expect(try lines() == [all[0], all[2], line, line])

    // One iteration of another start, in which the lines have another log-likelihood.
    var other: FitState?
    _ = try Engine(data, threads: 1, world: world).fit(
      threeGaussians, from: .random, options: FitOptions(maximumIterations: 1, seed: 5),
      keep: { other = $0 })
    let third = try TraceWriter(path: path, goingOnFrom: try #require(other))
    try third.write(report)
    try third.commit()
    #expect(try lines() == [Substring(report.traceLine)])
  }

  @Test("A start that goes on takes no seconds to find, one that begins does")
  func resumedStart() throws {
    let world = SoloCommunicator()
    let data = try DataSet(values: threeGaussianRows(50), columnCount: 2, world: world)
    let options = FitOptions(maximumIterations: 3, convergence: .logLikelihood(0), restarts: 2)
    let engine = Engine(data, threads: 1, world: world)
    var states: [FitState] = []
    _ = try engine.fit(
      threeGaussians, from: .random, options: options, keep: { states.append($0) })
    states[0].starts[1] = nil
    var found: [Bool] = []
    _ = try engine.fit(
      threeGaussians, from: .random, options: options, resuming: states[0],
      onIteration: {
        if $0.startSeconds > 0 { found.append($0.restart == 1 && $0.iteration == 1) }
      })
    // The second start only, which had yet to begin.
    #expect(found == [true])
  }

  /// The report of some iteration.
  private func soloReport() throws -> IterationReport {
    let world = SoloCommunicator()
    let data = try DataSet(values: threeGaussianRows(50), columnCount: 2, world: world)
    var last: IterationReport?
    _ = try Engine(data, threads: 1, world: world)
      .fit(threeGaussians, from: .kMeans) { last = $0 }
    return try #require(last)
  }

  @Test("A trace that cannot be written is an error that names the file")
  func unwritable() {
    let error = #expect(throws: FileError.self) {
      try TraceWriter(path: "/no/such/folder/trace.jsonl")
    }
    #expect(error?.path == "/no/such/folder/trace.jsonl")
  }
}
