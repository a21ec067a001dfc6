import Foundation
import ModelFiles
import Testing

/// JSON that is no model by its size alone.
struct ModelFileLimitTests {
  private func message(_ json: String) -> String? {
    do {
      _ = try ModelFile(json: Array(json.utf8), name: "m")
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func model(weights: String = "1", extra: String = "") -> String {
    """
    {"format": "shardem-model", "version": 1, "family": "bernoulli", "components": 1,
     "dimensions": 1, "weights": [\(weights)], "probabilities": [[0.5]]\(extra)}
    """
  }

  @Test("numbers have at most 4096 characters")
  func longNumbers() {
    let zeros = String(repeating: "0", count: 4094)
    #expect(message(model(weights: "1.\(zeros)")) == nil)
    #expect(message(model(weights: "1.\(zeros)0"))?.contains("numbers of at most 4096") == true)
  }

  @Test("objects have at most 10000 keys, in all that are read")
  func manyKeys() {
    let keys = (0..<9_993).map { "\"k\($0)\": 0" }.joined(separator: ",")
    #expect(message(model(extra: ",\(keys)")) == nil)
    #expect(
      message(model(extra: ",\(keys),\"one\": 0"))
        == "m: line 2, column 108873: not JSON: found \"\\\"\", expected at most 10000 keys")
    // Where a number is wanted, whatever it holds.
    let object = "{\(keys),\"a\": {\(keys)}}"
    #expect(message(model(weights: object)) == "m: weights[0]: found null, expected a number")
  }

  @Test("lists of what no model has are passed over")
  func unknownLists() {
    let values = ["{}", "[]", "\"\\u00e9\\n\"", "[[1], {\"a\": [2]}]", "null", "-0.5e-3"]
    let list = (values + values).joined(separator: ", ")
    #expect(message(model(extra: ", \"extra\": [\(list)]")) == nil)
    // With the place of the first mistake.
    for (value, mistake) in [("\"\\x\"", "\"x\""), ("[1,]", "\"]\""), ("01", "\"1\"")] {
      let json = model(extra: ", \"extra\": [[\(list)], \(value)]")
      #expect(message(json)?.contains("not JSON: found \(mistake)") == true)
    }
    #expect(
      message(model(weights: "1, 2")) == "m: weights: found a list of 2, but \"components\" is 1")
  }

  @Test("pairs of escapes that are no characters are replaced, not fatal")
  func surrogates() {
    for escapes in ["\\ud83d\\ude00", "\\ud800\\ud800", "\\udc00", "\\ud800x"] {
      #expect(message(model(extra: ", \"\(escapes)\": \"\(escapes)\"")) == nil)
    }
  }
}
