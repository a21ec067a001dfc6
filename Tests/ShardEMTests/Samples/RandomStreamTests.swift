import Kernels
import ShardEM
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  @Test("No two streams and draws share numbers")
  func noCollision() {
    // All small draws, and those whose bits are at the ends of their fields.
    let draws = Array(0..<5000) + (13..<28).flatMap { [(1 << $0) - 1, 1 << $0, (1 << $0) + 1] }
    let purposes = RandomStream.allCases.flatMap { stream in
      draws.map { stream.purpose(draw: $0) }
    }
    #expect(Set(purposes).count == RandomStream.allCases.count * Set(draws).count)
  }

  @Test("The first streams keep the numbers that they had before there were others")
  func unchanged() {
    let first: [RandomStream] = [.seeding, .responsibilities, .sampling, .candidates]
    for (number, stream) in first.enumerated() {
      for draw in [0, 1, 77] {
        let purpose = UInt32(draw * 4 + number)
        #expect(stream.purpose(draw: draw) == purpose)
        #expect(
          stream.row(12, of: Philox(seed: 3), draw: draw).uniform(5)
            == Philox(seed: 3).uniform(purpose: purpose, row: 12, index: 5))
      }
    }
  }
}
