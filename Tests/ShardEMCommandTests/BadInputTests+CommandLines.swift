extension BadInput {
  private static let threads =
    "expected 1 to 4096: each takes memory, and more than there are cores gain nothing"

  private static func usage(
    _ arguments: String, _ message: String, seeing command: String = "fit "
  ) -> BadInput {
    BadInput(
      testDescription: arguments, arguments: arguments, files: ["a.npy": npy],
      message: "\(message); see 'shardem \(command)--help'")
  }

  private static func unwritable(_ options: String, _ message: String) -> BadInput {
    BadInput(
      testDescription: "writing to \(options)", arguments: "fit a.npy -K 1 \(options)",
      files: ["a.npy": npy], message: message)
  }

  private static let memory =
    "expected bytes above 0, such as 512MiB or 2GB, or a part up to 100%, such as 25%"

  /// Command lines that ask for nothing possible.
  static let options: [BadInput] = [
    usage("fit a.npy -K 0 -o m.json", "--components 0; expected 1 or more"),
    usage("fit a.npy -o m.json", "Missing expected argument '--components <k>'"),
    usage("fit -K 1", "Missing expected argument '<data> ...'"),
    usage("fit a.npy -K 1 --nonsense", "Unknown option '--nonsense'"),
    usage("fit a.npy -k 2", "Unknown option '-k'; did you mean --components?"),
    usage(
      "fit a.npy --n_components=2", "Unknown option '--n_components'; did you mean --components?"),
    usage("fit a.npy -K 2 --cov diag", "Unknown option '--cov'; did you mean --covariance?"),
    usage("fit a.npy -K 2 --tol 1e-3", "Unknown option '--tol'; did you mean --tolerance?"),
    usage("fit a.npy --componets 2", "Unknown option '--componets'; did you mean --components?"),
    usage(
      "sample m.json -n 5 -o s", "Unknown option '-n'; did you mean --rows?",
      seeing: "sample "),
    usage(
      "predict m.json a.npy -k 2 -o l.npy", "Unknown option '-k'", seeing: "predict "),
    usage("fit a.npy -K 2 --tolerance -0.5x", "The value '-0.5x' is invalid for '--tolerance <e>'"),
    usage("fit a.npy -K two", "The value 'two' is invalid for '-K <k>'"),
    usage(
      "fit a.npy -K 1 --memory 5M", "The value '5M' is invalid for '--memory <limit>': \(memory)"),
    usage(
      "fit a.npy -K 1 --memory -1", "The value '-1' is invalid for '--memory <limit>': \(memory)"),
    usage("fit a.npy -K 1 --threads 0", "--threads 0; \(threads)"),
    usage(
      "fit a.npy -K 1 --threads 9223372036854775807", "--threads 9223372036854775807; \(threads)"),
    usage("fit a.npy -K -1", "--components -1; expected 1 or more"),
    usage("fit a.npy -K 1 --seed -1", "The value '-1' is invalid for '--seed <s>'"),
    usage("fit a.npy -K 1 --restarts -1", "--restarts -1; expected 1 or more"),
    usage(
      "fit a.npy -K 1 --restarts 1000000000", "--restarts 1000000000; expected at most 1000000"),
    usage("fit a.npy -K 1 --max-iterations -1", "--max-iterations -1; expected 1 or more"),
    usage("fit a.npy -K 1 --tolerance -1", "--tolerance -1.0; expected a number from 0 up"),
    usage(
      "fit a.npy -K 1 --regularization -1", "--regularization -1.0; expected a number from 0 up"),
    usage(
      "fit a.npy -K 1 --regularization 1e308 -o m.json",
      "--regularization 1e+308; expected a number from 0 to 4.4e+307"),
    usage(
      "fit a.npy -K 1 --checkpoint-interval 1e300 --checkpoint x",
      "--checkpoint-interval 1e+300; expected a number of seconds from 0 to 1e10"),
    usage("sample m.json --rows -1 -o x", "--rows -1; expected 1 or more", seeing: "sample "),
    usage(
      "fit a.npy -K 1 --covariance round",
      "--covariance round; expected full, VVV, tied, EEE, diag, VVI, spherical, VII, EII, EEI, VEI, "
        + "EVI, VEE, EVE, VVE, EEV, VEV, EVV"),
    usage(
      "fit a.npy -K 2 --family student-t --degrees-of-freedom 1,2,3",
      "--degrees-of-freedom 1,2,3; expected a number from 0.001, or 2 of them, fixed, common "
        + "or each"),
    usage(
      "fit a.npy -K 2 --degrees-of-freedom 4",
      "--degrees-of-freedom 4 with --family gaussian, which has no degrees of freedom"),
    usage(
      "fit a.npy -K 4000000000000000000 --family student-t --degrees-of-freedom 0",
      "--degrees-of-freedom 0; expected a number from 0.001, or 4000000000000000000 of them, fixed, "
        + "common or each"),
    usage(
      "fit a.npy -K 2 --prior mclust",
      "--prior mclust with estimate ml; expected estimate map or vb"),
    usage("fit a.npy -K 2 --estimate best", "--estimate best; expected ml, map, vb"),
    usage(
      "fit a.npy -K 2 --estimate vb --covariance VEI",
      "--estimate vb with covariance VEI; expected full, tied, diag, spherical"),
    usage(
      "fit a.npy -K 2 --vb-updates conjugate",
      "--vb-updates conjugate without estimate vb; expected estimate vb"),
    usage(
      "fit a.npy -K 2 --estimate vb --noise 1",
      "--noise with estimate vb; expected estimate ml or map"),
    usage(
      "fit a.npy -K 2 --family student-t --estimate vb",
      "--estimate vb; expected a family with conjugate priors, or another estimate"),
    BadInput(
      testDescription: "degrees of freedom of columns that have none",
      arguments:
        "fit a.npy -K 2 --family mixed --column-families *=gaussian --degrees-of-freedom 4",
      files: ["a.npy": npy],
      message: "degrees-of-freedom 4 without columns of student-t; expected columns of that family"),
    usage(
      "fit a.npy -K 2 --family poisson --estimate map --prior mclust",
      "--prior mclust of a family but Gaussians; expected a file"),
    usage("fit a.npy -K 2 --noise 0", "--noise 0; expected a density above 0, or auto"),
    usage(
      "fit a.npy -K 2 --family bernoulli --noise 1",
      "--noise beside a Bernoulli mixture; expected family gaussian or student-t"),
    usage(
      "fit a.npy -K 2 --family k-means --noise 1",
      "--noise beside a K-means; expected family gaussian or student-t"),
    usage(
      "fit a.npy -K 2 --family k-means --hard",
      "--hard assignments of k-means; expected a family of densities, estimate ml or map"),
    usage(
      "fit a.npy -K 2 --estimate vb --hard",
      "--hard assignments of variational gaussian (full) with Dirichlet weights; expected a family of "
        + "densities, estimate ml or map"),
    usage(
      "fit a.npy -K 2 --family k-means --regularization 1",
      "--regularization 1.0 with --family k-means, which has none"),
    usage(
      "fit a.npy -K 2 --family soft-k-means",
      "--family soft-k-means without --beta; give --beta b"),
    usage(
      "fit a.npy -K 2 --family soft-k-means --beta 0", "--beta 0; expected a variance, more than 0"),
    usage(
      "fit a.npy -K 2 --beta 1", "--beta 1 with --family gaussian, which has no variance of its own"
    ),
    usage(
      "fit a.npy -K 1 --tolerance 1 --tolerance-parameters 1",
      "--tolerance and --tolerance-parameters exclude each other"),
    usage("fit a.npy -K 1 --tolerance nan", "--tolerance nan; expected a number from 0 up"),
    usage(
      "fit a.npy -K 1 --family bernoulli --covariance full",
      "--covariance full with --family bernoulli, which has no covariances"),
    usage(
      "fit a.npy -K 1 --family bernoulli --exact-dense",
      "--exact-dense with --family bernoulli, which computes all anyway"),
    usage(
      "predict m.json a.npy",
      "nothing to write; give --output, --probabilities or --log-densities", seeing: "predict "),
    usage(
      "sample m.json --rows 2 --shards 3 -o x", "--shards 3; expected 1 to the number of rows, 2",
      seeing: "sample "),
    usage(
      "sample m.json --rows 9000000000000000000 --shards 8000000000000000000 -o x",
      "--shards 8000000000000000000; expected 1 to 1000000", seeing: "sample "),
    usage(
      "fit a.npy -K 1 --raw float32",
      "--raw without --columns-count, which raw files do not tell"),
    usage(
      "fit a.npy -K 1 --columns-count 2",
      "--columns-count without --raw; other files say how many they have"),
    usage(
      "fit a.npy -K 1 --raw float32 --columns-count -2",
      "--columns-count -2; expected 1 or more"),
    usage(
      "fit a.npy -K 1 --raw int8 --columns-count 2",
      "The value 'int8' is invalid for '--raw <float32|float64>'. Please provide one of 'float32' "
        + "and 'float64'"),
    usage(
      "shard a.npy --shards 4 -o x", "--shards 4; expected 1 to the number of rows, 3",
      seeing: "shard "),
    usage(
      "shard a.npy --shards 0 -o x", "--shards 0; expected 1 to the number of rows, 3",
      seeing: "shard "),
    usage("improve", "Unexpected argument 'improve'", seeing: ""),
    unwritable("-o no/m.json", "no/m.json: cannot be written: there is no folder no"),
    unwritable(
      "-o -", "--output -; expected a name: results are not written to standard output"),
    unwritable(
      "--trace /dev/stdout",
      "--trace /dev/stdout; expected a name: results are not written to standard output"),
    unwritable("--trace no/t", "no/t: cannot be written: there is no folder no"),
    unwritable("-o .", ".: cannot be written: it is a folder; give the name of a file"),
    unwritable(
      "-o /dev/null",
      "/dev/null: cannot be written: it is a device or the like, not a file"),
  ]

  private static func same(
    _ title: String, _ arguments: String, _ output: String, _ other: String
  ) -> BadInput {
    BadInput(
      testDescription: title, arguments: arguments,
      files: ["m.json": unit, "a.npy": npy, "w.npy": npyFile([1, 1, 1], shape: [3])],
      message: "\(output) and \(other) are the same file; choose another name")
  }

  /// Outputs that would replace an input or each other.
  static let sameFiles: [BadInput] = [
    same(
      "labels over the data", "predict m.json a.npy -o a.npy", "--output a.npy", "the input a.npy"),
    same(
      "labels over the data, by another name", "predict m.json a.npy -o ./a.npy",
      "--output ./a.npy", "the input a.npy"),
    same(
      "labels over the model", "predict m.json a.npy -o m.json", "--output m.json",
      "the input m.json"),
    same(
      "a model over data of a pattern", "fit a*.npy -K 1 -o a.npy", "--output a.npy",
      "the input a.npy"),
    same(
      "a model over its start", "fit a.npy -K 1 --init m.json -o m.json", "--output m.json",
      "the input m.json"),
    same(
      "a trace over the weights", "fit a.npy -K 1 --weights w.npy --trace w.npy", "--trace w.npy",
      "the input w.npy"),
    BadInput(
      testDescription: "a sample over its model",
      arguments: "sample part-0001.npy --rows 2 -o . --force",
      files: ["part-0001.npy": unit],
      message: "--output ./part-0001.npy and the input part-0001.npy are the same file; choose "
        + "another name"),
    same(
      "two outputs of one name", "fit a.npy -K 1 -o x --trace x", "--trace x", "--output x"),
    same(
      "two names of one output", "fit a.npy -K 1 -o x1.json --trace ./x1.json",
      "--trace ./x1.json", "--output x1.json"),
    same(
      "two names of one output of predict", "predict m.json a.npy -o x --log-densities ./x",
      "--log-densities ./x", "--output x"),
  ]
}
