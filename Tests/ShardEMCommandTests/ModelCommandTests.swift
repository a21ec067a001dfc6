import Foundation
import MixtureModels
import ShardEM
import Testing

/// predict, score, sample and inspect, with a model that is given.
@Suite struct ModelCommandTests {
  private func folder(rows: Int = 400) throws -> Folder {
    let folder = try Folder()
    try folder.write("m.json", try Samples.model.encoded())
    try folder.write("data.npy", npyFile(Samples.rows(rows), shape: [rows, 2]))
    return folder
  }

  /// log p(x, k) for the components of the model, from the definition.
  private func logJoint(_ x: Double, _ y: Double) -> [Double] {
    let parameters = Samples.model.parameters
    return (0..<2).map { k in
      let c = parameters.covariances[4 * k..<4 * k + 4].map { $0 }
      let (u, v) = (x - parameters.means[2 * k], y - parameters.means[2 * k + 1])
      let determinant = c[0] * c[3] - c[1] * c[2]
      let distance = (c[3] * u * u - 2 * c[1] * u * v + c[0] * v * v) / determinant
      return log(parameters.weights[k]) - log(2 * .pi) - (log(determinant) + distance) / 2
    }
  }

  @Test("predict writes labels, probabilities and log-densities of every row")
  func predict() throws {
    let folder = try folder()
    let outcome = try Shardem.run(
      [
        "predict", "m.json", "data.npy", "-o", "l.npy", "--probabilities", "r.npy",
        "--log-densities", "d.npy", "--quiet",
      ], in: folder)
    #expect(outcome.status == 0 && outcome.output == "" && outcome.errors == "")
    let labels = try folder.npy("l.npy", of: Int64.self)
    let probabilities = try folder.npy("r.npy", of: Double.self)
    let densities = try folder.npy("d.npy", of: Double.self)
    #expect(labels.header == "{'descr': '<i8', 'fortran_order': False, 'shape': (400,), }")
    #expect(
      probabilities.header == "{'descr': '<f8', 'fortran_order': False, 'shape': (400, 2,), }")
    #expect(densities.header == "{'descr': '<f8', 'fortran_order': False, 'shape': (400,), }")
    let rows = try Samples.rows(400)
    for n in 0..<400 {
      let joint = logJoint(rows[2 * n], rows[2 * n + 1])
      let largest = joint.max()!
      let density = largest + log(joint.reduce(0) { $0 + exp($1 - largest) })
      #expect(labels.values[n] == (joint[1] > joint[0] ? 1 : 0))
      // Terms of magnitude up to 200 (squared distances of 20 deviations), each rounded a few
      // times: 200 x 2^-53 x 10 = 2e-13.
      #expect(abs(densities.values[n] - density) < 1e-12)
      #expect(abs(probabilities.values[2 * n] - exp(joint[0] - density)) < 1e-12)
    }
  }

  @Test("score prints one JSON object with the criteria of the definition")
  func score() throws {
    let folder = try folder()
    let outcome = try Shardem.run(["score", "m.json", "data.npy"], in: folder)
    #expect(outcome.status == 0 && outcome.errors == "")
    let keys = try jsonObject(outcome.output).keys
    #expect(
      Set(keys) == [
        "rows", "log_likelihood", "mean_log_likelihood", "aic", "bic", "icl", "normalized_entropy",
        "free_parameters",
      ])
    let total = try number("log_likelihood", in: outcome.output)
    #expect(try number("rows", in: outcome.output) == 400)
    #expect(try number("mean_log_likelihood", in: outcome.output) == total / 400)
    // 1 weight, 2 x 2 means, 2 x 3 covariances are free.
    #expect(try number("aic", in: outcome.output) == 2 * 11 - 2 * total)
    // log 400 may be rounded to either side: 11 x 6 x 2^-52, in a sum of some 3000: 2^-41.
    let bic = try number("bic", in: outcome.output)
    #expect(abs(bic - (11 * log(400) - 2 * total)) < 0x1p-40)
    #expect(try number("free_parameters", in: outcome.output) == 11)
    // A row's entropy is no less than that of its label, and log 2 at most.
    let soft = try 400 * log(2) * (1 - number("normalized_entropy", in: outcome.output))
    let hard = try (number("icl", in: outcome.output) - bic) / 2
    #expect(0 < hard && hard < soft && soft < 400 * log(2))
  }

  @Test(
    "score --decompose prints the bound and its parts, of given responsibilities or the model's own"
  )
  func decompose() throws {
    let folder = try folder()
    _ = try Shardem.run(
      ["predict", "m.json", "data.npy", "-o", "l.npy", "--probabilities", "r.npy", "-q"], in: folder
    )
    let score = ["score", "m.json", "data.npy", "--decompose"]
    let own = try Shardem.run(score, in: folder)
    let same = try Shardem.run(score + ["--responsibilities", "r.npy"], in: folder)
    let hard = try Shardem.run(score + ["--responsibilities", "l.npy"], in: folder)
    try folder.write(
      "even.npy", npyFile([Double](repeating: 0.5, count: 800), shape: [400, 2]))
    let even = try Shardem.run(score + ["--responsibilities", "even.npy"], in: folder)
    for outcome in [own, same, hard, even] {
      #expect(outcome.status == 0 && outcome.errors == "")
      func value(_ key: String) throws -> Double { try number(key, in: outcome.output) }
      let (total, bound) = try (value("log_likelihood"), value("lower_bound"))
      // Sums of 400 rows' terms of up to 200 nats, each rounded a few times.
      #expect(try abs(bound + value("kl_gap") - total) < 1e-9)
      #expect(try abs(value("q") + value("entropy") - bound) < 1e-9)
      #expect(try abs(value("q") - value("r") - total) < 1e-9)
    }
    #expect(try abs(number("kl_gap", in: own.output)) < 1e-9)
    #expect(try abs(number("kl_gap", in: same.output)) < 1e-9)
    #expect(try number("kl_gap", in: even.output) > 1)
    // The gap of labels is what ICL adds for them.
    let ofLabels = try (number("icl", in: hard.output) - number("bic", in: hard.output)) / 2
    #expect(try abs(number("kl_gap", in: hard.output) - ofLabels) < 1e-9)
    #expect(try number("entropy", in: hard.output) == 0)
    let alone = try Shardem.run(
      ["score", "m.json", "data.npy", "--responsibilities", "r.npy"], in: folder)
    #expect(alone.status == 2 && alone.errors.contains("without --decompose"))
  }

  @Test("predict, score and impute take a column that is missing in every row")
  func emptyColumn() throws {
    let folder = try folder()
    try folder.write("empty.csv", "0,NA\n9,NA\n-1,\n")
    let predicted = try Shardem.run(
      [
        "predict", "m.json", "empty.csv", "--missing", "em", "-o", "l.npy", "--log-densities",
        "d.npy",
      ],
      in: folder)
    #expect(predicted.status == 0, "\(predicted.errors)")
    guard predicted.status == 0 else { return }
    #expect(try folder.npy("l.npy", of: Int64.self).values == [0, 1, 0])
    let densities = try folder.npy("d.npy", of: Double.self).values
    // The first column's own mixture, of variances 1 and 2.
    for (x, density) in zip([0.0, 9, -1], densities) {
      let joint = 0.25 * exp(-x * x / 2) + 0.75 * exp(-(x - 8) * (x - 8) / 4) / sqrt(2)
      #expect(abs(density - log(joint / sqrt(2 * .pi))) < 1e-12)
    }
    let score = try Shardem.run(["score", "m.json", "empty.csv", "--missing", "em"], in: folder)
    #expect(score.status == 0, "\(score.errors)")
    // A sum of three numbers below 8.
    let total = try number("log_likelihood", in: score.output)
    #expect(abs(total - densities.reduce(0, +)) < 1e-14)
    let imputed = try Shardem.run(["impute", "m.json", "empty.csv", "-o", "i.npy"], in: folder)
    #expect(imputed.status == 0, "\(imputed.errors)")
    #expect(try folder.npy("i.npy", of: Double.self).values.allSatisfy(\.isFinite))
  }

  @Test("score repeats the bits of the fit")
  func scoreOfFit() throws {
    let folder = try folder()
    _ = try Shardem.run(["fit", "data.npy", "-K", "3", "-o", "fit.json", "-q"], in: folder)
    let fit = try folder.text("fit.json")
    let score = try Shardem.run(["score", "fit.json", "data.npy"], in: folder).output
    for key in [
      "rows", "log_likelihood", "mean_log_likelihood", "aic", "bic", "icl", "normalized_entropy",
      "free_parameters",
    ] {
      #expect(try number(key, in: score) == number(key, in: fit), "\(key)")
    }
  }

  @Test("sample writes shards of whole blocks, together the rows of one file")
  func sample() throws {
    let folder = try folder()
    func sample(_ options: String...) throws -> Shardem.Outcome {
      try Shardem.run(["sample", "m.json", "--seed", "7"] + options, in: folder)
    }
    #expect(try sample("--rows", "3000", "--shards", "2", "-o", "two").status == 0)
    #expect(try sample("--rows", "3000", "-o", "one").status == 0)
    #expect(try folder.names == ["data.npy", "m.json", "one", "two"])
    let first = try folder.npy("two/part-0000.npy", of: Double.self)
    let second = try folder.npy("two/part-0001.npy", of: Double.self)
    #expect(first.values.count == 2 * 1024)
    #expect(
      first.values + second.values == (try folder.npy("one/part-0000.npy", of: Double.self).values))
    // The rows that the library draws.
    #expect(first.values.prefix(800) == (try Samples.rows(400))[...])

    // So the fits are the same, too.
    for data in ["one", "two"] {
      let fit = try Shardem.run(["fit", data, "-K", "2", "-o", "\(data).json", "-q"], in: folder)
      #expect(fit.status == 0)
    }
    #expect(try folder.bytes("one.json") == folder.bytes("two.json"))

    #expect(try sample("--rows", "3", "-o", "one").status == 2)
    #expect(try sample("--rows", "3", "-o", "one", "--force").status == 0)
    #expect(try folder.npy("one/part-0000.npy", of: Double.self).values.count == 6)
  }

  @Test("sample --force leaves no part of an older sample, and nothing else alone")
  func sampleAgain() throws {
    let folder = try folder()
    func sample(_ shards: Int, force: Bool) throws -> Int32 {
      try Shardem.run(
        ["sample", "m.json", "--rows", "6", "--shards", "\(shards)", "-o", "parts"]
          + (force ? ["--force"] : []), in: folder
      ).status
    }
    func names() throws -> [String] {
      try FileManager.default
        .contentsOfDirectory(atPath: folder.url.appendingPathComponent("parts").path).sorted()
    }
    #expect(try sample(5, force: false) == 0)
    for name in ["part-1.npy", "part-0002.csv", "notes.txt"] {
      try folder.write("parts/\(name)", "mine")
    }
    #expect(try sample(2, force: true) == 0)
    #expect(
      try names() == ["notes.txt", "part-0000.npy", "part-0001.npy", "part-0002.csv", "part-1.npy"])
    #expect(try folder.npy("parts/part-0001.npy", of: Double.self).values.count == 6)

    // A part with another number than those to be written would become one of them, too.
    for name in ["part-0000.npy", "part-0001.npy"] {
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent("parts/\(name)"))
    }
    try folder.write("parts/part-0007.npy", "old")
    #expect(try sample(2, force: false) == 2)
    #expect(try folder.text("parts/part-0007.npy") == "old")
  }

  @Test("inspect describes models and data")
  func inspect() throws {
    let folder = try folder(rows: 3)
    try folder.write("table.csv", "width;height\n1;2\n3;-4\n")
    try folder.write("small.npy", npyFile([1, -2.5], shape: [1, 2]))
    let outcome = try Shardem.run(
      ["inspect", "table.csv", "small.npy", "m.json"], in: folder)
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(
      outcome.output == """
        table.csv: text, 2 x 2 columns, delimiter semicolon, first row taken for column names
        column    name  smallest  largest
             1   width         1        3
             2  height        -4        2

        small.npy: .npy, 1 x 2 of <f8 in C order
        column  name  smallest  largest
             1               1        1
             2            -2.5     -2.5

        m.json: a model file
        Gaussian mixture with full covariances: 2 components, 2 columns

        component  weight   column 1   column 2
                1  0.2500  0.0 ± 1.0  0.0 ± 1.0
                2  0.7500  8.0 ± 1.4  8.0 ± 1.0

        not fitted

        component  volume        shape   main axis
                1       1         1, 1        none
                2   1.323  1.67, 0.599  0.92, 0.38

        what sets components apart from the rest
        1: column 2 0.0 ± 1.0, else 8.0 ± 1.0; column 1 0.0 ± 1.0, else 8.0 ± 1.4
        2: column 2 8.0 ± 1.0, else 0.0 ± 1.0; column 1 8.0 ± 1.4, else 0.0 ± 1.0

        """)
  }
}
