"""Runs the programs and keeps what they tell, as CSV."""

import csv
import itertools
import json
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys

import machine

NETWORK_BYTES = [8, 1 << 10, 1 << 13, 1 << 15, 1 << 17, 1 << 19, 1 << 21, 1 << 23]
NETWORK_COLUMNS = ["ranks", "round", "bytes", "seconds", "least_seconds"]
COLUMNS = [
    "kind", "case", "rows", "ranks", "threads", "round", "iteration", "seconds", "compute_seconds",
    "processor_seconds", "m_step_seconds", "shared_seconds", "communication_seconds", "imbalance",
    "message_bytes",
]


class Failed(Exception):
    """A program that could not be run; says which and why."""


def everything(options):
    """Measures all cases, kinds and layouts in turn, and the network."""
    folder = options.output
    folder.mkdir(parents=True, exist_ok=True)
    machine.write(folder, options.cores)
    work = (options.data or folder) / "rows"
    runner = Runner(options)
    most = max(layout.workers for layout in options.layouts) if "weak" in options.kinds else 1
    try:
        for case in options.cases:
            sample(runner, case, shards=most, folder=work / str(case))
        with open(folder / "measurements.csv", "w", newline="") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            for turn in range(options.repeats):
                print(f"turn {turn + 1} of {options.repeats}", file=sys.stderr)
                for case, kind, layout in itertools.product(
                        options.cases, options.kinds, options.layouts):
                    rows = work / str(case)
                    files = sorted((rows / "shards").iterdir())
                    lines = runner.fit(
                        case, layout, files[:layout.workers if kind == "weak" else 1],
                        rows / "model.json", options.iterations)
                    known = {"kind": kind, "case": case, "round": turn}
                    table.writerows({key: {**line, **known}[key] for key in COLUMNS} for line in lines)
                    file.flush()
        with open(folder / "network.csv", "w", newline="") as file:
            table = csv.DictWriter(file, NETWORK_COLUMNS, lineterminator="\n")
            table.writeheader()
            for turn in range(min(options.repeats, 3)):
                for ranks in sorted({layout.ranks for layout in options.layouts} - {1}):
                    table.writerows({**line, "round": turn} for line in runner.network(ranks))
    finally:
        shutil.rmtree(work, ignore_errors=True)




def sample(runner, case, shards, folder):
    """Writes `shards` files of the case's rows, and the model that they were drawn from."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(mixture(case)))
    runner.run([
        runner.shardem, "sample", folder / "model.json", "--rows", case.rows * shards, "--seed", 1,
        "--shards", shards, "--output", folder / "shards", "--quiet"])


def mixture(case):
    """A mixture whose components overlap, so that nearly all responsibilities count; its columns
    are correlated by 0.3^|i - j|."""
    d, k = case.columns, case.components
    numbers = random.Random(1)
    spread = 4 / (2 * d) ** 0.5
    matrix = [[0.3 ** abs(i - j) for j in range(d)] for i in range(d)]
    covariances = {
        "full": [matrix] * k, "tied": matrix, "diag": [[1.0] * d] * k, "spherical": [1.0] * k}
    return {
        "format": "shardem-model", "version": 1, "family": "gaussian",
        "covariance_type": case.covariance, "components": k, "dimensions": d,
        "weights": [1 / k] * k,
        "means": [[spread * numbers.gauss(0, 1) for _ in range(d)] for _ in range(k)],
        "covariances": covariances[case.covariance],
    }


class Runner:
    """Runs the built programs under the launcher."""

    def __init__(self, options):
        build = pathlib.Path(os.environ["SHARDEM_BUILD"])
        self.shardem, self.benchmarks = build / "shardem", build / "Benchmarks"
        self.cores, self.launcher = options.cores, options.launcher or default_launcher()
        self.trace = options.output / "trace.jsonl"

    def fit(self, case, layout, files, start, iterations):
        """The trace of a fit, without the first iteration, which touches the rows for the first
        time."""
        self.run([
            *self.launch(layout.ranks, layout.threads), self.shardem, "fit", *files,
            "--components", case.components, "--covariance", case.covariance, "--init", start,
            "--tolerance", 0, "--max-iterations", iterations + 1, "--threads", layout.threads,
            "--trace", self.trace, "--progress", "none", "--quiet",
        ], crowded=layout.workers > self.cores)
        lines = [json.loads(line) for line in self.trace.read_text().splitlines()]
        self.trace.unlink()
        return lines[1:]

    def network(self, ranks):
        """Times of the sum over ranks."""
        output = self.run(
            [*self.launch(ranks, 1), self.benchmarks, "network", "--bytes", *NETWORK_BYTES],
            crowded=ranks > self.cores)
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def launch(self, ranks, threads):
        return shlex.split(self.launcher.format(ranks=ranks, threads=threads))

    def run(self, command, crowded=False):
        """What a command prints. With more ranks than cores those that wait yield theirs."""
        command = [str(word) for word in command]
        environment = dict(os.environ)
        if crowded:
            environment["OMPI_MCA_mpi_yield_when_idle"] = "1"
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Failed(f"{shlex.join(command)}: status {done.returncode}\n{done.stderr.strip()}")
        return done.stdout


def default_launcher():
    """Open MPI starts no more ranks than cores unless told to, and binds jobs that run at the same
    time to the same cores."""
    mpirun = os.environ.get("MPIRUN", "mpirun")
    try:
        version = subprocess.run([mpirun, "--version"], capture_output=True, text=True).stdout
    except OSError:
        raise Failed(f"there is no '{mpirun}' on the PATH; name another with --launcher")
    is_open = "Open MPI" in version or "OpenRTE" in version
    return f"{mpirun} {'--oversubscribe --bind-to none ' * is_open}-n {{ranks}}"
