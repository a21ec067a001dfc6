/// Sums of vectors that do not depend on the order of addition, so that neither the number of
/// threads nor the number of ranks changes a bit of the result - whatever is added.
///
/// Every value is cut into parts along a fixed grid, and what is added up is parts: multiples of one
/// unit that fit in 53 bits, hence exact, hence the same in any order. Nobody needs to know in
/// advance how large the values of a slot will be: its sums move along the grid as larger ones come.
///
/// **Proof.** The grid has a unit u_b = 2^(b W - 1074) for every bin b >= 0, where n values of a slot,
/// on all ranks, leave W = 52 - k bits, with 2^k > n. The part of v in bin b is the nearest multiple of
/// u_b to what the bins above have left of v: p = fl(v + s) - s with the bin's anchor s = 1.5 · 2^52 u_b,
/// exact as long as |v| <= 2^51 u_b. Let i(v) >= 2 be the lowest bin whose limit, 1.5 · 2^(W-2) u_b, is
/// above |v|. In all bins above i(v), |v| < u / 2 and v has the part 0: its part in any bin is a function
/// of v and the bin alone.
///
/// A slot holds the sums of the parts in three bins: t, t - 1 and t - 2, where t is the largest i(v) of
/// the values so far. When a larger one comes, t moves up; the sums of the bins that enter are 0, as all
/// values before had the part 0 there, and those of the bins that leave are dropped. So in the end the
/// three sums are those of the parts in the same three bins, whatever came first; and a part is at most
/// 2^(W-1) units (in bin i(v) by the limit, below as half a unit of the bin above), so that n < 2^k of them
/// are below 2^51 units: exact.
///
/// What is dropped of a value is at most half a unit of bin t - 2, which is 2^(-2W-1) u_t, while the
/// largest value is at least 3/8 u_t, or t = 2 and nothing is dropped: n values lose less than
/// 1.34 n 2^(-2W) of the largest of them: 2^-43 in 10^9 rows, in blocks of 1024.
///
/// Source: Demmel, Ahrens & Nguyen, "Efficient Reproducible Floating Point Summation and BLAS" (UC
/// Berkeley, EECS-2016-121); Rump, Ogita & Oishi, "Accurate Floating-Point Summation Part I" (SIAM J.
/// Sci. Comput. 31, 2008), section 3.
public final class ExactSums {
  /// The number of slots.
  public let count: Int
  private let grid: ExactGrid
  /// Of eight slots at a time the anchors of their highest bins, then the sums of three bins each: what
  /// an addition touches lies together.
  private let groups: UnsafeMutablePointer<Double>
  private var groupCount: Int { paddedCount(count) / 8 }

  /// - Parameter additions: a bound, below 2^40, on the number of values of a slot over all threads and
  ///   ranks; the same for all sums that are to be merged.
  public init(count: Int, additions: Int) {
    (self.count, grid) = (count, ExactGrid(additions: additions))
    groups = .allocate(capacity: 4 * paddedCount(count))
    restart()
  }

  deinit { groups.deallocate() }

  /// Whether it has so many slots, for so many additions.
  public func fits(count: Int, additions: Int) -> Bool {
    count == self.count && ExactGrid(additions: additions) == grid
  }

  /// Begins again from zero.
  public func restart() {
    let anchors = Vector8(repeating: grid.lowestAnchor)
    for group in 0..<groupCount {
      anchors.store(to: groups + 32 * group)
      (groups + 32 * group + 8).update(repeating: 0, count: 24)
    }
  }

  /// Adds one value to every slot.
  ///
  /// - Returns: nil; or the first slot whose value is not finite or beyond the grid (about 2^970), with
  ///   which the sums are of no use any more.
  public func add(_ values: UnsafePointer<Double>) -> Int? {
    let whole = count / 8
    for group in 0..<whole {
      if let lane = add(Vector8(loading: values + 8 * group), to: group) { return 8 * group + lane }
    }
    guard whole < groupCount else { return nil }
    var last = Vector8.zero
    for i in 8 * whole..<count { last[i - 8 * whole] = values[i] }
    return add(last, to: whole).map { 8 * whole + $0 }
  }

