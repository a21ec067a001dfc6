/// What ShardEM is to reach, beside what was measured.
struct Goal: Encodable {
  let kind = "goal"
  let subject: String
  let measured: Double
  let limit: Double
  /// Whether `limit` is the least or the most.
  let isLeast: Bool
  let isReached: Bool

  init(_ subject: String, _ measured: Double, atLeast limit: Double) {
    (self.subject, self.measured, self.limit, isLeast) = (subject, measured, limit, true)
    isReached = measured >= limit
  }

  init(_ subject: String, _ measured: Double, atMost limit: Double) {
    (self.subject, self.measured, self.limit, isLeast) = (subject, measured, limit, false)
    isReached = measured <= limit
  }

  static func printTable(of goals: [Goal]) {
    guard let width = goals.map(\.subject.count).max() else { return }
    let table = Table(["goal", "measured", "limit", "reached"], firstWidth: width)
    for goal in goals {
      table.add([
        goal.subject, digits(goal.measured), (goal.isLeast ? ">= " : "<= ") + digits(goal.limit),
        goal.isReached ? "yes" : "no",
      ])
    }
  }
}
