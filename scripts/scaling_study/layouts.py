"""What is measured: cases and layouts."""

import argparse
import collections


class Layout(collections.namedtuple("Layout", "ranks threads")):
    """So many ranks of so many threads."""

    @classmethod
    def parse(cls, text):
        ranks, _, threads = text.partition("x")
        if not (ranks.isdecimal() and threads.isdecimal() and int(ranks) and int(threads)):
            raise argparse.ArgumentTypeError(f"{text}: expected RANKSxTHREADS, such as 4x2")
        return cls(int(ranks), int(threads))

    @classmethod
    def up_to(cls, cores):
        """One rank, two, four ... on as many cores, and four ranks a core."""
        counts = [1 << i for i in range(cores.bit_length())]
        return [cls(count, 1) for count in sorted({*counts, cores, 4 * cores})]

    @property
    def workers(self):
        return self.ranks * self.threads

    def cores(self, available):
        """The cores that the layout can keep busy."""
        return min(self.workers, available)

    def __str__(self):
        return f"{self.ranks}x{self.threads}"


class Case(collections.namedtuple("Case", "rows columns components covariance")):
    """Rows (of each core, in weak scaling) and a model to fit to them."""

    @classmethod
    def parse(cls, text):
        fields = text.split(",")
        if (len(fields) != 4 or fields[3] not in ("full", "tied", "diag", "spherical")
                or not all(field.isdecimal() and int(field) for field in fields[:3])):
            raise argparse.ArgumentTypeError(
                f"{text}: expected N,D,K,TYPE, such as 524288,16,16,full")
        return cls(*map(int, fields[:3]), fields[3])

    def __str__(self):
        return ",".join(map(str, self))
