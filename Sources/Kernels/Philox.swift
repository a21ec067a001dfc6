/// The counter-based generator Philox4x32-10: a pure function of a key and a 128-bit counter.
///
/// A draw does not depend on what was drawn before it, so row r gets the same numbers whichever
/// thread and rank asks. Passes TestU01's BigCrush.
///
/// Source: Salmon, Moraes, Dror & Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
public struct Philox: Sendable {
  private let key0: UInt32
  private let key1: UInt32

  public init(seed: UInt64) {
    key0 = UInt32(truncatingIfNeeded: seed)
    key1 = UInt32(truncatingIfNeeded: seed >> 32)
  }

  /// 128 random bits at a counter.
  public func bits(
    _ counter0: UInt32, _ counter1: UInt32, _ counter2: UInt32, _ counter3: UInt32
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = (counter0, counter1, counter2, counter3)
    var (k0, k1) = (key0, key1)
    for _ in 0..<10 {
      let product0 = UInt64(c0) * 0xD251_1F53
      let product1 = UInt64(c2) * 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: product1 >> 32) ^ c1 ^ k0,
        UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ c3 ^ k1,
        UInt32(truncatingIfNeeded: product0)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// A number uniform on the open interval (0, 1): an odd multiple of 2^-53.
  ///
  /// - Parameters:
  ///   - purpose: keeps the streams of different uses apart.
  ///   - row: a row's number over all shards.
  ///   - index: which of the row's numbers, 0 to 2^32 - 1.
  public func uniform(purpose: UInt32, row: Int, index: Int) -> Double {
    let row = UInt64(bitPattern: Int64(row))
    let (low, high, _, _) = bits(
      UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: row >> 32),
      UInt32(truncatingIfNeeded: index), purpose)
    let integer = (UInt64(high) << 20) | (UInt64(low) >> 12)
    return (Double(integer) + 0.5) * 0x1p-52
  }
}
