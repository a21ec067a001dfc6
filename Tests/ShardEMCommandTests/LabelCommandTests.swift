import Foundation
import Testing

@Suite("Labels on the command line")
struct LabelCommandTests {
  private let folder: Folder
  /// Of each row of iris its species.
  private let species: [String]

  /// `iris.csv`, in which 10 rows of each species say so.
  init() throws {
    folder = try Folder()
    let iris = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Data/iris.csv")
    let lines = try String(contentsOf: iris, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",").map(String.init)
    }
    species = lines.dropFirst().map { $0[4] }
    let rows = lines.dropFirst().enumerated().map { n, fields in
      // Of 50 rows each the species' first ten.
      (fields.prefix(4) + [n % 50 < 10 ? fields[4] : ""]).joined(separator: ",") + "\n"
    }
    try folder.write("iris.csv", lines[0].joined(separator: ",") + "\n" + rows.joined())
  }

  private func run(_ arguments: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(arguments, in: folder, ranks: ranks)
  }

  private func fit(_ options: String..., ranks: Int? = nil) throws -> Shardem.Outcome {
    try Shardem.run(
      ["fit", "iris.csv", "--labels", "species", "-K", "3", "--output", "m.json"] + options,
      in: folder, ranks: ranks)
  }

  /// How many of the rows have their species.
  private func hits(_ labels: [String]) -> Int { zip(labels, species).count { $0 == $1 } }

  @Test("Ten labels a species predict as many species rightly as the clusters do at best, or more")
  func iris() throws {
    let outcome = try fit()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("log-likelihood with labels"))
    let text = try folder.text("m.json")
    #expect(text.contains("\"class_names\": [\"setosa\", \"versicolor\", \"virginica\"]"))
    #expect(text.contains("\"classes\": [0, 1, 2]") && text.contains("\"version\": 1"))
    #expect(try number("objective", in: text) < number("log_likelihood", in: text))
    // That of the same mixture, which looks at no labels.
    let columns = ["--columns", "1,2,3,4"]
    let score = try Shardem.run(["score", "m.json", "iris.csv"] + columns, in: folder).output
    #expect(try number("log_likelihood", in: score) == number("log_likelihood", in: text))
    #expect(try number("icl", in: score) == number("icl", in: text))
    #expect(try run("predict", "m.json", "iris.csv", "--classes", "-o", "c.csv").status == 0)
    let labels = try folder.text("c.csv").split(separator: "\n").map(String.init)
    #expect(labels[0] == "label" && labels.count == 151)

    // The clusters, whichever of them is which species.
    #expect(
      try Shardem.run(
        ["fit", "iris.csv", "-K", "3", "--output", "u.json"] + columns, in: folder
      ).status == 0)
    #expect(try run("predict", "u.json", "iris.csv", "-o", "u.csv").status == 0)
    let clusters = try folder.text("u.csv").split(separator: "\n").dropFirst().map { Int($0)! }
    let names = ["setosa", "versicolor", "virginica"]
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    let best = orders.map { order in hits(clusters.map { names[order[$0]] }) }.max()!
    #expect(hits(Array(labels.dropFirst())) >= best && best > 100)
  }

  @Test("Several components a class: probabilities are sums, text has names, numbers have none")
  func severalOfAClass() throws {
    #expect(try fit("-K", "6", "--components-per-class", "2", "--covariance", "diag").status == 0)
    #expect(try folder.text("m.json").contains("\"classes\": [0, 0, 1, 1, 2, 2]"))
    for (suffix, ranks) in zip(["a", "b"], Shardem.aloneAndOnRanks) {
      #expect(
        try run(
          "predict", "m.json", "iris.csv", "--classes", "-o", "c\(suffix).csv",
          "--probabilities", "p\(suffix).csv", ranks: ranks
        ).status == 0)
    }
    #expect(
      try run(
        "predict", "m.json", "iris.csv", "--classes", "-o", "c.npy", "--probabilities", "p.npy"
      ).status == 0)
    #expect(try run("predict", "m.json", "iris.csv", "--probabilities", "r.npy").status == 0)
    let words = try folder.text("ca.csv").split(separator: "\n").dropFirst()
    let labels = try folder.npy("c.npy", of: Int64.self).values
    #expect(labels.map { ["setosa", "versicolor", "virginica"][Int($0)] } == words.map { "\($0)" })
    #expect(try folder.text("pa.csv").hasPrefix("setosa,versicolor,virginica\n"))
    let probabilities = try folder.npy("p.npy", of: Double.self).values
    let responsibilities = try folder.npy("r.npy", of: Double.self).values
    #expect(probabilities.count == 450 && responsibilities.count == 900)
    #expect(
      probabilities.indices.allSatisfy {
        probabilities[$0] == responsibilities[2 * $0] + responsibilities[2 * $0 + 1]
      })
    for name in Shardem.aloneAndOnRanks.count > 1 ? ["c", "p"] : [] {
      #expect(try folder.bytes("\(name)b.csv") == folder.bytes("\(name)a.csv"))
    }
    let summary = try run("inspect", "m.json").output
    #expect(summary.contains("versicolor") && summary.contains("in classes: 6 components"))
    #expect(try run("sample", "m.json", "--rows", "10", "-o", "drawn").status == 0)
  }

  @Test("Labels in a file give the same bytes, as do ranks, and a fit that goes on")
  func sameBytes() throws {
    #expect(try fit("--checkpoint", "kept").status == 0)
    let expected = try folder.bytes("m.json")
    let lines = try folder.text("iris.csv").split(separator: "\n").map { $0.split(separator: ",") }
    // No name in the first row.
    try folder.write(
      "labels.txt", lines.dropFirst().map { $0.count > 4 ? "\($0[4])\n" : "NA\n" }.joined())
    let names = ["setosa": "0", "versicolor": "1", "virginica": "2"]
    try folder.write(
      "numbers.csv",
      lines.dropFirst().map { ($0.count > 4 ? names["\($0[4])"]! : "-1") + "\n" }.joined())
    let columns = ["--columns", "1,2,3,4", "--labels", "labels.txt"]
    for ranks in Shardem.aloneAndOnRanks {
      for options in [[], columns] {
        let outcome = try Shardem.run(
          ["fit", "iris.csv", "--labels", "species", "-K", "3", "--output", "m.json"] + options,
          in: folder, ranks: ranks)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.bytes("m.json") == expected)
      }
    }
    #expect(try fit("--checkpoint", "kept", "--resume", "kept").status == 0)
    #expect(try folder.bytes("m.json") == expected)
    #expect(try fit("--init", "m.json", "--output", "again.json").status == 0)
    #expect(try fit("--init", "kept", "--output", "again.json").status == 0)
    try folder.write(
      "more.txt",
      try folder.text("labels.txt").replacing("virginica\nNA", with: "virginica\nsetosa"))
    for (name, message) in [
      ("more.txt", "other values, weights or labels in some rows"),
      ("numbers.csv", "made with --labels [\"setosa\", \"versicolor\", \"virginica\"], not with"),
    ] {
      let other = try fit("--resume", "kept", "--columns", "1,2,3,4", "--labels", name)
      #expect(other.status == 2 && other.errorLines.count == 1)
      #expect(other.errors.contains(message), "\(other.errors)")
    }
    let plain = try run("fit", "iris.csv", "--columns", "1,2,3,4", "-K", "3", "--resume", "kept")
    #expect(plain.status == 2 && plain.errorLines.count == 1)
    #expect(plain.errors.contains("made with --labels [\"setosa\", "), "\(plain.errors)")
  }

  @Test("What is wrong is said in one line")
  func refused() throws {
    #expect(try fit().status == 0)
    try folder.write("bad.csv", "x,kind\n1,0\n2,1\n3,5\n4,0.5\n")
    try folder.write(
      "noise.csv", "x,kind,other\n1,noise,a\n2,a,class_3\n3,,a\n4,,\n5,noise,\n6,a,\n")
    #expect(
      try run("fit", "iris.csv", "--columns", "1,2,3,4", "-K", "3", "-o", "plain.json").status == 0)
    let expectations: [([String], String)] = [
      (
        ["fit", "bad.csv", "-K", "2", "--labels", "kind"],
        "bad.csv: row 4, column 2 (kind): found 5, expected a label, 0 to 1, or -1 where it is unknown"
      ),
      (
        ["fit", "bad.csv", "-K", "6", "--labels", "2"],
        "bad.csv: row 5, column 2 (kind): found 0.5, expected a label, 0 to 5, or -1 where it is unknown"
      ),
      (
        ["fit", "iris.csv", "-K", "2", "--labels", "species"],
        "labels of 3 words, setosa, versicolor, virginica; expected at most 2, a class each"
      ),
      (
        ["fit", "iris.csv", "-K", "4", "--labels", "species", "--components-per-class", "3"],
        "--components-per-class 3 of 4 components; expected a number that divides these"
      ),
      (
        ["fit", "iris.csv", "-K", "4", "--components-per-class", "2"],
        "--components-per-class 2 without --labels"
      ),
      (
        ["fit", "iris.csv", "-K", "4", "--labels", "genus"], "genus: no such file, and iris.csv: "
      ),
      (
        ["fit", "iris.csv", "-K", "6", "--labels", "species", "--init", "plain.json"],
        "plain.json: a model of gaussian (full), 3 components, 4 columns; expected gaussian (full) with "
          + "classes, 6 components"
      ),
      (
        ["fit", "noise.csv", "-K", "2", "--columns", "x", "--labels", "kind", "--noise"],
        "a class called noise; expected another name, as noise has this one"
      ),
      (
        ["fit", "noise.csv", "-K", "4", "--columns", "x", "--labels", "other"],
        "a class called class_3; expected another name, as class 3 without a name has this one"
      ),
      (
        ["predict", "plain.json", "iris.csv", "--classes", "-o", "c.csv"],
        "plain.json: a model without classes; expected one that was fitted with --labels"
      ),
    ]
    for (arguments, message) in expectations {
      let outcome = try Shardem.run(arguments, in: folder)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(
        outcome.errorLines.count == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    }
  }

  @Test("A labelled fit starts from a model without classes, whose components are theirs in order")
  func unlabelledStart() throws {
    let columns = ["--columns", "1,2,3,4"]
    for (options, perClass) in [([], 1), (["--covariance", "diag", "--hard"], 2)] {
      let count = ["-K", "\(3 * perClass)"] + options
      #expect(
        try Shardem.run(["fit", "iris.csv", "-o", "u.json"] + count + columns, in: folder).status
          == 0)
      let classes = (0..<3 * perClass).map { "\($0 / perClass)" }.joined(separator: ", ")
      let text = try folder.text("u.json").replacing(
        ",\n  \"fit\"", with: ",\n  \"classes\": [\(classes)],\n  \"fit\"")
      let names = "\"class_names\": [\"setosa\", \"versicolor\", \"virginica\"],\n  \"weights\""
      try folder.write("c.json", text.replacing("\"weights\"", with: names))
      let perClass = ["--components-per-class", "\(perClass)"]
      for start in ["u", "c"] {
        let outcome = try Shardem.run(
          [
            "fit", "iris.csv", "--labels", "species", "--init", "\(start).json", "-o",
            "\(start)2.json",
          ]
            + count + perClass + columns, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(try folder.bytes("u2.json") == folder.bytes("c2.json"))
    }
  }

  @Test(
    "Columns of words beside labels of words: from a model, a checkpoint, labels, responsibilities")
  func wordsFromAnyStart() throws {
    let words = (0..<40).map { n in
      "\(n % 4 < 2 ? "red" : "blue"),\(n % 3 == 0 ? "low" : "high"),\(["a", "b", ""][n % 3])\n"
    }
    try folder.write("words.csv", "color,height,kind\n" + words.joined())
    try folder.write(
      "kinds.csv", "kind\n" + (0..<40).map { ["a\n", "b\n", "NA\n"][$0 % 3] }.joined())
    try folder.write("labels.csv", (0..<40).map { "\($0 % 3 == 1 ? 1 : 0)\n" }.joined())
    try folder.write("named.csv", "group\n" + (0..<40).map { $0 % 3 == 1 ? "b\n" : "a\n" }.joined())
    try folder.write(
      "shares.csv", (0..<40).map { ["1,0\n", "0,1\n", "0.5,0.5\n"][$0 % 3] }.joined())
    let families = [["categorical"], ["mixed", "--column-families", "*=categorical"], ["auto"]]
    for (number, family) in families.enumerated() {
      for labels in number == 0 ? ["kind", "kinds.csv"] : ["kind"] {
        let options =
          ["fit", "words.csv", "-K", "2", "--columns", "color,height", "--labels", labels]
          + ["--missing", "em", "-q", "--progress", "none", "--family"] + family
        let first = try Shardem.run(
          options + ["-o", "first.json", "--checkpoint", "kept\(number)\(labels)"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        let starts = [
          "first.json", "kept\(number)\(labels)", "labels.csv", "named.csv", "shares.csv",
        ]
        for start in starts + ["random"] {
          for ranks in number == 0 && start == "named.csv" ? Shardem.aloneAndOnRanks : [nil] {
            let outcome = try Shardem.run(
              options + ["--init", start, "-o", "\(ranks ?? 1).json"], in: folder, ranks: ranks)
            #expect(outcome.status == 0, "\(family) from \(start): \(outcome.errors)")
            #expect(
              try folder.text("\(ranks ?? 1).json").contains("\"class_names\": [\"a\", \"b\"]"))
          }
        }
      }
    }
    // Words are the labels of components in their order.
    let fit = ["fit", "words.csv", "-K", "2", "--columns", "1,2", "--family", "categorical", "-q"]
    for (start, name) in [("labels.csv", "numbers"), ("named.csv", "words")] {
      let outcome = try Shardem.run(fit + ["--init", start, "-o", "\(name).json"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try folder.bytes("words.json") == folder.bytes("numbers.json"))
    try folder.write("three.csv", (0..<40).map { "\(["x", "y", "z"][$0 % 3])\n" }.joined())
    try folder.write("mixed.csv", (0..<40).map { "\(["0", "1", "z"][$0 % 3])\n" }.joined())
    for (start, message) in [
      ("three.csv", "three.csv: labels of 3 words, x, y, z; expected at most 2, a component each"),
      (
        "mixed.csv",
        "mixed.csv: row 3, column 1: found \"z\", expected a number, as other labels are: 0 to 1"
      ),
    ] {
      let outcome = try Shardem.run(fit + ["--init", start], in: folder)
      #expect(
        outcome.status == 2 && outcome.errorLines == ["shardem: " + message], "\(outcome.errors)")
    }
  }

  @Test("What was maximized is in the model, with all that it is of")
  func objectives() throws {
    func objective(_ options: String...) throws -> (model: String, summary: String, errors: String)
    {
      let outcome = try Shardem.run(
        ["fit", "iris.csv", "--labels", "species", "-K", "3", "-o", "m.json"] + options, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return (try folder.text("m.json"), outcome.output, outcome.errors)
    }
    let kMeans = try objective("--family", "k-means")
    let inertia = try number("inertia", in: kMeans.model)
    let maximized = try number("objective", in: kMeans.model)
    // Labelled rows are in clusters that are not the nearest.
    #expect(maximized < -inertia)
    #expect(kMeans.summary.contains("with labels     \(maximized), which was maximized"))
    let both = try objective("--hard", "--estimate", "map", "--prior", "mclust")
    let own = try number("objective", in: both.model)
    #expect(
      both.summary.contains(
        "classification  \(own) (log-posterior, with labels), which was maximized"))
    let hard = try Shardem.run(
      [
        "fit", "iris.csv", "-K", "2", "--hard", "--estimate", "map", "--prior", "mclust",
        "--columns", "1,2",
      ],
      in: folder)
    #expect(hard.output.contains(" (log-posterior), which was maximized"), "\(hard.output)")
  }
}
