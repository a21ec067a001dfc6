import Kernels
import MessagePassing
import MixtureModels

/// A change of a mixture's components that keeps their number: one is given up, and another cut in two.
package struct SplitMerge: Sendable, Equatable {
  /// The component that is given up, whose place one half of `split` takes.
  package let freed: Int
  /// Which component gets its rows; nil: all others, as they share them.
  package let heir: Int?
  /// The component that is cut, between two of its rows.
  package let split: Int
  /// Whether the halves are told apart in the component's own coordinates, instead of those of the data.
  package let isWhitened: Bool
}

/// How the components of a mixture overlap.
package struct ComponentOverlaps {
  /// The sum of w r of each.
  package let masses: [Double]
  /// K × K: the sum of w r_i r_j.
  package let products: [Double]
  /// All pairs, those first that overlap the most, as cosines of their responsibilities.
  package let pairs: [(Int, Int)]

  package init(masses: [Double], products: [Double]) {
    (self.masses, self.products) = (masses, products)
    pairs = Self.pairs(masses, products)
  }

  private static func pairs(_ masses: [Double], _ products: [Double]) -> [(Int, Int)] {
    let k = masses.count
    func cosine(_ pair: (Int, Int)) -> Double {
      let length = products[pair.0 * k + pair.0] * products[pair.1 * k + pair.1]
      return length > 0 ? products[pair.0 * k + pair.1] / length.squareRoot() : 0
    }
    let pairs = (0..<k).flatMap { i in (i + 1..<max(k, i + 1)).map { (i, $0) } }
    return pairs.enumerated().sorted { a, b in
      let (one, other) = (cosine(a.element), cosine(b.element))
      return one == other ? a.offset < b.offset : one > other
    }.map(\.element)
  }

  /// Change number `number` of a round: mostly the components of a pair that overlaps are joined, every
  /// third time one of the three lightest is given up; what is cut is drawn by mass.
  ///
  /// - Parameter random: three numbers in (0, 1).
  package func change(_ number: Int, _ random: [Double]) -> SplitMerge? {
    let k = masses.count
    let freed: Int
    var heir: Int?
    if number % 3 == 2 {
      let lightest = (0..<k).sorted { (masses[$0], $0) < (masses[$1], $1) }.prefix(3)
      freed = lightest[min(Int(random[0] * Double(lightest.count)), lightest.count - 1)]
    } else {
      // Number i with probability 2^-(i + 1).
      let place = min(Int(-Portable.log(random[0]) / Portable.log(2)), pairs.count - 1)
      (heir, freed) = pairs[place]
    }
    var weights = masses
    weights[freed] = 0
    if let heir, k > 2 { weights[heir] = 0 }
    guard let split = weights.place(of: random[1]) else { return nil }
    return SplitMerge(freed: freed, heir: heir, split: split, isWhitened: random[2] < 0.5)
  }
}

extension Engine {
  /// Changes that are tried in a round.
  private static let changes = 16
  /// More rounds are not tried: each has found a better maximum.
  private static let mostRounds = 20

  /// Collective. The best that splits and merges of a contender's components lead to.
  ///
  /// In rounds: of 16 changes (`ComponentOverlaps.change`), after five EM iterations each, the best third
  /// goes on for five, and of these again, until one is left and converges, or
  /// falls behind. It is kept if it is better. Of many components those go on that do best among the
  /// components they touch (`promisingContenders`). Some
  /// rounds without a gain end the search.
  ///
  /// Source: Ueda, Nakano, Ghahramani and Hinton, "SMEM algorithm for mixture models" (Neural Computation 12,
  /// 2000), with cuts at random as in k-means++.
  func splitAndMerged<M: MixtureModel>(
    _ contender: Contender, _ plan: StartPlan<M>, restart: Int, idleRounds: Int
  ) async throws -> Contender {
    let model = plan.model
    guard model.componentCount > 1, model.hasExchangeableComponents, model.classes == nil else {
      return contender
    }
    var best = contender
    var (round, idle) = (0, 0)
    while idle < idleRounds && round < Self.mostRounds {
      tell(plan, restart, .changes(round: round + 1), best)
      let draw = restart * Self.mostRounds + round
      let changed = try await winner(amongChangesOf: best, plan, draw: draw)
      if let changed, isBetter(changed, than: best, plan) {
        (best, idle) = (changed, 0)
      } else {
        idle += 1
      }
      round += 1
    }
    return best
  }

