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
  private let convergence: Convergence
  /// What is maximized, in a word.
  private let objective: String
  /// Of several fits what each is called; empty of one.
  private let fits: [String]
  /// How many starts each has.
  private let restarts: Int
  private var starts: [Start?]
  /// The starts that were told of since the last walk.
  private var walked: [Start] = []
  /// How many that can be at most.
  private var expected = 0
  /// The number of iterations of all starts, and their seconds.
  private var count = 0
  private var seconds = 0.0
  /// When something was last shown.
  private var shown: ContinuousClock.Instant?
  private var isBarOpen = false
  private let began = ContinuousClock.now

  /// How far a start is.
  private struct Start {
    let number: Int
    var report: IterationReport
    var forecast: Forecast
    var isLast = false
  }

  /// - Parameters:
  ///   - iterations: the limit of every start.
  ///   - fits: of several what each is called.
  init(
    _ style: Style, iterations: Int, restarts: Int, convergence: Convergence, objective: String,
    of fits: [String] = []
  ) {
    self.style =
      style != .auto ? style : isatty(STDERR_FILENO) != 0 ? .bar : .lines
    self.iterations = iterations
    (self.convergence, self.objective) = (convergence, objective)
    (self.restarts, self.fits) = (restarts, fits)
    starts = Array(repeating: nil, count: restarts * max(fits.count, 1))
  }

  /// - Parameter fit: the number of the fit, of several.
  func show(_ report: IterationReport, of fit: Int = 0) {
    // One that a selection adds is shown in place of the last.
    let number = fit * restarts + min(report.restart, restarts - 1)
    // Starts that run together are told of in their order, after each walk.
    if let last = walked.last, number <= last.number { showWalk() }
    if walked.isEmpty { expected = starts.count { !($0?.isLast ?? false) } }
    let earlier = starts[number].flatMap { $0.report.restart == report.restart ? $0 : nil }
    var start =
      earlier ?? Start(number: number, report: report, forecast: Forecast(convergence))
    start.report = report
    start.forecast.add(report)
    start.isLast = report.converged || report.iteration == iterations
    starts[number] = start
    walked.append(start)
    count += 1
    seconds += report.seconds + report.checkpointSeconds
    // No need to wait for the next walk.
    if walked.count == expected { showWalk() }
  }

  /// Shows what a search for a start does, if it takes more than a moment.
  func show(_ report: SearchReport) {
    let passed = ContinuousClock.now - (shown ?? began)
    switch style {
    case .bar where passed >= .milliseconds(100): draw(text(report))
    case .lines where passed >= .seconds(5): draw(text(report))
    default: break
    }
  }

  /// Short enough for 80 columns.
  private func text(_ report: SearchReport) -> String {
    let start = starts.count > 1 ? "start \(report.restart + 1)/\(starts.count), " : ""
    let stage =
      switch report.stage {
      case .starts(let count): "looking for \(count) starts"
      case .race(let round, let contenders): "race, round \(round): \(contenders) starts"
      case .changes(let round): "splits and merges, round \(round)"
      }
    let best = report.meanObjective.map { ", best \(fixed($0, 6)) per row" } ?? ""
    return "\(start)\(stage)\(best) (\(report.rows) rows)"
  }

  /// Shows what is left to show, and ends the bar's line.
  func finish() {
    if !walked.isEmpty { showWalk() }
    if isBarOpen { write("\n") }
    isBarOpen = false
  }

  private var underWay: [Start] { starts.compactMap { $0 }.filter { !$0.isLast } }

  /// Shows what the last walk has brought, if it is time to.
  private func showWalk() {
    defer { walked = [] }
    let ended = walked.filter(\.isLast)
    let isRoundNumber = walked.contains { isRound($0.report.iteration) }
    switch style {
    case .bar where !ended.isEmpty || isDue(after: 0.1): draw(bar)
    case .lines where starts.count == 1 && !ended.isEmpty: draw(line)
    case .lines:
      for start in ended { draw(lastLine(start)) }
      if ended.count < walked.count, isRoundNumber || isDue(after: 10) { draw(line) }
    default: break
    }
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
  private var bar: String {
    // Leaves room for the number of starts.
    let width = starts.count > 1 ? 4 : 10
    let filled = width * count / max(count + remaining.iterations, 1)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    var change = change.map { ", \($0 < 0 ? "" : "+")\(significant($0, 2))" } ?? ""
    if starts.count == 1, let start = starts[0], start.isLast { change = leftToGain(start.report) }
    return "[\(bar)] \(several(": "))\(iteration), \(fixed(best, 4))/row\(change), \(ending)"
  }

  private var line: String {
    let change = change.map { ", change \(significant($0, 2))" } ?? ""
    let left = starts.count == 1 ? starts[0].map { leftToGain($0.report) } ?? "" : ""
    let best = "\(starts.count > 1 ? "best " : "")\(objective) \(fixed(best, 6)) per row"
    return "\(several(", "))iteration \(iteration): \(best)\(change)\(left), \(ending)"
  }

  /// The last of one of several starts.
  private func lastLine(_ start: Start) -> String {
    let report = start.report
    let change = report.change.map { ", change \(significant($0, 2))" } ?? ""
    return "\(name(of: start.number)), "
      + "iteration \(report.iteration)/\(iterations): "
      + "\(objective) \(fixed(report.meanObjective, 6)) per row\(change)\(leftToGain(report)), "
      + (report.converged ? "converged" : "not converged")
  }

  private func leftToGain(_ report: IterationReport) -> String {
    report.remaining.map { ", left to gain \(significant($0, 2))" } ?? ""
  }

  private func name(of number: Int) -> String {
    let start = "start \(number % restarts + 1)/\(restarts)"
    if fits.isEmpty { return start }
    return fits[number / restarts] + (restarts > 1 ? ", " + start : "")
  }

  /// Such as `8 starts, 3 done: `; nothing of a single one.
  private func several(_ separator: String) -> String {
    guard starts.count > 1 else { return "" }
    let done = starts.count { $0?.isLast ?? false }
    let noun = fits.isEmpty || restarts > 1 ? "starts" : "fits"
    return "\(starts.count) \(noun)\(done > 0 ? ", \(done) done" : "")\(separator)"
  }

  /// That of the start which is farthest.
  private var iteration: String {
    "\(walked.map(\.report.iteration).max() ?? 0)/\(iterations)"
  }

  /// The objective of the best start.
  private var best: Double {
    starts.compactMap { $0?.report.meanObjective }.max() ?? -.infinity
  }

  /// Of a single start.
  private var change: Double? { starts.count == 1 ? starts[0]?.report.change : nil }

  private var ending: String {
    "\(rate) rows/s, "
      + (starts.count == 1 && starts[0]?.report.converged == true ? "converged" : timeLeft)
  }

  /// Rows of all iterations per second, such as 2.5M.
  private var rate: String {
    let rate = Double(walked.last?.report.rows ?? 0) / secondsPerIteration
    if rate >= 999.5e3 { return fixed(rate / 1e6, 1) + "M" }
    return rate >= 999.5 ? fixed(rate / 1e3, 0) + "k" : fixed(rate, 0)
  }

  private var secondsPerIteration: Double { max(seconds, 1e-9) / Double(max(count, 1)) }

  /// Of all starts that are under way.
  private var remaining: (iterations: Int, isForecast: Bool) {
    underWay.reduce((0, true)) { sum, start in
      let limit = iterations - start.report.iteration
      guard let forecast = start.forecast.iterations, forecast < limit else {
        return (sum.0 + limit, false)
      }
      return (sum.0 + forecast, sum.1)
    }
  }

  private var timeLeft: String {
    let (count, isForecast) = remaining
    let seconds = Double(count) * secondsPerIteration
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
