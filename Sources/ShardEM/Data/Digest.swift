/// A number that is hardly ever the same for different words: what ranks compare and checkpoints
/// hold instead of the words themselves. Against accidents, not against people.
package struct Digest: Sendable, Equatable {
  private(set) var value: UInt64 = 0

  /// Takes one more word in: a bijection of the state, so that no single word can be lost.
  ///
  /// Source: the finalizer of SplitMix64; Steele, Lea & Flood, "Fast Splittable Pseudorandom Number
  /// Generators" (OOPSLA 2014).
  mutating func add(_ word: UInt64) {
    value = (value ^ word) &+ 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    value ^= value >> 31
  }

  /// Takes in 8 bytes a word, as they are in files: little-endian.
  ///
  /// - Parameter bytes: whole words.
  mutating func add(words bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count.isMultiple(of: 8), "\(bytes.count) bytes are no whole words")
    for offset in stride(from: 0, to: bytes.count, by: 8) {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
  }

  package init() {}

  package init(_ numbers: some Sequence<Double>) {
    for number in numbers { add(number.bitPattern) }
  }

  init(words: some Sequence<UInt64>) {
    for word in words { add(word) }
  }

  init(bytes: some Sequence<UInt8>) {
    for byte in bytes { add(UInt64(byte)) }
  }
}
