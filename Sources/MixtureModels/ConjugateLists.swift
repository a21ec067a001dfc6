// Of Dirichlet distributions, of which each list among all numbers has one.

/// KL from others, the sum of all.
func dirichletDivergence(_ own: [Double], from prior: [Double], lists: [Range<Int>]) -> Double {
  lists.reduce(0) { $0 + dirichletDivergence(own[$1], from: prior[$1]) }
}

/// E log p.
func expectedLogs(_ numbers: [Double], lists: [Range<Int>]) -> [Double] {
  lists.flatMap { list in
    let total = numbers[list].reduce(0, +)
    return numbers[list].map { expectedLogShare($0, of: total) }
  }
}

/// E p.
func expectations(_ numbers: [Double], lists: [Range<Int>]) -> [Double] {
  lists.flatMap { list in
    let total = numbers[list].reduce(0, +)
    return numbers[list].map { $0 / total }
  }
}
