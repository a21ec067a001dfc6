"""What X may be beside an array: files, tables of Arrow, and batches of rows that come one after the other."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence

import numpy as np

from . import _arrow

#: Bytes of rows that come in batches and are held in memory; more go to a temporary file.
HELD_BYTES = 256 << 20


@dataclasses.dataclass(frozen=True)
class Files:
    """Data files for X, which the engine reads itself: .npy, text, gzip, as the program does.

    paths : str, Path or a list of them
        Files, patterns and folders.
    columns : list of str, optional
        Names, or numbers from 1.
    delimiter, decimal_comma, header, missing_values
        As the program's options; missing_values are words for missing cells beside NaN, NA and nothing.
    memory : str
        What may be held in memory, as "2GB" or "50%"; rows beyond it are read anew in every iteration.
    """

    paths: object
    columns: Sequence[str] | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    header: bool | None = None
    missing_values: Sequence[str] = ()
    memory: str = "50%"

    def options(self) -> dict:
        paths = [self.paths] if isinstance(self.paths, (str, os.PathLike)) else list(self.paths)
        options = {
            "files": [os.fspath(path) for path in paths], "columns": self.columns and list(self.columns),
            "delimiter": self.delimiter, "decimal_comma": bool(self.decimal_comma), "header": self.header,
            "missing_values": list(self.missing_values) or None, "memory": self.memory,
        }
        if not all(isinstance(path, str) for path in options["files"]):
            raise TypeError("paths of bytes; expected str or Path")
        return {name: value for name, value in options.items() if value is not None}


def as_files(X) -> Files | None:
    """X as files, if it is such."""
    if isinstance(X, Files):
        return X
    if isinstance(X, (str, os.PathLike)):
        return Files(X)
    if isinstance(X, (list, tuple)) and X and all(isinstance(path, os.PathLike) for path in X):
        return Files(X)
    if isinstance(X, (list, tuple)) and X and all(isinstance(path, str) for path in X):
        return Files(X)
    return None


def is_stream(X) -> bool:
    """Whether X comes in batches."""
    return isinstance(X, Iterator) or _arrow.has_stream(X)


class Gathered:
    """Rows of batches: `X`, their weights or None, and the names of their columns or None."""

    def __init__(self, batches, *, texts=False):
        self.names = None
        if _arrow.has_stream(batches):
            table = _arrow.Table(batches)
            self.names = table.names
            batches = table.batches(texts=texts)
        rows, weights = _Growing(), _Growing()
        for batch in batches:
            X, own = batch if isinstance(batch, tuple) else (batch, None)
            if _arrow.has_stream(X):
                table = _arrow.Table(X)
                self._take_names(table.names)
                for part in table.batches(texts=texts):
                    rows.add(part)
            else:
                if hasattr(X, "columns"):
                    self._take_names([str(name) for name in X.columns])
                rows.add(_array(X, texts))
            if own is not None:
                weights.add(np.asarray(own, np.float64).reshape(-1, 1))
        self.X = rows.array()
        self.sample_weight = weights.array()[:, 0] if weights.rows else None
        if self.sample_weight is not None and len(self.sample_weight) != len(self.X):
            raise ValueError(f"{len(self.sample_weight)} weights of {len(self.X)} rows in batches")

    def _take_names(self, names: list[str]) -> None:
        if self.names is not None and self.names != names:
            raise ValueError(f"a batch with the columns {names} after one with {self.names}")
        self.names = names


def _array(X, texts: bool) -> np.ndarray:
    array = np.asarray(X) if texts else np.asarray(X, np.float64)
    if array.ndim != 2:
        raise ValueError(f"a batch of {array.ndim} dimensions; expected rows of numbers")
    return array


class _Growing:
    """Rows that are added: in memory as long as they are few, and then in a file without a name."""

    def __init__(self):
        self.rows = 0
        self._parts: list[np.ndarray] = []
        self._bytes = 0
        self._file = None
        self._columns = None

    def add(self, part: np.ndarray) -> None:
        if self._columns not in (None, part.shape[1]):
            raise ValueError(f"a batch of {part.shape[1]} columns after one of {self._columns}")
        self._columns = part.shape[1]
        self.rows += len(part)
        if self._file is not None:
            self._write(part)
            return
        # Whoever gives batches may write the next one where this one is.
        self._parts.append(part.copy())
        self._bytes += part.nbytes
        if self._bytes > HELD_BYTES and part.dtype != object:
            self._file = tempfile.TemporaryFile(prefix="shardem-")
            for part in self._parts:
                self._write(part)
            self._parts = []

    def _write(self, part: np.ndarray) -> None:
        self._file.write(memoryview(np.ascontiguousarray(part)).cast("B"))

    def array(self) -> np.ndarray:
        if self._file is not None:
            self._file.flush()
            return np.memmap(self._file, np.float64, "r", shape=(self.rows, self._columns))
        if not self._parts:
            return np.empty((0, self._columns or 0))
        return self._parts[0] if len(self._parts) == 1 else np.concatenate(self._parts)
