import Foundation
import Testing
import _TestSupport

/// One mistake of a user: what is there, what is asked for, and the one line that comes back.
struct BadInput: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// After `shardem`.
  let arguments: String
  var files: [String: [UInt8]] = [:]
  /// After `shardem: `.
  let message: String
}

@Suite struct BadInputTests {
  @Test(
    "bad input ends with status 2 and one line, and leaves no file",
    arguments: BadInput.files + BadInput.values + BadInput.missing + BadInput.models
      + BadInput.options + BadInput.sameFiles)
  func oneLine(_ bad: BadInput) throws {
    let folder = try Folder()
    for (name, bytes) in bad.files { try folder.write(name, bytes) }
    let before = try folder.names
    let arguments = bad.arguments.split(separator: " ").map(String.init)
    let outcome = try Shardem.run(arguments, in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.errorLines == ["shardem: " + bad.message])
    // Beside the error at most what was assumed of a text file.
    let others = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("shardem: ") }
    #expect(others.allSatisfy { $0.hasPrefix("info: ") && $0.contains("first row") })
    #expect(try folder.names == before)
    for (name, bytes) in bad.files { #expect(try folder.bytes(name) == bytes) }
  }

  @Test(
    "an output without a name is refused",
    arguments: [
      "fit a.npy -K 1 --output", "fit a.npy -K 1 --trace", "predict m.json a.npy --output",
      "predict m.json a.npy --probabilities", "predict m.json a.npy --log-densities",
      "sample m.json --rows 2 --output",
    ])
  func emptyName(arguments: String) throws {
    let folder = try Folder()
    try folder.write("a.npy", npyFile([1, 2], shape: [2]))
    let words = arguments.split(separator: " ").map(String.init)
    let outcome = try Shardem.run(words + [""], in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.errors == "shardem: \(words.last!) \"\"; expected a name\n")
  }
}

extension BadInput {
  private static func fit(
    _ title: String, _ name: String, _ bytes: [UInt8], _ message: String
  ) -> BadInput {
    BadInput(
      testDescription: title, arguments: "fit \(name) -K 1 -o model.json --trace trace.jsonl",
      files: [name: bytes], message: message)
  }

  /// A .npy file of 3 x 2 float64 numbers.
  static let npy = npyFile([1, 2, 3, 4, 5, 7], shape: [3, 2])

