"""What was measured, summed up: summary.csv and report.md."""

import collections
import csv
import statistics

import machine
import measure
import model
from layouts import Case, Layout

PARTS = ["compute", "waiting", "imbalance", "M-step", "communication"]
TARGET = 0.9
#: The share of its cores with which an iteration counts as undisturbed.
QUIET = 0.97


class Iteration(collections.namedtuple(
        "Iteration",
        "seconds processor_seconds mean_compute_seconds parts shared_seconds message_bytes")):
    """Seconds of one iteration; `parts` are those of PARTS and add up to `seconds`."""

    @classmethod
    def of(cls, line, layout, cores):
        seconds, slowest, m_step, processor, imbalance = (
            float(line[name]) for name in (
                "seconds", "compute_seconds", "m_step_seconds", "processor_seconds", "imbalance"))
        mean = slowest / imbalance
        busy = min(slowest, processor / layout.cores(cores))
        # Of more ranks than cores, some may be done before others have begun.
        parts = [busy, max(0, mean - busy), slowest - max(mean, busy), m_step,
                 max(0, seconds - slowest - m_step)]
        return cls(seconds, processor, mean, parts, float(line["shared_seconds"]),
                   int(line["message_bytes"]))


class Summary:
    """The iterations of one kind, case and layout."""

    def __init__(self, kind, case, layout, rows, rounds, cores):
        self.kind, self.case, self.layout, self.rows = kind, case, layout, rows
        self.cores = layout.cores(cores)
        self.crowded = layout.workers > cores
        #: Seconds of an iteration in each round.
        self.rounds = [midmean([i.seconds for i in iterations]) for iterations in rounds]
        every = sorted((i for iterations in rounds for i in iterations), key=lambda i: i.seconds)
        middle = every[len(every) // 4:len(every) - len(every) // 4]
        self.seconds, self.processor_seconds, mean_compute = (
            statistics.fmean(getattr(i, name) for i in middle)
            for name in ("seconds", "processor_seconds", "mean_compute_seconds"))
        self.parts = [statistics.fmean(values) for values in zip(*(i.parts for i in middle))]
        #: Of the M-step and of the factors in it, when nothing else ran.
        self.least_m_step, self.shared = min((i.parts[3], i.shared_seconds) for i in every)
        self.message_bytes = middle[0].message_bytes
        self.quiet = min(1, self.processor_seconds / (mean_compute * layout.workers))
        #: Seconds of the iterations whose threads had their cores to themselves.
        self.undisturbed = [
            i.seconds for i in every
            if i.processor_seconds >= QUIET * i.mean_compute_seconds * layout.workers]

    def compare(self, base):
        """Sets speed-up and efficiency beside the first layout, round by round."""
        speed_ups = [
            (self.rows / own) / (base.rows / other)
            for own, other in zip(self.rounds, base.rounds)]
        self.speed_up = statistics.median(speed_ups)
        share = base.cores / self.cores
        self.efficiency = self.speed_up * share
        self.range = (min(speed_ups) * share, max(speed_ups) * share)
        self.undisturbed_efficiency = None
        if self.undisturbed and base.undisturbed:
            own, other = map(statistics.median, (self.undisturbed, base.undisturbed))
            self.undisturbed_efficiency = (self.rows / own) / (base.rows / other) * share
        self.processor_efficiency = (
            self.rows / self.processor_seconds) / (base.rows / base.processor_seconds)

    @property
    def fields(self):
        fields = {
            "kind": self.kind, "case": self.case, "layout": self.layout, "cores": self.cores,
            "rows": self.rows, "seconds": self.seconds, "speed_up": self.speed_up,
            "efficiency": self.efficiency, "efficiency_least": self.range[0],
            "efficiency_most": self.range[1],
            "undisturbed_efficiency": self.undisturbed_efficiency,
            "undisturbed_iterations": len(self.undisturbed), "processor_seconds": self.processor_seconds,
            "processor_efficiency": self.processor_efficiency, "quiet": self.quiet,
            "message_bytes": self.message_bytes,
        }
        fields.update(zip((part.replace("-", "_").lower() for part in PARTS), self.parts))
        return fields


def midmean(values):
    """The mean of the middle half: neither one disturbed value nor one lucky one moves it."""
    values = sorted(values)
    return statistics.fmean(values[len(values) // 4:len(values) - len(values) // 4])


class Results:
    """All that was measured; `groups` has the summaries by (kind, case), in order of layouts."""

    def __init__(self, folder, facts, lines, network):
        self.folder, self.facts, self.network_lines = folder, facts, network
        self.cores = facts["cores"]
        series = collections.defaultdict(lambda: collections.defaultdict(list))
        rows = {}
        for line in lines:
            layout = Layout(int(line["ranks"]), int(line["threads"]))
            key = line["kind"], Case.parse(line["case"]), layout
            rows[key] = int(line["rows"])
            series[key][line["round"]].append(Iteration.of(line, layout, self.cores))
        self.groups = collections.defaultdict(list)
        for key, rounds in series.items():
            summary = Summary(*key, rows[key], list(rounds.values()), self.cores)
            group = self.groups[key[:2]]
            group.append(summary)
            summary.compare(group[0])
        self.local_network = model.Network.fit(network, self.cores)

    @classmethod
    def read(cls, folder):
        with open(folder / "measurements.csv") as file:
            lines = csv.DictReader(file)
            for name in measure.COLUMNS:
                if name not in (lines.fieldnames or []):
                    raise measure.Failed(
                        f"{file.name}: no column {name}, found {','.join(lines.fieldnames or [])}; "
                        "measure anew, without --from")
            lines = list(lines)
        with open(folder / "network.csv") as file:
            network = [
                model.Timing(
                    int(line["ranks"]), int(line["bytes"]), float(line["seconds"]),
                    float(line["least_seconds"]))
                for line in csv.DictReader(file)]
        return cls(folder, machine.read(folder), lines, network)

    @property
    def summaries(self):
        return [summary for group in self.groups.values() for summary in group]

    def cost(self, summary):
        """What the model knows of a case: from the first layout of its group."""
        return model.Cost.of(self.groups[summary.kind, summary.case][0], summary.case)


def write(results, network):
    """Writes summary.csv and report.md; returns the report."""
    with open(results.folder / "summary.csv", "w", newline="") as file:
        table = csv.DictWriter(file, results.summaries[0].fields, lineterminator="\n")
        table.writeheader()
        table.writerows(summary.fields for summary in results.summaries)
    facts = results.facts
    text = "\n\n".join([
        f"{facts['date']}, {facts['machine']}, load {facts['load']:.1f} before; {facts['command']}",
        *(measured(group) for group in results.groups.values()),
        checked(results), predicted(results, network)]) + "\n"
    (results.folder / "report.md").write_text(text)
    return text


def table(titles, rows):
    """A table in Markdown; the first column to the left, the others to the right."""
    rows = [titles, *([str(field) for field in row] for row in rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(titles))]
    lines = [
        "| " + " | ".join(
            field.ljust(width) if i == 0 else field.rjust(width)
            for i, (field, width) in enumerate(zip(row, widths))) + " |"
        for row in rows]
    rule = "|" + "|".join(" --- " if i == 0 else " ---: " for i in range(len(titles))) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def percent(share):
    return f"{100 * share:.1f} %"


def milliseconds(seconds):
    return f"{1e3 * seconds:.3g}" if seconds < 1 else f"{1e3 * seconds:.0f}"


def undisturbed(s):
    """Efficiency of the iterations that nothing disturbed, and how many these were."""
    if s.undisturbed_efficiency is None or s.crowded:
        return ""
    return f"{percent(s.undisturbed_efficiency)} ({len(s.undisturbed)})"


def measured(group):
    first = group[0]
    titles = ["ranks x threads", "cores", "rows", "ms", "speed-up", "efficiency", "from - to",
              "undisturbed", "processor time", "quiet", *PARTS]
    rows = [
        [f"{s.layout}{' (oversubscribed)' * s.crowded}", s.cores, s.rows, milliseconds(s.seconds),
         f"{s.speed_up:.2f}", percent(s.efficiency),
         f"{100 * s.range[0]:.0f} - {100 * s.range[1]:.0f}", undisturbed(s), percent(s.processor_efficiency),
         "" if s.crowded else percent(s.quiet), *map(milliseconds, s.parts)]
        for s in group]
    return (f"**{first.kind.capitalize()} scaling, {first.case}**, per iteration; parts in ms\n\n"
            + table(titles, rows))


def checked(results):
    """How far the model is from what was measured, without having seen it."""
    network = results.local_network
    errors, rows = [], []
    for group in results.groups.values():
        cost = results.cost(group[0])
        for s in group[1:]:
            seconds = cost.seconds(s.rows, s.layout, results.cores, network)
            undisturbed = s.seconds - s.parts[1]
            errors.append(seconds / undisturbed - 1)
            rows.append([f"{s.kind}, {s.case}, {s.layout}{' (oversubscribed)' * s.crowded}",
                         milliseconds(undisturbed), milliseconds(seconds), percent(errors[-1])])
    if not rows:
        return "The model is not checked: there is one layout only."
    median = statistics.median(map(abs, errors))
    return (f"**The model**, from the first layout and the network alone: error {percent(median)} in the "
            f"median, {percent(max(map(abs, errors)))} at most, of the time without waiting for other "
            f"processes. Network here: {network}.\n\n"
            + table(["", "measured ms", "model ms", "error"], rows))


def predicted(results, network):
    """Efficiency on the given network, of ranks of one thread."""
    parts = []
    for case in dict.fromkeys(case for _, case in results.groups):
        group = next(group for (_, other), group in results.groups.items() if other == case)
        cost = results.cost(group[0])
        rows = [
            [ranks, f"{1e6 * cost.communication(ranks, network):.0f}",
             cost.rows_for_efficiency(TARGET, ranks, network),
             *(percent(cost.efficiency(rows, ranks, network)) for rows in model.ROWS_PER_RANK)]
            for ranks in model.RANKS]
        titles = ["ranks", "communication us", f"rows a rank for {TARGET:.0%}",
                  *(f"{rows} rows a rank" for rows in model.ROWS_PER_RANK)]
        parts.append(
            f"**Predicted efficiency, {case}**, one thread a rank, {network}\n\n" + table(titles, rows))
    return "\n\n".join(parts)