  /// - Returns: the first lane that cannot be added; nil if all have been.
  @inline(__always)
  private func add(_ values: Vector8, to group: Int) -> Int? {
    let sums = groups + 32 * group
    var anchors = Vector8(loading: sums)
    // Below 0 in lanes that the bins can take; neither for NaN.
    if !(values.magnitudes - anchors * grid.limit).areAll(below: 0) {
      for lane in 0..<8 where !moveUp(8 * group + lane, to: values[lane]) { return lane }
      anchors = Vector8(loading: sums)
    }
    let middleAnchors = anchors * grid.down
    let lowAnchors = middleAnchors * grid.down
    let high = (values + anchors) - anchors
    let rest = values - high
    let middle = (rest + middleAnchors) - middleAnchors
    let low = ((rest - middle) + lowAnchors) - lowAnchors
    (Vector8(loading: sums + 8) + high).store(to: sums + 8)
    (Vector8(loading: sums + 16) + middle).store(to: sums + 16)
    (Vector8(loading: sums + 24) + low).store(to: sums + 24)
    return nil
  }

  /// Moves the bins of a slot up until they can take `value`; false if there are none.
  private func moveUp(_ slot: Int, to value: Double) -> Bool {
    guard value.isFinite else { return false }
    var element = self[slot]
    while abs(value) >= element.anchor * grid.limit {
      let distance = value.exponent - (element.anchor * grid.limit).exponent
      let bins = max(Int(distance) / grid.width, 1)
      // Infinite beyond float64.
      let anchor = Double(sign: .plus, exponent: bins * grid.width, significand: element.anchor)
      element = element.movedUp(to: anchor)
      guard element.anchor <= grid.highestAnchor else { return false }
    }
    self[slot] = element
    return true
  }

  /// Adds what `other`, of as many slots and additions, has added.
  public func merge(_ other: ExactSums) {
    for i in 0..<count { self[i].add(other[i]) }
  }

  /// Three numbers for each slot, which `ExactSums.combine` adds to those of other ranks.
  public var elements: [Double] {
    [Double](unsafeUninitializedCapacity: 3 * count) { numbers, used in
      for i in 0..<count { self[i].write(to: numbers.baseAddress! + 3 * i) }
      used = 3 * count
    }
  }

  /// The elements of sums of one value each, for numbers that ranks add beside others.
  ///
  /// - Parameter additions: of how many ranks at most.
  public static func elements(of values: [Double], additions: Int) -> [Double] {
    let sums = ExactSums(count: values.count, additions: additions)
    let slot = sums.add(values)
    precondition(slot == nil, "\(values[slot ?? 0]) cannot be added")
    return sums.elements
  }

  /// Magnitudes up to this can be added, whatever their number.
  public static let largest = 0x1p969

  /// The sum of every slot.
  public var totals: [Double] { (0..<count).map { self[$0].total } }

  /// The sums that `elements`, those of one rank or of several combined, stand for.
  public static func totals(_ elements: ArraySlice<Double>) -> [Double] {
    elements.withUnsafeBufferPointer { elements in
      stride(from: 0, to: elements.count, by: 3).map {
        ExactElement(elements.baseAddress! + $0).total
      }
    }
  }

  /// Combines the elements of two ranks, slot by slot: associative and commutative, to the last bit.
  ///
  /// - Parameters:
  ///   - other: `count` times three numbers.
  ///   - own: as many, to be overwritten.
  public static func combine(
    _ other: UnsafePointer<Double>, _ own: UnsafeMutablePointer<Double>, count: Int
  ) {
    for i in stride(from: 0, to: 3 * count, by: 3) {
      var element = ExactElement(own + i)
      element.add(ExactElement(other + i))
      element.write(to: own + i)
    }
  }

