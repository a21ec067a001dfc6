#if HDF5
  /// Which elements of a virtual dataset come from others.
  struct HDF5Coverage {
    private let rowCount: Int
    /// Per dimension but the first, the places where a box begins or ends.
    private let cuts: [[Int]]
    /// The parts into which the cuts divide a row.
    private let partCount: Int
    private let pieces: [(rows: HDF5Pattern, parts: [Int])]

    /// The most parts of a row that are told apart.
    private static let partLimit = 1 << 20

    /// - Parameter boxes: within the shape.
    /// - Returns: nil if they divide a row into too many parts.
    init?(_ boxes: [[HDF5Pattern]], shape: [Int]) {
      rowCount = shape.first ?? 1
      var cuts: [[Int]] = []
      var partCount = 1
      for dimension in shape.indices.dropFirst() {
        var places: Set<Int> = [0, shape[dimension]]
        for box in boxes {
          let pattern = box[dimension]
          guard pattern.count <= HDF5Coverage.partLimit else { return nil }
          pattern.forEachPart(of: 0..<shape[dimension]) {
            places.insert($0.lowerBound)
            places.insert($0.upperBound)
          }
        }
        cuts.append(places.sorted())
        partCount *= max(places.count - 1, 1)
        guard partCount <= HDF5Coverage.partLimit else { return nil }
      }
      (self.cuts, self.partCount) = (cuts, partCount)
      pieces = boxes.map { box in
        var parts = [0]
        for (dimension, cuts) in cuts.enumerated() {
          let places = Dictionary(uniqueKeysWithValues: zip(cuts, 0...))
          var own: [Int] = []
          box[dimension + 1].forEachPart(of: 0..<shape[dimension + 1]) {
            own += places[$0.lowerBound]!..<places[$0.upperBound]!
          }
          let width = max(cuts.count - 1, 1)
          parts = parts.flatMap { part in own.map { part * width + $0 } }
        }
        return (box.first ?? HDF5Pattern(0..<1), parts)
      }
    }

    /// The first rows of which some elements come from nowhere; nil if there are none.
    var firstGap: HDF5RowRange? {
      let windowRows = max(1, min(rowCount, HDF5Coverage.partLimit / partCount))
      var marks = [UInt8](repeating: 0, count: windowRows * partCount)
      var gap: Int?
      for start in stride(from: 0, to: rowCount, by: windowRows) {
        let window = start..<min(start + windowRows, rowCount)
        let isComplete = mark(window, in: &marks)
        if isComplete, gap == nil { continue }
        for row in window {
          let first = (row - start) * partCount
          let isWhole = isComplete || marks[first..<first + partCount].allSatisfy { $0 == 1 }
          if gap == nil, !isWhole { gap = row }
          // Where it ends is told if that is not far.
          if let gap, isWhole || row - gap > 1 << 24 {
            return HDF5RowRange(first: gap + 1, last: isWhole ? row : nil)
          }
        }
      }
      return gap.map { HDF5RowRange(first: $0 + 1, last: rowCount) }
    }

    /// Makes `marks` 1 for the parts of rows that come from somewhere, 0 for the others.
    ///
    /// - Returns: whether all do.
    private func mark(_ window: Range<Int>, in marks: inout [UInt8]) -> Bool {
      marks.withUnsafeMutableBufferPointer { marks in
        marks.update(repeating: 0)
        for (rows, parts) in pieces
        where rows.start < window.upperBound && rows.end > window.lowerBound {
          rows.forEachPart(of: window) { range in
            let first = (range.lowerBound - window.lowerBound) * partCount
            if parts.count == partCount {
              marks[first..<first + range.count * partCount].update(repeating: 1)
              return
            }
            for row in range.indices {
              for part in parts { marks[(row - window.lowerBound) * partCount + part] = 1 }
            }
          }
        }
        return marks[..<(window.count * partCount)].reduce(1) { $0 & $1 } == 1
      }
    }
  }
#endif
