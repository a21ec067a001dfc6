"""What the estimators have in common."""

from __future__ import annotations

import json
import math
import numbers
import warnings
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    check_non_negative,
    validate_data,
)

from . import _library


class Mixture(BaseEstimator):
    """A mixture fitted by EM. See the estimators.

    Attributes of a fitted one
    --------------------------
    model_ : bytes
        The model file, as the program writes it.
    weights_ : ndarray of shape (n_components,)
    converged_ : bool
    n_iter_ : int
    lower_bound_ : float
        What the fit has maximized, per unit of weight: the mean log-likelihood, or with a prior the
        log-posterior.
    """

    _family: str
    #: What a fit maximizes, where that makes another model; None of models of the likelihood.
    _estimate: str | None = None
    #: The parameter that the program calls regularization.
    _regularization: str | None = "regularization"
    #: Settings of the family and the parameters that have them.
    _settings: dict[str, str] = {}
    #: Lists of the model file that become attributes with an underscore behind the name.
    _arrays: tuple[str, ...] = ("weights",)
    _least_features = 1
    _takes_no_negative = False

    # MARK: Fits

    def fit(self, X, y=None, sample_weight=None):
        """Fits the mixture.

        X : array-like of shape (n_samples, n_features)
            Float64 arrays are not copied, whatever their strides.
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            From 0 up; a whole number is a repeated row, a row of weight 0 is none.
        """
        start = self._start()
        X = self._validated(X, reset=True)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        options = self._options()
        if start is not None:
            options["start"] = start
        names = getattr(self, "feature_names_in_", None)
        if names is not None:
            options["columns"] = [str(name) for name in names]
        self._take(_library.fit(X, sample_weight, options))
        if not self.converged_:
            warnings.warn(
                f"not converged in {self.n_iter_} iterations; raise max_iter or tol, or look for constant "
                "or duplicated columns",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def fit_predict(self, X, y=None, sample_weight=None):
        """Fits the mixture, and returns the most probable component of each row."""
        return self.fit(X, y, sample_weight).predict(X)

    def _start(self) -> str | None:
        """The model to start from."""
        if getattr(self, "warm_start", False) and hasattr(self, "model_"):
            return self.model_.decode()
        return None

    def _options(self) -> dict:
        options = {
            "family": self._family,
            "components": _whole(self._components(), self._components_name, 1, 2**31 - 1),
            "seed": _seed(self.random_state),
            "restarts": _whole(self.n_init, "n_init", 1, 1_000_000),
            "max_iterations": _whole(self.max_iter, "max_iter", 1, 2**31 - 1),
            "tolerance": _number(self.tol, "tol"),
            "init": self.init_params if isinstance(self.init_params, str) else repr(self.init_params),
            "missing": self._may_miss,
            "settings": {},
        }
        if getattr(self, "estimate", "ml") not in ("ml", "map"):
            raise ValueError(f"estimate={self.estimate!r}; expected 'ml' or 'map'")
        if self._regularization is not None:
            options["regularization"] = _text(getattr(self, self._regularization))
        for setting, name in self._settings.items():
            value = getattr(self, name)
            if value is not None:
                options["settings"][setting] = _text(value)
        if self._threads:
            options["threads"] = self._threads
        return options

    _components_name = "n_components"

    def _components(self):
        return self.n_components

    @property
    def _may_miss(self) -> bool:
        missing = getattr(self, "missing", "error")
        if missing not in ("error", "em"):
            raise ValueError(f"missing={missing!r}; expected 'error' or 'em'")
        return missing == "em"

    @property
    def _threads(self) -> int:
        """0: as many as there are cores for this process."""
        if self.n_jobs is None or self.n_jobs == -1:
            return 0
        return _whole(self.n_jobs, "n_jobs", 1, 4096)

    def _validated(self, X, *, reset=False) -> np.ndarray:
        X = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1,
            ensure_min_features=self._least_features if reset else 1,
            ensure_all_finite="allow-nan" if self._may_miss else True,
        )
        if self._takes_no_negative:
            check_non_negative(X, type(self).__name__)
        return self._prepared(X)

    def _prepared(self, X: np.ndarray) -> np.ndarray:
        """The rows as the family takes them."""
        return X

    # MARK: Model files

    def _take(self, model: bytes) -> None:
        """Takes parameters and facts from a model file."""
        content = json.loads(model)
        self.model_ = model
        for name in self._arrays:
            if name in content:
                setattr(self, f"{name}_", np.array(content[name], np.float64))
        record = content.get("fit", {})
        self.converged_ = bool(record.get("converged", False))
        self.n_iter_ = int(record.get("iterations", 0))
        self._take_objective(record)
        self._derive(content)

    def _take_objective(self, record: dict) -> None:
        weight = record.get("total_weight", record.get("rows"))
        objective = record.get("objective", record.get("log_likelihood"))
        self.lower_bound_ = math.nan if objective is None or not weight else objective / weight

    def _derive(self, content: dict) -> None:
        """Attributes that follow from others."""

    def save(self, path) -> None:
        """Writes the model file, which the program reads."""
        check_is_fitted(self)
        Path(path).write_bytes(self.model_)

    @classmethod
    def load(cls, path):
        """A fitted estimator, from a model file of this one or the program."""
        model = Path(path).read_bytes()
        _library.check_model(model)
        content = json.loads(model)
        if content["family"] != cls._family:
            raise ValueError(f"{path}: a model of family {content['family']}; expected {cls._family}")
        if content.get("estimate") != cls._estimate:
            raise ValueError(f"{path}: {cls.__name__} is not the estimator of this model")
        for extension in ("noise", "class_names", "classes"):
            if extension in content:
                raise ValueError(f"{path}: a model with {extension}, of which there are no estimators yet")
        estimator = cls(**cls._parameters(content))
        estimator.n_features_in_ = content["dimensions"]
        if "columns" in content:
            estimator.feature_names_in_ = np.array(content["columns"], object)
        estimator._take(model)
        return estimator

    @classmethod
    def _parameters(cls, content: dict) -> dict:
        """Parameters that a model file tells."""
        return {cls._components_name: content["components"]}

    # MARK: Predictions

    def _rows(self, X) -> np.ndarray:
        check_is_fitted(self)
        return self._validated(X)

    def _predict(self, X, **wanted) -> tuple:
        X = self._rows(X)
        return _library.predict(
            self.model_, X, missing=self._may_miss, threads=self._threads, **wanted)

    def predict(self, X):
        """The most probable component of each row, from 0."""
        return self._predict(X, labels=True)[0]

    def _score(self, X, sample_weight=None) -> dict:
        X = self._rows(X)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        return _library.score(
            self.model_, X, sample_weight, missing=self._may_miss, threads=self._threads)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = getattr(self, "missing", "error") == "em"
        tags.input_tags.positive_only = self._takes_no_negative
        return tags


