import MessagePassing
import Testing

@Suite struct ShareTests {
  @Test("Thread ranks of this process share what it may run on")
  func cores() throws {
    let alone = try SoloCommunicator().coreShare()
    let shares = try ThreadCommunicator.run(ranks: 3) { world in try world.coreShare() }
    #expect(shares == Array(repeating: max(1, alone / 3), count: 3))
  }

  @Test("Thread ranks of this process have equal parts")
  func memory() throws {
    let alone = try SoloCommunicator().memoryShare()
    let shares = try ThreadCommunicator.run(ranks: 4) { world in try world.memoryShare() }
    // What is available changes all the time, but hardly by half.
    for share in shares { #expect(share > alone / 8 && share < alone / 2) }
  }
}
