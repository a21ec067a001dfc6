"""The estimators: one for each family of the program whose columns are numbers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_is_fitted

from . import ESTIMATORS, _categories, _library
from ._base import DensityMixture, Mixture, _least_rows, _number
from ._documents import documented, keep

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ._base import Rows, Weights


class _Covariances:
    """What covariances give: precisions, and their factors, as scikit-learn has them."""

    means_: np.ndarray
    covariances_: np.ndarray
    covariance_type_: str
    precisions_: np.ndarray
    precisions_cholesky_: np.ndarray

    _arrays = ("weights", "means", "covariances", "degrees_of_freedom")
    _is_looked_at = False

    def _derive(self, content):
        self.covariance_type_ = content["covariance_type"]
        covariances = self.covariances_
        if self.covariance_type_ in ("full", "tied"):
            # The inverse of the lower factor, transposed: the upper U with precision U U'.
            lower = np.linalg.inv(np.linalg.cholesky(covariances))
            self.precisions_cholesky_ = np.ascontiguousarray(np.swapaxes(lower, -1, -2))
            self.precisions_ = self.precisions_cholesky_ @ lower
        else:
            self.precisions_cholesky_ = 1 / np.sqrt(covariances)
            self.precisions_ = self.precisions_cholesky_**2

    def _initialized(self, options, data):
        names = ("weights", "means", "precisions")
        given = {name: getattr(self, f"{name}_init", None) for name in names}
        given = {name: np.asarray(value, np.float64) for name, value in given.items() if value is not None}
        if not given or "start" in options:
            return options
        # What is not given is that of one iteration from another start.
        way = "kmeans" if options["init"] == "race" else options["init"]
        content = json.loads(_library.fit(data, {**options, "init": way, "restarts": 1, "max_iterations": 1}))
        if "weights" in given:
            weights = given["weights"]
            if not (weights.min(initial=0) >= 0 and abs(weights.sum() - 1) < 1e-6):
                raise ValueError(f"weights_init adds up to {weights.sum()}; expected shares that add up to 1")
            noise = content.get("noise", {}).get("weight", 0)
            given["weights"] = weights / weights.sum() * (1 - noise)
        if "precisions" in given:
            given["covariances"] = _inverse(given.pop("precisions"), content["covariance_type"])
        for name, value in given.items():
            shape = np.shape(content[name])
            if value.shape != shape or not np.isfinite(value).all():
                name = "precisions" if name == "covariances" else name
                raise ValueError(f"{name}_init of shape {value.shape}; expected finite numbers of shape {shape}")
            content[name] = value.tolist()
        del content["fit"]
        return {**options, "start": json.dumps(content)}

    @classmethod
    def _parameters(cls, content):
        form = content.get("covariance_model", content["covariance_type"])
        return {**super()._parameters(content), "covariance_type": form}


def _inverse(precisions: np.ndarray, covariance_type: str) -> np.ndarray:
    """Covariances of precisions."""
    if covariance_type in ("diag", "spherical"):
        if not (precisions > 0).all():
            raise ValueError("precisions_init: expected numbers above 0")
        return 1 / precisions
    if precisions.ndim < 2 or precisions.shape[-1] != precisions.shape[-2]:
        raise ValueError(f"precisions_init of shape {precisions.shape}; expected square matrices")
    try:
        lower = np.linalg.inv(np.linalg.cholesky(precisions))
    except np.linalg.LinAlgError:
        raise ValueError("precisions_init: expected positive definite matrices") from None
    return np.swapaxes(lower, -1, -2) @ lower


@documented
class GaussianMixture(_Covariances, DensityMixture):
    """A Gaussian mixture.

    Attributes
    ----------
    weights_, means_, covariances_, precisions_, precisions_cholesky_ : ndarray
        In the shapes of scikit-learn, by covariance_type_.
    covariance_type_ : {'full', 'tied', 'diag', 'spherical'}
    """

    noise_weight_: float

    _family = "gaussian"
    _regularization = "reg_covar"
    _settings = {
        "covariance": "covariance_type", "estimate": "estimate", "prior": "prior",
        "components-per-class": "components_per_class",
    }

    def __init__(
        self, n_components: int = 1, *, covariance_type: str = "full", tol: float = 1e-6,
        reg_covar: float | str = "1e-6rel", max_iter: int = 1000, n_init: int = 1, init_params: str = "race",
        estimate: str = "ml", prior: Mapping[str, object] | str | None = None, missing: str = "error",
        noise: float | bool | None = None, components_per_class: int | None = None,
        weights_init: ArrayLike | None = None, means_init: ArrayLike | None = None,
        precisions_init: ArrayLike | None = None, random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())


@documented
class BayesianGaussianMixture(_Covariances, DensityMixture):
    """A Gaussian mixture fitted by variational Bayes, which leaves components without rows that it needs none of.

    Parameters
    ----------
    covariance_type : {'full', 'tied', 'diag', 'spherical'}, default='full'
    weight_concentration_prior_type : {'dirichlet_process', 'dirichlet_distribution'}, default='dirichlet_process'
    weight_concentration_prior : float, default=1 / n_components
    mean_precision_prior : float, default=1
    mean_prior : array-like of shape (n_features,), default: the mean of the rows
    degrees_of_freedom_prior : float, default=n_features
    covariance_prior : float or array-like, in the shape that scikit-learn wants, default: that of the rows
        Where that is singular, with reg_covar on its diagonal.
    updates : {'conjugate', 'scikit-learn'}, default='conjugate'
        Those of the conjugate prior never lower the bound; scikit-learn's are others but for 'full'.

    Attributes
    ----------
    weights_, means_, covariances_, precisions_, precisions_cholesky_, covariance_type_
        Of the parameters' means.
    weight_concentration_, mean_precision_, degrees_of_freedom_
        As in scikit-learn: of the distributions of the parameters.
    lower_bound_ : float
        Of the log evidence, in nats; by scikit-learn's updates what it calls so.
    """

    weight_concentration_: np.ndarray | tuple[np.ndarray, np.ndarray]
    mean_precision_: np.ndarray
    degrees_of_freedom_: np.ndarray

    _family = "gaussian"
    _estimates_of_files = ("vb",)
    _regularization = "reg_covar"
    _settings = {"covariance": "covariance_type", "vb-updates": "updates"}
    _TYPES = {"dirichlet_process": "dirichlet-process", "dirichlet_distribution": "dirichlet"}
    _PRIORS = ("weight_concentration", "mean_precision", "mean", "degrees_of_freedom", "covariance")

    def __init__(
        self, n_components: int = 1, *, covariance_type: str = "full", tol: float = 1e-6,
        reg_covar: float | str = "1e-6rel", max_iter: int = 1000, n_init: int = 1, init_params: str = "race",
        weight_concentration_prior_type: str = "dirichlet_process",
        weight_concentration_prior: float | None = None, mean_precision_prior: float | None = None,
        mean_prior: ArrayLike | None = None, degrees_of_freedom_prior: float | None = None,
        covariance_prior: ArrayLike | None = None, updates: str = "conjugate", missing: str = "error",
        random_state: int | np.random.RandomState | None = None, warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _options(self):
        options = super()._options()
        settings = options["settings"]
        kind = self.weight_concentration_prior_type
        if kind not in self._TYPES:
            raise ValueError(
                f"weight_concentration_prior_type={kind!r}; expected {' or '.join(self._TYPES)}")
        settings.update({"estimate": "vb", "weight-concentration-type": self._TYPES[kind]})
        given = {name: getattr(self, f"{name}_prior") for name in self._PRIORS}
        prior = {name: np.asarray(value, np.float64).tolist() for name, value in given.items() if value is not None}
        if prior:
            settings["prior"] = json.dumps(prior)
        return options

    def _take_objective(self, record):
        self.lower_bound_ = record.get("lower_bound", record.get("objective", np.nan))

    def _derive(self, content):
        super()._derive(content)
        posterior = content["posterior"]
        concentration = np.array(posterior["weight_concentration"], np.float64)
        # Of a Dirichlet process two numbers for each component.
        self.weight_concentration_ = tuple(concentration) if concentration.ndim == 2 else concentration
        self.mean_precision_ = np.array(posterior["mean_precision"], np.float64)
        self.degrees_of_freedom_ = np.array(posterior["degrees_of_freedom"], np.float64)[()]

    @classmethod
    def _parameters(cls, content):
        kinds = {value: key for key, value in cls._TYPES.items()}
        return {
            **super()._parameters(content),
            "weight_concentration_prior_type": kinds[content.get("weight_concentration_type", "dirichlet")],
            "updates": content.get("vb_updates"),
        }


@documented
class StudentTMixture(_Covariances, DensityMixture):
    """A mixture of multivariate t distributions, which rows far off hardly move.

    Parameters
    ----------
    degrees_of_freedom : float, 'each' or 'common', default='each'
        Of all components, or estimated: one for each, or one for all.

    Attributes
    ----------
    weights_, means_, covariances_, precisions_, precisions_cholesky_, covariance_type_
        As of GaussianMixture; covariances_ are the scale matrices.
    degrees_of_freedom_ : ndarray of shape (n_components,)
    """

    degrees_of_freedom_: np.ndarray
    noise_weight_: float

    _family = "student-t"
    _regularization = "reg_covar"
    _settings = {
        "covariance": "covariance_type", "degrees-of-freedom": "degrees_of_freedom", "estimate": "estimate",
        "prior": "prior", "components-per-class": "components_per_class",
    }

    def __init__(
        self, n_components: int = 1, *, covariance_type: str = "full",
        degrees_of_freedom: float | str = "each", tol: float = 1e-6, reg_covar: float | str = "1e-6rel",
        max_iter: int = 1000, n_init: int = 1, init_params: str = "race", estimate: str = "ml",
        prior: Mapping[str, object] | str | None = None, missing: str = "error",
        noise: float | bool | None = None, components_per_class: int | None = None,
        weights_init: ArrayLike | None = None, means_init: ArrayLike | None = None,
        precisions_init: ArrayLike | None = None, random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())


@documented
class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, Mixture):
    """K-means: n_clusters centers of least squares.

    Parameters
    ----------
    n_clusters : int, default=8
    init : array-like of shape (n_clusters, n_features) or str, default=None
        The centers to start from, or a name in the place of init_params.
    tol : float, default=1e-6
        The fit ends when less of the inertia is left to gain, relatively.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
    labels_ : ndarray of shape (n_samples,)
    inertia_ : float
        The sum of the squared distances of the rows to their centers, each with its weight.
    """

    cluster_centers_: np.ndarray
    labels_: np.ndarray
    inertia_: float

    _family = "k-means"
    _regularization = None
    _components_name = "n_clusters"
    _arrays = ()
    _is_looked_at = False

    def __init__(
        self, n_clusters: int = 8, *, init: ArrayLike | str | None = None, tol: float = 1e-6,
        max_iter: int = 1000, n_init: int = 1, init_params: str = "race", missing: str = "error",
        random_state: int | np.random.RandomState | None = None, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _components(self):
        return self.n_clusters

    def _initialized(self, options, data):
        if self.init is None or "start" in options:
            return options
        if isinstance(self.init, str):
            return {**options, "init": self.init}
        centers = np.asarray(self.init, np.float64)
        shape = (options["components"], data.columns)
        if centers.shape != shape or not np.isfinite(centers).all():
            raise ValueError(f"init of shape {centers.shape}; expected finite numbers of shape {shape}, or a name")
        start = {
            "format": "shardem-model", "version": 1, "family": self._family, "components": shape[0],
            "dimensions": shape[1], "means": centers.tolist()}
        return {**options, "start": json.dumps(start), "restarts": 1}

    def _fitted(self, *arguments, **options):
        data = super()._fitted(*arguments, **options)
        self.labels_ = self._predicted(data, "labels")
        return data

    def transform(self, X: Rows) -> np.ndarray:
        """The distance of each row to each center, of shape (n_samples, n_clusters)."""
        check_is_fitted(self)
        rows = self._taken(X).X
        if rows is None:
            raise TypeError("files; expected rows in memory")
        return euclidean_distances(np.asarray(rows, np.float64), self.cluster_centers_)

    @property
    def _n_features_out(self):
        return len(self.cluster_centers_)

    def score(self, X: Rows, y: object = None, sample_weight: Weights = None) -> float:
        """Minus the inertia of the rows."""
        return self._criteria(X, sample_weight)["log_likelihood"]

    def _take_objective(self, record):
        self.inertia_ = record.get("inertia", np.nan)

    def _derive(self, content):
        self.cluster_centers_ = np.array(content["means"], np.float64)


class _ColumnMixture(DensityMixture):
    """A mixture whose columns are independent within a component, or nearly so."""

    _settings = {"components-per-class": "components_per_class"}


class _ConjugateMixture(_ColumnMixture):
    """One whose parameters have a conjugate prior."""

    _estimates = ("ml", "map", "vb")
    _estimates_of_files = (None, "vb")
    _settings = {
        "components-per-class": "components_per_class", "estimate": "estimate", "prior": "prior",
        "weight-concentration-type": "weight_concentration_type",
    }

    def __init__(
        self, n_components: int = 1, *, tol: float = 1e-6, regularization: float = 1e-6, max_iter: int = 1000,
        n_init: int = 1, init_params: str = "race", estimate: str = "ml",
        prior: Mapping[str, object] | str | None = None, weight_concentration_type: str | None = None,
        missing: str = "error", components_per_class: int | None = None,
        random_state: int | np.random.RandomState | None = None, warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())


@documented
class BernoulliMixture(_ConjugateMixture):
    """A mixture of columns of 0 and 1, independent within a component: latent classes.

    Parameters
    ----------
    binarize : float or None, default=0.0
        What is more counts as 1, as in scikit-learn's BernoulliNB; None: X is of 0 and 1.
    regularization : float, default=1e-6
        Rows of 0 and of 1 added to each component.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    probabilities_ : ndarray of shape (n_components, n_features)
    """

    probabilities_: np.ndarray

    _family = "bernoulli"
    _arrays = ("weights", "probabilities")

    def __init__(
        self, n_components: int = 1, *, binarize: float | None = 0.0, tol: float = 1e-6,
        regularization: float = 1e-6, max_iter: int = 1000, n_init: int = 1, init_params: str = "race",
        estimate: str = "ml", prior: Mapping[str, object] | str | None = None,
        weight_concentration_type: str | None = None, missing: str = "error",
        components_per_class: int | None = None, random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _prepared(self, X):
        if self.binarize is None:
            return X
        ones = (X > self.binarize).astype(np.float64)
        ones[np.isnan(X)] = np.nan
        return ones


class _CountMixture(_ConjugateMixture):
    """One whose rows are of counts."""

    _takes_no_negative = True

    def __init__(
        self, n_components: int = 1, *, fractions: str = "error", tol: float = 1e-6,
        regularization: float = 1e-6, max_iter: int = 1000, n_init: int = 1, init_params: str = "race",
        estimate: str = "ml", prior: Mapping[str, object] | str | None = None,
        weight_concentration_type: str | None = None, missing: str = "error",
        components_per_class: int | None = None, random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _prepared(self, X):
        if self.fractions not in ("error", "round"):
            raise ValueError(f"fractions={self.fractions!r}; expected 'error' or 'round'")
        return np.rint(X) if self.fractions == "round" else X

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # What makes scikit-learn's checks give whole numbers.
        tags.input_tags.categorical = self.fractions == "error"
        return tags


@documented
class PoissonMixture(_CountMixture):
    """A mixture of columns of counts, each of a Poisson distribution.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    rates_ : ndarray of shape (n_components, n_features)
    """

    rates_: np.ndarray

    _family = "poisson"
    _arrays = ("weights", "rates")


@documented
class ExponentialMixture(_ConjugateMixture):
    """A mixture of columns of waiting times, from 0 up.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    rates_ : ndarray of shape (n_components, n_features)
    """

    rates_: np.ndarray

    _family = "exponential"
    _arrays = ("weights", "rates")
    _takes_no_negative = True


@documented
class MultinomialMixture(_CountMixture):
    """A mixture of rows of counts, such as of words.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    probabilities_ : ndarray of shape (n_components, n_features)
    """

    probabilities_: np.ndarray

    _family = "multinomial"
    _arrays = ("weights", "probabilities")


@documented
class VonMisesFisherMixture(_ColumnMixture):
    """A mixture of directions.

    Parameters
    ----------
    normalize : bool, default=True
        Whether to divide rows by their lengths; else they have the length 1.
    zero_rows : {'error', 'ignore'}, default='error'
        What a row of zeros is, which has no direction: an error, or one that takes no part in a fit or score, such
        as a text without a word that counts; it is of a component as probably as any row. Of files it is an error.

    Attributes
    ----------
    weights_, concentrations_ : ndarray of shape (n_components,)
    directions_ : ndarray of shape (n_components, n_features)
    """

    directions_: np.ndarray
    concentrations_: np.ndarray

    _family = "von-mises-fisher"
    _least_features = 2
    _arrays = ("weights", "directions", "concentrations")

    def __init__(
        self, n_components: int = 1, *, normalize: bool = True, zero_rows: str = "error", tol: float = 1e-6,
        regularization: float = 1e-6, max_iter: int = 1000, n_init: int = 1, init_params: str = "race",
        missing: str = "error", components_per_class: int | None = None,
        random_state: int | np.random.RandomState | None = None, warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _prepared(self, X):
        if self.zero_rows not in ("error", "ignore"):
            raise ValueError(f"zero_rows={self.zero_rows!r}; expected 'error' or 'ignore'")
        largest = np.maximum(X.max(axis=1, initial=0), -X.min(axis=1, initial=0))
        if np.isnan(largest).any():
            raise ValueError(f"row {int(np.isnan(largest).argmax())} has NaN; directions have no missing cells")
        if not self.normalize:
            return X
        if self.zero_rows == "error" and not largest.all():
            raise ValueError(
                f"row {int(np.argmin(largest))} has the length 0, which is no direction; zero_rows='ignore' takes it")
        # By a power of two, which changes no digit, so that no square is beyond float64 or 0.
        rows = np.ldexp(X, -np.frexp(largest)[1][:, None])
        rows /= np.where(largest > 0, np.linalg.norm(rows, axis=1), 1)[:, None]
        return rows

    def _without_absent(self, X):
        # Rows of zeros as they were given: no other becomes one by its division.
        if self.zero_rows == "error":
            return X, None
        absent = ~X.any(axis=1)
        if absent.any():
            # Whatever direction they have.
            X = X.copy()
            X[absent, 0] = 1
        return X, absent

    def _predicted(self, data, part, width=1):
        values = super()._predicted(data, part, width)
        if data.absent is not None:
            own = {"labels": np.argmax(self.weights_), "responsibilities": self.weights_, "log_densities": 0}
            values[data.absent] = own[part]
        return values


@documented
class SoftKMeansMixture(DensityMixture):
    """Soft k-means: Gaussians of equal weights and one given variance, of which the means are estimated.

    Parameters
    ----------
    beta : float, default=1.0
        The variance of every component, in squared units of the data.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
        All equal.
    means_ : ndarray of shape (n_components, n_features)
    """

    means_: np.ndarray

    _family = "soft-k-means"
    _regularization = None
    _arrays = ("means",)
    _settings = {"components-per-class": "components_per_class"}

    def __init__(
        self, n_components: int = 1, *, beta: float = 1.0, tol: float = 1e-6, max_iter: int = 1000,
        n_init: int = 1, init_params: str = "race", missing: str = "error",
        components_per_class: int | None = None, random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False, n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _options(self):
        options = super()._options()
        options["settings"]["beta"] = repr(_number(self.beta, "beta"))
        return options

    def _derive(self, content):
        self.weights_ = np.full(content["components"], 1 / content["components"])

    @classmethod
    def _parameters(cls, content):
        return {**super()._parameters(content), "beta": content["beta"]}


class _CategoryMixture(_ConjugateMixture):
    """A mixture of which some columns are of words or numbers that name categories."""

    categories_: list[list[str] | None]

    _takes_texts = True

    def _validated(self, X, *, reset, ranks, common, weights, are_named):
        X = self._checked(
            X, reset=reset, are_named=are_named, dtype=None, ensure_all_finite=False,
            ensure_min_samples=_least_rows(reset, ranks))
        if X.dtype.kind == "f":
            assert_all_finite(X, allow_nan=common["missing"], input_name="X")
        if reset:
            # Rows of weight 0 count as absent.
            absent = np.zeros(len(X), bool)
            if weights is not None and (own := np.asarray(weights)).shape == (len(X),):
                absent = own == 0
            present = X[~absent] if absent.any() else X
            categories = _categories.learned(present, self._are_categories(present, ranks), ranks)
        else:
            absent = np.zeros(len(X), bool)
            categories = json.loads(self.model_).get("categories") or [None] * X.shape[1]
        unknown = self._others_are_missing
        rows = _categories.coded(X, categories, absent, others_are_missing=unknown and not reset)
        if not common["missing"] and np.isnan(rows).any():
            raise ValueError("Input X contains NaN or no value; missing='em' takes such cells")
        if any(names is not None for names in categories):
            common["categories"] = categories
        return rows

    @property
    def _others_are_missing(self) -> bool:
        if self.unknown_categories not in ("error", "missing"):
            raise ValueError(f"unknown_categories={self.unknown_categories!r}; expected 'error' or 'missing'")
        if self.unknown_categories == "missing" and not self._may_miss:
            raise ValueError("unknown_categories='missing' without missing='em', which lets cells be missing")
        return self.unknown_categories == "missing"

    def _of_files(self, files, weights, labels, common, reset):
        if self._others_are_missing and not reset:
            common = {**common, "unknown_categories": "missing"}
        return super()._of_files(files, weights, labels, common, reset)

    def _are_categories(self, X, ranks) -> list[bool]:
        """Which columns of a fit are of categories."""
        return [True] * X.shape[1]

    def _derive(self, content):
        self.categories_ = content.get("categories", [None] * content["dimensions"])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


@documented
class CategoricalMixture(_CategoryMixture):
    """A mixture of columns of categories, words or numbers, independent within a component: latent classes.

    Parameters
    ----------
    regularization : float, default=1e-6
        Rows of each category added to each component.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    categories_ : list
        For each column what they are, in order.
    probabilities_ : list
        For each component and column those of the categories.
    """

    probabilities_: list[list[list[float]]]

    _family = "categorical"

    def __init__(
        self, n_components: int = 1, *, tol: float = 1e-6, regularization: float = 1e-6, max_iter: int = 1000,
        n_init: int = 1, init_params: str = "race", estimate: str = "ml",
        prior: Mapping[str, object] | str | None = None, weight_concentration_type: str | None = None,
        missing: str = "error", unknown_categories: str = "error", components_per_class: int | None = None,
        random_state: int | np.random.RandomState | None = None, warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    def _derive(self, content):
        super()._derive(content)
        self.probabilities_ = content["probabilities"]


@documented
class MixedMixture(_CategoryMixture):
    """A mixture whose columns are of several families, independent within a component.

    Parameters
    ----------
    column_families : dict or 'auto', default='auto'
        {column: family}, columns being names or numbers from 0, families 'gaussian', 'student-t', 'categorical',
        'bernoulli', 'poisson', 'exponential' or others; a tuple of Gaussian columns has one full covariance; the
        column '*' is all others. 'auto': by their values words are categorical, 0 and 1 bernoulli, small whole
        numbers poisson, and all others Gaussian with one full covariance; of files by the first 10,000 rows.

    Attributes
    ----------
    weights_ : ndarray of shape (n_components,)
    parameters_ : dict
        {group of columns: {name: what the model file has}}.
    categories_ : list
        For each column what they are, None of numbers.
    """

    parameters_: dict[str, dict[str, object]]

    _family = "mixed"
    _regularization = "reg_covar"

    def __init__(
        self, n_components: int = 1, *, column_families: Mapping[object, str] | str = "auto",
        tol: float = 1e-6, reg_covar: float | str = "1e-6rel", max_iter: int = 1000, n_init: int = 1,
        init_params: str = "race", estimate: str = "ml", prior: Mapping[str, object] | str | None = None,
        weight_concentration_type: str | None = None, missing: str = "error",
        unknown_categories: str = "error", components_per_class: int | None = None,
        random_state: int | np.random.RandomState | None = None, warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())

    @property
    def _guesses(self) -> bool:
        return isinstance(self.column_families, str) and self.column_families == "auto"

    def _are_categories(self, X, ranks):
        count = X.shape[1]
        if self._guesses:
            own = [_categories.facts(X[:, j]) for j in range(count)]
            everyone = [own] if ranks is None else ranks.values(own)
            if any(len(one) != count for one in everyone):
                raise ValueError("ranks have other numbers of columns")
            families = [_categories.family(parts) for parts in zip(*everyone)]
            joint = [j for j, family in enumerate(families) if family == "gaussian"]
            terms = [(joint, "gaussian")] if joint else []
            terms += [([j], family) for j, family in enumerate(families) if family != "gaussian"]
        else:
            terms = self._terms(count)
        self._text = ",".join(f"{_target(columns)}={family}" for columns, family in terms)
        return [any(j in columns and family == "categorical" for columns, family in terms) for j in range(count)]

    def _terms(self, count: int) -> list[tuple[list[int], str]]:
        """Which columns, by numbers from 0, are of which family."""
        names = [str(name) for name in getattr(self, "feature_names_in_", ())]
        left = set(range(count))
        terms = []
        rest = None
        for key, family in self._given():
            if key == "*":
                rest = family
                continue
            columns = []
            for one in key if isinstance(key, tuple) else (key,):
                j = names.index(one) if one in names else one
                if not isinstance(j, (int, np.integer)) or j not in left:
                    raise ValueError(f"column_families: {one!r} is no column, or given twice")
                left.remove(j)
                columns.append(int(j))
            terms.append((columns, family))
        if left and rest is None:
            raise ValueError(f"column_families: none of column {min(left)}; '*' is all others")
        return terms + [([j], rest) for j in sorted(left)]

    def _given(self) -> list[tuple]:
        families = self.column_families
        if not isinstance(families, dict) or not all(isinstance(family, str) for family in families.values()):
            raise ValueError(f"column_families={families!r}; expected 'auto' or a dict of names of families")
        return list(families.items())

    def _of_files(self, files, weights, labels, common, reset):
        if reset and self._guesses:
            self._text = None
        elif reset:
            # The engine finds the columns.
            self._text = ",".join(
                f"{key if isinstance(key, str) else _target(key if isinstance(key, tuple) else (key,))}={family}"
                for key, family in self._given())
        return super()._of_files(files, weights, labels, common, reset)

    def _options(self):
        options = super()._options()
        if self._text is None:
            options["family"] = "auto"
        else:
            options["settings"]["column-families"] = self._text
        return options

    def _derive(self, content):
        super()._derive(content)
        self.parameters_ = {key: value for key, value in content.items() if isinstance(value, dict) and key != "fit"}

    @classmethod
    def _parameters(cls, content):
        terms = {}
        for term in _split(content["column_families"]):
            target, _, family = term.rpartition("=")
            key = tuple(_split(target[1:-1])) if target.startswith("{") else target
            terms[key] = family
        return {**super()._parameters(content), "column_families": terms}


def _target(columns) -> str:
    """Columns as the program's option names them: by numbers from 1."""
    words = [one if isinstance(one, str) else f"#{one + 1}" for one in columns]
    return words[0] if len(words) == 1 else "{" + ",".join(words) + "}"


def _split(text: str) -> list[str]:
    """The terms between commas, of which those in braces divide none."""
    terms, depth = [""], 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            terms.append("")
        else:
            terms[-1] += letter
    return terms


def load(path: str | os.PathLike[str], **parameters: object) -> Mixture:
    """A fitted estimator from a model file, of the class that it is of: its `load`."""
    model = Path(path).read_bytes()
    _library.check_model(model)
    content = json.loads(model)
    kinds = [globals()[name] for name in ESTIMATORS]
    for kind in kinds:
        if kind._is_of(content):
            return kind.load(path, **parameters)
    raise ValueError(f"{path}: no estimator is of family {content.get('family')!r}")
