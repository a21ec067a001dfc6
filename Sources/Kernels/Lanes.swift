/// One or several vectors that a kernel treats as one: the unit in which its tiles are measured.
///
/// Every lane goes through its own operations, so the width changes no bit of a result.
protocol Lanes {
  static var zero: Self { get }
  /// Adds `factor` times `x`, fused.
  mutating func addProduct(_ factor: Double, _ x: Self)
}

/// Lanes along the rows of data.
protocol LoadableLanes: Lanes {
  static var count: Int { get }
  init(loading pointer: UnsafePointer<Double>)
  func store(to pointer: UnsafeMutablePointer<Double>)
  static func - (values: Self, center: Double) -> Self
}

/// Rows of a product with L^-1.
protocol RowLanes: LoadableLanes {
  static func - (values: Self, others: Self) -> Self
  /// Adds x², fused.
  mutating func addSquare(_ x: Self)
  /// Adds (x factor) x, the latter product fused.
  mutating func addSquare(_ x: Self, times factor: Double)
  /// offset + factor × these lanes, fused.
  func scaled(by factor: Double, plus offset: Double) -> Self
  /// Whether every lane is below `limit`, and none a NaN.
  func areAll(below limit: Double) -> Bool
}

// Transparent throughout: what is only inlined may still pass vectors through memory.

extension SIMD4<Double>: Lanes, LoadableLanes {
  @_transparent static var count: Int { 4 }

  @_transparent
  init(loading pointer: UnsafePointer<Double>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Double>.self)
  }

  @_transparent
  func store(to pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: SIMD4<Double>.self)
  }

  @_transparent
  mutating func addProduct(_ factor: Double, _ x: Self) {
    addProduct(Self(repeating: factor), x)
  }
}

extension SIMD8<Double>: Lanes, LoadableLanes, RowLanes {
  @_transparent static var count: Int { 8 }

  @_transparent
  mutating func addProduct(_ factor: Double, _ x: Self) {
    addProduct(Self(repeating: factor), x)
  }

  @_transparent
  mutating func addSquare(_ x: Self) { addProduct(x, x) }

  @_transparent
  mutating func addSquare(_ x: Self, times factor: Double) { addProduct(x * factor, x) }

  @_transparent
  func scaled(by factor: Double, plus offset: Double) -> Self {
    Self(repeating: offset).addingProduct(self, Self(repeating: factor))
  }

  @_transparent
  func areAll(below limit: Double) -> Bool { ones(below: limit).laneSum == 8 }

  /// 1 in the lanes that are below `limit`, 0 in the others.
  @_transparent
  func ones(below limit: Double) -> Self { Self.zero.replacing(with: 1, where: self .< limit) }
}

/// 32 rows of data; variables of their own, because only these are sure to stay in registers.
struct FourVectors: RowLanes {
  private var v0, v1, v2, v3: Vector8

  @_transparent static var count: Int { 32 }
  @_transparent static var zero: Self { Self(.zero, .zero, .zero, .zero) }

  @_transparent
  private init(_ v0: Vector8, _ v1: Vector8, _ v2: Vector8, _ v3: Vector8) {
    (self.v0, self.v1, self.v2, self.v3) = (v0, v1, v2, v3)
  }

  @_transparent
  init(loading pointer: UnsafePointer<Double>) {
    self.init(
      Vector8(loading: pointer), Vector8(loading: pointer + 8),
      Vector8(loading: pointer + 16), Vector8(loading: pointer + 24))
  }

  @_transparent
  func store(to pointer: UnsafeMutablePointer<Double>) {
    v0.store(to: pointer)
    v1.store(to: pointer + 8)
    v2.store(to: pointer + 16)
    v3.store(to: pointer + 24)
  }

  @_transparent
  static func - (values: Self, center: Double) -> Self {
    Self(values.v0 - center, values.v1 - center, values.v2 - center, values.v3 - center)
  }

  @_transparent
  static func - (values: Self, others: Self) -> Self {
    Self(
      values.v0 - others.v0, values.v1 - others.v1, values.v2 - others.v2, values.v3 - others.v3)
  }

  @_transparent
  mutating func addProduct(_ factor: Double, _ x: Self) {
    v0.addProduct(factor, x.v0)
    v1.addProduct(factor, x.v1)
    v2.addProduct(factor, x.v2)
    v3.addProduct(factor, x.v3)
  }

  @_transparent
  mutating func addSquare(_ x: Self) {
    v0.addSquare(x.v0)
    v1.addSquare(x.v1)
    v2.addSquare(x.v2)
    v3.addSquare(x.v3)
  }

  @_transparent
  mutating func addSquare(_ x: Self, times factor: Double) {
    v0.addSquare(x.v0, times: factor)
    v1.addSquare(x.v1, times: factor)
    v2.addSquare(x.v2, times: factor)
    v3.addSquare(x.v3, times: factor)
  }

  @_transparent
  func scaled(by factor: Double, plus offset: Double) -> Self {
    Self(
      v0.scaled(by: factor, plus: offset), v1.scaled(by: factor, plus: offset),
      v2.scaled(by: factor, plus: offset), v3.scaled(by: factor, plus: offset))
  }

  @_transparent
  func areAll(below limit: Double) -> Bool {
    let ones =
      (v0.ones(below: limit) + v1.ones(below: limit))
      + (v2.ones(below: limit) + v3.ones(below: limit))
    return ones.laneSum == 32
  }
}

/// Four sums of products, each with lanes of its own: the accumulators of a tile.
///
/// With lanes of one vector of eight they are 8 registers of AVX2, which has 16: what two
/// multiply-adds a cycle with a latency of 4 keep busy. With `FourVectors` they are 16 registers of
/// AVX-512, which has 32.
struct FourSums<L: Lanes> {
  var a = L.zero, b = L.zero, c = L.zero, d = L.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(repeating lanes: L) { (a, b, c, d) = (lanes, lanes, lanes, lanes) }

  /// Adds four numbers times the lanes.
  @inline(__always)
  mutating func add(_ factors: UnsafePointer<Double>, _ x: L) {
    a.addProduct(factors[0], x)
    b.addProduct(factors[1], x)
    c.addProduct(factors[2], x)
    d.addProduct(factors[3], x)
  }
}
