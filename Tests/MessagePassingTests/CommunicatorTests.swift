import MessagePassing
import Testing

@Suite struct CommunicatorTests {
  @Test("A sum or maximum has the known value on every rank, also of no numbers", arguments: 1...7)
  func reductions(size: Int) throws {
    for count in [0, 1, 5] {
      let results = try ThreadCommunicator.run(ranks: size) { world in
        var sums = (0..<count).map { Double($0 * (world.rank + 1)) }
        try world.sum(&sums)
        var maxima = (0..<count).map { Double(-$0 * (world.rank + 1)) }
        try world.maximum(&maxima)
        return (sums, maxima)
      }
      #expect(results.count == size)
      for (sums, maxima) in results {
        #expect(sums == (0..<count).map { Double($0 * size * (size + 1) / 2) })
        #expect(maxima == (0..<count).map { Double(-$0) })
      }
    }
  }

  @Test("A gather gives every rank all contributions in rank order", arguments: 1...5)
  func gather(size: Int) throws {
    let contributions = (0..<size).map { rank in Array(repeating: UInt8(rank), count: 2 * rank) }
    let results = try ThreadCommunicator.run(ranks: size) { world in
      try world.barrier()
      return try world.gather(contributions[world.rank])
    }
    #expect(results == Array(repeating: contributions, count: size))
  }

  @Test("A gather of numbers, of pairs and of texts of any characters gives back what was given")
  func typedGathers() throws {
    struct Pair: Equatable {
      let number: Int
      let value: Double
    }
    let pairs = (0..<4).map { rank in (0..<rank).map { Pair(number: rank, value: Double($0) / 3) } }
    let texts = [[], ["", "0"], ["a \0 b", "12 é\n"], ["3 x"]]
    let results = try ThreadCommunicator.run(ranks: 4) { world in
      (try world.gather(pairs[world.rank]), try world.gather(texts: texts[world.rank]))
    }
    for result in results {
      #expect(result.0 == pairs)
      #expect(result.1 == texts)
    }
  }

  @Test("A world of one process gives back what it is given")
  func solo() throws {
    let world = SoloCommunicator()
    var values = [1.5, -2]
    try world.sum(&values)
    try world.maximum(&values)
    #expect(values == [1.5, -2])
    #expect(world.gather([7 as UInt8]) == [[7]])
    #expect((world.rank, world.size) == (0, 1))
  }

  @Test("Many collectives in a row never mix their rounds")
  func rounds() throws {
    let results = try ThreadCommunicator.run(ranks: 3) { world in
      try (0..<500).map { round in
        var values = [Double(round * (world.rank + 1))]
        try world.sum(&values)
        return values[0]
      }
    }
    #expect(results == Array(repeating: (0..<500).map { Double(6 * $0) }, count: 3))
  }

  @Test("A sum that depends on the order of additions differs between thread ranks")
  func orderDependence() throws {
    // 1 is half a unit of the last place of 2^53 and lost beside it: (1 + 2^53) - 2^53 = 0, but
    // (-2^53 + 1) + 2^53 = 1.
    let sums = try ThreadCommunicator.run(ranks: 3) { world in
      var values = [[1, 0x1p53, -0x1p53][world.rank]]
      try world.sum(&values)
      return values[0]
    }
    #expect(Set(sums) == [0, 1])
  }
}

@Suite struct LeavingRanksTests {
  struct Broken: Error, Equatable { let rank: Int }

  @Test("A rank that throws ends the ranks that wait for it, and its error is the one thrown")
  func throwing() throws {
    #expect(throws: Broken(rank: 2)) {
      try ThreadCommunicator.run(ranks: 4) { world in
        try world.barrier()
        if world.rank == 2 { throw Broken(rank: 2) }
        try world.barrier()
      }
    }
  }

  @Test("A rank that returns early ends the ranks that wait for it")
  func returning() throws {
    let expected = ThreadCommunicatorError.rankLeft(rank: 1, call: "sum of 1 numbers")
    #expect(throws: expected) {
      try ThreadCommunicator.run(ranks: 3) { world in
        if world.rank == 1 { return }
        var values = [1.0]
        try world.sum(&values)
      }
    }
    #expect(
      "\(expected)" == "rank 1 ended while other ranks waited for it in a sum of 1 numbers")
  }

  @Test("Ranks that call different collectives get an error instead of each other's values")
  func mismatch() throws {
    let expected = ThreadCommunicatorError.mismatch(
      rank: 0, call: "sum of 2 numbers", otherRank: 1, otherCall: "sum of 3 numbers")
    let errors = try ThreadCommunicator.run(ranks: 2) { world in
      var values = Array(repeating: 0.0, count: 2 + world.rank)
      return #expect(throws: ThreadCommunicatorError.self) { try world.sum(&values) }
    }
    #expect(errors == [expected, expected])
    #expect(
      "\(expected)" == "rank 0 called a sum of 2 numbers, but rank 1 a sum of 3 numbers; "
        + "all ranks call the same collectives in the same order")
  }
}
