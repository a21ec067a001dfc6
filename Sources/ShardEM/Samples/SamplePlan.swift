import Kernels

/// Which rows a sample of N rows has: pieces of 64 consecutive rows, one from each stratum of the data.
///
/// The rows are cut into pieces, the last one shorter, and these into as many strata as pieces are
/// wanted, whose numbers of pieces differ by at most one; of each stratum one piece is drawn, all with the
/// same chance. So data that are sorted in whatever way have their parts in the sample in their
/// proportions, to a piece. A function of N, of how many rows are wanted, seed and draw: neither ranks and
/// threads nor files and blocks matter.
///
/// Measured on made data sorted by class: a search on pieces of 64 finds what one on single rows does;
/// blocks of 1,024 rows, one per stratum or at random, are too few to hold all of 16 classes.
package struct SamplePlan: Sendable, Equatable {
  /// The rows of a piece but the last one of the data.
  package static let pieceRows = 64

  /// The rows of the sample, in order, counted from 0 among all.
  package let pieces: [Range<Int>]
  /// Where each piece begins in the sample.
  private let starts: [Int]
  /// The number of rows of the sample: what was wanted, to less than a piece more, or less where the last
  /// piece of the data is one of them.
  package let rowCount: Int
  /// Whether they are all rows.
  package let isWhole: Bool

  /// - Parameters:
  ///   - wanted: how many rows; from half of all on the sample is all rows.
  ///   - count: the number of all rows, N, at least 1.
  ///   - draw: samples of the same seed that differ, from 0.
  package init(rows wanted: Int, of count: Int, seed: UInt64, draw: Int) {
    precondition(wanted > 0 && count > 0, "a sample of \(wanted) rows of \(count)")
    isWhole = wanted >= count - wanted
    pieces =
      isWhole
      ? [0..<count] : Self.drawn(wanted, of: count, Philox(seed: seed), draw: draw)
    var row = 0
    starts = pieces.map { piece in
      defer { row += piece.count }
      return row
    }
    rowCount = row
  }

  private static func drawn(
    _ wanted: Int, of count: Int, _ generator: Philox, draw: Int
  ) -> [Range<Int>] {
    let (all, strata) = (pieceCount(count), pieceCount(wanted))
    // all * number / strata, without overflow.
    func cut(_ number: Int) -> Int { all / strata * number + all % strata * number / strata }
    return (0..<strata).map { number in
      let stratum = cut(number)..<cut(number + 1)
      let place = RandomStream.samples.row(number, of: generator, draw: draw).uniform(0)
      // The product may round to the number of pieces.
      let piece = stratum.lowerBound + min(Int(place * Double(stratum.count)), stratum.count - 1)
      return piece * pieceRows..<min((piece + 1) * pieceRows, count)
    }
  }

  private static func pieceCount(_ rows: Int) -> Int { (rows + pieceRows - 1) / pieceRows }

  /// Rows of the data that follow each other in the sample too.
  package struct Part: Sendable, Equatable {
    /// Counted from 0 among all rows.
    package let rows: Range<Int>
    /// The number of the first one in the sample.
    package let start: Int
  }

  /// Those of `rows` that are in the sample, in order.
  package func parts(of rows: Range<Int>) -> [Part] {
    var parts: [Part] = []
    var number = pieces.partitioningIndex { $0.upperBound > rows.lowerBound }
    while number < pieces.count, pieces[number].lowerBound < rows.upperBound {
      let part = pieces[number].clamped(to: rows)
      if !part.isEmpty {
        parts.append(
          Part(rows: part, start: starts[number] + part.lowerBound - pieces[number].lowerBound))
      }
      number += 1
    }
    return parts
  }

  /// The number among all rows of row `row` of the sample.
  package func row(_ row: Int) -> Int {
    let number = starts.partitioningIndex { $0 > row } - 1
    return pieces[number].lowerBound + row - starts[number]
  }
}

extension Array {
  /// The first index from which on `isBehind` holds: it holds of no element before one of which it does
  /// not.
  fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
