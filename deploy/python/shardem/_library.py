"""The C interface (Sources/ShardEMC/shardem.h) over ctypes: arrays in, arrays and model files out."""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_uint8, c_uint64, c_void_p
from pathlib import Path

import numpy as np

_Callback = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64, c_double, c_double)
_MODEL = [c_char_p, c_int64]
_INTERRUPTED = 3


#: Processors that there may be a library for each of, the best first.
_LEVELS = ("x86-64-v4", "x86-64-v3")


def _open() -> ctypes.CDLL:
    """The library, of several the first that is for this processor, or that for which SHARDEM_KERNELS asks."""
    folder = Path(__file__).parent
    wanted = os.environ.get("SHARDEM_KERNELS") or None
    if wanted not in (None, *_LEVELS):
        raise ImportError(f"SHARDEM_KERNELS={wanted!r}; expected {' or '.join(_LEVELS)}")
    paths = [folder / f"libshardemc-{level}.so" for level in _LEVELS if wanted in (None, level)]
    for path in [path for path in paths if path.exists()] or [folder / "libshardemc.so"]:
        library = ctypes.CDLL(str(path))
        library.shardem_missing_instruction_set.restype = c_char_p
        missing = library.shardem_missing_instruction_set()
        if missing is None:
            return library
    raise ImportError(f"this processor has no {missing.decode()}, for which shardem was built")


def _load() -> ctypes.CDLL:
    library = _open()
    error = POINTER(c_void_p)
    signatures = {
        "shardem_rows": [
            c_void_p, c_int64, c_int64, c_int64, c_int64, c_void_p, c_int64, c_void_p, c_int64, c_char_p,
            c_void_p, POINTER(c_void_p), error,
        ],
        "shardem_files": [c_char_p, *_MODEL, c_void_p, POINTER(c_void_p), error],
        "shardem_shape": [c_void_p, c_void_p, error],
        "shardem_fit": [
            c_void_p, c_char_p, c_void_p, c_int64, c_int64, c_int64, c_int64, _Callback, c_void_p,
            POINTER(c_void_p), POINTER(c_int64), error,
        ],
        "shardem_select": [
            c_void_p, c_char_p, _Callback, c_void_p, POINTER(c_void_p), POINTER(c_int64), POINTER(c_void_p),
            POINTER(c_int64), error,
        ],
        "shardem_predict": [*_MODEL, c_void_p, c_void_p, c_void_p, c_int64, c_void_p, error],
        "shardem_score": [*_MODEL, c_void_p, c_void_p, error],
        "shardem_impute": [*_MODEL, c_void_p, c_int32, c_uint64, c_void_p, error],
        "shardem_sample": [*_MODEL, c_int64, c_int64, c_int64, c_uint64, c_int32, c_void_p, c_void_p, error],
        "shardem_check_model": [*_MODEL, error],
    }
    for name, arguments in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int32
    for name in ("shardem_free", "shardem_close"):
        function = getattr(library, name)
        function.argtypes, function.restype = [c_void_p], None
    return library


_library = _load()


class _Interrupted(Exception):
    """A callback wanted an end."""


def _call(name: str, *arguments) -> None:
    """Calls a function; its error becomes a ValueError."""
    text = c_void_p()
    status = getattr(_library, name)(*arguments, byref(text))
    if status == 0:
        return
    message = ctypes.string_at(text).decode() if text else f"{name}: status {status}"
    _library.shardem_free(text)
    raise _Interrupted(message) if status == _INTERRUPTED else ValueError(message)


def _data(array: np.ndarray | None):
    return None if array is None else array.ctypes.data


#: Types of the numbers of an array that is read where it is: of any order of bytes.
TYPES = [
    np.dtype(f"{order}{kind}") for kind in "f8 f4 f2 i8 i4 i2 i1 u8 u4 u2 u1 b1".split() for order in "=<>"]


def _rows(X: np.ndarray, types=(np.dtype(np.float64),)) -> tuple:
    """Where the rows of an array are, which has to live as long as they are used."""
    if X.dtype not in types or X.ndim != 2:
        expected = types[0] if len(types) == 1 else "real numbers"
        raise TypeError(f"an array of {X.dtype} with {X.ndim} dimensions; expected {expected} with 2")
    return (X.ctypes.data, *X.shape, *X.strides)


def _beside(numbers: np.ndarray | None, name: str, rows: int) -> tuple:
    """Where a number for each row is."""
    if numbers is None:
        return (None, 0)
    if numbers.dtype != np.float64 or not numbers.dtype.isnative or numbers.shape != (rows,):
        raise ValueError(f"{name} of {numbers.dtype} and shape {numbers.shape}; expected float64, ({rows},)")
    return (numbers.ctypes.data, numbers.strides[0])


class Data:
    """Rows to work on: `rows` of them, all ranks together `all_rows`, of `columns` numbers; which of them are
    `absent`, as they tell nothing, or None."""

    absent: np.ndarray | None = None

    def __init__(self, function: str, *arguments, ranks=None, keep=()):
        """keep: what has to live as long as this."""
        self._handle = c_void_p()
        self._keep = (keep, ranks)
        self.ranks = ranks
        world = None if ranks is None else ranks.pointer
        with _errors_of(ranks):
            _call(function, *arguments, world, byref(self._handle))
        shape = np.zeros(3, np.int64)
        _call("shardem_shape", self._handle, _data(shape))
        self.rows, self.columns, self.all_rows = shape.tolist()

    def __del__(self):
        if getattr(self, "_handle", None):
            _library.shardem_close(self._handle)
            self._handle = None

    def __reduce__(self):
        raise TypeError("rows in memory of this process cannot be pickled")

    @property
    def handle(self):
        return self._handle


