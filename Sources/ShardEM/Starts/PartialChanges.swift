import Kernels
import MessagePassing
import MixtureModels

/// A change as the components see it that it touches, numbered among themselves.
package struct PartialChange: Equatable, Sendable {
  /// Their numbers in the mixture, ascending.
  package let touched: [Int]
  package let change: SplitMerge
}

extension ComponentOverlaps {
  /// A change by the components that it gives up, cuts, and gives rows: where all others get them, the two
  /// that overlap the most with the one that is given up.
  package func partial(_ change: SplitMerge) -> PartialChange {
    var touched = [change.freed, change.split]
    if let heir = change.heir {
      touched.append(heir)
    } else {
      touched += neighbors(of: change.freed).filter { $0 != change.split }.prefix(2)
    }
    touched = Set(touched).sorted()
    func place(_ k: Int) -> Int { touched.firstIndex(of: k)! }
    return PartialChange(
      touched: touched,
      change: SplitMerge(
        freed: place(change.freed), heir: change.heir.map(place), split: place(change.split),
        isWhitened: change.isWhitened))
  }
}

extension ComponentOverlaps {
  /// All other components, those first that overlap the most.
  private func neighbors(of k: Int) -> [Int] {
    pairs.compactMap { $0.0 == k ? $0.1 : $0.1 == k ? $0.0 : nil }
  }
}

extension Engine {
  /// From how many components on changes are first tried by those that they touch: an iteration of four of
  /// eight, on the rows that are theirs, is a quarter of one of all.
  private static let fewestComponents = 8

  /// Whether changes of a model are first tried so: not where components are few, or none can be fitted
  /// alone.
  func triesByParts(_ model: some MixtureModel) -> Bool {
    model.componentCount >= Self.fewestComponents && model.ofComponents(2) != nil
  }

  /// How many of those that promise the most all components are then fitted to.
  private static let promising = 3

  /// Collective. Contenders from changes of a mixture, the most promising ones: each change is tried by EM
  /// of the components that it touches, on the rows that they have a part in, all others staying as they are.
  /// By what that gains, which is no more than EM of all components would, the best go on to that; but not
  /// those that lose more than half a nat for each parameter, by which the objective of a maximum is off
  /// anyway.
  ///
  /// - Parameters:
  ///   - parameters: what is changed.
  ///   - draw: of the random numbers.
  /// - Source: Ueda et al. (see `splitAndMerged`), their partial EM.
  func promisingContenders<M: MixtureModel>(
    of changes: [PartialChange], _ overlaps: ComponentOverlaps, _ parameters: Parameters,
    _ plan: StartPlan<M>, _ spread: ColumnSpread, draw: Int
  ) async throws -> [Contender] {
    let model = plan.model
    let rows = try await sharedRows(of: changes.map(\.touched), overlaps, model, parameters)
    let outcomes = try await together(
      0..<changes.count, atMost: plan.searchesTogether
    ) { engine, number in
      try await engine.seeing(rows[number]).tentative.tried(
        changes[number], parameters, plan, spread, number: number, draw: draw)
    }
    let least = -0.5 * Double(model.freeParameterCount)
    let ended = outcomes.compactMap { try? $0.get() }.filter { $0.gain > least }
    let tried = ended.enumerated().sorted { a, b in
      let (one, other) = (a.element, b.element)
      if one.hasSpikes != other.hasSpikes { return other.hasSpikes }
      return one.gain == other.gain ? a.offset < b.offset : one.gain > other.gain
    }
    return try await advanced(
      tried.prefix(Self.promising).map {
        Contender(state: StartState(parameters: $0.element.parameters), hasSpikes: false)
      }, plan, by: roundLength)
  }

  /// Collective. The rows that each of some lists of components have a part in.
  private func sharedRows<M: MixtureModel>(
    of lists: [[Int]], _ overlaps: ComponentOverlaps, _ model: M, _ parameters: Parameters
  ) async throws -> [SharedRows] {
    let components = try self.components(of: model, at: parameters)
    let total = overlaps.masses.reduce(0, +)
    let rows = lists.map { list in
      let mass = list.reduce(0) { $0 + overlaps.masses[$1] }
      return SharedRows(rowCount: Int(mass / total * Double(data.weightedRowCount)))
    }
    try await visitBlocks(takingMissing: components.fill != nil) { block, workspace in
      var parts = lists.map { _ in SharedRows.Part() }
      var start = 0
      components.forEachTile(of: block, workspace: workspace) { tile, shares in
        components.writeResponsibilities(of: tile, into: shares)
        for (i, list) in lists.enumerated() {
          for n in 0..<tile.count {
            let weight = list.reduce(0) { $0 + shares[$1 * tileStride + n] }
            guard weight > SharedRows.least * (tile.rows.weights?[n] ?? 1) else { continue }
            parts[i].numbers.append(start + n)
            parts[i].weights.append(weight)
          }
        }
        start += tile.count
      }
      for (rows, part) in zip(rows, parts) { rows[block] = part }
    }
    return rows
  }

  /// Collective. What a change comes to by EM of the components that it touches; nil if there are no two
  /// rows to cut between. This engine sees the rows that these share.
  private func tried<M: MixtureModel>(
    _ partial: PartialChange, _ parameters: Parameters, _ plan: StartPlan<M>,
    _ spread: ColumnSpread, number: Int, draw: Int
  ) async throws -> TriedChange? {
    let (model, touched) = (plan.model, partial.touched)
    guard let few = model.ofComponents(touched.count) else { return nil }
    let own = StartPlan(
      model: few, initialization: plan.initialization, options: plan.options,
      searchesTogether: plan.searchesTogether, tell: plan.tell)
    let before = model.picking(touched, of: parameters)
    let sums = try await expectationStep(few, under: before).sums[0]
    guard
      let start = try await changed(
        few, before, by: partial.change, spread, number: number,
        seed: plan.options.seed, draw: draw)
    else { return nil }
    let after = try await advanced(try withoutSpikes(start, own), own, by: 2 * roundLength)
    return TriedChange(
      parameters: model.replacing(touched, of: parameters, by: after.state.parameters!),
      hasSpikes: after.hasSpikes,
      gain: after.objective * sums.weightSum - sums.logLikelihood)
  }
}

/// What a change has come to.
private struct TriedChange: Sendable {
  /// Of all components.
  let parameters: Parameters
  let hasSpikes: Bool
  /// In nats.
  let gain: Double
}
