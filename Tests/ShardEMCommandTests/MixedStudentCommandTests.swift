import Foundation
import Testing

@Suite("Columns of t distributions on the command line")
struct MixedStudentCommandTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    let lines = try Samples.csv(240).split(separator: "\n")
    // A column of words, missing cells, and a row far off.
    let rows = lines.dropFirst().enumerated().map { n, line -> String in
      let cells = line.split(separator: ",")
      let height = n % 11 == 4 ? "NA" : n == 7 ? "400" : String(cells[1])
      return "\(cells[0]),\(height),\(n % 3 == 0 ? "a" : "b")"
    }
    try folder.write("data.csv", "width,height,kind\n" + rows.joined(separator: "\n") + "\n")
  }

  private func run(_ arguments: [String], ranks: Int? = nil) throws -> Shardem.Outcome {
    let outcome = try Shardem.run(arguments, in: folder, ranks: ranks)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome
  }

  @Test("They are fitted, resumed, scored, filled and drawn, with the same bytes on any ranks")
  func fitted() throws {
    let fit = [
      "fit", "data.csv", "-K", "2", "--missing", "em", "--family", "mixed", "--column-families",
      "{width,height}=student-t,kind=categorical", "--degrees-of-freedom", "common", "--tolerance",
      "0",
    ]
    _ = try run(fit + ["--max-iterations", "6", "-o", "whole.json"])
    let text = try folder.text("whole.json")
    #expect(text.contains("\"degrees_of_freedom_model\": \"common\""))
    let own = try #require(try jsonObject(text)["student_t_1"] as? [String: Any])
    let freedom = try #require(own["degrees_of_freedom"] as? [Double])
    #expect(freedom.count == 2 && freedom[0] == freedom[1] && freedom[0] < 10)
    _ = try run(fit + ["--max-iterations", "3", "--checkpoint", "kept"])
    for ranks in Shardem.aloneAndOnRanks {
      _ = try run(
        fit + ["--max-iterations", "6", "--resume", "kept", "-o", "rest.json"], ranks: ranks)
      #expect(try folder.bytes("rest.json") == folder.bytes("whole.json"))
    }
    for verb in [
      ["score", "whole.json", "data.csv", "--missing", "em"],
      ["impute", "whole.json", "data.csv", "--draw", "2", "--output", "i.csv"],
      ["sample", "whole.json", "--rows", "5", "--output", "drawn"],
      ["inspect", "whole.json"],
    ] { _ = try run(verb) }
    #expect(!(try folder.text("i.csv").contains("NA")))
  }
}
