/// Something that a setting may have to know of the data before a fit.
public enum DataMeasure: Sendable {
  /// The volume that the rows fill.
  case volume
  /// The means of the columns, and their covariance.
  case moments
}

/// What was asked for of it.
public struct DataMeasures: Sendable, Equatable {
  /// The natural logarithm of the volume; -∞ for rows that fill none.
  public var logVolume: Double?
  /// Where that volume is one of a box along the columns, this box.
  public var box: ColumnRanges?
  /// D numbers, and D × D with the divisor N - 1.
  public var moments: Moments?

  /// First and second moments of the rows.
  public struct Moments: Sendable, Equatable {
    /// D means, in data units.
    public var means: [Double]
    /// D × D, in squared data units.
    public var covariance: [Double]

    public init(means: [Double], covariance: [Double]) {
      (self.means, self.covariance) = (means, covariance)
    }

    /// Those of some columns.
    func part(_ columns: [Int]) -> Moments {
      Moments(
        means: columns.map { means[$0] },
        covariance: columns.flatMap { i in columns.map { covariance[i * means.count + $0] } })
    }
  }

  public init(logVolume: Double? = nil, box: ColumnRanges? = nil, moments: Moments? = nil) {
    (self.logVolume, self.box, self.moments) = (logVolume, box, moments)
  }
}
