import Foundation
import Testing

/// Columns of words, as a user meets them.
@Suite("Categories on the command line")
struct CategoryCommandTests {
  private let folder: Folder
  init() throws { folder = try Folder() }

  private func run(_ line: String) throws -> Shardem.Outcome {
    try Shardem.run(line.split(separator: " ").map(String.init), in: folder)
  }

  @Test("Those of rows of weight 0 are unknown to the model")
  func absent() throws {
    let rows = [("red", 1), ("blue", 2), ("mauve", 0), ("red", 3), ("blue", 1)]
    try folder.write("a.csv", "color,w\n" + rows.map { "\($0),\($1)\n" }.joined())
    try folder.write("w.csv", rows.map { "\($1)\n" }.joined())
    for weights in ["w", "w.csv"] {
      let outcome = try run(
        "fit a.csv --columns color -K 1 --family categorical --weights \(weights) -o m.json -q")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try folder.json("m.json")["categories"] as? [[String]] == [["blue", "red"]])
    }
    let auto = try run("fit a.csv -K 1 --family auto --weights w -o m.json -q")
    #expect(auto.status == 0, "\(auto.errors)")
    #expect(try !folder.text("m.json").contains("mauve"))
    // They count as absent where weights have a part.
    for line in ["score m.json a.csv", "fit a.csv -K 1 --family auto --init m.json -o n.json -q"] {
      for weights in ["w", "w.csv"] {
        let outcome = try run("\(line) --weights \(weights) --columns color")
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
    }
    let predicted = try run("predict m.json a.csv --weights w -o l.csv -q")
    #expect(
      predicted.errors.hasPrefix("shardem: a.csv: row 4, column 1 (color): found \"mauve\", "))
  }

  @Test("A model of other columns than the data is told by their numbers")
  func otherColumns() throws {
    try folder.write("two.csv", "a,1\nb,2\na,2\nb,4\n")
    try folder.write("three.csv", "a,1,x\nb,2,y\n")
    let message = "shardem: three.csv: 3 columns, but the model m.json has 2; choose by --columns"
    for family in [
      "--family categorical", "--column-families 1=categorical,*=poisson --family mixed",
    ] {
      let fit = try run("fit two.csv --no-header -K 1 \(family) -o m.json -q")
      #expect(fit.status == 0, "\(fit.errors)")
      for line in [
        "predict m.json three.csv --no-header -o l.csv", "score m.json three.csv --no-header",
        "impute m.json three.csv --no-header -o i.csv",
      ] {
        let outcome = try run(line)
        #expect(outcome.status == 2 && outcome.errorLines == [message], "\(outcome.errors)")
      }
    }
  }

  @Test("inspect tells of columns of words, and of the numbers beside them")
  func inspect() throws {
    let colors = ["red", "blue", "red", "7", "green", "blue", "red"]
    let rows = colors.enumerated().map { "\($0),\($1),\"a b\"\n" }
    try folder.write("a.csv", "n,color,word\n" + rows.joined())
    let outcome = try run("inspect a.csv")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output == """
        a.csv: text, 7 x 3 columns, delimiter comma, first row taken for column names
        column  name  smallest  largest
             1     n         0        6
        column   name  values  most frequent
             2  color       4  red (3), blue (2), 7 (1)
             3   word       1  a b (7)

        """)
    let words = try run("inspect a.csv --columns word,color")
    #expect(words.status == 0, "\(words.errors)")
    #expect(words.output.contains("     3   word       1  a b (7)\n     2  color       4  red (3)"))
  }

  @Test("inspect counts missing words, and gives up on columns of too many")
  func inspectMany() throws {
    let rows = (0..<70_000).map { $0 % 7 == 0 ? "NA,1\n" : "id\($0),1\n" }
    try folder.write("a.csv", "id,one\n" + rows.joined())
    let outcome = try run("inspect a.csv --missing em")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output == """
        a.csv: text, 70000 x 2 columns, delimiter comma, first row taken for column names
        column  name  smallest  largest  missing
             2   one         1        1        0
        column  name  values  missing  most frequent
             1    id   60000    10000  id1 (1), id2 (1), id3 (1)

        """)
    let others = (0..<70_000).map { "id\($0),1\n" }
    try folder.write("a.csv", "id,one\n" + others.joined())
    let more = try run("inspect a.csv")
    #expect(more.status == 0, "\(more.errors)")
    #expect(more.output.hasSuffix("     1    id  more than 65536  -\n"), "\(more.output)")
  }
}
