import Foundation

/// The ceilings of one core, as `Ceilings` measures them.
struct Peaks: Codable {
  var kind = "ceilings"
  /// What the processor calls itself.
  let processor: String
  /// Floating-point operations per second, by fused multiply-adds.
  let flops: Double
  let readBytesPerSecond: Double

  /// As Linux knows it.
  static func processorName() -> String? {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
      .split(separator: "\n")
    return lines?.first { $0.hasPrefix("model name") }?.split(separator: ":").last
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
