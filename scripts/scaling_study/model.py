"""The model T(P) = compute / P + allreduce(P, bytes) + M-step(P)."""

import collections
import math
import statistics

from layouts import Layout

#: Rows that one thread takes at a time: `ShardPlan.defaultBlockRows`.
BLOCK = 1024
#: What is predicted.
RANKS = [1 << i for i in range(1, 13)]
ROWS_PER_RANK = [8192, 65536, 524288]

Timing = collections.namedtuple("Timing", "ranks bytes seconds least_seconds")


class Network:
    """Seconds of the sum of a message over ranks.

    By halves and doubles (Thakur, Rabenseifner & Gropp, "Optimization of Collective Communication
    Operations in MPICH", 2005, section 4.3): 2 ceil(log2 P) messages one after the other, by which
    every rank sends 2 (P - 1) / P of the bytes. Additions count as part of the bandwidth.
    """

    def __init__(self, latency, bandwidth, measured=None):
        #: Seconds, and bytes per second.
        self.latency, self.bandwidth = latency, bandwidth
        #: By ranks: sorted (bytes, seconds), for more ranks than cores.
        self.measured = measured or {}

    @classmethod
    def fit(cls, timings, cores):
        """From ranks with cores of their own, by least squares of the relative errors of the least
        seconds, which other processes did not disturb; of other numbers of ranks, whose turns on
        the cores take longer than any message, the medians are kept as they are."""
        series = collections.defaultdict(list)
        for timing in timings:
            series[timing.ranks, timing.bytes].append(timing)
        rows, crowded = [], collections.defaultdict(list)
        for (ranks, size), own in sorted(series.items()):
            if ranks > cores:
                crowded[ranks].append((size, statistics.median(t.seconds for t in own)))
            else:
                seconds = min(t.least_seconds for t in own)
                rows.append((messages(ranks) / seconds, sent(ranks, size) / seconds))
        latency, inverse = least_squares(rows)
        return cls(latency, 1 / inverse if inverse else math.inf, crowded)

    def seconds(self, ranks, count):
        if ranks in self.measured:
            return interpolated(self.measured[ranks], count)
        return messages(ranks) * self.latency + sent(ranks, count) / self.bandwidth

    def __str__(self):
        return f"latency {1e6 * self.latency:.2g} us, bandwidth {self.bandwidth / 1e9:.3g} GB/s"


def messages(ranks):
    return 2 * math.ceil(math.log2(ranks))


def sent(ranks, count):
    return 2 * (ranks - 1) / ranks * count


def least_squares(rows):
    """The x, y >= 0 with the least sum of (a x + b y - 1)² over all rows (a, b)."""
    aa, ab, bb, a, b = (sum(column) for column in zip(
        *((a * a, a * b, b * b, a, b) for a, b in rows))) if rows else [0] * 5
    determinant = aa * bb - ab * ab
    if determinant > 0:
        x, y = (a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant
        if x >= 0 and y >= 0:
            return x, y
    # On the edge: the better of x alone and y alone, the one with the larger a² / aa.
    alone_x, alone_y = (a * a / aa if aa else 0), (b * b / bb if bb else 0)
    return (a / aa if aa else 0, 0) if alone_x >= alone_y else (0, b / bb)


def interpolated(points, count):
    """Between the points (bytes, seconds) around `count`; beyond the last in proportion."""
    if count <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if count <= x1:
            return y0 + (y1 - y0) * (count - x0) / (x1 - x0)
    return points[-1][1] * count / points[-1][0]


class Factors(collections.namedtuple("Factors", "components columns")):
    """The factors of full covariances, which ranks share out where that pays; none of others."""

    @classmethod
    def of(cls, case):
        return cls(case.components if case.covariance == "full" else 0, case.columns)

    @property
    def bytes(self):
        """Of a factor: `CovarianceFactor.record`."""
        panels = math.ceil(self.columns / 4)
        return 8 * (2 + self.columns + 8 * panels * (panels + 1))

    def exchanged(self, ranks):
        """Whether ranks exchange them."""
        return self.shared(ranks, 2 * self.columns ** 3 / 3, self.bytes)

    def share(self, ranks):
        """The part of them that the busiest rank computes: of the factors and their inverses, and of
        the M-step's check that there are factors, half as many operations and nothing to send."""
        factors = self.busiest(ranks) if self.exchanged(ranks) else 1
        checks = self.busiest(ranks) if self.shared(ranks, self.columns ** 3 / 3, 0) else 1
        return (2 * factors + checks) / 3

    def shared(self, ranks, operations, size):
        """`WorkSharing.Parts.payToExchange`: so many operations and bytes a component."""
        spared = self.components - math.ceil(self.components / ranks)
        return spared * operations >= 1 << 22 and operations >= 16 * size

    def busiest(self, ranks):
        return math.ceil(self.components / ranks) / self.components

    def seconds(self, ranks, network):
        """Of the exchange: half of a sum of as many bytes, whose other half is adding up."""
        count = self.components * self.bytes
        return network.seconds(ranks, count) / 2 if self.exchanged(ranks) else 0


class Cost(collections.namedtuple("Cost", "row m_step shared message_bytes factors")):
    """What an iteration of a case costs: seconds of a core per row, seconds of the M-step on one
    rank and those of them for the factors, bytes of the message of one rank."""

    @classmethod
    def of(cls, summary, case):
        # Without the waiting for cores that other processes have.
        seconds = summary.parts[0] + summary.parts[2]
        busiest = largest_share(summary.rows, summary.layout.workers)
        factors = Factors.of(case)
        shared = summary.shared / factors.share(summary.layout.ranks)
        return cls(seconds / busiest, summary.least_m_step - summary.shared + shared, shared,
                   summary.message_bytes, factors)

    def m_step_seconds(self, ranks):
        """Of the busiest rank, without communication."""
        return self.m_step - self.shared * (1 - self.factors.share(ranks))

    def communication(self, ranks, network):
        if ranks == 1:
            return 0
        return network.seconds(ranks, self.message_bytes) + self.factors.seconds(ranks, network)

    def seconds(self, rows, layout, cores, network):
        """Of an iteration. Ranks without cores of their own take turns, with the M-step too."""
        if layout.workers > cores:
            compute = self.row * rows / layout.cores(cores)
        else:
            compute = self.row * largest_share(rows, layout.workers)
        m_step = self.m_step_seconds(layout.ranks) * max(1, layout.ranks / cores)
        return compute + m_step + self.communication(layout.ranks, network)

    def efficiency(self, rows_per_rank, ranks, network):
        """Beside one rank with all the rows (strong scaling)."""
        rows = rows_per_rank * ranks
        alone = self.seconds(rows, Layout(1, 1), ranks, network)
        return alone / (ranks * self.seconds(rows, Layout(ranks, 1), ranks, network))

    def rows_for_efficiency(self, efficiency, ranks, network):
        """The fewest rows of a rank, in whole blocks, with at least this efficiency: from
        c n P + m(1) = e P (c n + m(P) + communication), with c seconds a row and m the M-step's."""
        lost = self.m_step_seconds(ranks) + self.communication(ranks, network)
        rows = (efficiency * ranks * lost - self.m_step) / (self.row * ranks * (1 - efficiency))
        return BLOCK * max(1, math.ceil(rows / BLOCK))


def largest_share(rows, workers):
    """The rows of the busiest of so many threads."""
    blocks = math.ceil(rows / BLOCK)
    return rows * math.ceil(blocks / workers) / blocks
