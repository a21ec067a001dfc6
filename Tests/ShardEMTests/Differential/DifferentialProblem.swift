import MixtureModels
import _TestSupport

/// A small fit, score and prediction: a pure function of its number.
///
/// Ordinary problems for the most part, and mixed into them what has gone wrong in programs of this
/// kind: weights of every size, columns far from 0 and of unlike units, constant and duplicated
/// columns, equal rows, rows and starts far off, few rows.
struct DifferentialProblem: Sendable {
  let number: UInt64
  private(set) var type = CovarianceType.full
  private(set) var componentCount = 1
  private(set) var columnCount = 1
  private(set) var rowCount = 1
  /// n × D values, row-major.
  private(set) var rows: [Double] = []
  /// n row weights; nil for 1 each.
  private(set) var weights: [Double]?
  private(set) var start = Parameters(weights: [], means: [], covariances: [])
  private(set) var regularization = 0.0
  private(set) var exactDense = false
  private(set) var iterations = 1
  /// The rows of the shards, and of a block.
  private(set) var shardRows: [Int] = []
  private(set) var blockRows = 1024
  private(set) var traits: Set<Trait> = []

  /// What is out of the ordinary.
  enum Trait: String, CaseIterable, Sendable {
    case integerWeights, unevenWeights, tinyWeights, scaledWeights
    case offsets, units, constantColumn, duplicatedColumn, equalRows, wholeNumbers
    case farRows, farStart, fewRows, farComponents, wide, zeroWeight
  }

  /// The scale of each column, about a standard deviation of a component.
  private var scales: [Double] = []
  private var generator: SeededGenerator

  init(number: UInt64) {
    self.number = number
    generator = SeededGenerator(seed: number &* 0xD134_2543_DE82_EF95)
    chooseShape()
    chooseTraits()
    makeRows()
    makeWeights()
    makeStart()
    if happens(0.5) {
      let scale = scales[below(columnCount)]
      regularization = 1e-6 * scale * scale
    }
    exactDense = happens(0.25)
    iterations = 1 + below(4)
    cut()
  }

  private mutating func happens(_ probability: Double) -> Bool {
    generator.uniform() < probability
  }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

  /// 10 to a power between these.
  private mutating func power(_ lowest: Double, _ highest: Double) -> Double {
    powerOfTen(lowest + (highest - lowest) * generator.uniform())
  }

  private mutating func chooseShape() {
    type = CovarianceType.allCases[Int(number % 4)]
    componentCount = 1 + below(6)
    columnCount = 1 + below(12)
    let size = generator.uniform()
    rowCount =
      size < 0.1
      ? componentCount + below(20)
      : size < 0.75
        ? 20 + below(280)
        : size < 0.93 ? 300 + below(800) : 1100 + below(1900)
    if size < 0.1 { traits.insert(.fewRows) }
    if size >= 0.1, size < 0.75, happens(0.1) {
      traits.insert(.wide)
      columnCount = 16 + below(35)
      componentCount = 1 + below(3)
    }
    rowCount = max(rowCount, componentCount)
  }

  private mutating func chooseTraits() {
    let odds: [(Trait, Double)] = [
      (.offsets, 0.3), (.units, 0.3), (.constantColumn, 0.1), (.duplicatedColumn, 0.08),
      (.equalRows, 0.08), (.wholeNumbers, 0.08), (.farRows, 0.12), (.farStart, 0.12),
      (.farComponents, 0.08),
    ]
    for (trait, probability) in odds where happens(probability) { traits.insert(trait) }
    switch generator.uniform() {
    case ..<0.5: break
    case ..<0.65: traits.insert(.integerWeights)
    case ..<0.8: traits.insert(.unevenWeights)
    case ..<0.9: traits.insert(.tinyWeights)
    default: traits.insert(.scaledWeights)
    }
  }

  private mutating func makeRows() {
    let d = columnCount
    let separation = [0.5, 2, 2, 5, 50][below(5)] * (traits.contains(.farComponents) ? 1e5 : 1)
    let centers = (0..<componentCount * d).map { _ in separation * generator.normal() }
    let mixing = (0..<d * d).map { entry in
      entry % (d + 1) == 0 ? 1 + generator.uniform() : 0.3 * generator.normal()
    }
    for _ in 0..<rowCount {
      let center = below(componentCount) * d
      let noise = (0..<d).map { _ in generator.normal() }
      rows += (0..<d).map { i in
        (0..<d).reduce(centers[center + i]) { $0 + mixing[i * d + $1] * noise[$1] }
      }
    }
    if traits.contains(.wholeNumbers) { rows = rows.map { $0.rounded() } }
    scales = (0..<d).map { _ in traits.contains(.units) ? power(-8, 8) : 1 }
    let offsets = (0..<d).map { j in
      traits.contains(.offsets) ? scales[j] * power(0, 8) * (happens(0.5) ? 1 : -1) : 0
    }
    for i in rows.indices { rows[i] = rows[i] * scales[i % d] + offsets[i % d] }
    if traits.contains(.equalRows) {
      for n in 0..<rowCount where n % 3 == 0 {
        rows.replaceSubrange(n * d..<(n + 1) * d, with: rows[0..<d])
      }
    }
    makeColumns()
    if traits.contains(.farRows) { moveRows() }
  }