  /// Data files that cannot be read.
  static let files: [BadInput] = [
    BadInput(
      testDescription: "no such file", arguments: "fit no.csv -K 1 -o model.json",
      message: "no.csv: no such file"),
    BadInput(
      testDescription: "no match", arguments: "fit part-*.npy -K 1 -o model.json",
      message: "part-*.npy: no file matches this pattern"),
    fit("an empty text", "empty.csv", [], "empty.csv: the file is empty"),
    fit("an empty .npy", "empty.npy", [], "empty.npy: the file is empty"),
    fit(
      "a truncated .npy", "short.npy", Array(npy.dropLast(5)),
      "short.npy: 43 bytes of data, but shape (3, 2) of <f8 takes 48; the file is truncated or its "
        + "header is wrong"),
    fit(
      "a .npy truncated in its header", "short.npy", Array(npy.prefix(40)),
      "short.npy: 40 bytes, but its header alone takes 128; the file is truncated"),
    fit(
      "a header that lies about its shape", "lie.npy",
      npyFile([1, 2, 3, 4, 5, 7], shape: [4_000_000_000, 4_000_000_000]),
      "lie.npy: 48 bytes of data, but shape (4000000000, 4000000000) of <f8 takes more than "
        + "9223372036854775807; the file is truncated or its header is wrong"),
    fit(
      "Python objects", "object.npy", npyFile([1], shape: [1, 1], descriptor: "|O"),
      "object.npy: elements of type |O (Python objects), expected real numbers: float16, float32, "
        + "float64, an integer type or bool"),
    fit(
      "three dimensions", "cube.npy", npyFile([1, 2, 3, 4], shape: [2, 2, 1]),
      "cube.npy: 3 dimensions (2, 2, 1), expected rows x columns or one column"),
    fit(
      "a kind of file that is not read", "data.parquet", [1],
      "data.parquet: unsupported kind of file; supported are .npy, .csv, .tsv, .txt, .csv.gz, .h5; "
        + "or give --raw"),
    BadInput(
      testDescription: "shards of different columns",
      arguments: "fit a.npy b.csv -K 1 -o model.json",
      files: ["a.npy": npy, "b.csv": Array("1,2,3\n".utf8)],
      message: "b.csv: 3 columns, but a.npy has 2; all shards need the same columns"),
    fit(
      "a truncated .csv.gz", "a.csv.gz", Array(gzip("x,y\n1,2\n3,4\n").dropLast(3)),
      "a.csv.gz: the gzip'ed data end too soon; the file is truncated"),
    fit(
      "a damaged .csv.gz", "a.csv.gz",
      gzip("x,y\n1,2\n3,4\n").dropLast(8) + [1, 2, 3, 4, 5, 6, 7, 8],
      "a.csv.gz: the gzip'ed data are damaged: incorrect data check"),
    fit(
      "a .csv.gz that is not compressed", "a.csv.gz", Array("x,y\n1,2\n3,4\n".utf8),
      "a.csv.gz: not gzip'ed, although its name ends in .gz"),
    fit(
      "a word in a .csv.gz", "a.csv.gz", gzip("x,y\n1,2\n3,four\n"),
      "a.csv.gz: row 3, column 2 (y): found \"four\", expected a number"),
    BadInput(
      testDescription: "raw numbers of part of a row",
      arguments: "fit a.bin -K 1 --raw float64 --columns-count 4 -o model.json",
      files: ["a.bin": [UInt8](repeating: 0, count: 48)],
      message: "a.bin: 48 bytes are no whole number of rows of 4 columns of float64; check "
        + "--columns-count and --raw"),
    BadInput(
      testDescription: "no such column", arguments: "fit a.csv -K 1 --columns x,z -o model.json",
      files: ["a.csv": Array("x,y\n1,2\n".utf8)],
      message: "a.csv: no column \"z\"; its 2 columns are x, y"),
    BadInput(
      testDescription: "a column counted from the end",
      arguments: "fit a.csv -K 1 --columns -1 -o model.json",
      files: ["a.csv": Array("x,y\n1,2\n".utf8)],
      message: "a.csv: no column -1; columns are counted from 1 to 2: x, y"),
    BadInput(
      testDescription: "weights that are nowhere",
      arguments: "fit a.csv -K 1 --weights w.npy -o model.json",
      files: ["a.csv": Array("x,y\n1,2\n".utf8)],
      message: "w.npy: no such file, and a.csv: no column \"w.npy\"; its 2 columns are x, y"),
  ]

