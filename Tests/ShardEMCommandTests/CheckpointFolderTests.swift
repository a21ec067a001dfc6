import Foundation
import SystemLibrary
import Testing

@Suite("Folders of checkpoints on the command line")
struct CheckpointFolderTests {
  private let folder: Folder
  private let fit = ["fit", "data.csv", "-K", "2", "--tolerance", "0", "--quiet"]

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
  }

  /// A fit of 8 iterations whose checkpoints are in `kept`, and its model in `whole.json`.
  private func checkpointed() throws {
    let outcome = try Shardem.run(
      fit + ["--max-iterations", "8", "--checkpoint", "kept", "--output", "whole.json"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// The names of the checkpoints in `kept`, the newest last.
  private func checkpoints() throws -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path("kept"))) ?? []
    return names.filter { $0.hasPrefix("checkpoint-") }.sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func contents(of name: String) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path(name))
    return Dictionary(
      uniqueKeysWithValues: try names.map { ($0, try folder.bytes("\(name)/\($0)")) })
  }

  /// Starts a fit that does not end by itself, and waits until it keeps later checkpoints than now.
  private func running(_ options: [String]) throws -> Process {
    let before = try checkpoints()
    let process = try Shardem.start(
      fit + ["--max-iterations", "1000000", "--init", "random"] + options, in: folder)
    let end = ContinuousClock.now + .seconds(60)
    while try checkpoints().isEmpty || checkpoints() == before {
      guard process.isRunning, ContinuousClock.now < end else {
        Issue.record("no checkpoint was kept")
        break
      }
      usleep(2000)
    }
    return process
  }

  private func killed(_ process: Process) {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test("--resume alone leaves the folder as it is, also one that may not be written to")
  func resumeAlone() throws {
    try checkpointed()
    let before = try contents(of: "kept")
    #expect(chmod(path("kept"), 0o555) == 0)
    defer { chmod(path("kept"), 0o755) }
    let longer = try Shardem.run(
      fit + ["--max-iterations", "20", "--resume", "kept", "--output", "longer.json"], in: folder)
    #expect(longer.status == 0, "\(longer.errors)")
    #expect(try contents(of: "kept") == before)
    let whole = try Shardem.run(
      fit + ["--max-iterations", "20", "--output", "whole.json"], in: folder)
    #expect(whole.status == 0)
    #expect(try folder.bytes("longer.json") == folder.bytes("whole.json"))
  }

  @Test("An interval without a folder is refused")
  func intervalAlone() throws {
    for options in [[], ["--resume", "kept"]] {
      let outcome = try Shardem.run(fit + ["--checkpoint-interval", "5"] + options, in: folder)
      #expect(outcome.status == 2)
      #expect(
        outcome.errorLines == [
          "shardem: --checkpoint-interval 5.0 without --checkpoint; see 'shardem fit --help'"
        ])
    }
  }

  @Test("A folder in use is refused by host and process; after a kill the next fit goes on")
  func inUse() throws {
    let first = try running(["--checkpoint", "kept"])
    defer { killed(first) }
    for resume in [[], ["--resume", "kept"]] {
      let second = try Shardem.run(fit + ["--checkpoint", "kept"] + resume, in: folder)
      #expect(second.status == 2)
      let line = try #require(second.errorLines.first)
      #expect(line.hasPrefix("shardem: kept: in use by another fit, process "))
      #expect(line.contains("process \(first.processIdentifier) on "))
      #expect(second.errorLines.count == 1)
    }
    killed(first)
    let newest = try #require(try checkpoints().last)
    let third = try running(["--checkpoint", "kept", "--resume", "kept"])
    killed(third)
    let later = try #require(try checkpoints().last)
    #expect(newest.compare(later, options: .numeric) == .orderedAscending)
  }

  @Test("A folder in that of a running selection is in use, and that of a running fit keeps it off")
  func inUseBySelection() throws {
    let options = ["--max-iterations", "1000000", "--tolerance", "0", "--init", "random"]
    let select = ["select", "data.csv", "-K", "2", "--covariance", "full", "--checkpoint", "all"]
    func refused(_ arguments: [String], by process: Process, _ name: String) throws {
      let outcome = try Shardem.run(arguments, in: folder)
      #expect(outcome.status == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
      let holder = "\(name): in use by another fit, process \(process.processIdentifier) on "
      let line = outcome.errorLines.first ?? ""
      #expect(line.hasPrefix("shardem: \(holder)"), "\(outcome.errors)")
    }
    func checkpoints(in name: String) -> [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []
      return names.filter { $0.hasPrefix("checkpoint-") }
    }
    func running(_ arguments: [String], _ name: String) throws -> Process {
      let before = checkpoints(in: name)
      let process = try Shardem.start(arguments, in: folder)
      let end = ContinuousClock.now + .seconds(60)
      while checkpoints(in: name) == before && process.isRunning && ContinuousClock.now < end {
        usleep(2000)
      }
      #expect(process.isRunning && checkpoints(in: name) != before)
      return process
    }
    let selection = try running(select + options, "all/full-2")
    defer { killed(selection) }
    try refused(
      fit + ["--checkpoint", "all/full-2", "--resume", "all/full-2"], by: selection, "all/full-2")
    killed(selection)
    let own = try running(fit + options + ["--checkpoint", "all/own"], "all/own")
    defer { killed(own) }
    // A fit leaves the folders in its own alone.
    #expect(try Shardem.run(fit + ["--checkpoint", "all"], in: folder).status == 0)
    killed(own)
    try FileManager.default.createDirectory(
      atPath: path("both"), withIntermediateDirectories: false)
    let inside = try running(
      ["fit", "data.csv", "-K", "2"] + options + ["--checkpoint", "both/full-2"], "both/full-2")
    defer { killed(inside) }
    try refused(
      select.dropLast() + ["both", "--resume", "both"] + options, by: inside, "both/full-2")
  }

  @Test("The lock leaves alone what others call .lock, and what a link by its own name leads to")
  func othersFiles() throws {
    try FileManager.default.createDirectory(
      atPath: path("kept"), withIntermediateDirectories: false)
    try folder.write("kept/.lock", "of others")
    try checkpointed()
    #expect(try folder.bytes("kept/.lock") == Array("of others".utf8))

    try FileManager.default.createDirectory(
      atPath: path("linked"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: path("linked/.checkpoints.lock"), withDestinationPath: path("data.csv"))
    let before = try folder.bytes("data.csv")
    let outcome = try Shardem.run(fit + ["--checkpoint", "linked"], in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errorLines.first?.hasPrefix(
        "shardem: linked/.checkpoints.lock: cannot be written: ") == true)
    #expect(try folder.bytes("data.csv") == before)
  }

  @Test("A checkpoint that cannot be read is no damage: the fit does not go on from an older one")
  func unreadable() throws {
    try checkpointed()
    let newest = try #require(try checkpoints().last)
    try FileManager.default.removeItem(atPath: path("kept/\(newest)"))
    try FileManager.default.createDirectory(
      atPath: path("kept/\(newest)"), withIntermediateDirectories: false)
    let outcome = try Shardem.run(
      fit + ["--max-iterations", "8", "--checkpoint", "kept", "--resume", "kept"], in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.errorLines == [
        "shardem: kept/\(newest): a folder; expected a file"
      ])
  }

  @Test("A checkpoint of the first version is refused by it")
  func oldVersion() throws {
    try FileManager.default.createDirectory(
      atPath: path("kept"), withIntermediateDirectories: false)
    let old = "{\"converged\":false,\"numbers\":[1]}\nshardem-checkpoint 1 0123456789abcdef\n"
    try folder.write("kept/checkpoint-0-3.json", old)
    let commands = [
      fit + ["--resume", "kept"], fit + ["--resume", "kept", "--checkpoint", "kept"],
      ["inspect", "kept"], ["score", "kept/checkpoint-0-3.json", "data.csv"],
    ]
    for command in commands {
      let outcome = try Shardem.run(command, in: folder)
      #expect(outcome.status == 2)
      let line = try #require(outcome.errorLines.first)
      #expect(
        line.hasPrefix("shardem: kept/checkpoint-0-3.json: a checkpoint of version 1, "), "\(line)")
    }
  }

  @Test("A checkpoint, or its folder, stands for the model so far", arguments: [true, false])
  func asModel(isFile: Bool) throws {
    try checkpointed()
    let model = isFile ? "kept/\(try #require(try checkpoints().last))" : "kept"
    func run(_ command: [String]) throws -> String {
      let outcome = try Shardem.run(command, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    let expected = try run(["score", "whole.json", "data.csv"])
    #expect(expected.contains("bic"))
    #expect(try run(["score", model, "data.csv"]) == expected)
    for (name, output) in [("whole.json", "a.npy"), (model, "b.npy")] {
      _ = try run(["predict", name, "data.csv", "--log-densities", output])
    }
    #expect(try folder.bytes("a.npy") == folder.bytes("b.npy"))
    let text = try run(["inspect", model])
    #expect(text.contains("checkpoint-0-8") && text.contains("after iteration 8"))
    for (name, output) in [("whole.json", "a.json"), (model, "b.json")] {
      _ = try run(fit + ["--init", name, "--max-iterations", "2", "--output", output])
    }
    #expect(try folder.bytes("a.json") == folder.bytes("b.json"))
    _ = try run(["inspect", model, "--output", "model.json"])
    #expect(try run(["score", "model.json", "data.csv"]) == expected)
  }

  @Test("After kills the trace has every iteration once, and no part of it is left beside it")
  func traceAfterKills() throws {
    let options = ["--checkpoint", "kept", "--resume", "kept", "--trace", "trace.jsonl"]
    for _ in 0..<3 { killed(try running(options)) }
    let newest = try #require(try checkpoints().last)
    let place = try #require(Int(newest.split(separator: "-")[2].prefix { $0.isNumber }))
    let limit = place + 2
    let outcome = try Shardem.run(
      fit + ["--init", "random", "--max-iterations", "\(limit)"] + options, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let iterations = try folder.text("trace.jsonl").split(separator: "\n").map {
      try jsonObject(String($0))["iteration"] as? Int
    }
    #expect(iterations == Array(1...limit))
    #expect(try folder.names.filter { $0.hasSuffix(".partial") } == [])
  }
}
