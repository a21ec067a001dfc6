#!/usr/bin/env python3
"""How often fits end at the best maximum that is known; what scripts/bench --cases search calls.

usage: search_rates.py PROGRAM [--seeds N] [--sets NAME,...] [--json FILE]

Fits real and made data sets by PROGRAM from its default start, from one k-means start, and by scikit-learn
with its default start, all to 1e-8 nats a row (scikit-learn: by the change of the bound) and with the same
regularization, a millionth of each column's variance: columns are standardized for scikit-learn, and its
log-likelihoods brought back. The mark of a set and K is the largest log-likelihood that any of these ended with
without a spike; a hit is a fit within 1e-3 nats a row of it without a spike. A spike is a component of fewer than
2 (D + 1) rows, or one narrower than a thousandth of all components' variance in some direction, while the
regularization is more than a twentieth of its variance in some. `support` is the number of rows of the mark's
smallest component over (D + 1)(D + 2) / 2, the parameters that it has.

A line for each set and K: support; hits in percent of the race, k-means, scikit-learn; in how many percent of the
fits the race is worse than the best of scikit-learn's fits (at most ten) without spikes by more than 1e-3; median
seconds of a fit, program start included, scikit-learn's without.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
from sklearn import datasets
from sklearn.mixture import GaussianMixture

ROOT = pathlib.Path(__file__).resolve().parent.parent
REGULARIZATION = 1e-6
NEAR = 1e-3


def shipped(name, columns):
    """The complete rows of columns of a shipped file."""
    import csv

    with open(ROOT / "Tests/Data" / name) as file:
        rows = [[row[column] for column in columns] for row in csv.DictReader(file)]
    return numpy.array([[float(x) for x in row] for row in rows if "NA" not in row and "" not in row])


def shipped_with_r():
    """The sets of R's package mclust that are compared with it; none where that is not installed."""
    sets = {"banknote": "banknote[, -1]", "thyroid": "thyroid[, -1]", "gvhd": "GvHD.control"}
    rows = {}
    for name, expression in sets.items():
        code = f"suppressMessages(library(mclust)); data(GvHD); write.csv({expression}, row.names = FALSE)"
        try:
            text = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            print("without banknote, thyroid and GvHD, which need R and its package mclust", file=sys.stderr)
            return {}
        rows[name] = numpy.loadtxt(text.splitlines()[1:], delimiter=",")
    return rows


def real_sets():
    wine = datasets.load_wine().data
    cancer = datasets.load_breast_cancer().data
    penguins = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    pendigits = [f"{axis}{i}" for i in range(1, 9) for axis in "xy"]
    rows = {
        "faithful": shipped("faithful.csv", ["eruptions", "waiting"]),
        "iris": datasets.load_iris().data,
        "penguins": shipped("penguins.csv", penguins),
        "wine": wine,
        "wine6": wine[:, :6],
        "cancer10": cancer[:, :10],
        "cancer4": cancer[:, :4],
        "diabetes3": datasets.load_diabetes(scaled=False).data[:, [0, 2, 3]],
    } | shipped_with_r()
    sets = {name: (rows[name], range(2, 11)) for name in rows}
    return sets | {"pendigits": (shipped("pendigits.csv", pendigits), [10])}


def made_set(seed):
    """Rows of a mixture: components of different sizes, shapes and units of columns."""
    random = numpy.random.default_rng(seed)
    d, k = int(random.integers(2, 9)), int(random.integers(2, 9))
    n = int(random.integers(1, 6)) * 100 * k
    weights = random.dirichlet(numpy.full(k, 3.0))
    spread = random.uniform(2, 5)
    rows = []
    for count in random.multinomial(n, weights):
        axes = numpy.linalg.qr(random.normal(size=(d, d)))[0]
        lengths = numpy.exp(random.uniform(-1.2, 1.2, d))
        mean = random.normal(size=d) * spread
        rows.append(mean + random.normal(size=(count, d)) * lengths @ axes.T)
    units = 10.0 ** random.integers(-4, 5, d)
    rows = numpy.concatenate(rows)
    return random.permutation(rows) * units, [k]


def has_spike(rows, model):
    """Whether a component is one."""
    weights, means = (numpy.array(model[key]) for key in ("weights", "means"))
    covariances = numpy.array(model["covariances"])
    n, d = rows.shape
    total = numpy.zeros((d, d))
    middle = weights @ means
    for w, m, c in zip(weights, means, covariances):
        total += w * (c + numpy.outer(m - middle, m - middle))
    addend = numpy.diag(REGULARIZATION * rows.var(axis=0))
    spike = False
    for w, c in zip(weights, covariances):
        factor = numpy.linalg.inv(numpy.linalg.cholesky(c))
        share = numpy.linalg.eigvalsh(factor @ addend @ factor.T)[-1]
        width = numpy.linalg.eigvalsh(factor @ total @ factor.T)[-1]
        spike |= w * n < 2 * (d + 1) or (share > 0.05 and width > 1000)
    return spike


