import MixtureModels
import ShardEM

extension Engine {
  /// So many EM iterations, each of them timed.
  func timedFit(
    _ mixture: some MixtureModel, from start: Initialization, iterations: Int
  ) throws -> Answer {
    var (laps, combine, walks): ([Lap], [Double], [Double]) = ([], [], [])
    var watch = StopWatch()
    let options = FitOptions(maximumIterations: iterations, convergence: .logLikelihood(0))
    let fit = try fit(mixture, from: start, options: options) {
      laps.append(watch.lap())
      combine.append($0.communicationSeconds)
      walks.append($0.processorSeconds)
    }
    var answer = Answer(laps)
    (answer.combineSeconds, answer.walkSeconds) = (combine, walks)
    answer.meanLogLikelihood = fit.score.meanLogLikelihood
    return answer
  }

  /// The labels of all rows, in memory.
  func timedLabels(
    _ mixture: some MixtureModel, under parameters: Parameters
  ) throws -> (labels: [Int64], answer: Answer) {
    var watch = StopWatch()
    let labels = try [Int64](unsafeUninitializedCapacity: data.rowCount) { buffer, count in
      // Threads write the labels of their own blocks.
      nonisolated(unsafe) let buffer = buffer
      try predict(mixture, under: parameters, parts: []) { block in
        (buffer.baseAddress! + block.firstRow).update(from: block.labels, count: block.count)
      }
      count = data.rowCount
    }
    return (labels, Answer([watch.lap()]))
  }

  func timedScore(_ mixture: some MixtureModel, under parameters: Parameters) throws -> Answer {
    var watch = StopWatch()
    let score = try score(mixture, under: parameters)
    var answer = Answer([watch.lap()])
    answer.meanLogLikelihood = score.meanLogLikelihood
    return answer
  }
}
