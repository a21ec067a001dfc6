import Foundation
import RowSources
import Testing
import _TestSupport

/// The same rows in files of different kinds.
@Suite struct SourceTests {
  private let folder: Folder
  /// 2500 rows of 2 columns: three blocks.
  private let values: [Double]

  init() throws {
    folder = try Folder()
    values = try Samples.rows(2500)
    try folder.write("data.npy", npyFile(values, shape: [2500, 2]))
  }

  /// The model file of a fit that must succeed.
  private func model(_ arguments: String...) throws -> [UInt8] {
    let outcome = try Shardem.run(
      ["fit"] + arguments + ["-K", "2", "-q", "--progress", "none", "-o", "model.json"],
      in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try folder.namelessModel("model.json")
  }

  @Test("raw numbers give the model of the same numbers in a .npy")
  func raw() throws {
    try folder.write("data.f64", values.withUnsafeBytes(Array.init))
    #expect(
      try model("data.f64", "--raw", "float64", "--columns-count", "2") == model("data.npy"))
    let singles = values.map(Float.init)
    let bytes = singles.withUnsafeBytes(Array.init)
    try folder.write("data.f32", bytes)
    try folder.write("single.npy", npyHeader(shape: [2500, 2], descriptor: "<f4") + bytes)
    #expect(
      try model("data.f32", "--raw", "float32", "--columns-count", "2", "--columns", "2,1")
        == model("single.npy", "--columns", "2,1"))
  }

  @Test("a gzip'ed text gives the model of the text, in one member or several")
  func gzipped() throws {
    let text = try Samples.csv(2500)
    try folder.write("data.csv", text)
    try folder.write("data.csv.gz", gzip(text))
    let (first, second) = (text.prefix(30_000), text.dropFirst(30_000))
    try folder.write("members.csv.gz", gzip(String(first)) + gzip(String(second)))
    let expected = try model("data.csv")
    #expect(try model("data.csv.gz") == expected)
    #expect(try model("members.csv.gz") == expected)
    #expect(try model("data.npy") == expected)
  }

  @Test("with --local, shards are in the order of their names, however they are given")
  func local() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "x"), withIntermediateDirectories: true)
    try folder.write("x/a.npy", npyFile(Array(values[..<2048]), shape: [1024, 2]))
    try folder.write("b.npy", npyFile(Array(values[2048...]), shape: [1476, 2]))
    let expected = try model("data.npy")
    #expect(try model("b.npy", "x/a.npy", "--local") == expected)
    #expect(try model("b.npy", "x/a.npy") != expected)
    try folder.write("x/b.npy", npyFile(values, shape: [2500, 2]))
    let twice = try Shardem.run(["fit", "x", "b.npy", "-K", "1", "--local"], in: folder)
    #expect(twice.status == 2)
    #expect(twice.errors.hasPrefix("shardem: b.npy: there are two files of this name on host "))
  }

  @Test("empty shards change no byte, alone, on ranks and with --local, beside a file of weights")
  func emptyShards() throws {
    try folder.write("a.npy", npyFile(Array(values[..<2048]), shape: [1024, 2]))
    try folder.write("b.npy", npyFile([], shape: [0, 2]))
    try folder.write("c.csv", "")
    try folder.write("d.npy", npyFile(Array(values[2048...]), shape: [1476, 2]))
    try folder.write("w.npy", npyFile((0..<2500).map { Double($0 % 3) }, shape: [2500]))
    let expected = try model("data.npy")
    let weighted = try model("data.npy", "--weights", "w.npy")
    for ranks in Shardem.aloneAndOnRanks {
      for options in [[], ["--local"], ["--weights", "w.npy"]] {
        let outcome = try Shardem.run(
          ["fit", "[a-d].*", "-K", "2", "--progress", "none", "-o", "model.json"] + options,
          in: folder, ranks: ranks)
        #expect(outcome.status == 0)
        #expect(
          outcome.errors.hasPrefix("notice: skipped, as there are no rows in it: b.npy, c.csv\n"),
          "\(outcome.errors)")
        #expect(
          try folder.bytes("model.json") == (options.count == 2 ? weighted : expected), "\(options)"
        )
        let none = try Shardem.run(["fit", "b.npy", "c.csv", "-K", "2"], in: folder, ranks: ranks)
        #expect(none.status == 2 && none.errorLines == ["shardem: b.npy: no rows of data"])
      }
    }
  }

  @Test("shards that were numbered without zeros are read in the order of their numbers")
  func numbered() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "in"), withIntermediateDirectories: true)
    for shard in 0..<12 {
      try folder.write("in/\(shard).npy", npyFile([Double(shard)], shape: [1, 1]))
    }
    let order = (0..<12).map(Double.init)
    for data in ["in", "in/*.npy"] {
      let outcome = try Shardem.run(["shard", data, "-o", "all", "--force"], in: folder)
      #expect(outcome.errors.contains("notice: files are read in the order of the numbers"))
      #expect(try folder.npy("all/part-0000.npy", of: Double.self).values == order)
    }
  }

  @Test("a pipe is refused at once, and shards beside their source are warned of")
  func pipesAndCopies() throws {
    let pipe = folder.url.appending(path: "pipe.csv").path(percentEncoded: false)
    #expect(mkfifo(pipe, 0o600) == 0)
    for name in ["pipe.csv", "-", "/dev/stdin"] {
      let outcome = try Shardem.run(["fit", name, "-K", "2"], in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.hasPrefix("shardem: \(name): standard input and pipes are not read"))
    }
    let outcome = try Shardem.run(["shard", "data.npy", "-o", "."], in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("warning: data.npy is in the folder . as well"))
  }

  #if HDF5
    /// A folder of the package's tests' data.
    private func data(_ name: String) -> String {
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Data/\(name)").path(percentEncoded: false)
    }

    @Test("numbers that nobody wrote are refused by every command, alone and on ranks")
    func nobodysNumbers() throws {
      try FileManager.default.copyItem(
        atPath: data("hdf5"), toPath: folder.url.appending(path: "h").path(percentEncoded: false))
      let model = try Shardem.run(
        ["fit", "h/virtual.h5:/whole", "-K", "1", "-o", "m.json", "-q"], in: folder)
      #expect(model.status == 0, "\(model.errors)")
      for (name, message) in [
        ("h/virtual.h5:/gap", "without a source for rows 21 to 40"),
        ("h/holes.h5:/packed", "rows 9 to 24 were never written"),
        ("h/variables.h5:/filled", "row 7, column 2: found -999.0, which by its _FillValue"),
      ] {
        for command in [
          ["fit", name, "-K", "2", "-q"], ["fit", name, "-K", "2", "-q", "--memory", "100kB"],
          ["score", "m.json", name], ["predict", "m.json", name, "-o", "p.npy"], ["inspect", name],
          ["shard", name, "-o", "s"],
        ] {
          for ranks in command[0] == "fit" ? Shardem.aloneAndOnRanks : [nil] {
            let run = try Shardem.run(command, in: folder, ranks: ranks)
            #expect(run.status == 2 && run.errors.contains(message), "\(command): \(run.errors)")
          }
        }
      }
      #expect(try !folder.names.contains("p.npy") && !folder.names.contains("s"))
    }

    @Test("a file of bytes that is too short is refused, naming it and the rows")
    func shortBytes() throws {
      for name in ["external.h5", "short.raw"] {
        try FileManager.default.copyItem(
          atPath: data("hdf5/\(name)"),
          toPath: folder.url.appending(path: name).path(percentEncoded: false))
      }
      let short = try Shardem.run(["fit", "external.h5:/short", "-K", "1"], in: folder)
      #expect(
        short.errors == "shardem: external.h5:/short: the numbers of rows 31 to 40 are in the file "
          + "short.raw, which has 720 of 960 bytes\n")
    }

    @Test("a chunk larger than the memory is refused, one that fits is counted in")
    func chunk() throws {
      let file = data("hdf5/chunk.h5")
      func fit(_ memory: String) throws -> Shardem.Outcome {
        try Shardem.run(
          ["fit", file, "--columns", "1", "-K", "1", "--memory", memory, "-o", "c\(memory).json"],
          in: folder)
      }
      let small = try fit("4MB")
      #expect(small.status == 2)
      #expect(
        small.errors.contains(
          "unpacking its chunks takes 4320000 bytes of memory, more than the limit of 4000000; "))
      // 960,000 bytes of rows beside them, or rows from a copy.
      #expect(try fit("5MB").errors.contains("more rows than --memory has room for"))
      #expect(try fit("6MB").status == 0)
      #expect(try folder.bytes("c5MB.json") == folder.bytes("c6MB.json"))
    }

    @Test("a dataset in an HDF5 file gives the model of its shards, also as weights")
    func hdf5() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Data/numbers.h5").path(percentEncoded: false)
      let sharding = try Shardem.run(
        ["shard", "\(file):/big/f4", "-o", "shards", "-q"], in: folder, ranks: nil)
      #expect(sharding.status == 0, "\(sharding.errors)")
      let table = (1...120).map(Double.init)
      #expect(try folder.npy("shards/part-0000.npy", of: Double.self).values == table)
      let options = ["--columns", "1", "--weights", "\(file):/vector"]
      #expect(
        try model("\(file):/big/f4", options[0], options[1], options[2], options[3])
          == model("shards", options[0], options[1], options[2], options[3]))
      try FileManager.default.copyItem(
        atPath: file, toPath: folder.url.appending(path: "own.h5").path(percentEncoded: false))
      let overwriting = try Shardem.run(
        ["fit", "own.h5:/vector", "-K", "1", "-o", "own.h5"], in: folder)
      #expect(
        overwriting.errors == "shardem: --output own.h5 and the input own.h5:/vector are the same "
          + "file; choose another name\n")
    }
  #endif
}