  private mutating func makeColumns() {
    let d = columnCount
    if traits.contains(.constantColumn) {
      let (column, value) = (below(d), [0.1, 0, 1, -3e5, 1e8 / 3][below(5)])
      for n in 0..<rowCount { rows[n * d + column] = value * scales[column] }
    }
    guard traits.contains(.duplicatedColumn), d > 1 else {
      traits.remove(.duplicatedColumn)
      return
    }
    let column = 1 + below(d - 1)
    let (other, factor) = (below(column), [1.0, -1, 2, 0.5][below(4)])
    for n in 0..<rowCount { rows[n * d + column] = factor * rows[n * d + other] }
    scales[column] = scales[other]
  }

  /// Puts one or two rows far off, in one cell or in all.
  private mutating func moveRows() {
    let distance = [1e6, 1e16, 1e20][below(3)]
    let allCells = happens(0.3)
    for _ in 0..<1 + below(2) {
      let (row, cell) = (below(rowCount), below(columnCount))
      for j in 0..<columnCount where allCells || j == cell {
        rows[row * columnCount + j] = distance * scales[j] * (happens(0.5) ? 1 : -1)
      }
    }
  }

  private mutating func makeWeights() {
    let numbers = (0..<rowCount).map { _ in generator.uniform() }
    if traits.contains(.integerWeights) {
      weights = numbers.map { ($0 * 5).rounded(.down) }
    } else if traits.contains(.unevenWeights) {
      weights = numbers.map { $0 < 0.1 ? 0 : 3 * $0 }
    } else if traits.contains(.tinyWeights) {
      let tiny = [1e-300, 1e-310, 5e-324, 1e-20][below(4)]
      weights = numbers.map { $0 < 0.3 ? tiny * (1 + (100 * $0).rounded(.down)) : 0.5 + $0 }
    } else if traits.contains(.scaledWeights) {
      let scale = power(-140, 100)
      weights = numbers.map { scale * (0.5 + $0) }
    } else {
      return
    }
    // At least as many rows as components count.
    for n in 0..<componentCount where weights![n] == 0 { weights![n] = 1 }
    if traits.contains(.tinyWeights) { weights![0] = 1 }
  }

  private mutating func makeStart() {
    let (d, k) = (columnCount, componentCount)
    var means: [Double] = []
    for _ in 0..<k {
      let row = below(rowCount) * d
      means += (0..<d).map { rows[row + $0] + 0.5 * scales[$0] * generator.normal() }
    }
    if traits.contains(.farStart) {
      let distance = power(1, 8)
      let own = happens(0.5)
      var direction = (0..<d).map { _ in generator.normal() }
      for c in 0..<k {
        if own { direction = (0..<d).map { _ in generator.normal() } }
        for j in 0..<d { means[c * d + j] += distance * scales[j] * direction[j] }
      }
    }
    start = Parameters(
      weights: generator.weights(k), means: means, covariances: startCovariances())
    guard k > 1, happens(0.06) else { return }
    traits.insert(.zeroWeight)
    let empty = below(k)
    let rest = 1 - start.weights[empty]
    for c in 0..<k { start.weights[c] = c == empty ? 0 : start.weights[c] / rest }
  }

  private mutating func startCovariances() -> [Double] {
    let (d, k) = (columnCount, componentCount)
    func variance(_ j: Int, _ factor: Double) -> Double { scales[j] * scales[j] * factor }
    switch type {
    case .full: return (0..<k).flatMap { _ in matrix() }
    case .tied: return matrix()
    case .diag: return (0..<k * d).map { variance($0 % d, 0.3 + 3 * generator.uniform()) }
    case .spherical:
      return (0..<k).map { _ in
        (0..<d).reduce(0) { $0 + variance($1, 0.3 + 3 * generator.uniform()) } / Double(d)
      }
    }
  }

  /// A covariance matrix in the columns' units; symmetric to the last bit.
  private mutating func matrix() -> [Double] {
    let d = columnCount
    let unit = generator.covariance(d)
    return (0..<d * d).map { entry in
      let (i, j) = (max(entry / d, entry % d), min(entry / d, entry % d))
      return unit[i * d + j] / Double(d) * scales[i] * scales[j]
    }
  }

  private mutating func cut() {
    blockRows = happens(0.6) ? 1024 : [64, 100, 256][below(3)]
    var left = rowCount
    for _ in 0..<below(5) where left > 1 {
      let part = 1 + below(left - 1)
      shardRows.append(part)
      left -= part
    }
    shardRows.append(left)
  }
}

extension DifferentialProblem {
  /// The variances among covariances in the shape of the type.
  func variances<Number>(_ covariances: [Number]) -> [Number] {
    switch type {
    case .full, .tied:
      covariances.indices.filter {
        $0 % (columnCount * columnCount) % (columnCount + 1) == 0
      }.map { covariances[$0] }
    case .diag, .spherical: covariances
    }
  }
}

extension DifferentialProblem: CustomStringConvertible {
  var description: String {
    "\(type.rawValue), \(rowCount) x \(columnCount), \(componentCount) components, "
      + "\(iterations) iterations, regularization \(regularization), "
      + traits.map(\.rawValue).sorted().joined(separator: " ")
  }
}

/// 10^x, to within rounding that is the same everywhere: 10^n times a short series.
private func powerOfTen(_ x: Double) -> Double {
  let whole = x.rounded(.down)
  let logarithm = (x - whole) * 2.302585092994046
  var (term, sum) = (1.0, 1.0)
  for n in 1...20 {
    term *= logarithm / Double(n)
    sum += term
  }
  let power = (0..<Int(abs(whole))).reduce(1.0) { power, _ in power * 10 }
  return whole < 0 ? sum / power : sum * power
}
