/// Placeholder
public func normalizeLogJoint(
  _ logJoint: UnsafeMutablePointer<Double>, componentCount: Int, stride: Int, count: Int,
  weights: UnsafePointer<Double>?
) -> Double { 0 }
