#if HDF5
  internal import CHDF5

  /// Indices along one dimension: blocks of `block` from `start` on, every `stride`.
  struct HDF5Pattern: Equatable {
    let start: Int
    let stride: Int
    let count: Int
    let block: Int

    init(_ range: Range<Int>) {
      (start, stride, count, block) = (range.lowerBound, max(range.count, 1), 1, range.count)
    }

    /// Blocks that touch are one.
    init(start: Int, stride: Int, count: Int, block: Int) {
      let isWhole = count <= 1 || stride <= block
      let end = isWhole && count > 0 ? start + (count - 1) * stride + block : start
      self.start = start
      self.stride = isWhole ? max(end - start, 1) : stride
      self.count = isWhole ? 1 : count
      self.block = isWhole ? end - start : block
    }

    var indexCount: Int { count * block }
    /// Behind the last index.
    var end: Int { indexCount == 0 ? start : start + (count - 1) * stride + block }
    /// Whether the indices follow each other.
    var isWhole: Bool { count == 1 }

    func range(ofBlock number: Int) -> Range<Int> {
      start + number * stride..<start + number * stride + block
    }

    /// The first `limit` indices, of which none is `length` or more.
    func prefix(_ limit: Int, below length: Int) -> [HDF5Pattern] {
      var left = max(0, min(limit, indexCount(below: length)))
      left = min(left, indexCount)
      let whole = block > 0 ? left / block : 0
      var result: [HDF5Pattern] = []
      if whole > 0 {
        result.append(HDF5Pattern(start: start, stride: stride, count: whole, block: block))
      }
      let rest = left - whole * block
      if rest > 0 {
        result.append(HDF5Pattern(start + whole * stride..<start + whole * stride + rest))
      }
      return result
    }

    /// How many of the indices are below `length`.
    func indexCount(below length: Int) -> Int {
      guard length > start, block > 0 else { return 0 }
      let whole = min(count, (length - start) / stride)
      return whole * block + (whole < count ? min(block, length - start - whole * stride) : 0)
    }

    /// Calls `body` with those indices of each block that are in `range`.
    func forEachPart(of range: Range<Int>, _ body: (Range<Int>) -> Void) {
      guard indexCount > 0 else { return }
      var number = max(0, (range.lowerBound - start - block) / stride)
      while number < count {
        let part = self.range(ofBlock: number)
        if part.lowerBound >= range.upperBound { return }
        let own = part.clamped(to: range)
        if !own.isEmpty { body(own) }
        number += 1
      }
    }
  }

  /// Elements of a dataset: boxes, each with a pattern for every dimension.
  struct HDF5Selection {
    let boxes: [[HDF5Pattern]]
    /// The dimension along which the only box has no end, but that of the dataset.
    let unlimited: Int?
    /// The blocks of the only box along that dimension, which may touch; of none without that.
    let blocks: (start: Int, stride: Int, count: Int, length: Int)

    /// What is selected in `space`, of a dataset of this shape.
    ///
    /// - Throws: `RowSourceError` about `name` if that is neither everything nor boxes.
    static func of(_ space: HDF5Handle, shape: [Int], name: String) throws -> HDF5Selection {
      if shardem_hdf5_selects_all(space.id) != 0 {
        return HDF5Selection(boxes: [shape.map { HDF5Pattern(0..<$0) }])
      }
      let rank = Int(try HDF5Library.check(H5Sget_simple_extent_ndims(space.id), name))
      guard rank == shape.count else {
        let found = "\(shape.count) dimensions"
        throw RowSourceError(.hdf5(.otherSource(found: found, other: "\(rank)")), path: name)
      }
      guard H5Sis_regular_hyperslab(space.id) > 0 else {
        return HDF5Selection(boxes: try blocks(space, rank, name))
      }
      var (start, stride) = (
        [hsize_t](repeating: 0, count: rank), [hsize_t](repeating: 1, count: rank)
      )
      var (count, block) = (start, start)
      try HDF5Library.check(
        H5Sget_regular_hyperslab(space.id, &start, &stride, &count, &block), name)
      let none = shardem_hdf5_unlimited()
      for dimension in 0..<rank where count[dimension] != none && block[dimension] != none {
        // The last index, for which a damaged file may say anything.
        let (reach, isBeyond) = count[dimension].multipliedReportingOverflow(by: stride[dimension])
        let parts = [start[dimension], reach, block[dimension]]
        guard !isBeyond, parts.allSatisfy({ $0 < 1 << 60 }) else {
          throw tooLarge(name)
        }
      }
      guard (start + stride).allSatisfy({ $0 < 1 << 60 }),
        zip(count, block).allSatisfy({
          ($0 == none || $0 < 1 << 60) && ($1 == none || $1 < 1 << 60)
        })
      else { throw tooLarge(name) }
      let unlimited = (0..<rank).first { count[$0] == none || block[$0] == none }
      let bounds = (0..<rank).map { dimension in
        let (first, step) = (Int(start[dimension]), max(Int(stride[dimension]), 1))
        let extent = max(shape[dimension] - first, 0)
        // Without an end: as many as there can be, the last perhaps in part.
        return (
          first: first, step: step,
          count: count[dimension] == none ? (extent - 1) / step + 1 : Int(count[dimension]),
          block: block[dimension] == none ? extent : Int(block[dimension])
        )
      }
      let box = bounds.map {
        HDF5Pattern(start: $0.first, stride: $0.step, count: $0.count, block: $0.block)
      }
      guard let unlimited else { return HDF5Selection(boxes: [box]) }
      let along = bounds[unlimited]
      return HDF5Selection(
        boxes: [box], unlimited: unlimited,
        blocks: (along.first, along.step, along.count, along.block))
    }

    init(
      boxes: [[HDF5Pattern]], unlimited: Int? = nil,
      blocks: (start: Int, stride: Int, count: Int, length: Int) = (0, 1, 0, 0)
    ) {
      (self.boxes, self.unlimited, self.blocks) = (boxes, unlimited, blocks)
    }

    /// How many elements are selected, as far as that is a number.
    var elementCount: Int {
      boxes.reduce(0) { sum, box in
        let (all, isBeyond) = sum.addingReportingOverflow(
          StoredArray(descriptor: "", shape: box.map(\.indexCount)).byteCount(elementBytes: 1)
            ?? .max)
        return isBeyond ? .max : all
      }
    }

    private static func tooLarge(_ name: String) -> RowSourceError {
      RowSourceError(.hdf5(.library("a selection beyond all rows")), path: name)
    }

    private static func blocks(
      _ space: HDF5Handle, _ rank: Int, _ name: String
    ) throws -> [[HDF5Pattern]] {
      let count = Int(try HDF5Library.check(H5Sget_select_hyper_nblocks(space.id), name))
      var corners = [hsize_t](repeating: 0, count: 2 * rank * max(count, 1))
      try HDF5Library.check(
        H5Sget_select_hyper_blocklist(space.id, 0, hsize_t(count), &corners), name)
      return (0..<count).map { number in
        (0..<rank).map { dimension in
          let first = min(Int(clamping: corners[2 * rank * number + dimension]), 1 << 60)
          let last = min(Int(clamping: corners[2 * rank * number + rank + dimension]), 1 << 60)
          return HDF5Pattern(first..<max(first, last) + 1)
        }
      }
    }

    /// The rows, counted from 1, of which there are elements.
    var rows: HDF5RowRange {
      let patterns = boxes.compactMap(\.first).filter { $0.indexCount > 0 }
      let first = patterns.map(\.start).min() ?? 0
      let last = patterns.map(\.end).max() ?? 1
      return HDF5RowRange(
        first: first + 1, last: last, isWhole: boxes.count == 1 && patterns.allSatisfy(\.isWhole))
    }
  }
#endif
