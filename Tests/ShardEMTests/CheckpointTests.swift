import Files
import Foundation
import Host
import MessagePassing
import MixtureModels
import ShardEM
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  private let options = FitOptions(
    maximumIterations: 12, convergence: .logLikelihood(1e-9), restarts: 2, seed: 3)
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("shardem-checkpoints-\(UUID().uuidString)").path

  /// Fits on some ranks, and what rank 0 was given to keep.
  private func fit(
    ranks: Int, resuming state: FitState? = nil, limit: Int = 12
  ) throws -> (fit: Fit, kept: [FitState]) {
    var options = options
    options.maximumIterations = limit
    let rows = try threeGaussianRows(300)
    return try onRanks(ranks) { [options] world in
      let data = try DataSet(values: rows, columnCount: 2, blockRows: 32, world: world)
      var kept: [FitState] = []
      let fit = try Engine(data, threads: 1, world: world).fit(
        threeGaussians, from: .random, options: options, resuming: state,
        keep: { kept.append($0) })
      return (fit, kept)
    }[0]
  }

  private var identity: FitIdentity {
    get throws {
      let data = try DataSet(
        values: threeGaussianRows(300), columnCount: 2, world: SoloCommunicator())
      return FitIdentity(
        settings: [("--seed", "3"), ("--restarts", "2")],
        data: try Engine(data, threads: 1, world: SoloCommunicator()).fingerprint())
    }
  }

  private func write(
    _ states: [FitState], _ identity: FitIdentity, to folder: CheckpointFolder
  ) throws {
    let writer = CheckpointWriter(
      folder, of: threeGaussians, identity, interval: .seconds(0),
      lock: try folder.locked(creating: true))
    for state in states { try writer.keep(state) }
    try writer.flush()
  }

  private func resumption(
    _ identity: FitIdentity, of model: UnitGaussians = threeGaussians
  ) throws -> Resumption? {
    try CheckpointFolder(folder).resumption(of: model, identity, in: SoloCommunicator())
  }

  @Test("A fit that goes on after any iteration, on any number of ranks, ends in the same bits")
  func resume() throws {
    let whole = try fit(ranks: 2)
    #expect(whole.kept.count == 12)
    for (number, state) in whole.kept.enumerated() {
      let checkpoint = Checkpoint(state, of: threeGaussians, try identity)
      let read = try Checkpoint(checkpoint.encoded(), path: "checkpoint")
      let state = try #require(read.state(of: threeGaussians))
      let rest = try fit(ranks: 1 + number % 3, resuming: state)
      #expect(rest.fit == whole.fit)
      #expect(rest.kept == Array(whole.kept[(number + 1)...]))
    }
  }

  /// What a fit keeps whose first start is at its limit when the second begins.
  private func oneAfterTheOther() throws -> [FitState] {
    var state = try #require(try fit(ranks: 1).kept.last)
    state.starts[1] = nil
    return try fit(ranks: 1, resuming: state).kept
  }

  @Test(
    "Starts go on under any limit that they have not passed, as if it had always been that")
  func otherLimit() throws {
    func identity(limit: Int) throws -> FitIdentity {
      FitIdentity(
        settings: [("--most", "\(limit)")], limitOption: "--most", data: try self.identity.data)
    }
    let kept = try fit(ranks: 1).kept
    let ended = try oneAfterTheOther()[1]
    #expect(ended.place == FitPlace(ended: 1, iterations: 13))
    // Two starts after 9 iterations; at their limit; and the second after one, when the first has ended.
    for (state, limits) in [(kept[8], [9, 10, 20]), (kept[11], [12, 20]), (ended, [12])] {
      let folder = CheckpointFolder("\(folder)-\(state.place.iterations)")
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      try write([state], identity(limit: 12), to: folder)
      func resumed(limit: Int) throws -> FitState? {
        try folder.resumption(
          of: threeGaussians, identity(limit: limit), in: SoloCommunicator())?.state
      }
      for limit in limits {
        let rest = try fit(ranks: 2, resuming: try resumed(limit: limit), limit: limit)
        #expect(rest.fit == (try fit(ranks: 1, limit: limit).fit))
      }
      let file = "\(folder.path)/\(state.fileName)"
      if state.place.ended > 0 {
        for limit in [1, 20] {
          let ended = CheckpointError.Problem.startsEnded(
            option: "--most", found: "12", expected: limit)
          #expect(throws: CheckpointError(file, ended)) { try resumed(limit: limit) }
        }
      } else {
        let limit = state.place.iterations / 2 - 1
        let beyond = CheckpointError.Problem.beyondLimit(
          option: "--most", iteration: limit + 1, limit: limit)
        #expect(throws: CheckpointError(file, beyond)) { try resumed(limit: limit) }
      }
    }
  }

  @Test("A checkpoint that is damaged in any byte, or cut off, is none")
  func damage() throws {
    let state = try #require(try oneAfterTheOther().last)
    #expect(state.place.ended == 1)
    let bytes = Checkpoint(state, of: threeGaussians, try identity).encoded()
    _ = try Checkpoint(bytes, path: "whole")
    for i in bytes.indices {
      var damaged = bytes
      damaged[i] ^= 1
      for bytes in [damaged, Array(bytes[..<i])] {
        #expect(throws: CheckpointError("x", .damaged)) { try Checkpoint(bytes, path: "x") }
      }
    }
  }

  @Test("A state of other starts than the fit has is refused", arguments: [0, 1, 3])
  func foreignStart(starts: Int) throws {
    #expect(throws: ForeignState(starts: starts, expected: 2)) {
      try fit(ranks: 1, resuming: FitState(starts: starts))
    }
  }

  @Test("A folder keeps two checkpoints; a damaged newest gives way to the one before")
  func folderKeepsTwo() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = try fit(ranks: 1).kept
    let identity = try identity
    #expect(try resumption(identity) == nil)
    try write(Array(kept[..<10]), identity, to: CheckpointFolder(folder))
    let (older, newest) = (kept[8], kept[9])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == [".checkpoints.lock", older.fileName, newest.fileName])
    #expect(try resumption(identity)?.state == newest)

    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(newest.fileName)"))
    let found = try #require(try resumption(identity))
    #expect(found.state == older && found.damaged == ["\(folder)/\(newest.fileName)"])

    try Data().write(to: URL(fileURLWithPath: "\(folder)/\(older.fileName)"))
    #expect(throws: CheckpointError("\(folder)/\(newest.fileName)", .damaged)) {
      try resumption(identity)
    }
    #expect(throws: CheckpointError(folder, .occupied)) {
      try CheckpointFolder(folder).requireEmpty()
    }
  }

  @Test(
    "Between checkpoints the interval passes, but none is lost at the end",
    // The time of a first one is never a part of 0 of what has passed.
    arguments: [CheckpointInterval.seconds(1000), .share(0)])
  func interval(interval: CheckpointInterval) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = try fit(ranks: 1).kept
    let identity = try identity
    let writer = CheckpointWriter(
      CheckpointFolder(folder), of: threeGaussians, identity, interval: interval,
      lock: try CheckpointFolder(folder).locked(creating: true))
    try writer.keep(kept[0])
    try writer.flush()
    for state in kept[1..<3] { try writer.keep(state) }
    #expect(try resumption(identity)?.state == kept[0])
    try writer.flush()
    #expect(try resumption(identity)?.state == kept[2])
  }

  @Test("An error of the writing is met by the fit")
  func writeError() throws {
    let kept = try fit(ranks: 1).kept
    let writer = CheckpointWriter(
      CheckpointFolder(folder), of: threeGaussians, try identity, interval: .seconds(0))
    let file = "\(folder)/checkpoint-0-2.bin"
    try writer.keep(kept[0])
    #expect(throws: FileError(.noFolder(folder), path: file)) { try writer.keep(kept[1]) }
  }

  @Test("A folder is one fit's until that ends")
  func lock() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let one = CheckpointFolder(folder)
    #expect(try one.locked(creating: false) == nil)
    var lock = try one.locked(creating: true)
    let holder = "process \(getpid()) on \(Host.current.name)"
    #expect(throws: CheckpointError(folder, .inUse(holder: holder))) {
      try one.locked(creating: true)
    }
    #expect(lock != nil)
    lock = nil
    #expect(try one.locked(creating: true) != nil)
  }

  @Test("A checkpoint of a program with other results is refused")
  func otherProgram() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let identity = try identity
    let file = "\(folder)/checkpoint-0-2.bin"
    let current = ProgramIdentity.current
    for other in [
      ProgramIdentity(version: "0.0.9", arithmetic: current.arithmetic),
      ProgramIdentity(version: current.version, arithmetic: "0"),
    ] {
      let earlier = FitIdentity(
        settings: [("--seed", "3"), ("--restarts", "2")], data: identity.data, program: other)
      try? FileManager.default.removeItem(atPath: folder)
      try write([try fit(ranks: 1).kept[0]], earlier, to: CheckpointFolder(folder))
      let error = CheckpointError(
        file, .program(found: other.version, expected: current.version))
      #expect(throws: error) { try resumption(identity) }
      #expect("\(error)".contains("its model: the start \(file) without resuming"))
    }
  }

  @Test("A checkpoint holds the triangles of symmetric matrices, to the last bit")
  func triangles() throws {
    for type in CovarianceType.allCases {
      let model = GaussianMixture(components: 2, columns: 40, covarianceType: type)
      var parameters = model.unitComponents(at: (0..<80).map { Double($0) / 3 })
      parameters.means[0] = -0.0
      if type == .full || type == .tied {
        for i in 0..<40 {
          for j in 0..<i {
            parameters.covariances[40 * i + j] = i % 2 == 0 ? -0.0 : 1e-3 / Double(i + j)
            parameters.covariances[40 * j + i] = parameters.covariances[40 * i + j]
          }
        }
      }
      var state = FitState(starts: 1)
      state.starts[0] = StartState(parameters: parameters)
      let bytes = Checkpoint(state, of: model, try identity).encoded()
      // Weights, means and covariances; less than 600 bytes say what they are of.
      #expect(bytes.count < 600 + 8 * (model.freeParameterCount + 1))
      let read = try #require(
        try Checkpoint(bytes, path: "checkpoint").state(of: model)?.starts[0]?.parameters)
      for (one, other) in [
        (read.means, parameters.means), (read.covariances, parameters.covariances),
      ] {
        #expect(one.map(\.bitPattern) == other.map(\.bitPattern))
      }
    }
  }

  @Test("The checkpoint of another fit is refused in words")
  func foreign() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let identity = try identity
    let file = "\(folder)/checkpoint-0-2.bin"
    try write([try fit(ranks: 1).kept[0]], identity, to: CheckpointFolder(folder))

    let seed = FitIdentity(settings: [("--seed", "4"), ("--restarts", "2")], data: identity.data)
    #expect(
      throws: CheckpointError(file, .setting(option: "--seed", found: "3", expected: "4"))
    ) { try resumption(seed) }
    let fewer = FitIdentity(settings: [("--seed", "3")], data: identity.data)
    #expect(
      throws: CheckpointError(file, .setting(option: "--restarts", found: "2", expected: nil))
    ) { try resumption(fewer) }
    let solo = SoloCommunicator()
    let others = try DataSet(values: threeGaussianRows(299), columnCount: 2, world: solo)
    let data = FitIdentity(
      settings: [("--seed", "3"), ("--restarts", "2")],
      data: try Engine(others, threads: 1, world: solo).fingerprint())
    #expect(throws: CheckpointError(file, .data("299 rows in shard 1, not 300"))) {
      try resumption(data)
    }
    #expect(throws: CheckpointError(file, .size)) {
      try resumption(identity, of: UnitGaussians(componentCount: 2, columnCount: 2))
    }
  }

  @Test("Fingerprints are the same on any number of ranks, and see a changed value or weight")
  func fingerprints() throws {
    let rows = try threeGaussianRows(2000)
    func fingerprint(
      _ rows: [Double], weights: [Double]? = nil, ranks: Int = 1
    ) throws -> DataFingerprint {
      let all = try onRanks(ranks) { world in
        let data = try DataSet(
          values: rows, columnCount: 2, weights: weights, shardRows: [700, 1300], blockRows: 32,
          world: world)
        return try Engine(data, threads: 1, world: world).fingerprint()
      }
      for one in all { #expect(one == all[0]) }
      return all[0]
    }
    let expected = try fingerprint(rows)
    for ranks in [2, 3, 7] { #expect(try fingerprint(rows, ranks: ranks) == expected) }
    // 63 blocks, of which 64 samples miss none.
    for row in stride(from: 0, to: 2000, by: 97) {
      var changed = rows
      changed[2 * row + 1] = changed[2 * row + 1].nextUp
      #expect(
        try fingerprint(changed).difference(from: expected)
          == "other values, weights or labels in some rows")
    }
    let weights = [Double](repeating: 1, count: 2000)
    #expect(try fingerprint(rows, weights: weights) != expected)
  }
}

extension FitState {
  /// That of its checkpoint.
  fileprivate var fileName: String { "checkpoint-\(place.ended)-\(place.iterations).bin" }
}