def run_program(program, path, k, seed, *options):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        began = time.perf_counter()
        command = [program, "fit", path, "-K", str(k), "--seed", str(seed), "--tolerance", "1e-8", "--quiet",
                   "--progress", "none", "--threads", "1", "--output", file.name, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.perf_counter() - began
        if done.returncode not in (0, 3):
            return None, True, seconds, None
        model = json.load(open(file.name))
    rows = numpy.load(path)
    return model["fit"]["mean_log_likelihood"], has_spike(rows, model), seconds, model["weights"]


def run_sklearn(rows, k, seed):
    deviations = rows.std(axis=0)
    seen = (rows - rows.mean(axis=0)) / deviations
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = GaussianMixture(k, tol=1e-8, max_iter=5000, reg_covar=REGULARIZATION, random_state=seed).fit(seen)
    seconds = time.perf_counter() - began
    model = {"weights": fit.weights_, "means": fit.means_, "covariances": fit.covariances_}
    mean = fit.score(seen) - numpy.log(deviations).sum()
    return mean, has_spike(seen, model), seconds, fit.weights_


def measure(name, rows, k, arguments):
    n, d = rows.shape
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/rows.npy"
        numpy.save(path, rows)
        seeds = range(arguments.seeds)
        runs = {
            "race": [run_program(arguments.program, path, k, seed) for seed in seeds],
            "kmeans": [run_program(arguments.program, path, k, seed, "--init", "kmeans") for seed in seeds],
            "sklearn": [run_sklearn(rows, k, seed) for seed in seeds],
        }
    clean = [run for all_runs in runs.values() for run in all_runs if not run[1]]
    if not clean:
        return {"set": name, "rows": n, "columns": d, "components": k, "mark": None}
    mark = max(clean, key=lambda run: run[0])
    peers = [run[0] for run in runs["sklearn"][:10] if not run[1]]
    worse = [run for run in runs["race"] if peers and (run[1] or run[0] < max(peers) - NEAR)]
    result = {
        "set": name, "rows": n, "columns": d, "components": k, "mark": mark[0],
        "support": min(mark[3]) * n / ((d + 1) * (d + 2) / 2),
        "worse": 100 * len(worse) / len(seeds),
    }
    for kind, all_runs in runs.items():
        hits = [run for run in all_runs if not run[1] and run[0] >= mark[0] - NEAR]
        result[kind] = 100 * len(hits) / len(all_runs)
        result[f"{kind}_seconds"] = float(numpy.median([run[2] for run in all_runs]))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--sets", default=None)
    parser.add_argument("--json", default=None)
    arguments = parser.parse_args()
    sets = real_sets() | {f"made{seed}": made_set(seed) for seed in range(50)}
    wanted = arguments.sets.split(",") if arguments.sets else sets
    results = []
    print(f"{'set':10} {'N':>6} {'D':>3} {'K':>3} {'support':>8} {'race':>6} {'kmeans':>7} {'sklearn':>8} "
          f"{'worse':>6} {'race s':>7} {'sklearn s':>9}")
    for name in wanted:
        rows, counts = sets[name]
        for k in counts:
            result = measure(name, rows, k, arguments)
            results.append(result)
            if result["mark"] is None:
                print(f"{name:10} {rows.shape[0]:6} {rows.shape[1]:3} {k:3} no fit without spikes")
                continue
            print(f"{name:10} {rows.shape[0]:6} {rows.shape[1]:3} {k:3} {result['support']:8.2f} "
                  f"{result['race']:6.0f} {result['kmeans']:7.0f} {result['sklearn']:8.0f} {result['worse']:6.0f} "
                  f"{result['race_seconds']:7.2f} {result['sklearn_seconds']:9.2f}", flush=True)
    if arguments.json:
        pathlib.Path(arguments.json).write_text("".join(json.dumps(result) + "\n" for result in results))
    marked = [result for result in results if result["mark"] is not None]
    strong = [result for result in marked if result["support"] >= 2]
    for title, group in ("support 2 or more", strong), ("all", marked):
        if not group:
            continue
        means = {kind: numpy.mean([result[kind] for result in group]) for kind in ("race", "kmeans", "sklearn", "worse")}
        print(f"{title}: {len(group)} sets and K; hits: race {means['race']:.1f} %, k-means {means['kmeans']:.1f} %, "
              f"scikit-learn {means['sklearn']:.1f} %; race worse than the best of ten: {means['worse']:.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
