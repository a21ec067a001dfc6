import Kernels

// Of the numbers of posterior distributions, which are as large as the sums of the rows, log Γ and its
// derivative ψ are large where the differences that matter are not: of 1e4 counts log Γ is 8e4, and the
// divergence from the prior some 10. What cancels is left out here.
//
// From 50 on by Stirling's series (DLMF 5.11.1 and 5.11.2), the first term left out below 1e-17.

/// ψ(x) - log x, for x > 0.
func digammaLessLog(_ x: Double) -> Double {
  guard x >= 50 else { return Portable.digamma(x) - Portable.log(x) }
  let square = 1 / (x * x)
  return -0.5 / x - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
}

/// log Γ(x) - x ψ(x) + x, for x > 0.
func logGammaRest(_ x: Double) -> Double {
  guard x >= 50 else { return Portable.logGamma(x) - x * Portable.digamma(x) + x }
  let square = 1 / (x * x)
  let series = (1 / 6 - square * (1 / 90 - square * (1 / 210 - square / 210))) / x
  return 0.5 * (logTwoPi + 1 - Portable.log(x)) + series
}

/// E log p of Dirichlet(numbers), p being the share of `x` of `total`: ψ(x) - ψ(total).
func expectedLogShare(_ x: Double, of total: Double) -> Double {
  Portable.log(x / total) + (digammaLessLog(x) - digammaLessLog(total))
}

/// E log λ of Gamma(shape, rate): ψ(shape) - log rate.
func expectedLog(shape: Double, rate: Double) -> Double {
  Portable.log(shape / rate) + digammaLessLog(shape)
}

/// KL of Dirichlet(own) from Dirichlet(prior), in nats; of two numbers that of Beta distributions.
func dirichletDivergence(_ own: some Collection<Double>, from prior: some Collection<Double>)
  -> Double
{
  let (total, priorTotal) = (own.reduce(0, +), prior.reduce(0, +))
  return zip(own, prior).reduce(logGammaRest(total) - Portable.logGamma(priorTotal)) {
    $0 - logGammaRest($1.0) + Portable.logGamma($1.1) - $1.1 * expectedLogShare($1.0, of: total)
  }
}

/// KL of Gamma(shape, rate) from another, in nats.
func gammaDivergence(
  _ own: (first: Double, second: Double), from prior: (first: Double, second: Double)
) -> Double {
  // E log λ and log of the prior's rate, as a number without unit.
  let logs = expectedLog(shape: own.first, rate: own.second) + Portable.log(prior.second)
  return Portable.logGamma(prior.first) - logGammaRest(own.first) - prior.first * logs
    + prior.second * (own.first / own.second)
}
