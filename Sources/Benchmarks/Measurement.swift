import Kernels
import MixtureModels
import RowSources

/// Where the processor time of one EM iteration goes, in seconds, on one thread.
struct Measurement {
  let total: Double
  let expectation: Double
  let statistics: Double
  let exactSums: Double
  let maximization: Double

  /// Runs `iterations` E-steps of each part and takes medians.
  ///
  /// The rows are drawn from a mixture whose components overlap, so that nothing can be left out.
  init(_ benchmark: BenchmarkCase, iterations: Int) throws {
    let problem = Problem(benchmark)
    let model = problem.model
    let expectation = try model.expectation(under: problem.parameters)
    let blocks = ShardPlan(rowCounts: [benchmark.rows]).blocks(ofRank: 0, size: 1)
    let units = ExactUnits(
      bounds: model.bounds(expectation, within: problem.ranges)
        .map { $0 * Double(benchmark.rows) }, additions: blocks.count)
    let sums = ExactSums(units)
    let workspace = Workspace()
    let count = model.statisticsCount
    let statisticsMemory = Workspace()
    let statistics = statisticsMemory.reserve(count)
    statistics.update(repeating: 0, count: count)

    func forEachBlock(_ body: (RowBlock) -> Void) {
      problem.rows.withUnsafeBufferPointer { rows in
        for block in blocks {
          body(
            RowBlock(
              rows: rows.baseAddress! + block.firstRow * benchmark.columns,
              count: block.rows.count, columnCount: benchmark.columns, firstRow: block.firstRow))
        }
      }
    }

    total = medianSeconds(of: iterations) {
      sums.restart(units)
      forEachBlock {
        model.accumulate($0, expectation, workspace: workspace, into: statistics)
        sums.add(statistics)
      }
    }
    let totals = sums.totals
    exactSums = medianSeconds(of: iterations) { forEachBlock { _ in sums.add(statistics) } }
    self.expectation = medianSeconds(of: iterations) {
      forEachBlock { model.writeDensities(of: $0, expectation, workspace: workspace) }
    }
    self.statistics = max(0, total - self.expectation - exactSums)
    maximization = try medianSeconds(of: iterations) {
      _ = try model.expectation(under: model.maximized(totals, from: problem.parameters))
    }
  }
}

/// Rows of overlapping components, and where a fit of them starts.
private struct Problem {
  let model: GaussianMixture
  let parameters: GaussianParameters
  let rows: [Double]
  let ranges: ColumnRanges

  init(_ benchmark: BenchmarkCase) {
    let (d, k) = (benchmark.columns, benchmark.components)
    let generator = Philox(seed: 1)
    let centers = RandomRow(generator, purpose: 1, row: 0)
    let means = (0..<k * d).map { 0.5 * centers.normal($0) }
    var rows = [Double](repeating: 0, count: benchmark.rows * d)
    for n in 0..<benchmark.rows {
      let row = RandomRow(generator, purpose: 2, row: n)
      for j in 0..<d { rows[n * d + j] = means[n % k * d + j] + row.normal(j) }
    }
    var scan = ColumnScan(columnCount: d)
    _ = rows.withUnsafeBufferPointer { scan.add($0.baseAddress!, count: benchmark.rows) }
    self.rows = rows
    ranges = ColumnRanges(minimum: scan.minimum, maximum: scan.maximum)
    model = GaussianMixture(
      components: k, columns: d, covarianceType: benchmark.covarianceType, ranges: ranges)
    parameters = model.reference(centers: means)
  }
}

extension GaussianMixture {
  /// The E-step alone: responsibilities of a block, tile by tile.
  fileprivate func writeDensities(
    of block: RowBlock, _ expectation: Expectation, workspace: Workspace
  ) {
    let logJoint = workspace.reserve(componentCount * tileRows + scratchCount)
    for start in stride(from: 0, to: block.count, by: tileRows) {
      let tile = block.slice(from: start, count: min(tileRows, block.count - start))
      writeLogJoint(
        of: tile, expectation, scratch: logJoint + componentCount * tileRows, into: logJoint)
      keep(
        normalizeLogJoint(
          logJoint, componentCount: componentCount, stride: tileRows, count: tile.count,
          weights: nil))
    }
  }
}
