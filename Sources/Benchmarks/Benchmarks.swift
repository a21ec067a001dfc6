import ArgumentParser
import Kernels
import MixtureModels

/// Measures EM iterations on one core beside what that core can do at most.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Time EM iterations on one core, beside the core's own ceilings.",
    discussion: """
      Prints a table, or with --json one line per case. All times are processor time, the median \
      of several iterations, without reading files. The fraction is that of the multiply-add peak.
      """)

  @Argument(help: "Cases as N,D,K,TYPE, such as 500000,16,16,full. (default: the standard ones)")
  var cases: [String] = []

  @Option(help: "Iterations of each case.")
  var iterations = 5

  @Flag(help: "Print JSON lines instead of a table.")
  var json = false

  func validate() throws {
    for text in cases where BenchmarkCase(text) == nil {
      throw ValidationError("\(text): expected N,D,K,TYPE, such as 500000,16,16,full")
    }
    guard iterations > 0 else { throw ValidationError("--iterations: expected 1 or more") }
  }

  func run() throws {
    if let missing = Processor.missingInstructionSet {
      throw ValidationError("built for \(missing), which this processor lacks; set SHARDEM_CPU")
    }
    let peak = Ceilings.multiplyAdds()
    let bytes = Ceilings.readBytes()
    if json {
      print("{\"multiply_add_flops\": \(peak), \"read_bytes_per_second\": \(bytes)}")
    } else {
      print("multiply-adds \(round(peak / 1e9, 1)) GFLOP/s, reading \(round(bytes / 1e9, 1)) GB/s")
      print("case                      s/iteration  ns/row  GFLOP/s  of peak  E-step  sums  M-step")
    }
    let chosen = cases.isEmpty ? BenchmarkCase.standard : cases.compactMap(BenchmarkCase.init)
    for benchmark in chosen {
      let measured = try Measurement(benchmark, iterations: iterations)
      print(json ? line(benchmark, measured, peak) : row(benchmark, measured, peak))
    }
  }

  private func row(_ benchmark: BenchmarkCase, _ m: Measurement, _ peak: Double) -> String {
    let rate = benchmark.operations / m.total
    let fields = [
      ("\(round(m.total, 5))", 11), ("\(round(m.total / Double(benchmark.rows) * 1e9, 1))", 6),
      ("\(round(rate / 1e9, 1))", 7), ("\(round(100 * rate / peak, 1)) %", 7),
      ("\(round(100 * m.expectation / m.total, 1)) %", 6),
      ("\(round(100 * m.exactSums / m.total, 1)) %", 5),
      ("\(round(100 * m.maximization / m.total, 1)) %", 6),
    ]
    let name = "\(benchmark.rows),\(benchmark.columns),\(benchmark.components),"
      + benchmark.covarianceType.rawValue
    return padded(name, 24, left: false)
      + fields.map { "  " + padded($0.0, $0.1, left: true) }.joined()
  }

  private func line(_ benchmark: BenchmarkCase, _ m: Measurement, _ peak: Double) -> String {
    """
    {"rows": \(benchmark.rows), "columns": \(benchmark.columns), \
    "components": \(benchmark.components), "covariance": "\(benchmark.covarianceType)", \
    "seconds": \(m.total), "rows_per_second": \(Double(benchmark.rows) / m.total), \
    "flops": \(benchmark.operations / m.total), \
    "peak_fraction": \(benchmark.operations / m.total / peak), \
    "expectation_seconds": \(m.expectation), "statistics_seconds": \(m.statistics), \
    "exact_sum_seconds": \(m.exactSums), "maximization_seconds": \(m.maximization), \
    "peak_memory_bytes": \(peakMemory())}
    """
  }
}

private func round(_ value: Double, _ digits: Int) -> Double {
  let scale = (0..<digits).reduce(1.0) { scale, _ in 10 * scale }
  return (value * scale).rounded() / scale
}

private func padded(_ text: String, _ width: Int, left: Bool) -> String {
  let blanks = String(repeating: " ", count: max(0, width - text.count))
  return left ? blanks + text : text + blanks
}
