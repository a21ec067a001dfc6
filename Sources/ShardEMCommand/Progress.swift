import ArgumentParser
import Host
import ShardEM
import SystemLibrary

/// Shows on standard error how a fit gets on.
final class Progress {
  enum Style: String, CaseIterable, ExpressibleByArgument {
    case auto, bar, lines, none
  }

  private let style: Style
  private let iterations: Int
  private let restarts: Int
  private var forecast: Forecast
  private var restart = 0
  /// When the current start began.
  private var began = ContinuousClock.now
  /// When something was last shown.
  private var shown: ContinuousClock.Instant?
  private var isBarOpen = false

  /// - Parameter iterations: the limit of every start.
  init(_ style: Style, iterations: Int, restarts: Int, convergence: Convergence) {
    self.style =
      style != .auto ? style : isatty(STDERR_FILENO) != 0 ? .bar : .lines
    self.iterations = iterations
    self.restarts = restarts
    forecast = Forecast(convergence)
  }

  func show(_ report: IterationReport) {
    if report.iteration == 1 || report.restart != restart {
      restart = report.restart
      began = ContinuousClock.now - .seconds(report.seconds)
      forecast.begin()
    }
    forecast.add(report)
    let isLast = report.converged || report.iteration == iterations
    switch style {
    case .bar where isLast || isDue(after: 0.1): draw(bar(report))
    case .lines where isLast || isRound(report.iteration) || isDue(after: 10): draw(line(report))
    default: break
    }
  }

  /// Ends the bar's line.
  func finish() {
    if isBarOpen { write("\n") }
    isBarOpen = false
  }

  private func isDue(after seconds: Double) -> Bool {
    shown.map { ContinuousClock.now - $0 >= .seconds(seconds) } ?? true
  }

  private func draw(_ text: String) {
    shown = ContinuousClock.now
    guard style == .bar else { return printError(text) }
    // Over the line before, whose rest is erased.
    write("\r" + text.prefix(terminalWidth() - 1) + "\u{1B}[K")
    isBarOpen = true
  }

  /// Short enough for 80 columns.
  private func bar(_ report: IterationReport) -> String {
    // Leaves room for the number of the start.
    let width = restarts > 1 ? 4 : 10
    let expected = report.iteration + remaining(report).iterations
    let filled = report.converged ? width : width * report.iteration / max(expected, 1)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    let start = restarts > 1 ? "start \(report.restart + 1)/\(restarts): " : ""
    let change = report.change.map { ", \($0 < 0 ? "" : "+")\(significant($0, 2))" } ?? ""
    return "[\(bar)] \(start)\(report.iteration)/\(iterations), "
      + "\(fixed(report.meanLogLikelihood, 4))/row\(change), \(ending(report))"
  }

  private func line(_ report: IterationReport) -> String {
    let start = restarts > 1 ? "start \(report.restart + 1)/\(restarts), " : ""
    let change = report.change.map { ", change \(significant($0, 2))" } ?? ""
    return "\(start)iteration \(report.iteration)/\(iterations): log-likelihood "
      + "\(fixed(report.meanLogLikelihood, 6)) per row\(change), \(ending(report))"
  }

  private func ending(_ report: IterationReport) -> String {
    "\(rate(report)) rows/s, " + (report.converged ? "converged" : timeLeft(report))
  }

  /// Rows of all iterations of this start per second, such as 2.5M.
  private func rate(_ report: IterationReport) -> String {
    let rate = Double(report.rows) / secondsPerIteration(report)
    if rate >= 999.5e3 { return fixed(rate / 1e6, 1) + "M" }
    return rate >= 999.5 ? fixed(rate / 1e3, 0) + "k" : fixed(rate, 0)
  }

  private func secondsPerIteration(_ report: IterationReport) -> Double {
    max((ContinuousClock.now - began) / .seconds(1), 1e-9) / Double(report.iteration)
  }

  private func remaining(_ report: IterationReport) -> (iterations: Int, isForecast: Bool) {
    let limit = iterations - report.iteration
    guard let forecast = forecast.iterations, forecast < limit else { return (limit, false) }
    return (forecast, true)
  }

  private func timeLeft(_ report: IterationReport) -> String {
    let (count, isForecast) = remaining(report)
    let seconds = Double(count) * secondsPerIteration(report)
    return (isForecast ? "about " : "at most ") + duration(seconds) + " left"
  }
}

/// Whether `number` is 1, 2 or 5 times a power of ten.
private func isRound(_ number: Int) -> Bool {
  var number = number
  while number.isMultiple(of: 10) { number /= 10 }
  return [1, 2, 5].contains(number)
}

private func duration(_ seconds: Double) -> String {
  if seconds < 1 { return "1 s" }
  if seconds < 100 { return fixed(seconds, 0) + " s" }
  return seconds < 6000 ? fixed(seconds / 60, 0) + " min" : fixed(seconds / 3600, 1) + " h"
}

/// The columns of the terminal at standard error; 80 if it does not say.
private func terminalWidth() -> Int {
  var size = winsize()
  let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
  return known ? Int(size.ws_col) : 80
}

private func write(_ text: String) {
  var text = text
  text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
