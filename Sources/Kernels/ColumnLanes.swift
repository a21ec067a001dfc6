/// Neighbouring vectors of columns of a row, in the blocks that `blockRows` makes.
protocol ColumnLanes: Lanes {
  static var vectors: Int { get }
  /// - Parameter step: the numbers from one vector to the next.
  init(loading pointer: UnsafePointer<Double>, step: Int)
  /// Writes the lanes to numbers that follow each other.
  func store(to numbers: UnsafeMutablePointer<Double>)
  /// Adds the first `columns` of the lanes, or all, to numbers that follow each other.
  func add(to numbers: UnsafeMutablePointer<Double>, columns: Int)
  static func - (x: Self, y: Self) -> Self
  static func += (x: inout Self, y: Self)
  static func * (x: Self, factor: Double) -> Self
  /// Adds x y, fused.
  mutating func addProduct(_ x: Self, _ y: Self)
}

extension SIMD8<Double>: ColumnLanes {
  @_transparent static var vectors: Int { 1 }

  @_transparent
  init(loading pointer: UnsafePointer<Double>, step: Int) { self.init(loading: pointer) }

  @inline(__always)
  func add(to numbers: UnsafeMutablePointer<Double>, columns: Int) {
    if columns >= 8 { return (Vector8(loading: numbers) + self).store(to: numbers) }
    for lane in 0..<Swift.max(0, columns) { numbers[lane] += self[lane] }
  }
}

/// Vectors of columns and those next to them.
struct Beside<A: ColumnLanes, B: ColumnLanes>: ColumnLanes {
  private var a: A
  private var b: B

  @_transparent static var vectors: Int { A.vectors + B.vectors }
  @_transparent static var zero: Self { Self(.zero, .zero) }

  @_transparent
  private init(_ a: A, _ b: B) { (self.a, self.b) = (a, b) }

  @_transparent
  init(loading pointer: UnsafePointer<Double>, step: Int) {
    self.init(
      A(loading: pointer, step: step), B(loading: pointer + A.vectors * step, step: step))
  }

  @_transparent
  func store(to numbers: UnsafeMutablePointer<Double>) {
    a.store(to: numbers)
    b.store(to: numbers + 8 * A.vectors)
  }

  @_transparent
  func add(to numbers: UnsafeMutablePointer<Double>, columns: Int) {
    a.add(to: numbers, columns: columns)
    b.add(to: numbers + 8 * A.vectors, columns: columns - 8 * A.vectors)
  }

  @_transparent
  static func - (x: Self, y: Self) -> Self { Self(x.a - y.a, x.b - y.b) }

  @_transparent
  static func += (x: inout Self, y: Self) {
    x.a += y.a
    x.b += y.b
  }

  @_transparent
  static func * (x: Self, factor: Double) -> Self { Self(x.a * factor, x.b * factor) }

  @_transparent
  mutating func addProduct(_ factor: Double, _ x: Self) {
    a.addProduct(factor, x.a)
    b.addProduct(factor, x.b)
  }

  @_transparent
  mutating func addProduct(_ x: Self, _ y: Self) {
    a.addProduct(x.a, y.a)
    b.addProduct(x.b, y.b)
  }
}

typealias TwoVectors = Beside<Vector8, Vector8>
typealias ThreeVectors = Beside<TwoVectors, Vector8>