  private func isBetter<M: MixtureModel>(
    _ contender: Contender, than best: Contender, _ plan: StartPlan<M>
  ) -> Bool {
    if contender.hasSpikes != best.hasSpikes { return best.hasSpikes }
    // What the ends of starts leave open is no gain.
    return plan.model.gain(from: best.objective, to: contender.objective)
      > max(Self.leastGain, raceTolerance(plan))
  }

  /// Nats per row, or as `Model.gain` has it.
  private static let leastGain = 1e-6

  private func winner<M: MixtureModel>(
    amongChangesOf best: Contender, _ plan: StartPlan<M>, draw: Int
  ) async throws -> Contender? {
    guard let parameters = best.state.parameters else { return nil }
    let model = plan.model
    let overlaps = try await overlaps(of: model, at: parameters)
    let generator = Philox(seed: plan.options.seed)
    let changes = (0..<Self.changes).compactMap { number in
      let random = RandomStream.splits.row(number, of: generator, draw: draw)
      return overlaps.change(number, (0..<3).map { random.uniform($0) })
    }
    let spread = try await columnSpread(withAxes: false)
    var contenders: [Contender]
    if triesByParts(model) {
      contenders = try await promisingContenders(
        of: changes.map(overlaps.partial), overlaps, parameters, plan, spread, draw: draw)
    } else {
      contenders = try await self.contenders(
        of: changes, parameters, plan, spread, draw: draw)
    }
    while !contenders.isEmpty {
      contenders = Contender.withoutCopies(Contender.ranked(contenders), of: model)
      contenders = Array(contenders.prefix(max(1, contenders.count / 3)))
      if contenders.count == 1 { break }
      contenders = try await advanced(contenders, plan, by: roundLength)
    }
    return try await runOut(contenders, plan, against: best).first
  }

  /// Collective. Contenders from changes of a mixture, each after some iterations.
  private func contenders<M: MixtureModel>(
    of changes: [SplitMerge], _ parameters: Parameters, _ plan: StartPlan<M>,
    _ spread: ColumnSpread, draw: Int
  ) async throws -> [Contender] {
    let outcomes = try await together(
      0..<changes.count, atMost: plan.searchesTogether
    ) { engine, number -> Contender? in
      let engine = engine.tentative
      let start = try await engine.changed(
        plan.model, parameters, by: changes[number], spread, number: number,
        seed: plan.options.seed, draw: draw)
      guard let start else { return nil }
      return try await engine.advanced(
        try engine.withoutSpikes(start, plan), plan, by: roundLength)
    }
    return outcomes.compactMap { try? $0.get() }
  }

  /// Collective. The sums of responsibilities and of their products.
  private func overlaps<M: MixtureModel>(
    of model: M, at parameters: Parameters
  ) async throws -> ComponentOverlaps {
    let components = try self.components(of: model, at: parameters)
    let k = model.componentCount
    let pass = BlockPass(
      ["masses": k, "products": k * k], takesMissing: components.fill != nil
    ) { block, workspace, sums in
      sums.update(repeating: 0, count: k + k * k)
      components.forEachTile(of: block, workspace: workspace) { tile, shares in
        components.writeResponsibilities(of: tile, into: shares)
        for i in 0..<k {
          for n in 0..<tile.count { sums[i] += shares[i * tileStride + n] }
          for j in i..<k {
            var product = 0.0
            for n in 0..<tile.count {
              let weight = tile.rows.weights?[n] ?? 1
              if weight == 0 { continue }
              product += shares[i * tileStride + n] * shares[j * tileStride + n] / weight
            }
            sums[k + i * k + j] += product
          }
        }
      }
    }
    let sums = try await sums(of: [pass]).sums[0]
    return ComponentOverlaps(masses: sums["masses"], products: sums["products"])
  }

  /// Collective. The parameters that an M-step gives after change `number` of some; nil if there are no two
  /// rows to cut between.
  func changed<M: MixtureModel>(
    _ model: M, _ parameters: Parameters, by change: SplitMerge, _ spread: ColumnSpread,
    number: Int, seed: UInt64, draw: Int
  ) async throws -> Parameters? {
    let components = try self.components(of: model, at: parameters)
    let cut = try await cut(
      change.split, of: model, components, parameters, spread, isWhitened: change.isWhitened,
      number: number, seed: seed, draw: draw)
    guard let cut else { return nil }
    return try await maximized(model, about: model.centers(parameters, spread)) {
      components.divide($0, $1, $2) { row, weight, old, new in
        change.apply(
          old, cut.isBeyond(row), weight: weight, count: components.count, into: new)
      }
    }
  }

