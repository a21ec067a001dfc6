/// What this core can do at most, measured by loops of its own in the same run.
enum Ceilings {
  /// Floating-point operations per second of fused multiply-adds in registers.
  ///
  /// Chains of eight lanes: the better of 4, which are 8 of AVX2's 16 registers, and 16, which hide
  /// a latency of 4 cycles at up to 4 vectors of AVX-512 a cycle. The best of several trials, since
  /// neighbours on the machine only ever slow one down.
  static func multiplyAdds() -> Double {
    let rounds = 1_000_000
    return (0..<20).map { trial in
      let x = Double(trial) * 1e-9
      let few = processorSeconds { keep(fewChains(rounds, x)) }
      let many = processorSeconds { keep(manyChains(rounds, x)) }
      // Chains × 8 lanes × 2 operations.
      return Double(rounds) * max(4 * 16 / few, 16 * 16 / many)
    }.max()!
  }

  /// Bytes per second read from memory, in order, by one core: sums over 512 MiB, the best of
  /// several trials.
  static func readBytes() -> Double {
    let numbers = [Double](repeating: 1, count: 1 << 26)
    return (0..<5).map { _ in
      Double(numbers.count * 8)
        / processorSeconds {
          numbers.withUnsafeBufferPointer { keep(sum($0.baseAddress!, count: $0.count)) }
        }
    }.max()!
  }
}

@inline(never)
private func fewChains(_ rounds: Int, _ x: Double) -> Double {
  let factor = SIMD8(repeating: 0.999 + x)
  var a = FourChains()
  for _ in 0..<rounds { a.step(factor) }
  return a.sum
}

@inline(never)
private func manyChains(_ rounds: Int, _ x: Double) -> Double {
  let factor = SIMD8(repeating: 0.999 + x)
  var (a, b, c, d) = (FourChains(), FourChains(), FourChains(), FourChains())
  for _ in 0..<rounds {
    a.step(factor)
    b.step(factor)
    c.step(factor)
    d.step(factor)
  }
  return (a.sum + b.sum) + (c.sum + d.sum)
}

/// Multiply-adds that each wait for the one before, four at a time.
private struct FourChains {
  private static var term: SIMD8<Double> { SIMD8(repeating: 1e-3) }
  private var a = term, b = term, c = term, d = term

  @inline(__always)
  mutating func step(_ factor: SIMD8<Double>) {
    a = Self.term.addingProduct(factor, a)
    b = Self.term.addingProduct(factor, b)
    c = Self.term.addingProduct(factor, c)
    d = Self.term.addingProduct(factor, d)
  }

  var sum: Double { ((a + b) + (c + d)).sum() }
}

/// The sum of `count` numbers, but for the last ones beyond a multiple of 32, as fast as they can be
/// read.
@inline(never)
func sum(_ numbers: UnsafePointer<Double>, count: Int) -> Double {
  var a = SIMD8<Double>.zero
  var b = a
  var c = a
  var d = a
  let raw = UnsafeRawPointer(numbers)
  for offset in stride(from: 0, to: count / 32 * 256, by: 256) {
    a += raw.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
    b += raw.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
    c += raw.loadUnaligned(fromByteOffset: offset + 128, as: SIMD8<Double>.self)
    d += raw.loadUnaligned(fromByteOffset: offset + 192, as: SIMD8<Double>.self)
  }
  return ((a + b) + (c + d)).sum()
}

/// Keeps the compiler from leaving out what only a benchmark wants computed.
@inline(never) @_optimize(none)
func keep(_ value: Double) {}
