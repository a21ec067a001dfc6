"""Nothing that a caller gives ends the interpreter: arguments of all kinds give results or exceptions.

Each test runs in this process: were one of them to trap in the library, pytest would end with it. FUZZ_EXAMPLES=N
makes N examples of each, others every time.
"""

import copy
import ctypes
import os
import pickle

import numpy as np
import pytest

import shardem
from shardem import GaussianMixture, _library

hypothesis = pytest.importorskip("hypothesis")
given, st = hypothesis.given, hypothesis.strategies
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
settings = hypothesis.settings(
    max_examples=int(EXAMPLES or 60), deadline=None, derandomize=EXAMPLES is None, database=None,
    suppress_health_check=list(hypothesis.HealthCheck))

ODD = [
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.0, -0.0, 1.5, -1e-300, 1e308, 1e-320,
    float("nan"), float("inf"), "", "x", "\0", "é" * 5, "race", b"", b"x", [], [1], {}, {"a": 1}, (), object(), np.nan,
    np.float32(2), np.int8(-3), np.array(2), np.array([1.0, 2.0]), np.zeros((0, 3)), "1e999rel", "nanrel", "-1",
]
odd = st.sampled_from(ODD)
ERRORS = (ValueError, TypeError, OSError, OverflowError, AttributeError, IndexError, KeyError, MemoryError)
ROWS = np.random.default_rng(2).normal(size=(40, 2)) + [[0, 0], [5, 5]] * 20


def _parameters():
    for name in shardem.ESTIMATORS:
        for parameter in getattr(shardem, name)().get_params():
            # They are true of any number of threads and iterations; these would take time.
            if parameter not in ("n_jobs", "max_iter", "n_init"):
                yield name, parameter


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, parameter", list(_parameters()))
def test_odd_parameters(name, parameter):
    rows = np.abs(np.round(ROWS)) + 1
    for value in ODD:
        estimator = getattr(shardem, name)(max_iter=3, init_params="random")
        try:
            estimator.set_params(**{parameter: value}).fit(rows)
            estimator.predict(rows)
        except ERRORS:
            pass


@pytest.mark.filterwarnings("ignore")
@settings
@given(values=st.lists(st.floats(width=64), min_size=0, max_size=60), columns=st.integers(0, 7), weight=odd, start=odd,
       labels=odd, name=st.sampled_from(shardem.ESTIMATORS), missing=st.booleans(),
       kind=st.sampled_from(["f8", "f8", "f4", "f2", ">f8", "i8", "u1", "?"]))
def test_odd_rows(values, columns, weight, start, labels, name, missing, kind):
    rows = np.array(values[:len(values) // columns * columns]).reshape(-1, columns) if columns else np.array(values)
    rows = rows.astype(kind)
    estimator = getattr(shardem, name)(2, max_iter=5, init_params="random")
    if missing and "missing" in estimator.get_params():
        estimator.set_params(missing="em")
    for arguments in ({}, {"sample_weight": weight}, {"start": start}, {"labels": labels}):
        try:
            estimator.fit(rows, **arguments)
            estimator.predict(rows)
            if hasattr(estimator, "impute"):
                estimator.impute(rows)
                estimator.sample(3)
                estimator.icl(rows)
        except ERRORS:
            pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**65) | st.floats() | st.text(max_size=5)
    | st.sampled_from(
        ["a.npy", "bernoulli", "mixed", "categorical", "x=gaussian", "*=categorical", "auto", "VVV", "vb", "map",
         ">f8", "|u1", "<f2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)
KEYS = [
    "components", "family", "settings", "regularization", "init", "start", "seed", "restarts", "max_iterations",
    "tolerance", "tolerance_parameters", "accelerate", "spikes", "order", "hard", "exact_dense", "columns", "missing",
    "categories", "class_names", "threads", "files", "delimiter", "decimal_comma", "header", "missing_values", "weights",
    "labels", "memory", "covariances", "criterion", "folds", "type",
]
SETTINGS = [
    "covariance", "estimate", "prior", "noise", "degrees-of-freedom", "column-families", "components-per-class", "beta",
    "weight-concentration-type",
]
# Of what would take long, or memory, only little.
LIMITS = {"components": 4, "restarts": 2, "max_iterations": 4, "folds": 3, "threads": 4}


@settings
@given(
    options=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4),
    inner=st.dictionaries(st.sampled_from(SETTINGS), st.text(max_size=6) | JSON.map(str), max_size=3))
def test_odd_options(options, inner):
    data = _library.rows(ROWS)
    for key, most in LIMITS.items():
        if isinstance(options.get(key), int) and options[key] > most:
            options[key] = most
    options.setdefault("max_iterations", 3)
    options.setdefault("components", 2)
    if inner:
        options["settings"] = inner
    for work in (
        lambda: _library.rows(ROWS, **options), lambda: _library.files(**options), lambda: _library.fit(data, options),
        lambda: _library.select(data, {**options, "components": [options["components"]]}),
    ):
        try:
            work()
        except ERRORS:
            pass


@settings
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), length=st.integers(0, 10**6), cut=st.booleans())
def test_damaged_models(place, byte, length, cut):
    model = bytearray(MODELS[place % len(MODELS)])
    if cut:
        model = model[:length % len(model)]
    else:
        model[place % len(model)] = byte
    data = _library.rows(ROWS)
    for work in (
        lambda: _library.predict(bytes(model), data, labels=True, responsibilities=2, log_densities=True),
        lambda: _library.score(bytes(model), data), lambda: _library.impute(bytes(model), data, 3),
        lambda: _library.sample(bytes(model), 2, 3, 0, labels=False), lambda: _library.check_model(bytes(model)),
        lambda: GaussianMixture(2, max_iter=2).fit(ROWS, start=bytes(model)),
    ):
        try:
            work()
        except ERRORS:
            pass


MODELS = [
    GaussianMixture(2).fit(ROWS).model_, GaussianMixture(2, noise=True, covariance_type="VVI").fit(ROWS).model_,
    shardem.BernoulliMixture(2).fit(ROWS).model_, shardem.CategoricalMixture(2).fit(np.round(ROWS)).model_,
    shardem.BayesianGaussianMixture(2).fit(ROWS).model_, shardem.KMeans(2).fit(ROWS).model_,
]


def test_null_pointers_are_errors():
    library, text = _library._library, ctypes.c_void_p()
    for name in ("rows", "files", "shape", "fit", "select", "predict", "score", "impute", "sample", "check_model"):
        function = getattr(library, f"shardem_{name}")
        arguments = [_library._Callback() if kind is _library._Callback else None if kind in (
            ctypes.c_void_p, ctypes.c_char_p) or hasattr(kind, "contents") else 0 for kind in function.argtypes[:-1]]
        assert function(*arguments, ctypes.byref(text)) != 0
        assert ctypes.string_at(text)
        library.shardem_free(text)
        assert function(*arguments, None) != 0
    library.shardem_free(None)
    library.shardem_close(None)


def test_rows_are_neither_copied_nor_pickled():
    data = _library.rows(ROWS)
    for work in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            work(data)
    shape = np.broadcast_to(np.zeros(1), (1, 2**40))
    with pytest.raises(ValueError, match="columns"):
        _library.rows(shape)
    with pytest.raises(ValueError):
        _library.rows(np.lib.stride_tricks.as_strided(np.zeros(1), (2**62, 2), (0, 0)))
