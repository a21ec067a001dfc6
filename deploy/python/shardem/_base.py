"""What the estimators have in common."""

from __future__ import annotations

import inspect
import json
import math
import numbers
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import assert_all_finite, check_random_state
from sklearn.utils.validation import (
    _check_n_features,
    _check_sample_weight,
    check_array,
    check_is_fitted,
    check_non_negative,
    validate_data,
)

from . import _categories, _library, _picture, _ranks, _rows

if TYPE_CHECKING:
    import pandas
    from numpy.typing import ArrayLike
    from typing_extensions import Self

    #: What X may be: arrays, data frames, files, and what comes in batches (iterators, tables of Arrow).
    Rows = ArrayLike | pandas.DataFrame | str | os.PathLike[str] | _rows.Files | Iterable[Any]
    #: A number for each row; of files a file, or the name of a column.
    Weights = ArrayLike | str | os.PathLike[str] | None
    RandomState = int | np.random.RandomState | None
    #: (restart, iteration, objective per row, what was gained).
    Callback = Callable[[int, int, float, float], object]
    Start = ArrayLike | "Mixture" | str | os.PathLike[str] | bytes | None


class Mixture(BaseEstimator):
    """A mixture fitted by EM. See the estimators.

    Attributes of a fitted one
    --------------------------
    model_ : bytes
        The model file, as the program writes it.
    converged_ : bool
    n_iter_ : int
    """

    model_: bytes
    converged_: bool
    n_iter_: int
    n_features_in_: int
    feature_names_in_: np.ndarray
    classes_: np.ndarray
    component_classes_: np.ndarray

    _family: str
    #: What `estimate` may be.
    _estimates: tuple[str, ...] = ("ml", "map")
    #: What model files say of it: nothing where it makes no other model.
    _estimates_of_files: tuple[str | None, ...] = (None,)
    #: The parameter that the program calls regularization.
    _regularization: str | None = "regularization"
    #: Settings of the family and the parameters that have them.
    _settings: dict[str, str] = {}
    #: Lists of the model file that become attributes with an underscore behind the name.
    _arrays: tuple[str, ...] = ("weights",)
    _least_features = 1
    _takes_no_negative = False
    #: Whether X is made float64 and looked at for what is not finite before the engine does both, block by block.
    _is_looked_at = True

    # MARK: Fits

    def fit(
        self, X: Rows, y: object = None, sample_weight: Weights = None, *, labels: ArrayLike | str | None = None,
        start: Start = None, callback: Callback | None = None, comm: object = None, rebalance: bool = False,
    ) -> Self:
        """Fits the mixture.

        X : array-like of shape (n_samples, n_features), or where rows are
            Arrays of numbers are not copied, whatever their strides: by GaussianMixture, BayesianGaussianMixture,
            StudentTMixture and KMeans whatever their type, by others if it is float64 and they change nothing, as
            BernoulliMixture (binarize), VonMisesFisherMixture (normalize), fractions='round' and categories do. A
            path, a list of paths or `Files`: data files, which the engine reads itself. A table of Arrow, or an
            iterator of batches of rows, each perhaps a tuple with their weights: gathered in memory, or beyond
            256 MB in a temporary file.
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            From 0 up; a whole number is a repeated row, a row of weight 0 is none. Of files a file of weights or
            the name of a column.
        labels : array-like of shape (n_samples,), optional
            Classes of the rows that are known: numbers from 0, or words; -1, None or NaN where unknown. Of files
            a file of labels or the name of a column. A row that has one is of a component of its class.
        start : optional
            Where to start: a component for each row (-1: noise), responsibilities of shape (n_samples,
            n_components), a fitted estimator, or the path of a model file.
        callback : callable, optional
            Is called after every iteration with (restart, iteration, objective per row, what was gained); what it
            raises ends the fit.
        comm : communicator of mpi4py, or what has rank, size and allgather, optional
            Each rank brings rows of its own, and all call fit: they get the same model, of the rows of all, rank
            after rank. What one raises, all do.
        rebalance : bool, default=False
            Whether ranks exchange rows, so that each has about as many, in whole blocks: then the model is, byte
            for byte, that of all rows in one place.
        """
        self._fitted(X, sample_weight, labels, start, callback, comm, rebalance)
        return self

    def _fitted(
        self, X, sample_weight=None, labels=None, start=None, callback=None, comm=None, rebalance=False,
    ) -> _library.Data:
        """Fits, and returns the rows."""
        data, options, beginning = self._begun(X, sample_weight, labels, start, callback, comm, rebalance)
        options = self._initialized(options, data)
        self._took(_library.fit(data, options, beginning, callback), data)
        if not self.converged_:
            warnings.warn(
                f"not converged in {self.n_iter_} iterations; raise max_iter or tol, or look for constant "
                "or duplicated columns",
                ConvergenceWarning,
                stacklevel=3,
            )
        return data

    def _begun(
        self, X, sample_weight, labels, start, callback, comm, rebalance,
    ) -> tuple[_library.Data, dict, np.ndarray | None]:
        """The rows of a fit, its options, and labels or responsibilities to start from."""
        ranks = _ranks.ranks(comm)
        if callback is not None and not callable(callback):
            raise TypeError(f"callback={callback!r}; expected a function")
        if rebalance and ranks is None:
            raise ValueError("rebalance=True without comm")

        def prepare():
            given = self._start() if start is None else start
            rows = self._taken(X, sample_weight, labels, reset=True, ranks=ranks)
            options = self._options()
            return rows, options, self._beginning(given, options, rows)

        rows, options, beginning = prepare() if ranks is None else ranks.agree(prepare)
        if ranks is not None and len(set(ranks.values(rows.X is None))) > 1:
            raise ValueError("files on one rank, and rows in memory on another")
        if rebalance:
            beginning = rows.rebalance(ranks, beginning)
        return rows.opened(ranks), options, beginning

    def _took(self, model: bytes, data: _library.Data) -> None:
        """Takes what a fit to rows gave."""
        self._take(model)
        self.n_features_in_ = data.columns
        if "columns" in (content := json.loads(model)):
            self.feature_names_in_ = np.array(content["columns"], object)

    def fit_predict(self, X: Rows, y: object = None, sample_weight: Weights = None, **options: Any) -> np.ndarray:
        """Fits the mixture, as `fit` does, and returns the most probable component of each row."""
        return self._predicted(self._fitted(X, sample_weight, **options), "labels")

    def _beginning(self, start, options: dict, rows) -> np.ndarray | None:
        """Takes a model to start from into the options; returns labels or responsibilities."""
        if start is None:
            return None
        if isinstance(start, Mixture):
            check_is_fitted(start)
            start = start.model_
        elif isinstance(start, (str, os.PathLike)):
            start = Path(start).read_bytes()
        if isinstance(start, bytes):
            _library.check_model(start)
            options["start"] = start.decode()
            return None
        array = np.asarray(start, np.float64)
        array = array[:, None] if array.ndim == 1 else array
        if array.ndim != 2:
            raise ValueError(f"start of {array.ndim} dimensions; expected labels or responsibilities")
        if rows.X is not None and len(array) != len(rows.X):
            raise ValueError(f"start of {len(array)} rows; X has {len(rows.X)}")
        return array

    def _initialized(self, options: dict, data: _library.Data) -> dict:
        """The options with what `*_init` parameters ask for."""
        return options

    def _start(self) -> bytes | None:
        """The model to start from."""
        if getattr(self, "warm_start", False) and hasattr(self, "model_"):
            return self.model_
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
            "settings": {},
        }
        if getattr(self, "estimate", "ml") not in self._estimates:
            raise ValueError(f"estimate={self.estimate!r}; expected {' or '.join(map(repr, self._estimates))}")
        if self._regularization is not None:
            options["regularization"] = _text(getattr(self, self._regularization))
        for setting, name in self._settings.items():
            value = getattr(self, name)
            if value is not None:
                options["settings"][setting] = _text(value)
        noise = getattr(self, "noise", None)
        if noise is not None and noise is not False:
            options["settings"]["noise"] = "auto" if noise is True else repr(_number(noise, "noise"))
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

    # MARK: Rows

    def _taken(
        self, X, sample_weight=None, labels=None, *, reset=False, ranks=None, may_miss=None, weighs=False,
    ) -> _Taken:
        """X and what is beside it, checked.

        weighs: whether rows count by their weights, as they do in a fit.
        """
        common = {"missing": self._may_miss if may_miss is None else may_miss}
        if self._threads:
            common["threads"] = self._threads
        files = _rows.as_files(X)
        if files is not None:
            return self._of_files(files, sample_weight, labels, common, reset)
        names = None
        if _rows.is_stream(X):
            gathered = _rows.Gathered(X, texts=self._takes_texts)
            X, names = gathered.X, gathered.names
            if gathered.sample_weight is not None:
                if sample_weight is not None:
                    raise ValueError("sample_weight beside batches with weights of their own")
                sample_weight = gathered.sample_weight
            if not reset and names is not None and hasattr(self, "feature_names_in_"):
                if names != list(self.feature_names_in_):
                    raise ValueError(f"columns {names}; the fit had {list(self.feature_names_in_)}")
        X = self._validated(
            X, reset=reset, ranks=ranks, common=common, weights=sample_weight, are_named=names is not None)
        if reset and names is not None:
            self.feature_names_in_ = np.array(names, object)
        if reset and (own := getattr(self, "feature_names_in_", None)) is not None:
            common["columns"] = names = [str(name) for name in own]
        if sample_weight is not None and len(X) == 0:
            sample_weight = np.empty(0)
        elif sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if labels is not None:
            labels, class_names = _labels(labels, len(X), ranks)
            if class_names:
                common["class_names"] = class_names
        X, absent = self._without_absent(X)
        if absent is not None and (reset or weighs):
            sample_weight = np.where(absent, 0.0, 1.0 if sample_weight is None else sample_weight)
        unlooked = None if self._is_looked_at else {
            "allow_nan": common["missing"], "estimator_name": type(self).__name__, "input_name": "X"}
        return _Taken(X, sample_weight, labels, common, names=names, absent=absent, unlooked=unlooked)

    def _without_absent(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """X with anything in the place of rows that tell nothing, and which these are; None where there are none
        such."""
        return X, None

    #: Whether cells may be words.
    _takes_texts = False

    def _of_files(self, files: _rows.Files, weights, labels, common: dict, reset: bool) -> _Taken:
        options = {**files.options(), **common}
        if not common["missing"]:
            options.pop("missing_values", None)
        for name, value in (("weights", weights), ("labels", labels)):
            if value is None:
                continue
            if not isinstance(value, (str, os.PathLike)):
                raise TypeError(f"{name} of files: a file or the name of a column")
            options[name] = os.fspath(value)
        if reset:
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
            own = self._options()
            options["family"], settings = own["family"], own["settings"]
            options["settings"] = {name: settings[name] for name in ("column-families",) if name in settings}
            return _Taken(None, None, None, options)
        return _Taken(None, None, None, options, model=self.model_)

    def _validated(self, X, *, reset, ranks, common, weights, are_named) -> np.ndarray:
        """X as numbers; `common` has, and takes up, what the engine is to know of it. Weights are not checked yet.

        are_named: whether its columns have names that were looked at.
        """
        X = self._checked(
            X, reset=reset, are_named=are_named, dtype=np.float64 if self._is_looked_at else _library.TYPES,
            ensure_min_samples=_least_rows(reset, ranks), ensure_min_features=self._least_features if reset else 1,
            ensure_all_finite=self._is_looked_at and ("allow-nan" if common["missing"] else True),
        )
        if X.dtype not in _library.TYPES:
            # Of columns of several types.
            X = X.astype(np.float64)
        if self._takes_no_negative:
            check_non_negative(X, type(self).__name__)
        return self._prepared(X)

    def _checked(self, X, *, reset, are_named, **checks) -> np.ndarray:
        if reset or not are_named:
            return validate_data(self, X, reset=reset, **checks)
        X = check_array(X, estimator=self, **checks)
        _check_n_features(self, X, reset=False)
        return X

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
        self._take_classes(content)
        if "noise" in content:
            # Declared where there may be noise, and not by an assignment here.
            setattr(self, "noise_weight_", content["noise"]["weight"])
        self._derive(content)

    def _take_classes(self, content: dict) -> None:
        for name in ("classes_", "component_classes_", "noise_weight_"):
            self.__dict__.pop(name, None)
        if "classes" not in content:
            return
        own = np.array(content["classes"], np.intp)
        names = content.get("class_names", [])
        count = max(own.max() + 1, len(names))
        self.component_classes_ = own
        self.classes_ = np.array([*names, *(f"class_{c}" for c in range(len(names), count))]) if names \
            else np.arange(count)

    def _take_objective(self, record: dict) -> None:
        """The attribute that tells how good a fit is, from its record."""

    def _derive(self, content: dict) -> None:
        """Attributes that follow from others."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file, which the program reads."""
        check_is_fitted(self)
        Path(path).write_bytes(self.model_)

    @classmethod
    def load(cls, path: str | os.PathLike[str], **parameters: Any) -> Self:
        """A fitted estimator, from a model file of this one or the program. What the file tells of its parameters,
        they are, and what `parameters` tell in its place."""
        model = Path(path).read_bytes()
        _library.check_model(model)
        content = json.loads(model)
        if content["family"] != cls._family:
            raise ValueError(f"{path}: a model of family {content['family']}; expected {cls._family}")
        if content.get("estimate") not in cls._estimates_of_files:
            raise ValueError(f"{path}: {cls.__name__} is not the estimator of this model")
        known = inspect.signature(cls).parameters
        own = {name: value for name, value in cls._parameters(content).items() if name in known and value is not None}
        estimator = cls(**{**own, **parameters})
        estimator.n_features_in_ = content["dimensions"]
        if "columns" in content:
            estimator.feature_names_in_ = np.array(content["columns"], object)
        estimator._take(model)
        return estimator

    @classmethod
    def _is_of(cls, content: dict) -> bool:
        """Whether a model file is of such an estimator."""
        return content["family"] == cls._family and content.get("estimate") in cls._estimates_of_files

    @classmethod
    def _parameters(cls, content: dict) -> dict:
        """Parameters that a model file tells; None are those that it does not, and others than the estimator's are
        nobody's."""
        record, noise = content.get("fit", {}), content.get("noise")
        regularization = record.get("regularization")
        if record.get("regularization_relative"):
            regularization = f"{regularization!r}rel"
        classes = content.get("classes", [])
        each = len(classes) // (max(classes) + 1) if classes else 0
        way = record.get("initialization")
        return {
            cls._components_name: content["components"],
            "estimate": record.get("estimate"),
            # Of a box its volume is that of the data.
            "noise": None if noise is None else "minimum" in noise or noise["density"],
            "components_per_class": each if each > 1 else None,
            "weight_concentration_type": content.get("weight_concentration_type"),
            cls._regularization: regularization,
            "tol": None if "tolerance_parameters" in record else record.get("tolerance"),
            "random_state": record.get("seed"),
            "init_params": way if way in _WAYS else None,
        }

    # MARK: Predictions

    def _opened(self, X, sample_weight=None, *, weighs=False) -> _library.Data:
        check_is_fitted(self)
        return self._taken(X, sample_weight, weighs=weighs).opened()

    def _criteria(self, X, sample_weight=None) -> dict:
        data = self._opened(X, sample_weight, weighs=True)
        return _library.score(self.model_, data)

    def _predicted(self, data: _library.Data, part: str, width: int = 1) -> np.ndarray:
        """The `part` of a prediction: labels, responsibilities (`width` of a row) or log_densities."""
        parts = _library.predict(self.model_, data, **{part: width})
        return next(one for one in parts if one is not None)

    def predict(self, X: Rows) -> np.ndarray:
        """The most probable component of each row, from 0; -1 of noise."""
        return self._predicted(self._opened(X), "labels")

    def _repr_html_inner(self):
        """What scikit-learn shows in a notebook, and of a fitted one a small picture."""
        return super()._repr_html_inner() + (_picture.picture(self) if hasattr(self, "model_") else "")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = getattr(self, "missing", "error") == "em"
        tags.input_tags.positive_only = self._takes_no_negative
        return tags


#: The ways to find starts, as the program calls them.
_WAYS = ("race", "kmeans", "k-means++", "random")


class _Taken:
    """Rows that were checked, and how the engine is to open them."""

    def __init__(
        self, X, sample_weight, labels, options: dict, *, names=None, model: bytes | None = None, absent=None,
        unlooked: dict | None = None,
    ):
        """absent: which rows tell nothing. unlooked: how to look for what is not finite, if nobody has."""
        self.X, self.sample_weight, self.labels, self.options = X, sample_weight, labels, options
        self.names, self.model, self.absent, self.unlooked = names, model, absent, unlooked

    def opened(self, ranks=None) -> _library.Data:
        if self.X is None:
            return _library.files(model=self.model, ranks=ranks, **self.options)
        try:
            data = _library.rows(self.X, self.sample_weight, self.labels, ranks=ranks, **self.options)
        except ValueError:
            # In scikit-learn's words, if that is what the engine has found; of ranks in those that all have.
            if self.unlooked is not None and ranks is None:
                assert_all_finite(self.X, **self.unlooked)
            raise
        data.absent = self.absent
        return data

    def rebalance(self, ranks: _ranks.Ranks, start: np.ndarray | None) -> np.ndarray | None:
        """Cuts the rows of all ranks anew, with what is beside them; returns the start's of this rank."""
        if self.X is None:
            return start
        parts = [np.asarray(self.X, np.float64)] + [
            part[:, None] if part is not None and part.ndim == 1 else part
            for part in (self.sample_weight, self.labels, self.absent, start)]
        widths = [0 if part is None else part.shape[1] for part in parts]
        if any(other != widths for other in ranks.values(widths)):
            raise ValueError("ranks have other columns, or not all have weights, labels or a start")
        rows = ranks.rebalanced(np.concatenate([part for part in parts if part is not None], axis=1))
        columns = iter(np.split(rows, np.cumsum(widths)[:-1], axis=1))
        parts = [None if part is None else own for part, own in zip(parts, columns)]
        self.X = parts[0]
        self.sample_weight, self.labels, absent = (
            None if part is None else np.ascontiguousarray(part[:, 0]) for part in parts[1:4])
        self.absent = None if absent is None else absent > 0
        return parts[4]


class DensityMixture(Mixture):
    """A mixture whose components are densities.

    Attributes of a fitted one
    --------------------------
    weights_ : ndarray of shape (n_components,)
    lower_bound_ : float
        What the fit has maximized, per unit of weight: the mean log-likelihood, or with a prior the
        log-posterior; of variational Bayes the whole bound of the log evidence.
    """

    weights_: np.ndarray
    lower_bound_: float

    def _take_objective(self, record: dict) -> None:
        weight = record.get("total_weight", record.get("rows"))
        objective = record.get("objective", record.get("log_likelihood"))
        if record.get("estimate") == "vb":
            weight = 1
        self.lower_bound_ = math.nan if objective is None or not weight else objective / weight

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = "density_estimator"
        return tags

    def predict_proba(self, X: Rows) -> np.ndarray:
        """The probability of each component for each row, of shape (n_samples, n_components)."""
        return self._predicted(self._opened(X), "responsibilities", self._width)

    @property
    def _width(self) -> int:
        return len(self.weights_) + hasattr(self, "noise_weight_")

    def predict_class(self, X: Rows) -> np.ndarray:
        """The most probable class of each row, of a fit with labels: one of `classes_`, or None of noise."""
        probabilities = self.predict_class_proba(X)
        best = probabilities.argmax(axis=1)
        if (best < len(self.classes_)).all():
            return self.classes_[best]
        return np.append(self.classes_.astype(object), None)[best]

    def predict_class_proba(self, X: Rows) -> np.ndarray:
        """The probability of each class for each row, and behind them that of noise."""
        check_is_fitted(self)
        if not hasattr(self, "component_classes_"):
            raise ValueError("a model without classes; give labels to fit")
        own = self.predict_proba(X)
        count = len(self.component_classes_)
        belongs = np.zeros((own.shape[1], len(self.classes_) + own.shape[1] - count))
        belongs[np.arange(count), self.component_classes_] = 1
        belongs[count:, len(self.classes_):] = np.eye(own.shape[1] - count)
        return own @ belongs

    def impute(self, X: Rows, random_state: RandomState = None) -> np.ndarray | pandas.DataFrame:
        """X with its missing cells filled: with what is to be expected there, given what a row shows; or with
        draws, if there is a random_state. Of a DataFrame a DataFrame."""
        check_is_fitted(self)
        data = self._taken(X, may_miss=True).opened()
        seed = None if random_state is None else _seed(random_state)
        rows = self._decoded(_library.impute(self.model_, data, seed))
        if hasattr(X, "iloc"):
            import pandas

            return pandas.DataFrame(rows, index=X.index, columns=X.columns).infer_objects()
        return rows

    def _decoded(self, rows: np.ndarray) -> np.ndarray:
        categories = json.loads(self.model_).get("categories")
        return rows if categories is None else _categories.decoded(rows, categories)

    def score_samples(self, X: Rows) -> np.ndarray:
        """The log density of each row, in nats."""
        return self._predicted(self._opened(X), "log_densities")

    def score(self, X: Rows, y: object = None, sample_weight: Weights = None) -> float:
        """The mean log density of the rows, in nats."""
        score = self._criteria(X, sample_weight)
        return score["log_likelihood"] / score["weight"]

    def bic(self, X: Rows, sample_weight: Weights = None) -> float:
        """The Bayesian information criterion: the lower, the better."""
        return self._criteria(X, sample_weight)["bic"]

    def aic(self, X: Rows, sample_weight: Weights = None) -> float:
        """Akaike's information criterion: the lower, the better."""
        return self._criteria(X, sample_weight)["aic"]

    def icl(self, X: Rows, sample_weight: Weights = None) -> float:
        """The integrated completed likelihood, as a criterion: the lower, the better."""
        return self._criteria(X, sample_weight)["icl"]

    def sample(
        self, n_samples: int = 1, random_state: RandomState = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows drawn from the mixture, and their components, of one with noise None: the rows of `shardem sample`.

        random_state : by default that of the estimator.
        """
        check_is_fitted(self)
        n_samples = _whole(n_samples, "n_samples", 1, 2**62)
        seed = _seed(self.random_state if random_state is None else random_state)
        rows, own = _library.sample(
            self.model_, self.n_features_in_, n_samples, seed, labels=not hasattr(self, "noise_weight_"),
            threads=self._threads)
        return self._decoded(rows), own


def _least_rows(reset: bool, ranks) -> int:
    # Other ranks may have what this one has not.
    return (2 if ranks is None else 0) if reset else 1


def _labels(labels, rows: int, ranks) -> tuple[np.ndarray, list[str] | None]:
    """Classes as numbers from 0, -1 where unknown, and what they are called if they are words."""
    labels = np.asarray(labels)
    if labels.shape != (rows,):
        raise ValueError(f"labels of shape {labels.shape}; expected ({rows},)")
    if labels.dtype.kind in "biuf":
        numbers = labels.astype(np.float64)
        return np.where(np.isnan(numbers), -1, numbers), None
    found, places = _categories.names_of(labels)
    found = [None if one == "-1" else one for one in found]
    known = {one for one in found if one is not None}
    if ranks is not None:
        known = {one for own in ranks.values(sorted(known)) for one in own}
    names = _categories.ordered(known)
    if not names:
        return np.full(rows, -1.0), None
    if all(_categories.is_number(one) for one in names):
        numbers = np.array([-1.0 if one is None else float(one) for one in found])
        return numbers[places], None
    order = {one: place for place, one in enumerate(names)}
    return np.array([order.get(one, -1) for one in found], np.float64)[places], names


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
        return json.dumps(value, default=lambda array: np.asarray(array, np.float64).tolist())
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return repr(float(value)) if not isinstance(value, numbers.Integral) else str(int(value))
    return str(value)
