"""Time of `fit` on an array beside the program on the same rows in a file: `SHARDEM=shardem python beside_program.py`.

Processor seconds on one core with one thread, the least of several turns, and the median of their ratios: of the
program all it takes from its start to its end, of Python those of `fit` alone. For Linux. A first argument is the
number of turns, by default 5.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

CASES = {
    "full, 200,000 x 20, K = 10": (200_000, 20, 10, "full"),
    "diag, 400,000 x 20, K = 20": (400_000, 20, 20, "diag"),
    "VEE, 200,000 x 10, K = 5": (200_000, 10, 5, "VEE"),
}
ITERATIONS = 30


def rows(case: str) -> np.ndarray:
    count, columns, groups, _ = CASES[case]
    random = np.random.default_rng(7)
    centers = random.normal(size=(groups, columns)) * 2
    return random.normal(size=(count, columns)) + centers[random.integers(0, groups, count)]


def measured(case: str, path: str) -> float:
    """Of `fit` in this process, with rows that are in memory."""
    from shardem import GaussianMixture

    X = np.load(path)
    warnings.simplefilter("ignore")
    _, _, groups, covariance = CASES[case]
    mixture = GaussianMixture(
        groups, covariance_type=covariance, init_params="random", tol=0, max_iter=ITERATIONS, n_jobs=1)
    # What is loaded at the first call does not count.
    mixture.fit(X[:1000])
    start = time.process_time()
    mixture.fit(X)
    return time.process_time() - start


def main(turns: int) -> None:
    program = os.environ.get("SHARDEM") or shutil.which("shardem")
    core = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    print("| | program | Python | ratio |")
    print("| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for case, (_, _, groups, covariance) in CASES.items():
            path = Path(folder) / "rows.npy"
            np.save(path, rows(case))
            command = [
                *core, program, "fit", path, "-K", str(groups), "--covariance", covariance, "--init", "random",
                "--tolerance", "0", "--max-iterations", str(ITERATIONS), "--threads", "1", "--no-mpi", "--quiet",
                "--progress", "none", "--output", Path(folder) / "model.json"]
            theirs, own = [], []
            for _ in range(turns):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                theirs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
                result = subprocess.run(
                    [*core, sys.executable, __file__, case, path], capture_output=True, text=True, check=True)
                own.append(json.loads(result.stdout))
            # Of turns that follow each other, so that what else the machine does is the same for both.
            ratio = statistics.median(mine / its for mine, its in zip(own, theirs))
            print(f"| {case} | {min(theirs):.3f} s | {min(own):.3f} s | {ratio:.3f} |", flush=True)


if len(sys.argv) == 3:
    print(json.dumps(measured(*sys.argv[1:])))
else:
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
