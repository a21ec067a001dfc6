import Kernels

/// Components or moments of some columns.
public struct MixedPart<Body: Sendable>: Sendable {
  let columns: [Int]
  let body: Body

  init(_ columns: [Int], _ body: Body) { (self.columns, self.body) = (columns, body) }
}

/// The log joint densities of a mixture of columns of several families.
public struct MixedComponents: Components {
  let logWeights: [Double]
  let parts: [MixedPart<any Components>]
  public let fill: [Double]?
  private let memories: [TileMemory]
  public let scratchCount: Int
  public let keptCount: Int
  /// Where in `Tile.kept` each part has its numbers.
  let keptStarts: [Int]

  init(logWeights: [Double], parts: [MixedPart<any Components>], fill: [Double]?) {
    (self.logWeights, self.parts, self.fill) = (logWeights, parts, fill)
    memories = parts.map {
      TileMemory(
        componentCount: $0.body.count, scratchCount: $0.body.scratchCount, keptCount: 0,
        fill: $0.body.fill)
    }
    keptStarts = parts.indices.map { parts[..<$0].reduce(0) { $0 + $1.body.keptCount } }
    keptCount = parts.reduce(0) { $0 + $1.body.keptCount }
    scratchCount = zip(parts, memories).reduce(0) {
      max($0, $1.1.partCount(columns: $1.0.columns.count))
    }
  }

  public var count: Int { logWeights.count }

  /// The log weights and, in the order of the groups, their log densities.
  public func writeLogJoint(of tile: Tile, into logJoint: UnsafeMutablePointer<Double>) {
    for (k, weight) in logWeights.enumerated() {
      (logJoint + k * tileStride).update(repeating: weight, count: tile.count)
    }
    for ((part, memory), keptStart) in zip(zip(parts, memories), keptStarts) {
      let (own, joint) = memory.part(of: tile, part.columns, kept: tile.kept + keptStart)
      part.body.writeLogJoint(of: own, into: joint)
      for k in 0..<count {
        let (sums, terms) = (logJoint + k * tileStride, joint + k * tileStride)
        for n in 0..<tile.count { sums[n] += terms[n] }
      }
    }
  }
}

extension MixedComponents: ImputingComponents {
  public func impute(
    _ tile: Tile, responsibilities: UnsafePointer<Double>, random: ((_ n: Int) -> RandomRow)?,
    into rows: UnsafeMutablePointer<Double>
  ) {
    guard tile.incomplete != nil else { return }
    let columnCount = tile.rows.columnCount
    // A draw is of one component in all groups.
    var own = [Double](
      UnsafeBufferPointer(start: responsibilities, count: count * tileStride))
    if let random {
      for n in 0..<tile.count {
        let chances = (0..<count).map { own[$0 * tileStride + n] }
        let component = random(n).choice(chances, 0)
        for k in 0..<count { own[k * tileStride + n] = k == component ? 1 : 0 }
      }
    }
    for (number, (part, memory)) in zip(parts, memories).enumerated() {
      guard let body = part.body as? any ImputingComponents else { continue }
      let (ownTile, _) = memory.part(of: tile, part.columns, kept: tile.kept)
      guard ownTile.incomplete != nil else { continue }
      var cells = (0..<tile.count).flatMap { n in
        part.columns.map { rows[n * columnCount + $0] }
      }
      body.impute(
        ownTile, responsibilities: own,
        random: random.map { random in { random($0).part(number) } },
        into: &cells)
      for (i, cell) in cells.enumerated() {
        let (n, place) = i.quotientAndRemainder(dividingBy: part.columns.count)
        rows[n * columnCount + part.columns[place]] = cell
      }
    }
  }
}

/// The moments of all groups, one after the other, each with what its components sum up of the weights that
/// they give its rows.
public struct MixedMoments: Moments {
  private let componentCount: Int
  let parts: [MixedPart<any Moments>]
  /// Those that gave the responsibilities; nil where they were given.
  private let components: MixedComponents?
  /// Of each part.
  let partSlots: [Slots]
  public let slots: Slots
  public let fill: [Double]?
  private let memories: [TileMemory]
  public let scratchCount: Int

  init(
    componentCount: Int, _ parts: [MixedPart<any Moments>], of components: MixedComponents? = nil,
    fill: [Double]?
  ) {
    (self.componentCount, self.parts, self.fill) = (componentCount, parts, fill)
    self.components = components
    partSlots = parts.indices.map {
      parts[$0].body.slots + (components?.parts[$0].body.weightSlots ?? [:])
    }
    slots = partSlots.enumerated().reduce([:]) { $0 + $1.element.prefixed("\($1.offset + 1) ") }
    memories = parts.map {
      TileMemory(
        componentCount: componentCount, scratchCount: $0.body.scratchCount, keptCount: 0,
        fill: $0.body.fill)
    }
    scratchCount = zip(parts, memories).reduce(0) {
      max($0, $1.1.partCount(columns: $1.0.columns.count))
    }
  }

  public func add(
    _ tile: Tile, weights: UnsafeMutablePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    var sums = sums
    for (i, (part, memory)) in zip(parts, memories).enumerated() {
      let kept = tile.kept + (components?.keptStarts[i] ?? 0)
      let (own, copy) = memory.part(of: tile, part.columns, kept: kept)
      // Which it may overwrite.
      copy.update(from: weights, count: componentCount * tileStride)
      components?.parts[i].body.weigh(own, copy, into: sums + part.body.slots.count)
      part.body.add(own, weights: copy, into: sums)
      sums += partSlots[i].count
    }
  }

  public func again(after sums: Sums) -> MixedMoments? {
    let head = sums.slots.count - slots.count
    var start = head
    var isOther = false
    let others = zip(parts, partSlots).map { part, slots in
      let end = start + slots.count
      defer { start = end }
      let own = Sums(
        mixtureSlots(componentCount) + slots,
        Array(sums.numbers[..<head] + sums.numbers[start..<end]))
      guard let other = part.body.again(after: own) else { return part }
      isOther = true
      return MixedPart(part.columns, other)
    }
    return isOther
      ? MixedMoments(componentCount: componentCount, others, of: components, fill: fill) : nil
  }
}

extension TileMemory {
  /// The numbers that a tile of some columns takes, and these gathered.
  fileprivate func partCount(columns: Int) -> Int { count(columns: columns) + columns * rowCount }

  /// Some columns of a tile, in its scratch memory, and scratch for their log joint densities.
  ///
  /// - Parameter kept: what their components leave for moments.
  fileprivate func part(
    of tile: Tile, _ columns: [Int], kept: UnsafeMutablePointer<Double>
  ) -> (tile: Tile, joint: UnsafeMutablePointer<Double>) {
    let joint = tile.scratch
    let rows = tile.rowsAsTheyAre.gathering(columns, into: joint + count(columns: columns.count))
    let own = self.tile(of: rows, in: joint)
    let part = Tile(
      rows: own.rows, incomplete: own.incomplete, columns: own.columns, stride: own.stride,
      scratch: own.scratch, kept: kept)
    return (part, joint)
  }
}

extension RowBlock {
  /// Some columns of these rows, in the memory of `rows`.
  func gathering(_ columns: [Int], into rows: UnsafeMutablePointer<Double>) -> RowBlock {
    gatherColumns(
      columns, of: self.rows, count: count, columnCount: columnCount, into: rows)
    return RowBlock(
      rows: rows, weights: weights, count: count, columnCount: columns.count, firstRow: firstRow)
  }
}