  /// Values that cannot be used.
  static let values: [BadInput] = [
    fit(
      "NaN in a .npy", "nan.npy", npyFile([1, 2, 3, .nan, 5, 6], shape: [3, 2]),
      "nan.npy: row 2, column 2: found nan, expected a finite number; leave such rows out, fill in "
        + "their values, or give --missing em"),
    fit(
      "infinity in a .npy", "inf.npy", npyFile([1, 2, 3, 4, -.infinity, 6], shape: [3, 2]),
      "inf.npy: row 3, column 1: found -inf, expected a finite number; leave such rows out or fill "
        + "in their values"),
    fit(
      "NaN in a text", "nan.csv", Array("x,y\n1,2\n3,nan\n".utf8),
      "nan.csv: row 3, column 2 (y): found nan, expected a finite number; leave such rows "
        + "out, fill in their values, or give --missing em"),
    fit(
      "a word among the numbers", "word.csv", Array("x,y\n1,2\n3,four\n".utf8),
      "word.csv: row 3, column 2 (y): found \"four\", expected a number"),
    fit(
      "lines that end with carriage returns only", "mac.csv", Array("x,y\r1,2\r3,4\r".utf8),
      "mac.csv: lines end with carriage returns only; save the text with newlines"),
    fit(
      "a ragged row", "ragged.csv", Array("1,2\n3,4\n5\n".utf8),
      "ragged.csv: row 3: found 1 field, expected 2"),
    BadInput(
      testDescription: "a negative weight", arguments: "fit a.npy -K 1 --weights w.npy -o m.json",
      files: ["a.npy": npy, "w.npy": npyFile([1, -1, 1], shape: [3])],
      message: "w.npy: row 2: -1.0 is no row weight; expected a finite number from 0 up"),
    BadInput(
      testDescription: "too few weights", arguments: "fit a.npy -K 1 --weights w.npy -o m.json",
      files: ["a.npy": npy, "w.npy": npyFile([1, 1], shape: [2])],
      message: "w.npy: 2 weights for 3 rows of data; expected one per row"),
    BadInput(
      testDescription: "more components than rows", arguments: "fit a.npy -K 4 -o model.json",
      files: ["a.npy": npy],
      message: "4 components for 3 rows of data; lower --components or add data"),
    BadInput(
      testDescription: "numbers for bits",
      arguments: "fit a.npy -K 1 --family bernoulli -o model.json", files: ["a.npy": npy],
      message: "a.npy: row 1, column 2: found 2, expected 0 or 1"),
    BadInput(
      testDescription: "a number for a bit below column names, in the row an editor shows",
      arguments: "fit a.csv -K 1 --family bernoulli -o model.json",
      files: ["a.csv": Array("x,y\n0,1\n1,3\n".utf8)],
      message: "a.csv: row 3, column 2 (y): found 3, expected 0 or 1"),
    BadInput(
      testDescription: "identical rows without regularization",
      arguments: "fit same.npy -K 1 --regularization 0 -o model.json --trace trace.jsonl",
      files: ["same.npy": npyFile([1, 2, 1, 2, 1, 2], shape: [3, 2])],
      message: singular("column 1 constant")),
    BadInput(
      testDescription: "a duplicated column without regularization",
      arguments: "fit double.npy -K 1 --regularization 0 -o model.json --trace trace.jsonl",
      files: ["double.npy": npyFile([1, 1, 2, 2, 5, 5], shape: [3, 2])],
      message: singular("column 2 a multiple of column 1")),
    BadInput(
      testDescription: "a row so far off that float64 cannot tell the components apart",
      arguments: "predict m.json far.npy -o l.npy --probabilities r.npy",
      files: ["m.json": unit, "far.npy": npyFile([1, 1, 1e160, 1], shape: [2, 2])],
      message: "far.npy: row 2: found a log-density of -inf under the model, expected a finite "
        + "number; leave such rows out, or rescale the data and the model"),
    BadInput(
      testDescription: "converting a NaN", arguments: "shard a.npy nan.npy -o x",
      files: ["a.npy": npy, "nan.npy": npyFile([1, 2, 3, .nan], shape: [2, 2])],
      message: "nan.npy: row 2, column 2: found nan, expected a finite number; leave such rows "
        + "out, fill in their values, or give --missing em"),
    BadInput(
      testDescription: "a number too large for float32",
      arguments: "shard a.csv --type float32 -o x",
      files: ["a.csv": Array("x,y\n1,2\n3,1e39\n".utf8)],
      message: "a.csv: row 3, column 2 (y): found 1e+39, expected a number of magnitude at most "
        + "3.4e38; write float64"),
    BadInput(
      testDescription: "a word in what is converted", arguments: "shard a.csv -o x",
      files: ["a.csv": Array("x,y\n1,2\n3,four\n".utf8)],
      message: "a.csv: row 3, column 2 (y): found \"four\", expected a number"),
    BadInput(
      testDescription: "converting onto the data", arguments: "shard part-0000.npy --force -o .",
      files: ["part-0000.npy": npy],
      message: "--output ./part-0000.npy and the input part-0000.npy are the same file; choose "
        + "another name"),
    BadInput(
      testDescription: "inspecting a NaN in a .npy", arguments: "inspect a.npy nan.npy",
      files: ["a.npy": npy, "nan.npy": npyFile([1, 2, 3, .nan], shape: [2, 2])],
      message: "nan.npy: row 2, column 2: found nan, expected a finite number; leave such rows "
        + "out, fill in their values, or give --missing em"),
    BadInput(
      testDescription: "inspecting a NaN in a text", arguments: "inspect a.npy nan.csv",
      files: ["a.npy": npy, "nan.csv": Array("x,y\n1,2\n3,nan\n".utf8)],
      message: "nan.csv: row 3, column 2 (y): found nan, expected a finite number; leave such "
        + "rows out, fill in their values, or give --missing em"),
  ]

