"""The C interface (Sources/ShardEMC/shardem.h) over ctypes: arrays in, arrays and model files out."""

from __future__ import annotations

import ctypes
import json
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_uint8, c_uint64, c_void_p
from pathlib import Path

import numpy as np

_Callback = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64, c_double, c_double)
_MODEL = [c_char_p, c_int64]
_ROWS = [c_void_p, c_int64, c_int64, c_int64, c_int64]
_INTERRUPTED = 3


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(str(Path(__file__).with_name("libshardemc.so")))
    library.shardem_missing_instruction_set.restype = c_char_p
    missing = library.shardem_missing_instruction_set()
    if missing is not None:
        raise ImportError(f"this processor has no {missing.decode()}, for which shardem was built")
    error = POINTER(c_void_p)
    signatures = {
        "shardem_fit": [
            *_ROWS, c_void_p, c_int64, c_char_p, _Callback, c_void_p, POINTER(c_void_p),
            POINTER(c_int64), error,
        ],
        "shardem_predict": [*_MODEL, *_ROWS, c_int32, c_int32, c_void_p, c_void_p, c_int64, c_void_p, error],
        "shardem_score": [*_MODEL, *_ROWS, c_void_p, c_int64, c_int32, c_int32, c_void_p, error],
        "shardem_sample": [*_MODEL, c_int64, c_int64, c_int64, c_uint64, c_int32, c_void_p, c_void_p, error],
        "shardem_check_model": [*_MODEL, error],
    }
    for name, arguments in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int32
    library.shardem_free.argtypes, library.shardem_free.restype = [c_void_p], None
    return library


_library = _load()


class _Interrupted(Exception):
    """The callback wanted an end."""


def _call(name: str, *arguments) -> None:
    """Calls a function; its error becomes a ValueError."""
    text = c_void_p()
    status = getattr(_library, name)(*arguments, byref(text))
    if status == 0:
        return
    message = ctypes.string_at(text).decode() if text else f"{name}: status {status}"
    _library.shardem_free(text)
    raise _Interrupted(message) if status == _INTERRUPTED else ValueError(message)


def _rows(X: np.ndarray) -> tuple:
    """Where the rows of a float64 array are, which has to live as long as they are used."""
    if X.dtype != np.float64 or not X.dtype.isnative or X.ndim != 2:
        raise TypeError(f"an array of {X.dtype} with {X.ndim} dimensions; expected float64 with 2")
    return (X.ctypes.data, *X.shape, *X.strides)


def _weights(sample_weight: np.ndarray | None, rows: int) -> tuple:
    if sample_weight is None:
        return (None, 0)
    if sample_weight.dtype != np.float64 or sample_weight.shape != (rows,):
        raise ValueError(f"weights of shape {sample_weight.shape}; expected ({rows},)")
    return (sample_weight.ctypes.data, sample_weight.strides[0])


def fit(X: np.ndarray, sample_weight: np.ndarray | None, options: dict, on_iteration=None) -> bytes:
    """The model file of a fit.

    on_iteration(restart, iteration, objective, change): what it raises ends the fit, and is raised here.
    """
    raised: list[BaseException] = []

    def tell(_context, restart, iteration, objective, change):
        try:
            if on_iteration is not None:
                on_iteration(restart, iteration, objective, change)
            return 0
        except BaseException as error:  # noqa: BLE001 - also KeyboardInterrupt
            raised.append(error)
            return 1

    model, length = c_void_p(), c_int64()
    callback = _Callback(tell)
    try:
        _call(
            "shardem_fit", *_rows(X), *_weights(sample_weight, len(X)), json.dumps(options).encode(),
            callback, None, byref(model), byref(length),
        )
        return ctypes.string_at(model, length.value)
    except _Interrupted:
        raise (raised[0] if raised else KeyboardInterrupt()) from None
    finally:
        _library.shardem_free(model)


def predict(
    model: bytes, X: np.ndarray, *, labels=False, responsibilities=0, log_densities=False, missing=False,
    threads=0,
) -> tuple:
    """What is wanted of (labels, responsibilities, log densities); None for what is not.

    responsibilities: how many a row has, 0 if they are not wanted.
    """
    own_labels = np.empty(len(X), np.int64) if labels else None
    own = np.empty((len(X), responsibilities)) if responsibilities else None
    densities = np.empty(len(X)) if log_densities else None
    _call(
        "shardem_predict", model, len(model), *_rows(X), missing, threads, _data(own_labels), _data(own),
        responsibilities, _data(densities),
    )
    return own_labels, own, densities


def _data(array: np.ndarray | None):
    return None if array is None else array.ctypes.data


def score(model: bytes, X: np.ndarray, sample_weight=None, *, missing=False, threads=0) -> dict:
    """How well a model describes rows: log_likelihood, weight, aic, bic, icl."""
    numbers = np.empty(5)
    _call(
        "shardem_score", model, len(model), *_rows(X), *_weights(sample_weight, len(X)), missing, threads,
        numbers.ctypes.data,
    )
    return dict(zip(("log_likelihood", "weight", "aic", "bic", "icl"), numbers.tolist()))


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
