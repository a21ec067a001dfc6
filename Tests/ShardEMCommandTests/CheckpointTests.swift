import Foundation
import Testing

@Suite("Checkpoints on the command line")
struct CheckpointCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("data.csv", try Samples.csv(300))
  }

  private func fit(_ options: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try fit(options, ranks: ranks)
  }

  private func fit(_ options: [String], ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--tolerance", "0", "--max-iterations", "8", "--quiet"]
        + options,
      in: folder, ranks: ranks)
  }

  /// Two checkpoints of a fit in the folder `kept`.
  private func checkpointed() throws {
    #expect(try fit("--checkpoint", "kept", "--output", "whole.json").status == 0)
  }

  @Test("A fit that is done ends in the same model when it is started again")
  func again() throws {
    try checkpointed()
    let again = try fit("--checkpoint", "kept", "--resume", "kept", "--output", "again.json")
    #expect(again.status == 0)
    #expect(try folder.bytes("again.json") == folder.bytes("whole.json"))
  }

  @Test("A fit that stopped at its limit goes on with a higher one, to the same bytes")
  func higherLimit() throws {
    try checkpointed()
    // The later option counts.
    let limit = ["--max-iterations", "20"]
    #expect(try fit(["--output", "whole.json"] + limit).status == 0)
    for ranks in Shardem.aloneAndOnRanks {
      let longer = try fit(
        ["--resume", "kept", "--checkpoint", "longer", "--output", "longer.json"] + limit,
        ranks: ranks)
      #expect(longer.status == 0, "\(longer.errors)")
      #expect(try folder.bytes("longer.json") == folder.bytes("whole.json"))
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent("longer"))
    }
  }

  @Test("A fit that is done leaves its checkpoint in a new folder too")
  func newFolder() throws {
    try checkpointed()
    #expect(try fit("--checkpoint", "new", "--resume", "kept").status == 0)
    let newest = "checkpoint-0-8.bin"
    #expect(try folder.bytes("new/" + newest) == folder.bytes("kept/" + newest))
  }

  @Test("The folder to go on from may be written in another way", arguments: ["kept/", "./kept"])
  func sameFolder(name: String) throws {
    #expect(try fit("--checkpoint", name, "--resume", "kept", "--output", "first.json").status == 0)
    let again = try fit("--checkpoint", name, "--resume", "kept", "--output", "again.json")
    #expect(again.status == 0)
    #expect(try folder.bytes("again.json") == folder.bytes("first.json"))
  }

  @Test("A fit with other missing cells is another fit")
  func missingCells() throws {
    try checkpointed()
    let other = try fit("--resume", "kept", "--missing", "em")
    #expect(other.status == 2 && other.errors.contains("--missing em"), "\(other.errors)")
    let em = ["--missing", "em", "--missing-values", "-1"]
    #expect(try fit(["--checkpoint", "em", "--output", "em.json"] + em).status == 0)
    // Nothing is missing, and so nothing is recorded.
    #expect(try folder.bytes("em.json") == folder.bytes("whole.json"))
    let again = try fit(["--resume", "em", "--output", "again.json"] + em)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try folder.bytes("again.json") == folder.bytes("whole.json"))
    let fewer = try fit("--resume", "em", "--missing", "em")
    #expect(fewer.status == 2 && fewer.errors.contains("--missing-values -1"), "\(fewer.errors)")
    #expect(try fit("--resume", "em").status == 2)
  }

  @Test(
    "An option at its default is the same as none, in a checkpoint and when a fit goes on from it",
    arguments: [
      ([], ["--covariance", "VVV"]), ([], ["--estimate", "ml"]), ([], ["--spikes", "last"]),
      (["--estimate", "map"], ["--prior", "mclust"]),
      (["--estimate", "vb"], ["--weight-concentration-type", "dirichlet"]),
      (["--estimate", "vb"], ["--vb-updates", "conjugate"]),
      (["--family", "student-t"], ["--degrees-of-freedom", "each"]),
      (["--family", "student-t", "--estimate", "map"], ["--prior", "mclust"]),
      (["--noise", "auto"], ["--noise"]),
    ] as [([String], [String])])
  func defaults(options: [String], spelled: [String]) throws {
    for (first, then) in [([], spelled), (spelled, [])] {
      let whole = try fit(options + first + ["--checkpoint", "kept", "--output", "whole.json"])
      #expect(whole.status == 0, "\(whole.errors)")
      let again = try fit(options + then + ["--resume", "kept", "--output", "again.json"])
      #expect(again.status == 0, "\(again.errors)")
      if again.status == 0 {
        #expect(try folder.bytes("again.json") == folder.bytes("whole.json"))
      }
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent("kept"))
    }
  }

  @Test("The first time, a job that would go on begins anew and says so")
  func firstTime() throws {
    let first = try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--checkpoint", "kept", "--resume", "kept"], in: folder)
    #expect(first.status == 0)
    #expect(first.errors.contains("notice: kept: no checkpoint yet; beginning anew\n"))
    #expect(try folder.names.contains("kept"))
  }

  @Test(
    "What cannot be gone on from is refused in one line, on ranks too",
    arguments: Shardem.aloneAndOnRanks)
  func refused(ranks: Int?) throws {
    try checkpointed()
    let newest = "kept/checkpoint-0-8.bin"
    let cases: [([String], String)] = [
      (
        ["--checkpoint", "kept"],
        "kept: holds checkpoints of an earlier fit; add --resume kept to go on from them, or name "
          + "another folder"
      ),
      (["--resume", "nosuch"], "nosuch: no checkpoint to go on from"),
      (["--checkpoint", "data.csv"], "data.csv: a file, expected a folder"),
      (["--resume", "data.csv"], "data.csv: a file, expected a folder"),
      (
        ["--checkpoint", "no/such"],
        "no/such: no folder for checkpoints can be made here: No such file or directory"
      ),
      (
        ["--resume", "kept", "--seed", "1"],
        "\(newest): made with --seed 0, not with --seed 1; give the options of then, or begin anew "
          + "without --resume, in another folder"
      ),
      (
        ["--resume", "kept", "--exact-dense"],
        "\(newest): made with --exact-dense off, not with --exact-dense on; give the options of "
          + "then, or begin anew without --resume, in another folder"
      ),
      (
        ["--resume", "kept", "--max-iterations", "7"],
        "\(newest): made after iteration 8, past --max-iterations 7; give at least 8, or begin anew "
          + "without --resume, in another folder"
      ),
      (
        ["--resume", "kept", "--columns", "width"],
        "\(newest): made of other data: these have 1 column, not 2; give the data of then, or "
          + "begin anew without --resume, in another folder"
      ),
      (
        ["--resume", "kept", "--columns", "height,width"],
        "\(newest): made of other data: these have a column 1 named \"height\", not \"width\"; give "
          + "the data of then, or begin anew without --resume, in another folder"
      ),
    ]
    for (options, message) in cases {
      let outcome = try Shardem.run(
        [
          "fit", "data.csv", "-K", "2", "--tolerance", "0", "--max-iterations", "8", "--output",
          "m",
        ]
          + options, in: folder, ranks: ranks)
      #expect(outcome.status == 2)
      #expect(outcome.errorLines == ["shardem: " + message])
      #expect(try !folder.names.contains("m"))
    }
  }

  @Test("What is no model is told by what it is, where a model is to be read")
  func asModel() throws {
    try checkpointed()
    func message(_ model: String) throws -> [String] {
      let outcome = try Shardem.run(["score", model, "data.csv"], in: folder)
      #expect(outcome.status == 2)
      return outcome.errorLines
    }
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("empty"), withIntermediateDirectories: false)
    #expect(
      try message("empty") == [
        "shardem: empty: a folder without checkpoints; expected a model file, or checkpoints of a fit"
      ])
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: folder.url.appendingPathComponent("kept").path)
    for name in kept.map({ "kept/\($0)" }) {
      var bytes = try folder.bytes(name)
      bytes[bytes.count - 9] ^= 1
      try Data(bytes).write(to: folder.url.appendingPathComponent(name))
    }
    for model in ["kept", "kept/checkpoint-0-8.bin"] {
      #expect(
        try message(model) == [
          "shardem: kept/checkpoint-0-8.bin: a damaged checkpoint; take an older one, or a model file"
        ])
    }
  }

  @Test("Another limit is refused where a start has ended with the old one")
  func limitOfStarts() throws {
    let starts = ["--restarts", "2", "--resume", "kept"]
    #expect(try fit(starts + ["--checkpoint", "kept"]).status == 0)
    for limit in ["7", "20"] {
      let outcome = try fit(starts + ["--max-iterations", limit])
      #expect(outcome.status == 2)
      #expect(
        outcome.errorLines == [
          "shardem: kept/checkpoint-1-16.bin: made with --max-iterations 8, not with \(limit), after a "
            + "start that ended with it; give that, or begin anew without --resume, in another "
            + "folder"
        ])
    }
  }

  @Test("Starts that come to their limit together go on with a higher one, to the same bytes")
  func higherLimitOfStarts() throws {
    let starts = ["--restarts", "3", "--init", "random"]
    #expect(try fit(starts + ["--checkpoint", "kept"]).status == 0)
    let limit = starts + ["--max-iterations", "20"]
    #expect(try fit(["--output", "whole.json"] + limit).status == 0)
    #expect(try fit(["--resume", "kept", "--output", "longer.json"] + limit).status == 0)
    #expect(try folder.bytes("longer.json") == folder.bytes("whole.json"))
  }

  @Test("The shard is named that is missing, or new, where a fit is to go on")
  func otherShards() throws {
    for name in ["a", "b", "c"] { try folder.write("\(name).csv", "1\n2\n4\n8\n") }
    func resumed(_ shards: [String]) throws -> Shardem.Outcome {
      try Shardem.run(
        [
          "fit", "-K", "2", "--tolerance", "0", "--max-iterations", "4", "--checkpoint", "kept",
          "--resume", "kept", "--quiet",
        ] + shards, in: folder)
    }
    #expect(try resumed(["a.csv", "b.csv"]).status == 0)
    for (shards, difference) in [
      (["a.csv"], "1 shard, not 2: no b.csv"), (["b.csv"], "1 shard, not 2: no a.csv"),
      (["a.csv", "b.csv", "c.csv"], "3 shards, not 2: c.csv is new"),
    ] {
      let message =
        "shardem: kept/checkpoint-0-4.bin: made of other data: these have \(difference); give the "
        + "data of then, or begin anew without --resume, in another folder"
      #expect(try resumed(shards).errorLines == [message])
    }
  }

  @Test("An interval that is none is refused")
  func interval() throws {
    let outcome = try fit("--checkpoint", "kept", "--checkpoint-interval", "-1")
    #expect(outcome.status == 2)
    #expect(
      outcome.errorLines == [
        "shardem: --checkpoint-interval -1.0; expected a number of seconds from 0 up; "
          + "see 'shardem fit --help'"
      ])
  }
}
