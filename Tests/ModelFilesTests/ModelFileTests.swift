import MixtureModels
import ModelFiles
import Testing
import _TestSupport

@Suite struct ModelFileTests {
  static let record = FitRecord(
    rows: 272, iterations: 17, converged: true, logLikelihood: -1130.2639,
    meanLogLikelihood: -4.155382, aic: 2282.5, bic: 2322.2, icl: 2322.7,
    normalizedEntropy: 0.9963, freeParameters: 11, seed: .max, tolerance: 0.001,
    regularization: 1e-06, initialization: "kmeans")

  static func gaussian(
    _ type: CovarianceType, components K: Int, dimensions D: Int,
    from generator: inout SeededGenerator
  ) -> ModelFile {
    let covariances: [Double] =
      switch type {
      case .full: (0..<K).flatMap { _ in generator.covariance(D) }
      case .tied: generator.covariance(D)
      case .diag: (0..<K * D).map { _ in 0.1 + generator.uniform() }
      case .spherical: (0..<K).map { _ in 0.1 + generator.uniform() }
      }
    let parameters = Parameters(
      weights: generator.weights(K), means: (0..<K * D).map { _ in generator.normal() },
      covariances: covariances)
    return ModelFile(
      GaussianMixture(components: K, columns: D, covarianceType: type), parameters, fit: record)
  }

