"""The study's model recovers what timings were made of: scripts/checks/scaling.sh runs this."""

import csv
import json
import math
import pathlib
import sys
import tempfile
import types

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "scaling_study"))
import measure
import model
import report
from layouts import Case, Layout

LATENCY, BANDWIDTH = 3e-6, 5e9
ROW, M_STEP, BYTES = 2e-7, 3e-3, 40_000
CORES = 8
LAYOUTS = [Layout(1, 1), Layout(2, 1), Layout(1, 2), Layout(3, 2), Layout(8, 1), Layout(32, 1)]
TRUTH = model.Network(LATENCY, BANDWIDTH)


def equal(value, expected):
    """Up to the rounding of some tens of operations, each 1e-16."""
    assert math.isclose(value, expected, rel_tol=1e-12), f"{value} instead of {expected}"


def study(folder, rows=1 << 20):
    """Writes what would have been measured, of a network and a fit just as the model has them; 32
    ranks wait 10 ms for their turns, three times an iteration."""
    timings = [
        (ranks, size, TRUTH.seconds(ranks, size) if ranks <= CORES else 1e-2)
        for ranks in (2, 3, 8, 32) for size in measure.NETWORK_BYTES]
    with open(folder / "network.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(measure.NETWORK_COLUMNS)
        table.writerows((ranks, 0, size, seconds, seconds) for ranks, size, seconds in timings)
    with open(folder / "measurements.csv", "w", newline="") as file:
        table = csv.DictWriter(file, measure.COLUMNS)
        table.writeheader()
        for turn in range(3):
            for layout in LAYOUTS:
                table.writerows(line(layout, rows, turn, i) for i in range(5))
    (folder / "machine.json").write_text(json.dumps(
        {"date": "today", "machine": "none", "cores": CORES, "load": 0, "command": ""}))


def line(layout, rows, turn, iteration):
    """An iteration; the first and the last of a round were disturbed."""
    size = BYTES
    busy = ROW * rows
    compute = ROW * model.largest_share(rows, layout.workers)
    m_step, communication = M_STEP, 0
    if layout.workers > CORES:
        compute, m_step, communication = busy / CORES, M_STEP * layout.ranks / CORES, 1e-2
    elif layout.ranks > 1:
        communication = TRUTH.seconds(layout.ranks, size)
    return {
        "kind": "strong", "case": f"{rows},16,16,full", "rows": rows, "ranks": layout.ranks,
        "threads": layout.threads, "round": turn, "iteration": iteration + 2,
        "seconds": compute + m_step + communication + (iteration % 4 == 0) * (iteration - 2) * 1e-3,
        "compute_seconds": compute, "processor_seconds": busy, "m_step_seconds": m_step,
        "shared_seconds": m_step / 3,
        "communication_seconds": communication, "imbalance": compute / (busy / layout.workers)
        if layout.workers <= CORES else 1, "message_bytes": size,
    }


def check_factors():
    """The M-step of 50 covariances of 500 columns, 60 % of it their factors, on ranks that share them."""
    factors = model.Factors(50, 500)
    cost = model.Cost(ROW, M_STEP, 0.6 * M_STEP, BYTES, factors)
    for ranks, share in ((1, 1), (2, 25 / 50), (3, 17 / 50), (4096, 1 / 50)):
        equal(cost.m_step_seconds(ranks), (0.4 + 0.6 * share) * M_STEP)
    # A log determinant, a scale, a diagonal, and panels of 4 rows: 4 (4 + 8 + ... + 500) numbers.
    size = 50 * 8 * (2 + 500 + 4 * sum(range(4, 501, 4)))
    equal(cost.communication(2, TRUTH), TRUTH.seconds(2, BYTES) + TRUTH.seconds(2, size) / 2)
    rows = cost.rows_for_efficiency(0.9, 64, TRUTH)
    assert cost.efficiency(rows, 64, TRUTH) >= 0.9 > cost.efficiency(rows - model.BLOCK, 64, TRUTH)
    # Measured on two ranks, of which each had half of the factors.
    summary = types.SimpleNamespace(
        parts=[ROW * 2048, 0, 0], rows=4096, layout=Layout(2, 1), message_bytes=BYTES,
        least_m_step=0.7 * M_STEP, shared=0.3 * M_STEP)
    measured = model.Cost.of(summary, Case(4096, 500, 50, "full"))
    for own, expected in zip(measured[:4], cost):
        equal(own, expected)
    assert measured.factors == factors
    # Of 64 columns the factors are not worth sending; a third of the operations needs no message.
    narrow = model.Factors(64, 64)
    assert not narrow.exchanged(64)
    equal(narrow.share(64), (2 + 1 / 64) / 3)
    equal(narrow.share(2), 1)
    # Too small to share, or none at all.
    assert not model.Factors(16, 16).exchanged(2)
    assert not model.Factors.of(Case(4096, 500, 50, "diag")).exchanged(2)


def check_other_version(folder):
    """Measurements without a column, as older versions made them, are refused and not a traceback."""
    file = folder / "measurements.csv"
    file.write_text(file.read_text().replace("shared_seconds,", "", 1))
    try:
        report.Results.read(folder)
    except measure.Failed as error:
        assert str(error).startswith(f"{file}: no column shared_seconds, found kind,case,"), error
    else:
        raise AssertionError("measurements without a column were read")


def main():
    check_factors()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        study(folder)
        results = report.Results.read(folder)
        text = report.write(results, TRUTH)
        check_other_version(folder)
    equal(results.local_network.latency, LATENCY)
    equal(results.local_network.bandwidth, BANDWIDTH)
    cost = results.cost(results.summaries[0])
    equal(cost.row, ROW)
    equal(cost.m_step, M_STEP)
    assert cost.message_bytes == BYTES
    for summary in results.summaries:
        equal(cost.seconds(summary.rows, summary.layout, CORES, results.local_network), summary.seconds)
        equal(sum(summary.parts), summary.seconds)
        if not summary.crowded:
            equal(summary.undisturbed_efficiency, summary.efficiency)
        equal(summary.efficiency,
              results.summaries[0].seconds / (summary.seconds * summary.cores))
    assert "error 0.0 % in the median, 0.0 % at most" in text, text
    # What is apart for more ranks than cores: the compute part is that of as many ranks as cores.
    crowded, full = results.summaries[-1], results.summaries[-2]
    equal(crowded.parts[0], full.parts[0])
    equal(crowded.parts[4], 1e-2)

    for ranks in model.RANKS:
        rows = cost.rows_for_efficiency(0.9, ranks, TRUTH)
        assert cost.efficiency(rows, ranks, TRUTH) >= 0.9 > cost.efficiency(
            rows - model.BLOCK, ranks, TRUTH), f"{rows} rows of {ranks} ranks"

    # A network all of latency, or all of bandwidth, is on the edge of what can be.
    for latency, bandwidth in ((LATENCY, math.inf), (0, BANDWIDTH)):
        network = model.Network(latency, bandwidth)
        fit = model.Network.fit(
            [model.Timing(4, size, 2 * network.seconds(4, size), network.seconds(4, size))
             for size in measure.NETWORK_BYTES], CORES)
        assert math.isclose(fit.latency, latency, rel_tol=1e-9, abs_tol=1e-18), fit
        assert math.isclose(1 / fit.bandwidth, 1 / bandwidth, rel_tol=1e-9, abs_tol=1e-21), fit


main()