  /// Collective. A cut through a component, between two rows that are drawn by its responsibilities; nil if
  /// there are no two.
  ///
  /// - Parameters:
  ///   - components: of the model at `parameters`.
  ///   - isWhitened: whether the halves are told apart in its own coordinates, if it has some.
  ///   - number: of the cut, among those of a draw.
  func cut<M: MixtureModel>(
    _ component: Int, of model: M, _ components: M.StepComponents, _ parameters: Parameters,
    _ spread: ColumnSpread, isWhitened: Bool, number: Int, seed: UInt64, draw: Int
  ) async throws -> Cut? {
    let generator = Philox(seed: seed)
    let ends = try await drawRows(2) {
      RandomStream.starts.row($0, of: generator, draw: draw).uniform(1 + number)
    } by: { block, workspace in
      let shares = workspace.second.second.reserve(block.count)
      var start = 0
      components.forEachTile(of: block, workspace: workspace) { tile, joint in
        components.writeResponsibilities(of: tile, into: joint)
        for n in 0..<tile.count { shares[start + n] = joint[component * tileStride + n] }
        start += tile.count
      }
      return { shares[$0] }
    }
    guard ends.count == 2, ends[0] != ends[1] else { return nil }
    let own = isWhitened ? model.spread(of: component, parameters) : nil
    let transform =
      own?.transform(to: .whitened)
      ?? spread.transform(to: model.hasOwnMetric ? .raw : .standardized)
    return Cut(between: ends[0], and: ends[1], transform)
  }
}

extension SplitMerge {
  /// Writes the new weighted responsibilities of a row, of which there are `count`.
  ///
  /// - Parameters:
  ///   - old: w r, of one component after the other `tileStride` numbers apart; so is `target`.
  ///   - isBeyond: whether the row is of the new half of the component that is cut.
  fileprivate func apply(
    _ old: UnsafePointer<Double>, _ isBeyond: Bool, weight: Double, count: Int,
    into target: UnsafeMutablePointer<Double>
  ) {
    let lost = old[freed * tileStride]
    // What nobody else has a part of goes to none of them.
    let scale = heir == nil && weight > lost ? weight / (weight - lost) : 1
    for k in 0..<count where k != freed {
      target[k * tileStride] = old[k * tileStride] * scale + (k == heir ? lost : 0)
    }
    target[freed * tileStride] = 0
    guard isBeyond else { return }
    target[freed * tileStride] = target[split * tileStride]
    target[split * tileStride] = 0
  }
}

/// A plane in the middle between two rows, normal to their difference in some coordinates.
struct Cut: Sendable {
  private let normal: [Double]
  private let middle: [Double]

  init(between a: [Double], and b: [Double], _ transform: ColumnTransform?) {
    let (first, second) = (Self.seen(a, transform), Self.seen(b, transform))
    let difference = zip(first, second).map { $1 - $0 }
    normal = transform?.normal(difference) ?? difference
    middle = zip(a, b).map { $0 / 2 + $1 / 2 }
  }

  private static func seen(_ row: [Double], _ transform: ColumnTransform?) -> [Double] {
    transform?.transformed(row) ?? row
  }

  /// Whether a row is on the side of the second one.
  func isBeyond(_ row: UnsafePointer<Double>) -> Bool {
    var sum = 0.0
    for j in normal.indices { sum += normal[j] * (row[j] - middle[j]) }
    return sum > 0
  }
}

extension MixtureModel {
  /// K × D means; of a model that has none those of the columns.
  func centers(_ parameters: Parameters, _ spread: ColumnSpread) -> [Double] {
    centers(parameters) ?? (0..<componentCount).flatMap { _ in spread.means }
  }

  /// K × D means, if the model has them.
  fileprivate func centers(_ parameters: Parameters) -> [Double]? {
    let shape = [componentCount, columnCount]
    let part = layout.parts.first { $0.domain == .mean && $0.shape == shape }
    return part.map { parameters[$0.name] }
  }

  /// The mean and covariance of component `k`, if it has a matrix of its own.
  fileprivate func spread(of k: Int, _ parameters: Parameters) -> ColumnSpread? {
    let d = columnCount
    guard let centers = centers(parameters),
      let part = layout.parts.first(where: {
        $0.domain == .covariance && $0.shape == [componentCount, d, d]
      })
    else { return nil }
    return ColumnSpread(
      means: Array(centers[k * d..<(k + 1) * d]),
      covariance: Array(parameters[part.name][k * d * d..<(k + 1) * d * d]))
  }
}
