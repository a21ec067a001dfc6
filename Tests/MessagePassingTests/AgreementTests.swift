import Host
import MessagePassing
import Testing

@Suite struct AgreementTests {
  struct Input: InputError, Equatable, CustomStringConvertible {
    let description: String
  }
  struct Other: Error, CustomStringConvertible {
    let description: String
  }

  /// What each of `size` ranks throws when `agree` runs `work`.
  func failures(
    ranks size: Int, _ work: @escaping @Sendable (Int) throws -> Void
  ) throws -> [RankFailure?] {
    try ThreadCommunicator.run(ranks: size) { world in
      #expect(throws: RankFailure.self) { try world.agree { try work(world.rank) } }
    }
  }

  @Test("Every rank throws the error of the lowest rank that failed", arguments: 2...7)
  func lowestWins(size: Int) throws {
    for first in 0..<size {
      let failures = try failures(ranks: size) { rank in
        if rank >= first { throw Input(description: "row \(rank)") }
      }
      let expected = RankFailure(Input(description: "row \(first)"), rank: first)
      #expect(failures == Array(repeating: expected, count: size))
      #expect("\(expected)" == "row \(first)")
    }
  }

  @Test("Wrong input ends with status 2 on every rank, anything else with 1 and names the rank")
  func kinds() throws {
    let input = try failures(ranks: 2) { _ in throw Input(description: "part.npy: empty") }
    #expect(input.map { $0.map(exitStatus(of:)) } == [2, 2])
    #expect("\(try #require(input[0]))" == "part.npy: empty")
    let other = try failures(ranks: 3) { if $0 == 1 { throw Other(description: "disk full") } }
    #expect(other.map { $0.map(exitStatus(of:)) } == [1, 1, 1])
    #expect("\(try #require(other[2]))" == "rank 1: disk full")
  }

  @Test("Any text reaches the other ranks", arguments: ["", " ", "a  b ", "Größe 3 µm", "1\n2"])
  func texts(text: String) throws {
    let failures = try failures(ranks: 2) { if $0 == 1 { throw Input(description: text) } }
    #expect(failures.map { $0?.message } == [text, text])
  }

  @Test("Without a failure every rank keeps its own value")
  func success() throws {
    let values = try ThreadCommunicator.run(ranks: 3) { world in
      try world.agree { 10 * world.rank }
    }
    #expect(values == [0, 10, 20])
  }

  @Test("A failure that was agreed on before keeps its rank")
  func nested() throws {
    let failures = try failures(ranks: 3) { rank in
      throw RankFailure(Other(description: "disk full"), rank: 2)
    }
    #expect(failures.map { $0?.rank } == [2, 2, 2])
  }

  @Test("Ranks that counted their failures themselves agree on the lowest one's error")
  func counted() throws {
    let failures = try ThreadCommunicator.run(ranks: 4) { world in
      let own = world.rank % 2 == 1 ? Input(description: "shard \(world.rank)") : nil
      return "\(try world.agreedFailure(own))"
    }
    #expect(failures == Array(repeating: "shard 1", count: 4))
  }

  struct Ranges: CommonError, InputError, Equatable {
    var isMetByAllRanks: Bool
  }

  @Test("An error has the type of those that all ranks meet by its nature, or by being called so")
  func common() throws {
    let errors = try ThreadCommunicator.run(ranks: 2) { world in
      [
        world.common(Ranges(isMetByAllRanks: true)) is Ranges,
        world.common(Ranges(isMetByAllRanks: false)) is RankFailure,
        world.common(Input(description: "row 7")) is RankFailure,
        SoloCommunicator().common(Input(description: "row 7")) is Input,
      ]
    }
    #expect(errors == [[true, true, true, true], [true, true, true, true]])
  }

  @Test("A world of one throws the error itself")
  func alone() throws {
    let error = Input(description: "no such file")
    #expect(throws: error) { try SoloCommunicator().agree { throw error } }
    #expect(exitStatus(of: error) == 2)
    #expect(exitStatus(of: Other(description: "disk full")) == 1)
  }
}
