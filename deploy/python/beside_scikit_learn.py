"""Time and memory beside scikit-learn: prints the table of the README. `python beside_scikit_learn.py`.

Each fit is in a process of its own, on one core (one thread of either library): processor seconds of `fit`, and the
most memory that it took beside the rows. For Linux.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

CASES = {
    "20 iterations, full, 200,000 x 10, K = 10": (
        "GaussianMixture", 200_000, 10, 10, {"tol": 0.0, "max_iter": 20, "init_params": "random"}),
    "20 iterations, diag, 200,000 x 10, K = 10": (
        "GaussianMixture", 200_000, 10, 10,
        {"covariance_type": "diag", "tol": 0.0, "max_iter": 20, "init_params": "random"}),
    "20 iterations, full, 50,000 x 50, K = 5": (
        "GaussianMixture", 50_000, 50, 5, {"tol": 0.0, "max_iter": 20, "init_params": "random"}),
    "20 iterations, variational, 100,000 x 10, K = 10": (
        "BayesianGaussianMixture", 100_000, 10, 10, {"tol": 0.0, "max_iter": 20, "init_params": "random"}),
    "`GaussianMixture(5).fit(X)`, 20,000 x 5": ("GaussianMixture", 20_000, 5, 5, {}),
    "the same from k-means, to `tol=1e-6`": (
        "GaussianMixture", 20_000, 5, 5, {"init_params": "kmeans", "tol": 1e-6, "max_iter": 1000}),
    "`KMeans(10).fit(X)`, 200,000 x 10": ("KMeans", 200_000, 10, 10, {}),
}


def rows(count: int, columns: int, groups: int) -> np.ndarray:
    random = np.random.default_rng(7)
    centers = random.normal(size=(groups, columns)) * 2
    return random.normal(size=(count, columns)) + centers[random.integers(0, groups, count)]


def measured(library: str, case: str) -> dict:
    """Of one fit, in this process."""
    name, count, columns, groups, options = CASES[case]
    if library == "shardem":
        import shardem as module

        options = {**options, "n_jobs": 1}
    elif name == "KMeans":
        import sklearn.cluster as module
    else:
        import sklearn.mixture as module
    size = "n_clusters" if name == "KMeans" else "n_components"
    estimator = getattr(module, name)(**{size: groups}, random_state=0, **options)
    X = rows(count, columns, groups)
    # What is loaded at the first call counts for neither.
    warnings.simplefilter("ignore")
    getattr(module, name)(**{size: 2}, random_state=0, **options).fit(X[:1000])
    # From now on the largest counts.
    Path("/proc/self/clear_refs").write_text("5")
    before, start = resident("VmRSS"), time.process_time()
    estimator.fit(X)
    seconds, memory = time.process_time() - start, resident("VmHWM") - before
    if "max_iter" in options and options["tol"] == 0 and estimator.n_iter_ != options["max_iter"]:
        raise SystemExit(f"{estimator.n_iter_} iterations")
    return {"seconds": seconds, "memory": memory, "score": estimator.score(X) / (count if name == "KMeans" else 1)}


def resident(name: str) -> float:
    """Of the memory of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def main() -> None:
    print("| | scikit-learn | MB | score | shardem | MB | score |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    core = [] if not hasattr(os, "sched_setaffinity") else ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    for case in CASES:
        cells = []
        for library in ("scikit-learn", "shardem"):
            result = subprocess.run(
                [*core, sys.executable, __file__, library, case], env=environment, capture_output=True, text=True,
                check=True)
            own = json.loads(result.stdout)
            cells += [f"{own['seconds']:.2f} s", f"{own['memory']:.0f}", f"{own['score']:.4f}"]
        print(f"| {case} | {' | '.join(cells)} |", flush=True)


if len(sys.argv) == 3:
    print(json.dumps(measured(*sys.argv[1:])))
else:
    main()
