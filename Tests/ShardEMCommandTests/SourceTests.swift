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
    return try folder.bytes("model.json")
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
}