  /// Missing cells, where none may be.
  static let missing: [BadInput] = [
    fit(
      "an empty field", "a.csv", Array("x,y\n1,2\n3,\n".utf8),
      "a.csv: row 3, column 2 (y): found an empty field, expected a number; " + advice),
    fit(
      "NA", "a.csv", Array("x,y\n1,2\nNA,4\n".utf8),
      "a.csv: row 3, column 1 (x): found \"NA\", expected a number; " + advice),
    fit(
      "NA in the first row, which is no header", "a.csv", Array("1,NA\n3,4\n".utf8),
      "a.csv: row 1, column 2: found \"NA\", expected a number; " + advice),
    fit(
      "another word for a missing cell", "a.csv", Array("x,y\n1,2\n3,?\n".utf8),
      "a.csv: row 3, column 2 (y): found \"?\", expected a number; if that is a missing cell, give "
        + "--missing em and --missing-values '?'"),
    BadInput(
      testDescription: "infinity where cells may be missing",
      arguments: "fit a.npy -K 1 --missing em",
      files: ["a.npy": npyFile([.nan, 2, .infinity, 4], shape: [2, 2])],
      message:
        "a.npy: row 2, column 1: found inf, expected a finite number; leave such rows out or "
        + "fill in their values"),
    BadInput(
      testDescription: "a column that is missing in every row",
      arguments: "fit a.csv -K 1 --missing em -o m.json",
      files: ["a.csv": Array("x,y\n1,\n2,NA\n".utf8)],
      message: "column 2 (y): missing in every row; leave it out by --columns"),
    BadInput(
      testDescription: "a family that needs all cells",
      arguments: "fit a.csv -K 1 --covariance spherical --noise 0.1 --missing em -o m.json",
      files: ["a.csv": Array(("x,y\n1,0\n0,NA\n" + String(repeating: "2,3\n", count: 20)).utf8)],
      message: "a.csv: row 3, column 2 (y): a missing cell, which gaussian (spherical) with noise "
        + "that has no box along the columns cannot do without; leave such rows out or fill in their values"
    ),
    BadInput(
      testDescription: "a missing row weight",
      arguments: "fit a.npy -K 1 --missing em --weights w.csv -o m.json",
      files: ["a.npy": npy, "w.csv": Array("1\n\n1\n".utf8)],
      message: "w.csv: row 2: nan is no row weight; expected a finite number from 0 up"),
    BadInput(
      testDescription: "a missing label",
      arguments: "fit a.npy -K 1 --missing em --init l.csv -o m.json",
      files: ["a.npy": npy, "l.csv": Array("0\nNA\n0\n".utf8)],
      message: "l.csv: row 2, column 1: found a missing cell, expected a label, 0 to 0"),
    BadInput(
      testDescription: "words for missing cells where none may be missing",
      arguments: "fit a.npy -K 1 --missing-values -999 -o m.json", files: ["a.npy": npy],
      message: "--missing-values without --missing em, which lets cells be missing; see 'shardem "
        + "fit --help'"),
    BadInput(
      testDescription: "something else to do about missing cells",
      arguments: "score m.json a.npy --missing mean", files: ["a.npy": npy],
      message: "The value 'mean' is invalid for '--missing <error|em>'; see 'shardem score "
        + "--help'"),
  ]

  private static let advice = "leave such rows out, fill in their values, or give --missing em"

  private static func singular(_ columns: String) -> String {
    "component 1 collapsed at iteration 0: covariance singular over 3 rows, \(columns); raise "
      + "--regularization or drop constant, duplicated and linearly dependent columns"
  }

  private static func model(_ covariances: String) -> [UInt8] {
    Array(
      """
      {"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "full",
       "components": 1, "dimensions": 2, "weights": [1], "means": [[0, 0]],
       "covariances": \(covariances)}
      """.utf8)
  }

