import Testing

/// `--init FILE` of labels that are words, as another program or a person writes them.
@Suite("A start from words")
struct WordStartTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    let values = try Samples.rows(40)
    try folder.write(
      "data.csv", (0..<40).map { "\(values[2 * $0]),\(values[2 * $0 + 1])\n" }.joined())
    try folder.write("numbers.csv", labels { "\($0)" })
  }

  /// A line for each row of the data, of two labels in turn.
  private func labels(_ name: String = "", _ label: (Int) -> String) -> String {
    name + (0..<40).map { label($0 % 2) + "\n" }.joined()
  }

  private func fit(
    from start: String, _ options: [String] = [], ranks: Int? = nil
  ) throws -> Shardem.Outcome {
    try Shardem.run(
      ["fit", "data.csv", "-K", "2", "--init", start, "-q", "-o", "m.json"] + options,
      in: folder, ranks: ranks)
  }

  /// The model of a fit that must succeed.
  private func model(
    from start: String, _ options: [String] = [], ranks: Int? = nil
  ) throws -> [UInt8] {
    let outcome = try fit(from: start, options, ranks: ranks)
    #expect(outcome.status == 0, "\(start): \(outcome.errors)")
    return try folder.bytes("m.json")
  }

  @Test("Words may have blanks in them, some or all, below a name or none")
  func blanks() throws {
    let expected = try model(from: "numbers.csv")
    for (one, other) in [("no smoker", "smoker"), ("a smoker", "no smoker"), ("a b c", "d e f")] {
      for name in ["", "kind\n", "kind of person\n"] {
        try folder.write("words.csv", labels(name) { [one, other][$0] })
        for ranks in name.isEmpty && other == "smoker" ? Shardem.aloneAndOnRanks : [nil] {
          #expect(
            try model(from: "words.csv", ranks: ranks) == expected, "\(name)\(one), \(other)")
        }
      }
    }
    // Numbers between blanks are responsibilities as ever.
    let shares = { $0 == 0 ? ["0.75", "0.25"] : ["0", "1"] }
    try folder.write("commas.csv", labels { shares($0).joined(separator: ",") })
    let ofShares = try model(from: "commas.csv")
    for name in ["", "one other\n"] {
      try folder.write("blanks.txt", labels(name) { shares($0).joined(separator: " ") })
      #expect(try model(from: "blanks.txt") == ofShares, "\(name)")
    }
  }

  @Test("The name of a column is one, also beside data that have none", arguments: ["0", "a"])
  func named(first: String) throws {
    let expected = try model(from: "numbers.csv", ["--no-header"])
    for name in ["", "kind\n"] {
      try folder.write("labels.csv", labels(name) { [first, first == "a" ? "b" : "1"][$0] })
      #expect(try model(from: "labels.csv", ["--no-header"]) == expected, "\(name)")
    }
  }

  @Test("Beside words -1 is noise, where there is some")
  func noise() throws {
    let noise = ["--noise", "0.01"]
    let words = ["no", "yes", "-1"]
    for (name, label) in [
      ("noisy", { "\($0 % 3 == 2 ? -1 : $0 % 3)\n" }), ("words", { "\(words[$0 % 3])\n" }),
    ] as [(String, (Int) -> String)] {
      try folder.write("\(name).csv", (0..<40).map(label).joined())
    }
    #expect(try model(from: "words.csv", noise) == model(from: "noisy.csv", noise))
    let outcome = try fit(from: "words.csv")
    #expect(
      outcome.errorLines == [
        "shardem: words.csv: row 3, column 1: found -1, expected a label, one of no, yes"
      ])
  }

  @Test(
    "What is no label is told by line, what was found and what labels there are",
    arguments: [
      (
        "no\nyes\n5\n",
        "row 3, column 1: found \"5\", expected a word, as other labels are: no, yes"
      ),
      (
        "5\nno\nyes\n",
        "row 1, column 1: found \"5\", expected a word, as other labels are: no, yes"
      ),
      (
        "0\n1\nno\n",
        "row 3, column 1: found \"no\", expected a number, as other labels are: 0 to 1"
      ),
      (
        "no\nyes\n\"\"\n", "row 3, column 1: found a missing cell, expected a label, one of no, yes"
      ),
      ("no\nNA\nyes\n", "row 2, column 1: found a missing cell, expected a label, one of no, yes"),
      ("0\n\"\"\n1\n", "row 2, column 1: found a missing cell, expected a label, 0 to 1"),
      ("0\n1\n2\n", "row 3, column 1: found 2, expected a label, 0 to 1"),
    ])
  func refused(beginning: String, message: String) throws {
    try folder.write(
      "bad.csv", beginning + rest(beginning.contains("0") ? ["0", "1"] : ["no", "yes"]))
    let outcome = try fit(from: "bad.csv")
    #expect(outcome.status == 2)
    #expect(outcome.errorLines == ["shardem: bad.csv: " + message])
  }

  /// The rows that follow three of another kind.
  private func rest(_ labels: [String]) -> String {
    (0..<37).map { labels[$0 % 2] + "\n" }.joined()
  }

  @Test("Words of --missing-values are no labels")
  func missing() throws {
    try folder.write("bad.csv", "kind\nno\n?\nyes\n" + rest(["no", "yes"]))
    #expect(
      try fit(from: "bad.csv").errorLines == [
        "shardem: bad.csv: labels of 3 words, ?, no, yes; expected at most 2, a component each"
      ])
    let missing = try fit(from: "bad.csv", ["--missing", "em", "--missing-values", "?"])
    #expect(
      missing.errorLines == [
        "shardem: bad.csv: row 3, column 1 (kind): found a missing cell, expected a label, one of no, yes"
      ])
  }

  @Test("A component that no label is of is told by every family, of numbers and words alike")
  func empty() throws {
    try folder.write("words.csv", labels { ["no", "yes"][$0] })
    let families = [
      "gaussian", "bernoulli", "poisson", "exponential", "multinomial", "categorical", "mixed",
    ]
    for family in families {
      let least = family == "bernoulli" ? 0 : 1
      try folder.write(
        "data.csv", (0..<40).map { "\(least + $0 % 2),\(least + $0 % 5 / 3)\n" }.joined())
      let own = family == "mixed" ? ["--column-families", "*=categorical"] : []
      for start in family == "poisson" ? ["numbers.csv", "words.csv"] : ["words.csv"] {
        let outcome = try fit(from: start, ["-K", "3", "--family", family] + own)
        #expect(outcome.status == 0, "\(family): \(outcome.errors)")
        #expect(
          outcome.errors.contains("warning: no row belongs to component 3; lower --components\n"),
          "\(family) from \(start): \(outcome.errors)")
      }
    }
  }
}
