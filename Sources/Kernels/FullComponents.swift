/// Components with full covariances, as the kernels read them.
public struct FullComponents {
  let count: Int
  let means: UnsafePointer<Double>
  let meanStride: Int
  let panels: UnsafePointer<Double>
  let panelStride: Int
  let logScales: UnsafePointer<Double>
  let leadingLogScales: UnsafePointer<Double>

  /// - Parameters:
  ///   - means: `count` means, `meanStride` numbers from one to the next.
  ///   - panels: each L^-1 as `triangularPanels` orders it, `panelStride` numbers apart.
  ///   - logScales: log weight - log of the normalizer.
  ///   - leadingLogScales: the same of the marginal distributions of the leading columns
  ///     (`ScreenedLogDensities.leadingColumns`), to guess by.
  public init(
    count: Int, means: UnsafePointer<Double>, meanStride: Int, panels: UnsafePointer<Double>,
    panelStride: Int, logScales: UnsafePointer<Double>, leadingLogScales: UnsafePointer<Double>
  ) {
    self.count = count
    self.means = means
    self.meanStride = meanStride
    self.panels = panels
    self.panelStride = panelStride
    self.logScales = logScales
    self.leadingLogScales = leadingLogScales
  }

  /// The product of the first `columnCount` rows of L^-1 of component `k` with rows of a tile.
  @inline(__always)
  func product(
    _ k: Int, columnCount: Int, tileColumns: Int, stride: Int,
    differences: UnsafeMutablePointer<Double>
  ) -> TriangularProduct {
    TriangularProduct(
      columnCount: columnCount, tileColumns: tileColumns, stride: stride,
      mean: means + k * meanStride, panels: panels + k * panelStride, differences: differences)
  }
}
