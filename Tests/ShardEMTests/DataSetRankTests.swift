import Foundation
import MessagePassing
import ShardEM
import Testing

/// Ranks that do not see the same files, as with stale network file systems or local disks.
extension DataSetFilesTests {
  @Test("Ranks that are given different files all refuse", arguments: [2, 3])
  func differentLists(ranks: Int) throws {
    defer { remove() }
    let a = try write("a.csv", "x,y\n1,2\n3,4\n")
    let b = try writeNPY("b.npy", [1, 2], columns: 2)
    let c = try writeNPY("c.npy", [1, 2], columns: 2)
    func message(_ paths: [String], onLastRank others: [String]) throws -> String {
      try self.message(ranks: ranks) { world in
        let isLast = world.rank == ranks - 1
        _ = try DataSet.open(isLast ? others : paths, world: world)
      }
    }
    let (bText, cText) = ("\(b) (1 x 2 of <f8)", "\(c) (1 x 2 of <f8)")
    let last =
      "on rank \(ranks - 1); all ranks need the same files, or local placement if each host "
      + "has files of its own"
    #expect(
      try message([a, b], onLastRank: [a, c]) == "\(bText) on rank 0, but \(cText) \(last)")
    #expect(
      try message([a, b], onLastRank: [a]) == "\(bText) on rank 0, but no such file \(last)")
    #expect(
      try message([a], onLastRank: [a, b]) == "no such file on rank 0, but \(bText) \(last)")
    #expect(try message([a, b], onLastRank: [a, b]) == "no error")
  }

  @Test(
    "Ranks that see different files of one name all refuse",
    arguments: [
      // Another number of rows; of fields; other names; numbers in their place; other weights.
      ("s.csv", "x,y\n1,2\n3,4\n5,6\n"), ("s.csv", "x\n1\n2\n3,4\n"), ("s.csv", "y,x\n1,2\n3,4\n"),
      ("s.csv", "5,6\n1,2\n3,4\n"), ("w.csv", "1\n2\n3\n"),
    ])
  func staleFiles(name: String, newText: String) throws {
    defer { remove() }
    let shard = try write("s.csv", "x,y\n1,2\n3,4\n")
    let weights = try write("w.csv", "1\n2\n")
    let isReplaced = DispatchSemaphore(value: 0)
    let found = try message(ranks: 2) { world in
      var world = ObservedWorld(world: world)
      if world.rank == 0 {
        // Rank 0 has its files open when it comes to the sum over ranks that says so.
        world.beforeSum = {
          _ = try write(name, newText)
          isReplaced.signal()
        }
      } else {
        // The maximum tells whether there is a file of weights; then files are opened.
        world.afterMaximum = {
          isReplaced.wait()
          isReplaced.signal()
        }
      }
      _ = try DataSet.open([shard], weights: weights, world: world)
    }
    #expect(found.hasPrefix("\(name == "s.csv" ? shard : weights) ("), "\(found)")
    #expect(
      found.hasSuffix(
        ") on rank 1; all ranks need the same files, or local placement if each host "
          + "has files of its own"), "\(found)")
  }
}

/// A rank's view of its world in which something happens around the rank's collectives.
private struct ObservedWorld: Communicator {
  let world: ThreadCommunicator
  var beforeSum: @Sendable () throws -> Void = {}
  var afterMaximum: @Sendable () -> Void = {}

  var rank: Int { world.rank }
  var size: Int { world.size }

  func sum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try beforeSum()
    try world.sum(values)
  }
  func reduce(
    _ values: UnsafeMutableBufferPointer<Double>, by reduction: Reduction
  ) throws {
    try beforeSum()
    try world.reduce(values, by: reduction)
  }
  func maximum(_ values: UnsafeMutableBufferPointer<Double>) throws {
    try world.maximum(values)
    afterMaximum()
  }
  func gather(_ bytes: [UInt8]) throws -> [[UInt8]] { try world.gather(bytes) }
  func barrier() throws { try world.barrier() }
}
