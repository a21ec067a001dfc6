/// Functions with the same bits on every processor, unlike those of a C library, whose names they
/// share: code that means these says so, and code that forgets to import them does not compile.
public enum Portable {
  /// c_0 x^m + c_1 x^(m-1) + ... + c_m, by Horner's rule, each step fused.
  static func polynomial(_ coefficients: [Double], at x: Double) -> Double {
    coefficients.reduce(0) { $1.addingProduct($0, x) }
  }
}