  private subscript(slot: Int) -> ExactElement {
    get {
      let sums = groups + slot / 8 * 32 + slot % 8
      return ExactElement(
        anchor: sums[0], high: sums[8], middle: sums[16], low: sums[24], down: grid.down)
    }
    set {
      let sums = groups + slot / 8 * 32 + slot % 8
      (sums[0], sums[8], sums[16], sums[24]) =
        (newValue.anchor, newValue.high, newValue.middle, newValue.low)
    }
  }
}

extension SIMD8<Double> {
  @inline(__always)
  fileprivate var magnitudes: Self { replacing(with: -self, where: self .< 0) }
}

/// The grid along which values are cut, W bits from bin to bin.
private struct ExactGrid: Equatable {
  /// W.
  let width: Int
  /// 2^-W: from a bin's anchor to that of the bin below.
  let down: Double
  /// What part of its anchor a value of a bin may be: 2^(W - 54).
  let limit: Double
  let lowestAnchor: Double
  let highestAnchor: Double

  /// - Parameter additions: below 2^40.
  init(additions: Int) {
    // 2^k > n.
    let k = Int.bitWidth - max(additions, 1).leadingZeroBitCount
    width = 52 - k
    down = powerOfTwo(-width)
    limit = powerOfTwo(width - 54)
    lowestAnchor = ExactGrid.anchor(bin: 2, width)
    // With room for a sum beside the anchor.
    highestAnchor = ExactGrid.anchor(bin: 2044 / width, width)
  }

  private static func anchor(bin: Int, _ width: Int) -> Double {
    1.5 * powerOfTwo(52 - 1074 + bin * width)
  }
}

private func powerOfTwo(_ exponent: Int) -> Double {
  Double(sign: .plus, exponent: exponent, significand: 1)
}

/// One slot: the sums of its three bins.
///
/// As three numbers, each sum stands beside the anchor of its bin, whose exponent it is too small to
/// change: so the numbers tell their bins themselves.
private struct ExactElement {
  var anchor: Double
  var high: Double
  var middle: Double
  var low: Double
  /// 2^-W.
  let down: Double

  func write(to numbers: UnsafeMutablePointer<Double>) {
    let middleAnchor = anchor * down
    numbers[0] = anchor + high
    numbers[1] = middleAnchor + middle
    numbers[2] = middleAnchor * down + low
  }

  mutating func add(_ other: ExactElement) {
    let top = max(anchor, other.anchor)
    self = movedUp(to: top)
    let other = other.movedUp(to: top)
    high += other.high
    middle += other.middle
    low += other.low
  }

  /// The same in higher bins: what lies below them is dropped.
  func movedUp(to top: Double) -> ExactElement {
    var moved = self
    // Three bins up, nothing is left.
    for _ in 0..<3 where moved.anchor < top {
      moved.anchor /= down
      (moved.high, moved.middle, moved.low) = (0, moved.high, moved.middle)
    }
    moved.anchor = top
    return moved
  }

  /// The sum, rounded once, or as if in some 100 bits where it cancels.
  var total: Double {
    let (rest, lost) = sumAndError(middle, low)
    let (sum, error) = sumAndError(high, rest)
    return sum + (error + lost)
  }
}

extension ExactElement {
  /// What `write` has written.
  init(_ numbers: UnsafePointer<Double>) {
    let anchor = 1.5 * numbers[0].binade
    let middleAnchor = 1.5 * numbers[1].binade
    self.init(
      anchor: anchor, high: numbers[0] - anchor, middle: numbers[1] - middleAnchor,
      low: numbers[2] - 1.5 * numbers[2].binade, down: middleAnchor / anchor)
  }
}

/// a + b rounded, and what the rounding has lost.
///
/// Source: Knuth, "The Art of Computer Programming", volume 2, section 4.2.2, theorem B.
private func sumAndError(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
  let sum = a + b
  let part = sum - a
  return (sum, (a - (sum - part)) + (b - part))
}
