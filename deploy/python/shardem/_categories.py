"""Columns of categories: words or numbers that name one, which the engine knows by their places in order."""

from __future__ import annotations

import math
import numbers
import re

import numpy as np

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def name(value) -> str | None:
    """What the engine calls a category: numbers in their shortest form, or words; None of a missing one."""
    try:
        if value is None or value != value:
            return None
    except TypeError:  # pandas.NA
        return None
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return value
        value = float(value)
    if isinstance(value, (numbers.Real, np.bool_)):
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{value} is no category; infinity is none")
        return str(int(number)) if number == int(number) and abs(number) < 2**63 else repr(number)
    return str(value)


def is_number(name: str) -> bool:
    return _NUMBER.fullmatch(name) is not None


def ordered(names) -> list[str]:
    """Names in the engine's order: numbers by size, then words by their bytes."""
    def place(name: str):
        return (not is_number(name), float(name) if is_number(name) else 0.0, name.encode())

    return sorted(set(names), key=place)


def names_of(column: np.ndarray) -> tuple[list, np.ndarray]:
    """The names that a column has, None if one is missing, and for each value the place of its name."""
    if column.dtype.kind in "biuf":
        found, places = np.unique(column, return_inverse=True)
    else:
        table: dict = {}
        places = np.fromiter((table.setdefault(_key(value), len(table)) for value in column), np.intp, len(column))
        found = list(table)
    return [name(value) for value in found], places


def _key(value):
    """One of all missing values."""
    try:
        return value if value is not None and value == value else None
    except TypeError:
        return None


def learned(X: np.ndarray, columns: list[bool], ranks=None) -> list[list[str] | None]:
    """The categories of some columns, in all rows of all ranks; None of the others."""
    own = [
        [name for name in names_of(X[:, j])[0] if name is not None] if columns[j] else None
        for j in range(X.shape[1])]
    if ranks is not None:
        everyone = ranks.values(own)
        own = [
            None if not is_categorical else [name for one in everyone for name in one[j]]
            for j, is_categorical in enumerate(columns)]
    return [None if names is None else ordered(names) for names in own]


def coded(
    X: np.ndarray, categories: list[list[str] | None], absent: np.ndarray, *, others_are_missing=False,
) -> np.ndarray:
    """Rows as the engine takes them: of a category its place, from 0; NaN where nothing is known.

    absent: which rows may have other categories.
    others_are_missing: whether all may, which then tell nothing.
    """
    rows = np.empty(X.shape)
    for j, names in enumerate(categories):
        if names is None:
            rows[:, j] = _numbers(X[:, j], j)
            continue
        places = {name: place for place, name in enumerate(names)}
        found, of_rows = names_of(X[:, j])
        codes = np.array([math.nan if one is None else places.get(one, -1) for one in found], np.float64)
        own = codes[of_rows] if len(codes) else np.empty(0)
        own[absent & (own < 0)] = 0
        if others_are_missing:
            own[own < 0] = math.nan
        if (own < 0).any():
            row = int(np.argmax(own < 0))
            raise ValueError(
                f"row {row}, column {j}: {found[of_rows[row]]!r} is none of the {len(names)} categories of the fit")
        rows[:, j] = own
    return rows


def _numbers(column: np.ndarray, j: int) -> np.ndarray:
    try:
        if column.dtype == object:
            column = np.array([math.nan if _key(value) is None else value for value in column], object)
        numbers = column.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {j}: {error}; expected numbers, or a family of categories") from None
    if np.isinf(numbers).any():
        raise ValueError(f"column {j} contains infinity")
    return numbers


def decoded(rows: np.ndarray, categories: list[list[str] | None]) -> np.ndarray:
    """Rows with the categories themselves: numbers where all of a column are, else words."""
    if all(names is None for names in categories):
        return rows
    columns = []
    for j, names in enumerate(categories):
        if names is None:
            columns.append(rows[:, j])
            continue
        own = [float(one) for one in names] if all(map(is_number, names)) else names
        columns.append(np.array(own, object)[rows[:, j].astype(np.intp)])
    if all(column.dtype != object or all(isinstance(v, float) for v in column) for column in columns):
        return np.column_stack([column.astype(np.float64) for column in columns])
    return np.column_stack([column.astype(object) for column in columns])


def facts(column: np.ndarray) -> dict | None:
    """What of a column's values decides on a family for it: None of words; else the smallest three, the largest and
    whether all are whole."""
    found = [one for one in names_of(column)[0] if one is not None]
    if not all(map(is_number, found)):
        return None
    values = sorted({float(one) for one in found})
    return {"least": values[:3], "most": values[-1:], "whole": all(value == int(value) for value in values)}


def family(parts: list[dict | None]) -> str:
    """The family that the program guesses for a column: by words, 0 and 1, counts or others.

    parts: the facts of its rows on each rank.
    """
    if any(part is None for part in parts):
        return "categorical"
    least = sorted({value for part in parts for value in part["least"]})
    if least == [0, 1]:
        return "bernoulli"
    if len(least) < 2 or not all(part["whole"] for part in parts):
        return "gaussian"
    most = max(value for part in parts for value in part["most"])
    return "poisson" if 0 <= least[0] <= 1 and most <= 1000 else "gaussian"
