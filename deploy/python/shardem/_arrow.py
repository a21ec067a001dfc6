"""Tables by Arrow's C stream interface: what pyarrow, Polars, DuckDB and others give by `__arrow_c_stream__`.

The layout is that of https://arrow.apache.org/docs/format/CDataInterface.html; no library of Arrow is needed.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Iterator

import numpy as np


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", c_char_p), ("name", c_char_p), ("metadata", c_void_p), ("flags", c_int64), ("n_children", c_int64),
    ("children", POINTER(POINTER(_Schema))), ("dictionary", POINTER(_Schema)),
    ("release", CFUNCTYPE(None, POINTER(_Schema))), ("private_data", c_void_p),
]
_Array._fields_ = [
    ("length", c_int64), ("null_count", c_int64), ("offset", c_int64), ("n_buffers", c_int64),
    ("n_children", c_int64), ("buffers", POINTER(c_void_p)), ("children", POINTER(POINTER(_Array))),
    ("dictionary", POINTER(_Array)), ("release", CFUNCTYPE(None, POINTER(_Array))), ("private_data", c_void_p),
]
_Stream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(_Stream))),
    ("release", CFUNCTYPE(None, POINTER(_Stream))), ("private_data", c_void_p),
]

_NUMBERS = {
    b"c": "i1", b"C": "u1", b"s": "i2", b"S": "u2", b"i": "i4", b"I": "u4", b"l": "i8", b"L": "u8", b"e": "f2",
    b"f": "f4", b"g": "f8",
}
_TEXTS = {b"u": "i4", b"U": "i8"}

_pointer_of_capsule = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of_capsule.argtypes, _pointer_of_capsule.restype = [ctypes.py_object, c_char_p], c_void_p


def has_stream(X) -> bool:
    """Whether X is a table of Arrow, and none of pandas, which scikit-learn knows how to read."""
    return hasattr(X, "__arrow_c_stream__") and not hasattr(X, "iloc") and hasattr(type(X), "__arrow_c_stream__")


class Table:
    """A stream of batches: their columns' names, and one batch after the other."""

    def __init__(self, X):
        self._capsule = X.__arrow_c_stream__()
        self._stream = _Stream.from_address(_pointer_of_capsule(self._capsule, b"arrow_array_stream"))
        self._schema = _Schema()
        self._check(self._stream.get_schema(ctypes.byref(self._stream), ctypes.byref(self._schema)))
        if self._schema.format != b"+s":
            raise TypeError(f"a stream of Arrow's type {self._schema.format.decode()}; expected a table")
        self.names = [child.name.decode() for child in self._columns]

    @property
    def _columns(self) -> list[_Schema]:
        return [self._schema.children[j].contents for j in range(self._schema.n_children)]

    def _check(self, status: int) -> None:
        if status:
            text = self._stream.get_last_error(ctypes.byref(self._stream))
            raise OSError(status, text.decode() if text else "Arrow stream")

    def __del__(self):
        schema = getattr(self, "_schema", None)
        if schema is not None and schema.release:
            schema.release(ctypes.byref(schema))

    def batches(self, *, texts=False) -> Iterator[np.ndarray]:
        """Batches as arrays (n, columns), without a value NaN: of float64, or of objects if texts may be there."""
        while True:
            array = _Array()
            self._check(self._stream.get_next(ctypes.byref(self._stream), ctypes.byref(array)))
            if not array.release:
                return
            try:
                rows = np.empty((array.length, len(self.names)), object if texts else np.float64)
                for j, column in enumerate(self._columns):
                    child = array.children[j].contents
                    rows[:, j] = _values(child, column, array.offset, array.length, texts)
            finally:
                array.release(ctypes.byref(array))
            yield rows


def _values(array: _Array, schema: _Schema, offset: int, length: int, texts: bool) -> np.ndarray:
    """The values of a column, of which rows offset to offset + length - 1 are wanted."""
    first = offset + array.offset
    form = schema.format
    if schema.dictionary:
        words = array.dictionary.contents
        values = _values(words, schema.dictionary.contents, 0, words.length, texts)
        codes = _memory(array, 1, _NUMBERS[form], first, length)
        empty = _missing(array, first, length)
        values = values[np.where(empty, 0, codes)] if len(values) else np.full(length, np.nan)
    elif form in _NUMBERS:
        values = _memory(array, 1, _NUMBERS[form], first, length)
        empty = _missing(array, first, length)
    elif form == b"b":
        values = _bits(array.buffers[1], first, length)
        empty = _missing(array, first, length)
    elif form == b"n":
        return np.full(length, np.nan)
    elif form in _TEXTS and texts:
        places = _memory(array, 1, _TEXTS[form], first, length + 1)
        memory = ctypes.string_at(array.buffers[2], int(places[-1])) if length and array.buffers[2] else b""
        values = np.array([memory[a:b].decode() for a, b in zip(places[:-1], places[1:])] + [None], object)[:-1]
        empty = _missing(array, first, length)
    else:
        raise TypeError(
            f"column {schema.name.decode() if schema.name else ''!r} is of Arrow's type {form.decode()}; "
            f"expected numbers{' or text' if texts else ''}")
    if empty is None or not empty.any():
        return values
    values = values.astype(object if texts and values.dtype == object else np.float64)
    values[empty] = np.nan
    return values


def _memory(array: _Array, number: int, kind: str, first: int, length: int) -> np.ndarray:
    """A buffer's values, where they are."""
    kind = np.dtype(kind)
    if not length or not array.buffers[number]:
        return np.empty(0, kind)
    memory = (ctypes.c_char * ((first + length) * kind.itemsize)).from_address(array.buffers[number])
    return np.frombuffer(memory, kind)[first:]


def _bits(address: int, first: int, length: int) -> np.ndarray:
    if not length:
        return np.empty(0, bool)
    memory = (ctypes.c_uint8 * ((first + length + 7) // 8)).from_address(address)
    return np.unpackbits(np.frombuffer(memory, np.uint8), bitorder="little")[first:first + length].astype(bool)


def _missing(array: _Array, first: int, length: int) -> np.ndarray:
    """Which values are null."""
    if array.null_count == 0 or not array.n_buffers or not array.buffers[0]:
        return np.zeros(length, bool)
    return ~_bits(array.buffers[0], first, length)