class DensityMixture(Mixture):
    """A mixture whose components are densities."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = "density_estimator"
        return tags

    def predict_proba(self, X):
        """The probability of each component for each row, of shape (n_samples, n_components)."""
        check_is_fitted(self)
        return self._predict(X, responsibilities=len(self.weights_))[1]

    def score_samples(self, X):
        """The log density of each row, in nats."""
        return self._predict(X, log_densities=True)[2]

    def score(self, X, y=None, sample_weight=None):
        """The mean log density of the rows, in nats."""
        score = self._score(X, sample_weight)
        return score["log_likelihood"] / score["weight"]

    def bic(self, X, sample_weight=None):
        """The Bayesian information criterion: the lower, the better."""
        return self._score(X, sample_weight)["bic"]

    def aic(self, X, sample_weight=None):
        """Akaike's information criterion: the lower, the better."""
        return self._score(X, sample_weight)["aic"]

    def icl(self, X, sample_weight=None):
        """The integrated completed likelihood, as a criterion: the lower, the better."""
        return self._score(X, sample_weight)["icl"]

    def sample(self, n_samples=1, random_state=None):
        """Rows drawn from the mixture, and their components: the rows of `shardem sample`.

        random_state : by default that of the estimator.
        """
        check_is_fitted(self)
        n_samples = _whole(n_samples, "n_samples", 1, 2**62)
        seed = _seed(self.random_state if random_state is None else random_state)
        return _library.sample(self.model_, self.n_features_in_, n_samples, seed, threads=self._threads)


def _seed(random_state) -> int:
    if random_state is None:
        return 0
    if isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool):
        return _whole(random_state, "random_state", 0, 2**64 - 1)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _whole(value, name: str, low: int, high: int) -> int:
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name}={value!r}; expected a whole number")
    if not low <= value <= high:
        raise ValueError(f"{name}={value!r}; expected {low} to {high}")
    return int(value)


def _number(value, name: str) -> float:
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name}={value!r}; expected a number")
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError(f"{name}={value!r}; expected a finite number from 0 up")
    return float(value)


def _text(value) -> str:
    """A setting as the program takes it."""
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return repr(float(value)) if not isinstance(value, numbers.Integral) else str(int(value))
    return str(value)
