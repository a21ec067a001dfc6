"""Draws what was measured and predicted, each figure as .png and .svg."""

import sys

import model
from report import PARTS, TARGET, milliseconds

# Okabe and Ito's colours, which colour-blind readers tell apart.
COLORS = ["#0072B2", "#999999", "#E69F00", "#009E73", "#D55E00"]
LINES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999"]


def draw(results, network):
    """Without Matplotlib nothing but a line that says so."""
    try:
        import matplotlib
    except ImportError:
        print("scaling: no plots: there is no Matplotlib for this Python", file=sys.stderr)
        return
    matplotlib.use("Agg")
    matplotlib.rcParams.update({
        "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.color": "#DDDDDD", "axes.axisbelow": True})
    for case in dict.fromkeys(case for _, case in results.groups):
        groups = [group for (_, other), group in results.groups.items() if other == case]
        name = str(case).replace(",", "-")
        save(results, scaling(results, case, groups), f"scaling-{name}")
        save(results, prediction(results, case, groups[0], network), f"prediction-{name}")
    if results.network_lines:
        save(results, allreduce(results), "network")


def save(results, figure, name):
    from matplotlib import pyplot
    facts = results.facts
    figure.text(0.01, 0.005, f"{facts['machine']}; {facts['date']}", fontsize=7, color="#666666")
    for kind in ("png", "svg"):
        figure.savefig(results.folder / f"{name}.{kind}", dpi=150)
    pyplot.close(figure)


def scaling(results, case, groups):
    """Speed-up and efficiency against the ideal, and where the time goes."""
    from matplotlib import pyplot
    figure, (speed_up, efficiency, parts) = pyplot.subplots(
        1, 3, figsize=(15, 4.8), layout="constrained", width_ratios=[1, 1, 1.5])
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))
    figure.suptitle(title(case))
    base = groups[0][0]
    cores = {s.layout: s.cores / base.cores for group in groups for s in group}
    layouts = list(cores)

    speed_up.plot(range(len(layouts)), cores.values(), "k--", linewidth=1, label="ideal")
    efficiency.axhline(100, color="k", linestyle="--", linewidth=1, label="ideal")
    for group, color, marker in zip(groups, LINES, "os"):
        x = [layouts.index(s.layout) for s in group]
        for axes, unit in ((speed_up, [cores[s.layout] for s in group]), (efficiency, [100] * len(x))):
            ends = zip(*((s.range[0], s.efficiency, s.range[1]) for s in group))
            low, middle, high = ([a * b for a, b in zip(end, unit)] for end in ends)
            axes.errorbar(
                x, middle,
                [[b - a for a, b in zip(low, middle)], [b - a for a, b in zip(middle, high)]],
                color=color, marker=marker, capsize=3, linewidth=1.5, label=group[0].kind)
        efficiency.plot(x, [100 * value for value in modelled(results, group)], color=color,
                        linestyle=":", linewidth=1.5, label=f"{group[0].kind}, model")
    for axes, name in ((speed_up, "speed-up"), (efficiency, "efficiency per core (%)")):
        axes.set_xticks(range(len(layouts)), map(str, layouts))
        axes.set_xlabel("ranks x threads")
        axes.set_ylabel(name)
        axes.set_ylim(bottom=0)
        shade(axes, layouts, results.cores)
        axes.legend(fontsize=8, loc="best")
    stacked(parts, groups, layouts)
    return figure


def modelled(results, group):
    """The efficiencies that the model says."""
    cost = results.cost(group[0])
    rates = [
        s.rows / s.cores / cost.seconds(s.rows, s.layout, results.cores, results.local_network)
        for s in group]
    return [rate / rates[0] for rate in rates]


