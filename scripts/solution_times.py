#!/usr/bin/env python3
"""How long the answer takes, from file to model; what scripts/bench --cases search calls in the middle.

usage: solution_times.py PROGRAM [--sets NAME,...] [--seeds N] [--json FILE]

Fits large made data sets on one thread: by PROGRAM from its default start, to its default tolerance and to 1e-4
nats a row; from one k-means start, which it began from before there was a race (not of the largest K); by
scikit-learn with its defaults; and by oneDAL (daal4py, where it is installed) from the best of its own random
starts, with its defaults, to the same number of components. N seeds each (default 1); of scikit-learn and oneDAL one.

A line for each: processor seconds of the whole process, its start and the reading of the file included (Python's
own start and imports are not counted), iterations on all rows, the log-likelihood per row that it ends with, and how
much longer than the first it takes. Wall time is longer where other work has the core.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy

THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def mixture(seed, n, d, k, apart):
    """Rows of full components of unequal weights; means are about `apart` deviations from each other."""
    random = numpy.random.default_rng(seed)
    weights = random.uniform(0.5, 1.5, k)
    width = min(1.0, (16 / d) ** 0.5)
    rows = numpy.empty((n, d))
    first = 0
    for count in random.multinomial(n, weights / weights.sum()):
        axes = numpy.linalg.qr(random.normal(size=(d, d)))[0]
        lengths = 2 ** (random.uniform(-width, width, d) / 2)
        mean = random.normal(size=d) * apart / (2 * d) ** 0.5
        rows[first:first + count] = mean + (random.normal(size=(count, d)) * lengths) @ axes.T
        first += count
    return random.permutation(rows)


# Name: rows, columns, components, deviations between means.
SETS = {
    "apart16": (1_000_000, 16, 16, 12),
    "overlapping16": (1_000_000, 16, 16, 4),
    "overlapping4": (1_000_000, 4, 10, 3),
    "apart64": (200_000, 64, 32, 13),
    "overlapping64": (200_000, 64, 32, 4),
}

# What a peer's process runs: its imports, a fit that gives `iterations`, and the log-likelihood per row, not timed.
PEER = """
import json, resource, sys
import numpy
{imports}
k = int(sys.argv[2])
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
began = cpu()
rows = numpy.load(sys.argv[1])
{fit}
seconds = cpu() - began
print(json.dumps([seconds, iterations, {mean}]))
"""

SKLEARN = PEER.format(
    imports="from sklearn.mixture import GaussianMixture",
    fit="""fit = GaussianMixture(k, random_state=0).fit(rows)
iterations = int(fit.n_iter_)""",
    mean="float(fit.score(rows))")

ONEDAL = PEER.format(
    imports="import sklearnex, daal4py",
    fit="""start = daal4py.em_gmm_init(nComponents=k).compute(rows)
end = daal4py.em_gmm(nComponents=k).compute(rows, start.weights, start.means, list(start.covariances))
iterations = int(numpy.ravel(end.nIterations)[0])""",
    mean="float(numpy.ravel(end.goalFunction)[0]) / len(rows)")


def by_program(program, path, k, seed, *options):
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [program, "fit", path, "-K", str(k), "--seed", str(seed), "--threads", "1", "--quiet", "--progress", "none",
             "--output", f"{folder}/model.json", *options], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 3):
            sys.exit(f"{program}: {done.stderr.strip()}")
        fit = json.loads(pathlib.Path(f"{folder}/model.json").read_text())["fit"]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, fit["iterations"], fit["mean_log_likelihood"]


def by_peer(source, path, k):
    """What a peer's script prints; None if it fails, as it does where the peer is not installed."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", source, path, str(k)], capture_output=True, text=True,
                          env=os.environ | THREADS)
    if done.returncode == 0:
        return tuple(json.loads(done.stdout.splitlines()[-1]))
    print(f"  {(done.stderr.strip() or f'status {done.returncode}').splitlines()[-1]}", file=sys.stderr)
    return None


def measure(program, path, k, seeds):
    kinds = {"race": (), "race to 1e-4": ("--tolerance", "1e-4")}
    if k <= 16:
        kinds["k-means start"] = ("--init", "kmeans")
    for kind, options in kinds.items():
        for seed in range(seeds):
            yield kind, by_program(program, path, k, seed, *options)
    yield "scikit-learn", by_peer(SKLEARN, path, k)
    yield "oneDAL", by_peer(ONEDAL, path, k)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", default=None)
    arguments = parser.parse_args()
    for name in set(arguments.sets.split(",")) - set(SETS):
        parser.error(f"--sets {name}; expected of {', '.join(SETS)}")
    lines = []
    print(f"{'set':14} {'rows x columns, K':>20} {'fit':14} {'s':>7} {'iterations':>10} {'nats a row':>11} {'times':>6}")
    for name in arguments.sets.split(","):
        n, d, k, apart = SETS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/rows.npy"
            numpy.save(path, mixture(7, n, d, k, apart))
            first = None
            for kind, result in measure(arguments.program, path, k, arguments.seeds):
                if result is None:
                    continue
                seconds, iterations, mean = result
                first = first or seconds
                shape = f"{n:,} x {d}, {k}"
                print(f"{name:14} {shape:>20} {kind:14} {seconds:7.1f} {iterations:10} {mean:11.5f} "
                      f"{seconds / first:6.1f}", flush=True)
                lines.append({"set": name, "rows": n, "columns": d, "components": k, "fit": kind, "seconds": seconds,
                              "iterations": iterations, "mean_log_likelihood": mean})
    if arguments.json:
        pathlib.Path(arguments.json).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
