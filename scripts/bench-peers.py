#!/usr/bin/env python3
"""A library that scripts/bench runs beside ShardEM, on the same files.

usage: bench-peers.py scikit-learn|oneDAL FOLDER ITERATIONS
       bench-peers.py pandas FILE

Prints its name and version when it is ready, then answers each line of its input by a line of JSON:
the seconds of that many EM iterations from FOLDER/start.json on FOLDER/rows.npy and the mean
log-likelihood they end with, or the seconds of reading a text file; and what its process has for
linear algebra, with the kernels chosen for this processor. (oneDAL has its own inside, which does not
show.)
"""

import importlib.metadata
import json
import resource
import sys
import time
import warnings


class StopWatch:
    """Processor and wall seconds since the last lap."""

    def __init__(self):
        self.lap()

    def lap(self):
        now = time.process_time(), time.perf_counter()
        passed = [b - a for a, b in zip(getattr(self, "then", now), now)]
        self.then = now
        return passed


def read_problem(folder):
    """Rows; weights, means, covariances; their type."""
    import numpy

    with open(f"{folder}/start.json") as file:
        model = json.load(file)
    start = [numpy.array(model[key]) for key in ("weights", "means", "covariances")]
    return numpy.load(f"{folder}/rows.npy"), start, model["covariance_type"]


def timed_mixture(rows, start, covariance_type, iterations):
    """scikit-learn's mixture after so many iterations from `start`.

    Its `laps` are those of the iterations, without what fit() does before and after; its
    `mean_log_likelihood` is that of the last E-step, which fit() takes after the last iteration.
    """
    import numpy
    from sklearn.mixture import GaussianMixture

    class TimedMixture(GaussianMixture):
        def _e_step(self, *arguments, **options):
            self.watch = StopWatch()
            result = super()._e_step(*arguments, **options)
            self.mean_log_likelihood = float(result[0])
            return result

        def _m_step(self, *arguments, **options):
            super()._m_step(*arguments, **options)
            self.laps.append(self.watch.lap())

    weights, means, covariances = start
    is_matrix = covariance_type in ("full", "tied")
    mixture = TimedMixture(
        len(weights), covariance_type=covariance_type, tol=0, reg_covar=0, max_iter=iterations,
        init_params="random_from_data", weights_init=weights, means_init=means,
        precisions_init=numpy.linalg.inv(covariances) if is_matrix else 1 / covariances)
    mixture.laps = []
    return mixture.fit(rows)


def scikit_learn(folder, iterations):
    import sklearn

    problem = read_problem(folder)

    def run():
        mixture = timed_mixture(*problem, int(iterations))
        return mixture.laps, mixture.mean_log_likelihood

    return f"scikit-learn {sklearn.__version__}", run


def one_dal(folder, iterations):
    import daal4py
    import numpy
    from sklearn.mixture import GaussianMixture

    rows, (weights, means, covariances), covariance_type = read_problem(folder)
    is_full = covariance_type == "full"
    algorithm = daal4py.em_gmm(
        nComponents=len(weights), maxIterations=int(iterations), accuracyThreshold=0,
        covarianceStorage="full" if is_full else "diagonal")

    def run():
        watch = StopWatch()
        result = algorithm.compute(
            rows, weights[None], means, [c if is_full else c[None] for c in covariances])
        lap = [seconds / int(iterations) for seconds in watch.lap()]
        # oneDAL has no E-step by itself; scikit-learn's, part by part, takes little memory.
        mixture = GaussianMixture(len(weights), covariance_type=covariance_type)
        mixture.weights_ = numpy.ravel(result.weights)
        mixture.means_ = numpy.asarray(result.means)
        fitted = numpy.reshape(result.covariances, covariances.shape)
        mixture.precisions_cholesky_ = (
            numpy.linalg.cholesky(numpy.linalg.inv(fitted)) if is_full else fitted ** -0.5)
        parts = numpy.array_split(rows, 1 + len(rows) // 8192)
        return [lap], sum(mixture.score_samples(part).sum() for part in parts) / len(rows)

    return f"oneDAL {importlib.metadata.version('daal')}", run


def linear_algebra():
    """The BLAS libraries of this process and the kernels they chose."""
    import threadpoolctl

    return sorted(
        " ".join(str(library[key]) for key in ("internal_api", "version", "architecture")
                 if library.get(key))
        for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas")


def pandas(file):
    import pandas

    def run():
        watch = StopWatch()
        pandas.read_csv(file, engine="c")
        return [watch.lap()], None

    return f"pandas {pandas.__version__}", run


def main():
    if "--help" in sys.argv or "-h" in sys.argv:
        return print(__doc__)
    warnings.filterwarnings("ignore")  # That the fits do not converge.
    libraries = {"scikit-learn": scikit_learn, "oneDAL": one_dal, "pandas": pandas}
    if len(sys.argv) < 3 or sys.argv[1] not in libraries:
        print("bench-peers.py: expected a library and its arguments; see --help", file=sys.stderr)
        sys.exit(2)
    name, run = libraries[sys.argv[1]](*sys.argv[2:])
    print(name, flush=True)
    for _ in sys.stdin:
        laps, mean_log_likelihood = run()
        answer = {
            "seconds": [processor for processor, _ in laps],
            "wall_seconds": [wall for _, wall in laps],
            "mean_log_likelihood": mean_log_likelihood,
            "linear_algebra": linear_algebra() if "sklearn" in sys.modules else [],
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
