import Host
import Testing

@Suite struct AllowedCoresTests {
  /// The shares of ranks that may run on `cores`, all on one machine.
  func shares(_ cores: [[Int]]) -> [Int] {
    let ranks = cores.map { AllowedCores(machine: "a", cores: $0) }
    return ranks.indices.map { AllowedCores.share(of: $0, among: ranks) }
  }

  @Test("A rank bound to cores of its own has them")
  func bound() {
    #expect(shares([[0, 1], [2, 3], [4]]) == [2, 2, 1])
  }

  @Test("Ranks that were not bound share the machine's cores, at least one each")
  func unbound() {
    let machine = Array(0..<8)
    #expect(shares([machine]) == [8])
    #expect(shares([machine, machine]) == [4, 4])
    #expect(shares([machine, machine, machine]) == [2, 2, 2])
    #expect(shares(Array(repeating: [0, 1], count: 7)) == Array(repeating: 1, count: 7))
  }

  @Test("Ranks that share a part of the machine share that part")
  func partly() {
    #expect(shares([[4, 5, 6, 7], [4, 5, 6, 7], [0]]) == [2, 2, 1])
  }

  @Test("Thirds of cores add up to whole ones", arguments: [3, 6, 48, 192, 1023])
  func thirds(count: Int) {
    let cores = Array(0..<count)
    #expect(shares([cores, cores, cores]) == Array(repeating: count / 3, count: 3))
  }

  @Test("Ranks on other machines take nothing away")
  func machines() {
    let ranks = ["a", "b", "a"].map { AllowedCores(machine: $0, cores: [0, 1]) }
    #expect(ranks.indices.map { AllowedCores.share(of: $0, among: ranks) } == [1, 2, 1])
  }

  @Test("The kernel's lists of cores are read")
  func lists() {
    #expect(AllowedCores.numbers(in: "0") == [0])
    #expect(AllowedCores.numbers(in: "0-3,8,10-11") == [0, 1, 2, 3, 8, 10, 11])
    for wrong in ["", "a", "3-1", "1-2-3", "-"] {
      #expect(AllowedCores.numbers(in: wrong) == nil)
    }
  }
}