class _errors_of:
    """Raises what a callback of ranks has raised in place of the error that followed."""

    def __init__(self, ranks):
        self.ranks = ranks

    def __enter__(self):
        if self.ranks is not None:
            self.ranks.raised = None

    def __exit__(self, kind, error, trace):
        if isinstance(error, _Interrupted):
            raised = None if self.ranks is None else self.ranks.raised
            raise (raised or RuntimeError(f"{error} (on another rank)")) from None
        return False


def rows(
    X: np.ndarray, sample_weight: np.ndarray | None = None, labels: np.ndarray | None = None, *, ranks=None,
    **options,
) -> Data:
    """The rows of an array of numbers; options as in the header."""
    if X.dtype != np.float64:
        options["type"] = X.dtype.str
    return Data(
        "shardem_rows", *_rows(X, TYPES), *_beside(sample_weight, "weights", len(X)),
        *_beside(labels, "labels", len(X)), json.dumps(options).encode(), ranks=ranks, keep=(X, sample_weight, labels))


def files(*, model: bytes | None = None, ranks=None, **options) -> Data:
    """The rows of files; options as in the header."""
    return Data(
        "shardem_files", json.dumps(options).encode(), model, 0 if model is None else len(model), ranks=ranks)


class _Told:
    """The callback of a fit, and the memory that it gives back. As a context it raises what the callback raised."""

    def __init__(self, data: Data, on_iteration, results: int):
        """on_iteration(restart, iteration, objective, change): what it raises ends the fit."""
        self._raised: list[BaseException] = []
        self._ranks = _errors_of(data.ranks)
        self._results = [(c_void_p(), c_int64()) for _ in range(results)]
        self.callback = _Callback(self._tell)
        self._on_iteration = on_iteration

    def _tell(self, _context, restart, iteration, objective, change):
        try:
            # Of other walks too, so that Ctrl-C is heard in them.
            if self._on_iteration is not None and iteration > 0:
                self._on_iteration(restart, iteration, objective, change)
            return 0
        except BaseException as error:  # noqa: BLE001 - also KeyboardInterrupt
            self._raised.append(error)
            return 1

    @property
    def places(self):
        return [byref(place) for result in self._results for place in result]

    @property
    def bytes(self) -> list[bytes]:
        return [ctypes.string_at(memory, length.value) for memory, length in self._results]

    def __enter__(self):
        self._ranks.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        for memory, _ in self._results:
            _library.shardem_free(memory)
        raised, self._raised, self.callback = self._raised, [], None
        if isinstance(error, _Interrupted) and raised:
            raise raised[0] from None
        return self._ranks.__exit__(kind, error, trace)


def fit(data: Data, options: dict, start: np.ndarray | None = None, on_iteration=None) -> bytes:
    """The model file of a fit.

    start: labels (n, 1) or responsibilities (n, K).
    on_iteration(restart, iteration, objective, change): what it raises ends the fit, and is raised here.
    """
    beginning = (None, 0, 0, 0, 0) if start is None else _rows(start)
    with _Told(data, on_iteration, 1) as told:
        _call(
            "shardem_fit", data.handle, json.dumps(options).encode(), *beginning, told.callback, None, *told.places)
        return told.bytes[0]


def select(data: Data, options: dict, on_iteration=None) -> tuple[bytes | None, list[dict]]:
    """The model file of the best of several fits, None if there is none, and what became of each."""
    with _Told(data, on_iteration, 2) as told:
        _call("shardem_select", data.handle, json.dumps(options).encode(), told.callback, None, *told.places)
        model, table = told.bytes
        return model or None, json.loads(table)


def predict(model: bytes, data: Data, *, labels=False, responsibilities=0, log_densities=False) -> tuple:
    """What is wanted of (labels, responsibilities, log densities); None for what is not.

    responsibilities: how many a row has, 0 if they are not wanted.
    """
    own_labels = np.empty(data.rows, np.int64) if labels else None
    own = np.empty((data.rows, responsibilities)) if responsibilities else None
    densities = np.empty(data.rows) if log_densities else None
    _call(
        "shardem_predict", model, len(model), data.handle, _data(own_labels), _data(own), responsibilities,
        _data(densities),
    )
    return own_labels, own, densities


def score(model: bytes, data: Data) -> dict:
    """How well a model describes rows: log_likelihood, weight, aic, bic, icl."""
    numbers = np.empty(5)
    _call("shardem_score", model, len(model), data.handle, numbers.ctypes.data)
    return dict(zip(("log_likelihood", "weight", "aic", "bic", "icl"), numbers.tolist()))


def impute(model: bytes, data: Data, seed: int | None = None) -> np.ndarray:
    """The rows with their missing cells filled, by expectations or draws of a seed."""
    values = np.empty((data.rows, data.columns))
    _call("shardem_impute", model, len(model), data.handle, seed is not None, seed or 0, _data(values))
    return values


def sample(model: bytes, columns: int, rows: int, seed: int, *, labels=True, threads=0) -> tuple:
    """Rows drawn from a model, and the component of each if they are wanted."""
    values = np.empty((rows, columns))
    own = np.empty(rows, np.int64) if labels else None
    _call(
        "shardem_sample", model, len(model), 0, rows, columns, seed, threads, values.ctypes.data, _data(own))
    return values, own


def check_model(model: bytes) -> None:
    """Raises a ValueError if these bytes are no model file."""
    _call("shardem_check_model", model, len(model))
