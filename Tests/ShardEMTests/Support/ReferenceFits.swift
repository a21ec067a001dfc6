import Foundation
import MixtureModels
import Testing

/// Where data sets are: those shipped with the package, and a folder of more of them beside it.
enum TestData {
  static let shipped = package.appending(path: "Tests/Data")
  /// Sets that cannot be shipped, because of their licence or size.
  static let shared = package.deletingLastPathComponent().appending(path: "shared/data")
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a data file, from wherever it is; nil if it is nowhere.
  static func path(_ name: String) -> String? {
    [shipped, shared].map { $0.appending(path: name).path }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// What a file of JSON says; nil if there is no such file.
  static func json<Value: Decodable>(_ type: Value.Type, _ file: URL) throws -> Value? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: file))
  }
}

/// A fit by an EM in 80-bit arithmetic: its start, its way and its end.
struct ReferenceFit: Decodable, Sendable {
  let id: String
  let data: Source
  let model: Model
  let `init`: Parameters
  /// The total log-likelihood after 0, 1, 2, ... iterations.
  let loglikByIteration: [Double]
  /// The parameters after 1, 2, 5 and 10 iterations, as far as the fit and the file go.
  let afterIteration: [String: Parameters]
  let result: Result

  struct Source: Decodable {
    let file: String
    let columns: Columns
    let n: Int
    let d: Int

    var isLarge: Bool { file.hasPrefix("beijing") }
  }
  struct Model: Decodable {
    let family: String
    let components: Int
    let covarianceType: String?
    let regCovar: Double?
    let freeParameters: Int
  }
  struct Parameters: Decodable {
    let weights: [Double]
    let means: Numbers?
    let covariances: Numbers?
  }
  struct Result: Decodable {
    let iterations: Int
    let stop: String
    let parameters: Parameters
    let loglik: Double
    let bic: Double
    let aic: Double?

    enum CodingKeys: String, CodingKey { case iterations, stop, loglik, bic, aic }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      iterations = try values.decode(Int.self, forKey: .iterations)
      stop = try values.decode(String.self, forKey: .stop)
      loglik = try values.decode(Double.self, forKey: .loglik)
      bic = try values.decode(Double.self, forKey: .bic)
      aic = try values.decodeIfPresent(Double.self, forKey: .aic)
      parameters = try Parameters(from: decoder)
    }
  }

  /// Whether it ran until no parameter moved any more, rather than for some iterations.
  var isConverged: Bool { !result.stop.hasPrefix("exactly") }
}

extension ReferenceFit: CustomTestStringConvertible {
  var testDescription: String { id }
}

/// Numbers in lists of any depth, row-major.
struct Numbers: Decodable {
  let values: [Double]

  init(from decoder: any Decoder) throws {
    guard var list = try? decoder.unkeyedContainer() else {
      values = [try decoder.singleValueContainer().decode(Double.self)]
      return
    }
    var values: [Double] = []
    while !list.isAtEnd { values += try list.decode(Numbers.self).values }
    self.values = values
  }
}

/// The names of columns; of pendigits, all but the last, which says so in words.
struct Columns: Decodable {
  let names: [String]

  init(from decoder: any Decoder) throws {
    let names = try? [String](from: decoder)
    self.names = names ?? (1...8).flatMap { ["x\($0)", "y\($0)"] }
  }
}

extension ReferenceFit {
  private struct File: Decodable { let cases: [ReferenceFit] }

  /// The Gaussian fits of the data sets that are shipped.
  static let shipped = cases(TestData.shipped).filter { !$0.data.isLarge }
  /// Those of a set that is too large to be shipped.
  static let large = cases(TestData.shipped).filter(\.data.isLarge)
  /// Those of the other data sets; none where there is no such folder.
  static let shared = {
    let known = Set((shipped + large).map(\.id))
    return cases(TestData.shared).filter { !known.contains($0.id) }
  }()

  private static func cases(_ folder: URL) -> [ReferenceFit] {
    let file = folder.appending(path: "reference.json")
    // A file that cannot be read is no fit, and the tests expect a number of them.
    let cases = try? TestData.json(File.self, file)?.cases
    return (cases ?? []).filter { $0.model.family == "gaussian" }
  }
}

extension Parameters {
  init(_ parameters: ReferenceFit.Parameters) {
    self.init(
      weights: parameters.weights, means: parameters.means!.values,
      covariances: parameters.covariances!.values)
  }
}
