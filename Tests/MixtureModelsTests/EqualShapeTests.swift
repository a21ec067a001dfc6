import MixtureModels
import Testing

@Suite("VEI")
struct EqualShapeTests {
  private let model = CovarianceModels.named("VEI")!

  @Test("A component without variance leaves the shape of the others alone")
  func flatComponent() throws {
    let found = try model.constrained(
      Scatter([1, 4, 2, 8, 0, -1e-17], masses: [10, 20, 5], columns: 2))
    // The others are of one shape already.
    for (value, expected) in zip(found, [1.0, 4, 2, 8, 0, 0]) {
      // Some 10 roundings of a root and its square.
      #expect(abs(value - expected) <= 16 * 0x1p-52 * expected)
    }
  }

  @Test("A column without variance stays so, and the others have one shape")
  func flatColumn() throws {
    let found = try model.constrained(Scatter([1, 0, 4, 3, 0, 5], masses: [10, 20], columns: 3))
    #expect(found[1] == 0 && found[4] == 0)
    #expect(abs(found[2] / found[0] - found[5] / found[3]) < 1e-14)
  }

  @Test("Components without rows, and none with any variance, give zeros")
  func nothing() throws {
    let nothing = Scatter([0, 0, 0, 0], masses: [0, 3], columns: 2)
    #expect(try model.constrained(nothing) == [0, 0, 0, 0])
  }
}
