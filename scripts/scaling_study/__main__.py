"""Measures how fits scale over ranks and threads, and predicts it for a cluster.

Fits rows drawn from a mixture with the built shardem under mpirun: the same rows on more cores
(strong scaling), and as many rows for every core (weak scaling). All layouts take turns, so that
what else the machine does meets all of them. Times the sum over ranks by the bytes of the message,
fits a model of an iteration's seconds to one rank and the network alone, and checks it on all
other layouts:

    T(P) = compute / P + allreduce(P, bytes) + M-step(P)
    allreduce(P, bytes) = 2 ceil(log2 P) latency + 2 (P - 1) / P bytes / bandwidth

The M-step takes as long on any number of ranks, but for the factors of full covariances where ranks
share these out (shared_seconds in the trace): of K components a rank then has ceil(K / P), and to
exchange the factors takes half of an allreduce of their bytes.

With the latency and bandwidth of a cluster's network it then predicts the efficiency of up to
4096 ranks. Into the folder go measurements.csv (one line per iteration), network.csv, summary.csv,
report.md, and the plots as .png and .svg.

Efficiency is rows per second and core, beside those of the first layout; each rank has as many cores
as threads, until there are none left. Seconds are those on the wall, the means of the middle half
of all iterations. Of an iteration they are

  compute        the E-step, if all cores that the layout can have were busy with it all the time
  waiting        for a core that other processes have
  imbalance      for the rank with the most work
  M-step         what every rank does alike, and its share of the factors
  communication  in the sum over ranks, without the waiting for the slowest, and for factors

so that more ranks than cores (oversubscription) show in none of them but communication, where it
is, and the M-step. "quiet" is the share of compute in which threads had their cores to themselves;
"undisturbed" the efficiency by the medians of the iterations, so many, in which it was 97 % or more.
"""

import argparse
import pathlib
import sys

import machine
import measure
import model
import plots
import report
from layouts import Case, Layout


def listed(kind):
    """An argument of several words, each a `kind`."""
    return lambda text: [kind(word) for word in text.split()]


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected 1 or more")
    return number


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/scaling", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--layouts", type=listed(Layout.parse), metavar="LIST",
        help="in quotes: ranks x threads, such as '1x1 2x1 1x2 8x1'; the first is what the others "
        "are compared with (default: 1x1, 2x1, 4x1, ... up to the cores, and 4 ranks a core)")
    add("--cases", type=listed(Case.parse), metavar="LIST", default=[Case.parse("524288,16,16,full")],
        help="in quotes: N,D,K,TYPE of rows (strong: in all; weak: for each core), columns, "
        "components, covariance type (default: 524288,16,16,full)")
    add("--kinds", type=str.split, default=["strong", "weak"], metavar="LIST",
        help="strong, weak, or both in quotes (default: both)")
    add("--iterations", type=at_least_one, default=10, help="timed in each fit (default: 10)")
    add("--repeats", type=at_least_one, default=5, help="turns of every layout (default: 5)")
    add("--launcher", metavar="COMMAND",
        help="starts a program on {ranks} ranks of {threads} threads, such as 'mpirun --hostfile "
        "hosts --map-by slot:PE={threads} -n {ranks}' or 'srun --mpi=pmix -n {ranks} "
        "--cpus-per-task={threads}' (default: mpirun on this machine, or in the allocation)")
    add("--cores", type=at_least_one, default=machine.core_count(),
        help="that all ranks together can have (default: those of this machine, or of the "
        "Slurm allocation)")
    add("--latency", type=float, default=2.0, metavar="MICROSECONDS",
        help="of a message, for the prediction (default: 2)")
    add("--bandwidth", type=float, default=12.5, metavar="GB/S",
        help="of a rank, for the prediction (default: 12.5, 100 Gbit/s)")
    add("--data", type=pathlib.Path, metavar="FOLDER",
        help="for the rows, seen by all hosts (default: in the output folder; removed afterwards)")
    add("--output", type=pathlib.Path, default=pathlib.Path(".build/scaling"), metavar="FOLDER",
        help="for the results (default: .build/scaling)")
    add("--from", dest="source", type=pathlib.Path, metavar="FOLDER",
        help="measures nothing; reports and plots what is in the folder, such as with another "
        "latency")
    # In one line.
    parser.error = lambda text: parser.exit(2, f"scaling: error: {text}; see --help\n")
    chosen = parser.parse_args()
    if set(chosen.kinds) - {"strong", "weak"} or not chosen.kinds:
        parser.error(f"--kinds: '{' '.join(chosen.kinds)}'; expected strong, weak, or both")
    if chosen.latency <= 0 or chosen.bandwidth <= 0:
        parser.error("--latency and --bandwidth: expected more than 0")
    chosen.layouts = chosen.layouts or Layout.up_to(chosen.cores)
    return chosen


def main():
    check_only = sys.argv[1:2] == ["--check-options"]
    if check_only:
        del sys.argv[1]
    options = arguments()
    if check_only:
        return
    folder = options.source or options.output
    try:
        if not options.source:
            measure.everything(options)
        results = report.Results.read(folder)
        network = model.Network(options.latency * 1e-6, options.bandwidth * 1e9)
        print(report.write(results, network))
        plots.draw(results, network)
    except (measure.Failed, OSError) as error:
        sys.exit(f"scaling: {error}")


if __name__ == "__main__":
    main()