def stacked(axes, groups, layouts):
    """Parts of an iteration, as shares of its time; the milliseconds stand above."""
    width = 0.8 / len(groups)
    for number, group in enumerate(groups):
        for s in group:
            x = layouts.index(s.layout) + (number - (len(groups) - 1) / 2) * width
            bottom, total = 0, sum(s.parts)
            for part, color, seconds in zip(PARTS, COLORS, s.parts):
                axes.bar(x, 100 * seconds / total, 0.92 * width, bottom, color=color, linewidth=0)
                bottom += 100 * seconds / total
            axes.text(x, 101, f"{group[0].kind}\n{milliseconds(s.seconds)} ms", ha="center",
                      va="bottom", fontsize=7)
    axes.set_xticks(range(len(layouts)), map(str, layouts))
    axes.set_xlabel("ranks x threads")
    axes.set_ylabel("share of an iteration (%)")
    axes.set_ylim(0, 112)
    axes.set_yticks(range(0, 101, 20))
    axes.grid(axis="x", visible=False)
    from matplotlib.patches import Patch
    axes.legend(
        handles=[Patch(color=color, label=part) for part, color in zip(PARTS, COLORS)],
        fontsize=8, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def shade(axes, layouts, cores):
    """Marks layouts of more threads than cores."""
    crowded = [i for i, layout in enumerate(layouts) if layout.workers > cores]
    if crowded:
        axes.axvspan(crowded[0] - 0.5, len(layouts) - 0.5, color="#F2E6D9", zorder=0,
                     label=f"oversubscribed: {cores} cores")


def allreduce(results):
    """The sum over ranks by bytes, measured and by the model."""
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))
    network = results.local_network
    timings = sorted(results.network_lines)
    for ranks, color in zip(sorted({t.ranks for t in timings}), LINES):
        own = [t for t in timings if t.ranks == ranks]
        sizes = sorted({t.bytes for t in own})
        crowded = ranks > results.cores
        axes.plot([t.bytes for t in own], [1e6 * (t.seconds if crowded else t.least_seconds) for t in own], "o", color=color,
                  fillstyle="none" if crowded else "full", markersize=5,
                  label=f"{ranks} ranks{' (oversubscribed)' * crowded}")
        axes.plot(sizes, [1e6 * network.seconds(ranks, size) for size in sizes], color=color,
                  linestyle=":" if crowded else "-", linewidth=1)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlabel("bytes of the message")
    axes.set_ylabel("microseconds of one sum over ranks")
    axes.set_title(f"Sum over ranks; lines: {network}", fontsize=10)
    axes.legend(fontsize=8)
    return figure


def prediction(results, case, group, network):
    """Efficiency by ranks, and the rows that a rank needs."""
    from matplotlib import pyplot
    figure, (efficiency, rows) = pyplot.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))
    cost = results.cost(group[0])
    figure.suptitle(f"{title(case)}: predicted for {network}, one thread a rank")
    for count, color in zip(model.ROWS_PER_RANK, LINES):
        efficiency.plot(
            model.RANKS, [100 * cost.efficiency(count, ranks, network) for ranks in model.RANKS],
            "o-", color=color, markersize=4, label=f"{count:,} rows a rank")
    efficiency.axhline(100, color="k", linestyle="--", linewidth=1, label="ideal")
    efficiency.axhline(100 * TARGET, color="#999999", linestyle=":", linewidth=1)
    efficiency.set_ylabel("efficiency (%)")
    efficiency.set_ylim(0, 105)
    efficiency.legend(fontsize=8, loc="lower left")
    rows.plot(
        model.RANKS, [cost.rows_for_efficiency(TARGET, ranks, network) for ranks in model.RANKS],
        "o-", color=LINES[0], markersize=4)
    rows.set_ylabel(f"rows a rank for an efficiency of {TARGET:.0%}")
    rows.set_ylim(bottom=0)
    rows.yaxis.set_major_formatter("{x:,.0f}")
    for axes in (efficiency, rows):
        axes.set_xscale("log", base=2)
        axes.set_xticks(model.RANKS, map(str, model.RANKS), fontsize=8)
        axes.set_xlabel("ranks")
    return figure


def title(case):
    return (f"{case.rows:,} rows, {case.columns} columns, {case.components} components, "
            f"{case.covariance}")
