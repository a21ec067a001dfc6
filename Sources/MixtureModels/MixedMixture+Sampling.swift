import Kernels

extension MixedMixture {
  /// For each component and group what draws rows of that component.
  public struct Sampler: Sendable {
    let weights: [Double]
    let draws: [[@Sendable (RandomRow, UnsafeMutablePointer<Double>) -> Void]]
  }

  public func sampler(under parameters: Parameters) throws -> Sampler {
    func draw<F: Family>(
      _ family: F, _ own: Parameters
    ) throws -> @Sendable (RandomRow, UnsafeMutablePointer<Double>) -> Void {
      let sampler = try family.sampler(under: own)
      return { family.writeRow($0, sampler, into: $1) }
    }
    return Sampler(
      weights: parameters.weights,
      draws: try (0..<componentCount).map { k in
        let only = (0..<componentCount).map { $0 == k ? 1.0 : 0 }
        return try groups.map {
          try draw($0.family, self.parameters(of: $0, parameters, weights: only))
        }
      })
  }

  public func writeRow(
    _ random: RandomRow, _ sampler: Sampler, into row: UnsafeMutablePointer<Double>
  ) {
    let draws = sampler.draws[random.choice(sampler.weights, 0)]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: columnCount) { memory in
      guard let own = memory.baseAddress else { return }
      for (number, (group, draw)) in zip(groups, draws).enumerated() {
        draw(random.part(number), own)
        for (place, column) in group.columns.enumerated() { row[column] = own[place] }
      }
    }
  }
}