  @Test("a model file has the keys in order, and one row of a matrix a line")
  func layout() throws {
    let parameters = Parameters(
      weights: [0.25, 0.75], means: [1, -2.5, 3e-06, 1e16], covariances: [2, 0.5, 0.5, 1])
    let mixture = GaussianMixture(components: 2, columns: 2, covarianceType: .tied)
    let file = ModelFile(mixture, parameters, fit: Self.record)
    #expect(
      String(decoding: try file.encoded(), as: UTF8.self) == """
        {
          "format": "shardem-model",
          "version": 1,
          "family": "gaussian",
          "covariance_type": "tied",
          "components": 2,
          "dimensions": 2,
          "weights": [0.25, 0.75],
          "means": [
            [1.0, -2.5],
            [3e-06, 1e+16]
          ],
          "covariances": [
            [2.0, 0.5],
            [0.5, 1.0]
          ],
          "fit": {
            "rows": 272,
            "iterations": 17,
            "converged": true,
            "log_likelihood": -1130.2639,
            "mean_log_likelihood": -4.155382,
            "aic": 2282.5,
            "bic": 2322.2,
            "icl": 2322.7,
            "normalized_entropy": 0.9963,
            "free_parameters": 11,
            "seed": 18446744073709551615,
            "tolerance": 0.001,
            "regularization": 1e-06,
            "initialization": "kmeans"
          }
        }

        """)
  }

  @Test("a Bernoulli model has probabilities, and a model that was not fitted has no fit section")
  func bernoulliLayout() throws {
    let file = ModelFile(
      BernoulliMixture(componentCount: 1, columnCount: 2),
      Parameters(weights: [1], probabilities: [0.5, 0]))
    #expect(
      String(decoding: try file.encoded(), as: UTF8.self) == """
        {
          "format": "shardem-model",
          "version": 1,
          "family": "bernoulli",
          "components": 1,
          "dimensions": 2,
          "weights": [1.0],
          "probabilities": [
            [0.5, 0.0]
          ]
        }

        """)
  }

  @Test("Lists of several lengths, and matrices in an object, have a row a line")
  func rows() throws {
    let text = """
      {
        "format": "shardem-model",
        "version": 2,
        "family": "categorical",
        "estimate": "vb",
        "components": 1,
        "dimensions": 2,
        "categories": [["a", "b"], ["0", "1", "2"]],
        "weights": [1.0],
        "probabilities": [
          [
            [0.5, 0.5],
            [0.25, 0.25, 0.5]
          ]
        ],
        "posterior": {
          "weight_concentration": [4.0],
          "concentration": [
            [
              [2.0, 2.0],
              [1.0, 1.0, 2.0]
            ]
          ]
        }
      }

      """
    let file = try ModelFile(json: Array(text.utf8), name: "m.json")
    #expect(String(decoding: try file.encoded(), as: UTF8.self) == text)
  }

  @Test("classes of components are whole numbers, and may have names")
  func classes() throws {
    let text = """
      {
        "format": "shardem-model",
        "version": 1,
        "family": "bernoulli",
        "components": 3,
        "dimensions": 1,
        "class_names": ["a b", "é"],
        "weights": [0.25, 0.25, 0.5],
        "probabilities": [
          [0.5],
          [0.0],
          [1.0]
        ],
        "classes": [0, 0, 1]
      }

      """
    let file = try ModelFile(json: Array(text.utf8), name: "m.json")
    #expect(file.parameters["classes"] == [0, 0, 1])
    #expect(file.mixture.classNames == ["a b", "é"])
    #expect(file.mixture.classes == nil && file.mixture.sumsLogLikelihood)
    #expect(try ModelFile(json: try file.encoded(), name: "m.json") == file)
    #expect(String(decoding: try file.encoded(), as: UTF8.self) == text)
  }

  @Test("every number reads back to the same bits", arguments: CovarianceType.allCases)
  func roundTrip(type: CovarianceType) throws {
    var generator = SeededGenerator(seed: 1)
    for K in [1, 2, 5] {
      for D in [1, 3, 8] {
        let file = Self.gaussian(type, components: K, dimensions: D, from: &generator)
        let bytes = try file.encoded()
        let read = try ModelFile(json: bytes, name: "m.json")
        // Equal as numbers; equal bytes tell -0.0 from 0.0 too.
        #expect(read == file)
        #expect(try read.encoded() == bytes)
        #expect(read.components == K && read.dimensions == D)
      }
    }
  }

  @Test("random bit patterns and the extremes of float64 read back to the same bits")
  func bits() throws {
    var generator = SeededGenerator(seed: 2)
    let patterns = (0..<20_000).map { _ in Double(bitPattern: generator.next()) }
    let means =
      patterns.filter(\.isFinite) + [
        -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .leastNormalMagnitude.nextDown,
        .greatestFiniteMagnitude, 0.1, 1e-06, 1e16, 1e22, 9_007_199_254_740_994,
      ]
    let parameters = Parameters(weights: [1], means: means, covariances: [1])
    let mixture = GaussianMixture(
      components: 1, columns: means.count, covarianceType: .spherical)
    let bytes = try ModelFile(mixture, parameters).encoded()
    let read = try ModelFile(json: bytes, name: "m").parameters
    #expect(read.means.map(\.bitPattern) == means.map(\.bitPattern))
  }

  @Test("Bernoulli models and all of the fit section read back")
  func bernoulli() throws {
    var fit = Self.record
    fit.totalWeight = 271.5
    fit.parameterTolerance = 1e-9
    fit.exactDense = true
    fit.initialization = "say \"π\"\n\\"
    let parameters = Parameters(weights: [0.5, 0.5], probabilities: [0, 1, 0.25, 1e-300])
    let columns = ["say \"π\"\n\\", ""]
    let file = ModelFile(
      BernoulliMixture(componentCount: 2, columnCount: 2), parameters, columns: columns, fit: fit)
    #expect(try ModelFile(json: file.encoded(), name: "m") == file)
  }

  @Test("a file written by hand is read whatever its layout, order, escapes and unknown keys")
  func handWritten() throws {
    let text = """
      \u{feff}{"note": ["any", {"thing": null}, -1e+3, true],
      "weights":[ 3E-1,0.7 ],\t"dimensions":1.0,
      "components":2e0, "covariances":[1,2],"means":[[0],[-5]],"covariance_type":"spherical",
      "f\\u006frmat":"shardem\\u002dmodel","version":1.00,"family":"gaussian"}
      """
    let file = try ModelFile(json: Array(text.utf8), name: "start.json")
    let parameters = Parameters(weights: [0.3, 0.7], means: [0, -5], covariances: [1, 2])
    let mixture = GaussianMixture(components: 2, columns: 1, covarianceType: .spherical)
    #expect(file == ModelFile(mixture, parameters))
  }

  @Test("numbers that are not finite are never written")
  func notFinite() throws {
    let parameters = Parameters(
      weights: [0.5, 0.5], means: [0, 0, 0, .nan], covariances: [1, 1])
    let error = ModelFileError(path: "means[1][1]", problem: .notFinite(.nan))
    let file = ModelFile(
      GaussianMixture(components: 2, columns: 2, covarianceType: .spherical), parameters)
    let thrown = #expect(throws: ModelFileError.self) { try file.encoded() }
    #expect(thrown?.description == error.description)
    #expect(error.description == "model: means[1][1]: found nan, expected a finite number")

    var fit = Self.record
    fit.bic = -.infinity
    let bernoulli = ModelFile(
      BernoulliMixture(componentCount: 1, columnCount: 1),
      Parameters(weights: [1], probabilities: [0.5]), fit: fit)
    #expect(throws: ModelFileError(path: "fit.bic", problem: .notFinite(-.infinity))) {
      try bernoulli.encoded()
    }
  }
}
