import Foundation
import Testing

@Suite("Help")
struct HelpTests {
  @Test(
    "No example is broken where a screen of 80 columns ends",
    arguments: ["fit", "select", "predict", "score", "impute", "sample", "inspect", "shard"])
  func examples(command: String) throws {
    let help = try Shardem.run([command, "--help"], in: Folder()).output
    let examples = try #require(help.split(separator: "\nEXAMPLES\n").last)
    let lines = try #require(examples.split(separator: "\nUSAGE:").first)
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ") {
      // What does not fit goes on in the next line's first column.
      #expect(next.isEmpty || next.hasPrefix("  "), "\(line)\n\(next)")
    }
  }
}
