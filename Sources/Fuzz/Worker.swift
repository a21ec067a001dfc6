import Foundation

/// Reads the inputs of one target in this process, which a crash may end.
///
/// Prints `begin N` before every input, then `read`, `refused` or `not ok N ...`, and `done` at the end.
struct Worker {
  private let target: Target
  private let seed: UInt64

  init(_ target: Target, seed: UInt64) { (self.target, self.seed) = (target, seed) }

  func run(_ numbers: Range<Int>) {
    for number in numbers {
      say("begin \(number)")
      // By default the alarm ends the process.
      alarm(10)
      switch target.outcome(target.file(number, seed: seed)) {
      case .read: say("read")
      case .refused: say("refused")
      case .wrong(let what): say("not ok \(number) \(what.replacing("\n", with: " "))")
      }
    }
    alarm(0)
    say("done")
  }

  /// Written at once: a crash takes what is kept back with it.
  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
