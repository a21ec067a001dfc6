import Testing
import _TestSupport

#if MPI
  /// The program under mpirun; one such test at a time, as each is several processes.
  @Suite(.serialized, .enabled(if: Shardem.mpirun != nil, "there is no mpirun"))
  struct RankTests {
    /// 5000 rows: five blocks, of which every rank has one or more.
    private func folder() throws -> Folder {
      let folder = try Folder()
      try folder.write("m.json", try Samples.model.encoded())
      try folder.write("data.npy", npyFile(Samples.rows(5000), shape: [5000, 2]))
      return folder
    }

    @Test("fit, predict, score and sample write the same bytes on any number of ranks")
    func sameBytes() throws {
      let folder = try folder()
      var outputs: [[[UInt8]]] = []
      for ranks in [nil, 2, 3] {
        let fit = try Shardem.run(
          ["fit", "data.npy", "-K", "3", "-o", "fit.json", "-q", "--progress", "none"], in: folder,
          ranks: ranks)
        let predict = try Shardem.run(
          [
            "predict", "m.json", "data.npy", "-o", "l.npy", "--probabilities", "r.npy",
            "--log-densities", "d.npy",
          ], in: folder, ranks: ranks)
        let text = try Shardem.run(
          ["predict", "m.json", "data.npy", "-o", "l.csv", "--probabilities", "r.tsv"],
          in: folder, ranks: ranks)
        let score = try Shardem.run(["score", "m.json", "data.npy"], in: folder, ranks: ranks)
        let sample = try Shardem.run(
          ["sample", "m.json", "--rows", "5000", "--shards", "2", "-o", "parts", "--force"],
          in: folder, ranks: ranks)
        for outcome in [fit, predict, text, score, sample] { #expect(outcome.status == 0) }
        let files = [
          "fit.json", "l.npy", "r.npy", "d.npy", "l.csv", "r.tsv", "parts/part-0000.npy",
          "parts/part-0001.npy",
        ]
        outputs.append(
          try files.map { try folder.bytes($0) } + [fit, score].map { Array($0.output.utf8) })
      }
      #expect(outputs[1] == outputs[0])
      #expect(outputs[2] == outputs[0])
      #expect(
        try folder.names
          == [
            "d.npy", "data.npy", "fit.json", "l.csv", "l.npy", "m.json", "parts", "r.npy", "r.tsv",
          ])
    }

    @Test("shard writes the same bytes on any number of ranks, from files of any kind")
    func sameShards() throws {
      let folder = try folder()
      try folder.write("text.csv", Samples.csv(3000))
      try folder.write("packed.csv.gz", gzip(Samples.csv(2500)))
      var outputs: [[[UInt8]]] = []
      for ranks in [nil, 2, 3] {
        let outcome = try Shardem.run(
          [
            "shard", "text.csv", "data.npy", "packed.csv.gz", "--shards", "4", "-o", "shards",
            "--force",
          ], in: folder, ranks: ranks)
        #expect(outcome.status == 0, "\(outcome.errors)")
        outputs.append(try (0..<4).map { try folder.bytes("shards/part-000\($0).npy") })
      }
      #expect(outputs[1] == outputs[0])
      #expect(outputs[2] == outputs[0])
    }

    @Test("an error on the last rank ends all ranks with one line and status 2", arguments: [2, 3])
    func errorOnOneRank(ranks: Int) throws {
      let folder = try folder()
      var rows = try Samples.rows(5000)
      rows[2 * 4998 + 1] = .nan
      try folder.write("nan.npy", npyFile(rows, shape: [5000, 2]))
      let before = try folder.names
      for command in [
        "fit nan.npy -K 2 -o model.json --trace trace.jsonl", "predict m.json nan.npy -o l.npy",
        "score m.json nan.npy",
      ] {
        let outcome = try Shardem.run(
          command.split(separator: " ").map(String.init), in: folder, ranks: ranks)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(
          outcome.errorLines == [
            "shardem: nan.npy: row 4999, column 2: found nan, expected a finite number; leave such "
              + "rows out, fill in their values, or give --missing em"
          ])
        #expect(try folder.names == before)
      }
    }

    @Test(
      "an error that all ranks meet is told once, with status 2",
      arguments: [
        ("fit no.npy -K 2", "no.npy: no such file"),
        ("fit data.npy -K 0", "--components 0; expected 1 or more; see 'shardem fit --help'"),
        (
          "fit data.npy -K 6000",
          "6000 components for 5000 rows of data; lower --components or add data"
        ),
        ("fit data.npy -K 2 -o no/m.json", "no/m.json: cannot be written: there is no folder no"),
        (
          "fit data.npy -K 1 --init m.json",
          "m.json: a model of gaussian (full), 2 components, 2 columns; expected gaussian (full), "
            + "1 component, 2 columns"
        ),
      ])
    func errorOnAllRanks(command: String, message: String) throws {
      let outcome = try Shardem.run(
        command.split(separator: " ").map(String.init), in: folder(), ranks: 2)
      #expect(outcome.status == 2)
      #expect(outcome.errorLines == ["shardem: " + message])
    }

    @Test(
      "ranks that were given other plans are told once, with status 2",
      arguments: [
        ("fit data.npy -K 2 --local", "fit data.npy -K 2", "--local", "no --local"),
        ("fit data.npy -K 2", "fit data.npy -K 2 --local", "no --local", "--local"),
        (
          "fit data.npy -K 2", "fit data.npy -K 2 --checkpoint kept", "no --checkpoint",
          "--checkpoint kept"
        ),
        ("fit data.npy -K 2", "fit data.npy -K 3", "--components 2", "--components 3"),
        ("fit data.npy -K 2", "fit data.npy -K 2 --spikes keep", "--spikes last", "--spikes keep"),
        (
          "fit data.npy -K 2", "fit data.npy -K 2 --no-header", "neither --header nor --no-header",
          "--no-header"
        ),
        ("fit data.npy -K 2", "score m.json data.npy", "shardem fit", "shardem score"),
        (
          "predict m.json data.npy -o l.npy", "predict m.json data.npy -o k.npy", "--output l.npy",
          "--output k.npy"
        ),
        (
          "shard data.npy -o x --shards 2", "shard data.npy -o x --shards 3", "--shards 2",
          "--shards 3"
        ),
      ])
    func otherPlans(first: String, second: String, expected: String, found: String) throws {
      let folder = try folder()
      let before = try folder.names
      let outcome = try Shardem.run(
        first.split(separator: " ").map(String.init), in: folder, ranks: 1,
        besides: second.split(separator: " ").map(String.init))
      #expect(outcome.status == 2)
      #expect(
        outcome.errorLines == [
          "shardem: \(expected) on rank 0, but \(found) on rank 1; all ranks need the same command "
            + "and options"
        ])
      #expect(try folder.names == before)
    }

    @Test(
      "a command line that is refused on one rank only is told once, with status 2",
      arguments: [0, 1])
    func refusedOnOneRank(rank: Int) throws {
      let lines = [["fit", "data.npy", "-K", "2"], ["fit", "data.npy", "-K", "0"]]
      let outcome = try Shardem.run(
        lines[1 - rank], in: folder(), ranks: 1, besides: lines[rank])
      #expect(outcome.status == 2)
      #expect(
        outcome.errorLines == [
          "shardem: --components 0; expected 1 or more; see 'shardem fit --help'"
        ])
    }

    @Test("ranks may have threads and memory of their own")
    func ownResources() throws {
      let fit = ["fit", "data.npy", "-K", "2", "-q", "--progress", "none"]
      let outcome = try Shardem.run(
        fit, in: folder(), ranks: 1, besides: fit + ["--threads", "2", "--memory", "1GB"])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("help is printed once")
    func help() throws {
      let outcome = try Shardem.run(["--help"], in: Folder(), ranks: 2)
      #expect(outcome.status == 0)
      #expect(outcome.output.components(of: "OVERVIEW:") == 1)
    }

    @Test("a fit that must converge and does not ends the job with status 3")
    func notConverged() throws {
      let outcome = try Shardem.run(
        ["fit", "data.npy", "-K", "2", "--max-iterations", "1", "--require-convergence"],
        in: folder(), ranks: 2)
      #expect(outcome.status == 3)
    }
  }

  extension String {
    /// How often `text` occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
  }
#endif
