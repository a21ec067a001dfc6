#!/usr/bin/env python3
"""How many E-steps acceleration saves; what scripts/bench --cases search calls last.

usage: e_steps.py PROGRAM [--starts N] [--also FILE,K,COVARIANCE ...] [--json FILE]

Fits data on which EM is slow, and some on which it is not, by PROGRAM from k-means++ seeds, with the default
acceleration and with --accelerate none, on and on (--tolerance 1e-13), and counts the E-steps, those that did not
count included, until a fit is within 1e-8 nats a row of where it ends. Fits from the same start that end at another
maximum, more than 1e-6 apart, are no comparison and are counted apart. FILE is a CSV file with a header, such as
other data on which EM is known to be slow.

A line for each set and K: starts that end at the same maximum, the median E-steps of both, their sums' ratio, the
most that an accelerated fit takes longer, and how many fits end higher and lower than plain EM. At the end the sums
of all, of all starts of which plain EM takes 100 E-steps or more, and the most.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

import search_rates

NEAR = 1e-8
SAME = 1e-6


def overlapping(seed, n, d, k, spread):
    """Rows of K components whose means are `spread` deviations from the middle in each column, about."""
    random = numpy.random.default_rng(seed)
    rows = []
    for count in random.multinomial(n, random.dirichlet(numpy.full(k, 5.0))):
        axes = numpy.linalg.qr(random.normal(size=(d, d)))[0]
        lengths = numpy.exp(random.uniform(-0.5, 0.5, d))
        rows.append(random.normal(size=d) * spread + random.normal(size=(count, d)) * lengths @ axes.T)
    return random.permutation(numpy.concatenate(rows))


def cases():
    """Of each its name, rows and K."""
    real = search_rates.real_sets()
    wine, cancer = real["wine6"][0], real["cancer4"][0]
    made = [
        ("3-D, 8", overlapping(1, 1500, 3, 8, 1.5), 8), ("3-D, 7", overlapping(2, 1500, 3, 7, 1.5), 7),
        ("6-D, 6", overlapping(3, 1500, 6, 6, 1.5), 6), ("2-D, 4", overlapping(4, 2000, 2, 4, 1.2), 4),
        ("4-D, 5", overlapping(5, 2000, 4, 5, 1.2), 5), ("2-D, 2 fitted by 5", overlapping(6, 1500, 2, 2, 2), 5),
        ("3-D, 3 fitted by 6", overlapping(7, 1500, 3, 3, 2), 6), ("1-D, 3", overlapping(8, 1500, 1, 3, 1.5), 3),
        ("8-D, 4", overlapping(9, 2000, 8, 4, 1), 4),
    ]
    faithful, iris, penguins = (real[name][0] for name in ("faithful", "iris", "penguins"))
    return [
        ("faithful", faithful, 2), ("faithful", faithful, 3), ("faithful", faithful, 4), ("iris", iris, 3),
        ("iris", iris, 4), ("iris", iris, 6), ("penguins", penguins, 3), ("penguins", penguins, 5),
        ("wine, 6 columns", wine, 3), ("cancer, 4 columns", cancer, 2), ("cancer, 4 columns", cancer, 4),
        ("eruptions alone", faithful[:, :1], 3),
    ] + made


def run(program, path, k, covariance, seed, *options):
    """The E-steps until within 1e-8 of the end, and the log-likelihood per row there; nil of a fit that failed."""
    with tempfile.TemporaryDirectory() as folder:
        trace = f"{folder}/trace"
        command = [program, "fit", path, "-K", str(k), "--covariance", covariance, "--init", "k-means++", "--seed",
                   str(seed), "--tolerance", "1e-13", "--max-iterations", "20000", "--quiet", "--progress", "none",
                   "--threads", "1", "--output", f"{folder}/model.json", "--trace", trace, *options]
        if subprocess.run(command, capture_output=True, text=True).returncode != 0:
            return None
        lines = [json.loads(line) for line in open(trace)]
    best = max(line["mean_log_likelihood"] for line in lines)
    steps = 0
    for line in lines:
        steps += 1 + line["rejected"] + line["retakes"]
        if line["mean_log_likelihood"] >= best - NEAR:
            return steps, best
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--starts", type=int, default=6)
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("--json", default=None)
    arguments = parser.parse_args()
    wanted = [(*case, "full") for case in cases()]
    for also in arguments.also:
        path, k, covariance = also.rsplit(",", 2)
        rows = numpy.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
        wanted.append((f"{pathlib.Path(path).stem} {covariance}", rows, int(k), covariance))
    print(f"{'set':22} {'N':>5} {'D':>2} {'K':>2} {'same':>5} {'plain':>6} {'accelerated':>11} {'ratio':>6} "
          f"{'longer':>6} {'higher':>6} {'lower':>5}")
    pairs, elsewhere, results = [], [0, 0], []
    for name, rows, k, covariance in wanted:
        own, ends = [], [0, 0]
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/rows.npy"
            numpy.save(path, numpy.ascontiguousarray(rows))
            for seed in range(arguments.starts):
                plain = run(arguments.program, path, k, covariance, seed, "--accelerate", "none")
                fast = run(arguments.program, path, k, covariance, seed)
                if plain is None or fast is None:
                    continue
                results.append({"set": name, "components": k, "seed": seed, "plain": plain, "accelerated": fast})
                if abs(plain[1] - fast[1]) <= SAME:
                    own.append((plain[0], fast[0]))
                else:
                    ends[0 if fast[1] > plain[1] else 1] += 1
        pairs += own
        elsewhere = [a + b for a, b in zip(elsewhere, ends)]
        if not own:
            continue
        a, b = numpy.array(own).T
        print(f"{name:22} {len(rows):5} {rows.shape[1]:2} {k:2} {len(own):5} {numpy.median(a):6.0f} "
              f"{numpy.median(b):11.0f} {b.sum() / a.sum():6.2f} {(b - a).max():6} {ends[0]:6} {ends[1]:5}",
              flush=True)
    if arguments.json:
        pathlib.Path(arguments.json).write_text("".join(json.dumps(result) + "\n" for result in results))
    a, b = numpy.array(pairs).T
    slow = a >= 100
    print(f"{len(a)} starts of {len(wanted)} sets and K: {b.sum()} E-steps of {a.sum()}, {b.sum() / a.sum():.3f}; "
          f"of {slow.sum()} with 100 or more {b[slow].sum() / a[slow].sum():.3f}; longer by at most {(b - a).max()}, "
          f"by more than 3: {(b - a > 3).sum()}; elsewhere {elsewhere[0]} higher, {elsewhere[1]} lower")
    return 0


if __name__ == "__main__":
    sys.exit(main())