  static let unit = model("[[[1, 0], [0, 1]]]")
  private static let indefinite = model("[[[1, 2], [2, 1]]]")
  private static let notPositive =
    "m.json: covariances[0]: not positive definite, so no covariance; add to its diagonal or drop "
    + "constant and duplicated columns"
  private static let threeColumns = npyFile([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [3, 3])
  private static let mismatch =
    "a.npy: 3 columns, but the model m.json has 2; choose by --columns"

  /// Model files that cannot be used.
  static let models: [BadInput] = [
    BadInput(
      testDescription: "predict with a model of other columns",
      arguments: "predict m.json a.npy -o labels.npy",
      files: ["m.json": unit, "a.npy": threeColumns], message: mismatch),
    BadInput(
      testDescription: "score with a model of other columns", arguments: "score m.json a.npy",
      files: ["m.json": unit, "a.npy": threeColumns], message: mismatch),
    BadInput(
      testDescription: "a start of other columns",
      arguments: "fit a.npy -K 1 --init m.json -o model.json",
      files: ["m.json": unit, "a.npy": threeColumns],
      message: "m.json: a model of gaussian (full), 1 component, 2 columns; expected gaussian "
        + "(full), 1 component, 3 columns"),
    BadInput(
      testDescription: "a start of another covariance",
      arguments: "fit a.npy -K 1 --covariance diag --init m.json -o model.json",
      files: ["m.json": unit, "a.npy": npy],
      message: "m.json: a model of gaussian (full), 1 component, 2 columns; expected gaussian "
        + "(diag), 1 component, 2 columns"),
    BadInput(
      testDescription: "a start that is not there",
      arguments: "fit a.npy -K 1 --init kmean -o model.json", files: ["a.npy": npy],
      message:
        "kmean: no such file; --init takes race, kmeans, k-means++, random, a model file, or a "
        + "file of labels or responsibilities"),
    BadInput(
      testDescription: "a start that is no covariance",
      arguments: "fit a.npy -K 1 --init m.json -o model.json",
      files: ["m.json": indefinite, "a.npy": npy], message: notPositive),
    BadInput(
      testDescription: "a model that is no covariance", arguments: "score m.json a.npy",
      files: ["m.json": indefinite, "a.npy": npy], message: notPositive),
    BadInput(
      testDescription: "a model that is no JSON", arguments: "inspect m.json",
      files: ["m.json": Array("{\"format\": 3".utf8)],
      message: "m.json: line 1, column 13: not JSON: found the end of the file, expected a comma "
        + "or }"),
    BadInput(
      testDescription: "shards in what is no folder", arguments: "shard a.npy -o a.npy",
      files: ["a.npy": npy],
      message:
        "--output a.npy; expected the name of a folder: it gets .npy files, part-0000.npy and so "
        + "on"),
    BadInput(
      testDescription: "shards over a file", arguments: "shard a.npy -o .",
      files: ["a.npy": npy, "part-0000.npy": npy],
      message: "./part-0000.npy: exists already; choose another --output, or --force to replace it"),
    BadInput(
      testDescription: "sampling over a file", arguments: "sample m.json --rows 9 -o .",
      files: ["m.json": unit, "part-0000.npy": npy],
      message: "./part-0000.npy: exists already; choose another --output, or --force to replace it"),
    BadInput(
      testDescription: "sampling into nowhere", arguments: "sample m.json --rows 9 -o no/where",
      files: ["m.json": unit], message: "no/where: cannot be written: there is no folder no"),
    BadInput(
      testDescription: "more rows than integers count",
      arguments: "sample m.json --rows 9223372036854775807 -o x", files: ["m.json": unit],
      message: "--rows 9223372036854775807; expected at most 576460752303423423, the rows of 2 "
        + "columns that a file can hold"),
    BadInput(
      testDescription: "rows of more bytes than integers count",
      arguments: "sample m.json --rows 2000000000000000000 -o x", files: ["m.json": unit],
      message: "--rows 2000000000000000000; expected at most 576460752303423423, the rows of 2 "
        + "columns that a file can hold"),
    BadInput(
      testDescription: "a model out of all proportion to the data", arguments: "score m.json a.npy",
      files: ["m.json": model("[[[1, 0], [0, 1e-307]]]"), "a.npy": npy],
      message:
        "a.npy: row 3: found a log-density of -inf under the model, expected a finite number; "
        + "leave such rows out, or rescale the data and the model"),
    BadInput(
      testDescription: "weights that sums cannot hold",
      arguments: "fit a.npy -K 1 --weights w.npy -o model.json",
      files: ["w.npy": npyFile([1, 1e308, 1], shape: [3]), "a.npy": npy],
      message: "row weights up to 1e+308 are beyond what sums in float64 can hold; multiply all of "
        + "them by one number"),
    BadInput(
      testDescription: "a variance that has no reciprocal", arguments: "score m.json a.npy",
      files: ["m.json": model("[[[1, 0], [0, 1e-310]]]"), "a.npy": npy],
      message: "m.json: covariances[0][1][1]: found 1e-310, expected 5.6e-309 to 4.4e+307"),
  ]
}
