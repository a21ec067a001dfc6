/// What one walk over all rows computes: numbers that add up over the blocks of the rows.
///
/// Blocks belong to the data, whoever computes them; the sums over all of them are exact, whatever the
/// numbers are, and so the same to the last bit on any number of ranks and threads. All that a pass
/// owes to that is `write`: one fixed order of IEEE operations on the block and the pass's own values,
/// without C library functions (`Portable.exp` and `Portable.log` round alike everywhere).
public protocol Pass: Sendable {
  /// The numbers of a block, by name. The first is the block's part of the log-likelihood, if the pass
  /// has one.
  var slots: Slots { get }

  /// Whether NaN in a block is a missing cell to it; else, the default, it gets the means of the
  /// columns in place of missing cells, and no NaN.
  var takesMissing: Bool { get }

  /// Overwrites `sums` with those of one block, as many as there are slots. Called by several threads
  /// at a time, each with a workspace of its own.
  ///
  /// A number that is infinite or none is an error of the walk, which names the slot and the row; what
  /// this throws ends the walk on all ranks.
  func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>) throws
}

extension Pass {
  public var takesMissing: Bool { false }
}

/// A pass whose numbers a closure writes.
public struct BlockPass: Pass {
  public let slots: Slots
  public let takesMissing: Bool
  private let body: @Sendable (RowBlock, Workspace, UnsafeMutablePointer<Double>) throws -> Void

  /// - Parameter body: overwrites as many numbers as there are slots.
  public init(
    _ slots: Slots, takesMissing: Bool = false,
    _ body: @escaping @Sendable (RowBlock, Workspace, UnsafeMutablePointer<Double>) throws -> Void
  ) { (self.slots, self.takesMissing, self.body) = (slots, takesMissing, body) }

  public func write(
    _ block: RowBlock, workspace: Workspace, into sums: UnsafeMutablePointer<Double>
  ) throws { try body(block, workspace, sums) }
}
