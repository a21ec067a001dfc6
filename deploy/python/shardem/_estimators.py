"""The estimators: one for each family of the program whose columns are numbers."""

from __future__ import annotations

import json

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_is_fitted

from . import _categories, _library
from ._base import DensityMixture, Mixture, _least_rows


class _Covariances:
    """What covariances give: precisions, and their factors, as scikit-learn has them."""

    _arrays = ("weights", "means", "covariances", "degrees_of_freedom")

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


class GaussianMixture(_Covariances, DensityMixture):
    """A Gaussian mixture.

    Parameters
    ----------
    n_components : int, default=1
    covariance_type : str, default='full'
        'full', 'tied', 'diag', 'spherical', or one of mclust's 14 models: 'EII', 'VII', 'EEI', 'VEI', 'EVI',
        'VVI', 'EEE', 'VEE', 'EVE', 'VVE', 'EEV', 'VEV', 'EVV', 'VVV'.
    tol : float, default=1e-6
        The fit ends when less is left to gain, per row, in nats.
    reg_covar : float or str, default='1e-6rel'
        Added to the variances: a number in squared units of the data, or with 'rel' at the end in units of
        each column's variance.
    max_iter : int, default=1000
    n_init : int, default=1
        Starts, of which the best wins.
    init_params : {'race', 'kmeans', 'k-means++', 'random'}, default='race'
        Where to start; 'race': from the best of many starts.
    estimate : {'ml', 'map'}, default='ml'
        What is maximized: the likelihood, or the posterior density with mclust's prior.
    missing : {'error', 'em'}, default='error'
        What NaN is: an error, or a missing cell, to whose place the model gives what is probable there.
    noise : None, True or float, default=None
        Whether there are rows that are of no component, of a density that is the same everywhere: True, that of
        the data's volume, or a number.
    components_per_class : int, default=None
        With labels, how many components each class has: None is 1.
    weights_init, means_init, precisions_init : array-like, default=None
        Where to start, in the shapes of the attributes; what is not given is that of one iteration from
        init_params, of 'kmeans' in the place of 'race'.
    random_state : int, RandomState instance or None, default=None
        None is 0: the same result every time.
    warm_start : bool, default=False
        Whether to start from the fit before.
    n_jobs : int or None, default=None
        Threads; None and -1: as many as there are cores for this process. The result does not depend on it.

    Attributes
    ----------
    weights_, means_, covariances_, precisions_, precisions_cholesky_ : ndarray
        In the shapes of scikit-learn, by covariance_type_.
    covariance_type_ : {'full', 'tied', 'diag', 'spherical'}
    converged_, n_iter_, lower_bound_, model_, n_features_in_, feature_names_in_
    """

    _family = "gaussian"
    _regularization = "reg_covar"
    _settings = {
        "covariance": "covariance_type", "estimate": "estimate", "components-per-class": "components_per_class",
    }

    def __init__(
        self, n_components=1, *, covariance_type="full", tol=1e-6, reg_covar="1e-6rel", max_iter=1000,
        n_init=1, init_params="race", estimate="ml", missing="error", noise=None, components_per_class=None,
        weights_init=None, means_init=None, precisions_init=None, random_state=None, warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.estimate = estimate
        self.missing = missing
        self.noise = noise
        self.components_per_class = components_per_class
        self.weights_init = weights_init
        self.means_init = means_init
        self.precisions_init = precisions_init
        self.random_state = random_state
        self.warm_start = warm_start
        self.n_jobs = n_jobs


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

    Other parameters are those of GaussianMixture.

    Attributes
    ----------
    weight_concentration_, mean_precision_, degrees_of_freedom_
        As in scikit-learn: of the distributions of the parameters.
    lower_bound_ : float
        Of the log evidence, in nats.

    Others are those of GaussianMixture, of the parameters' means.
    """

    _family = "gaussian"
    _estimate = "vb"
    _regularization = "reg_covar"
    _settings = {"covariance": "covariance_type"}
    _TYPES = {"dirichlet_process": "dirichlet-process", "dirichlet_distribution": "dirichlet"}
    _PRIORS = ("weight_concentration", "mean_precision", "mean", "degrees_of_freedom", "covariance")

    def __init__(
        self, n_components=1, *, covariance_type="full", tol=1e-6, reg_covar="1e-6rel", max_iter=1000,
        n_init=1, init_params="race", weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=None, mean_precision_prior=None, mean_prior=None,
        degrees_of_freedom_prior=None, covariance_prior=None, random_state=None, warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.weight_concentration_prior_type = weight_concentration_prior_type
        self.weight_concentration_prior = weight_concentration_prior
        self.mean_precision_prior = mean_precision_prior
        self.mean_prior = mean_prior
        self.degrees_of_freedom_prior = degrees_of_freedom_prior
        self.covariance_prior = covariance_prior
        self.random_state = random_state
        self.warm_start = warm_start
        self.n_jobs = n_jobs

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
        self.lower_bound_ = record.get("objective", np.nan)

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
        }


class StudentTMixture(_Covariances, DensityMixture):
    """A mixture of multivariate t distributions, which rows far off hardly move.

    degrees_of_freedom : float, 'each' or 'common', default='each'
        Of all components, or estimated: one for each, or one for all.

    Other parameters and attributes are those of GaussianMixture; covariances_ are the scale matrices, and there
    is degrees_of_freedom_.
    """

    _family = "student-t"
    _regularization = "reg_covar"
    _settings = {
        "covariance": "covariance_type", "degrees-of-freedom": "degrees_of_freedom", "estimate": "estimate",
        "components-per-class": "components_per_class",
    }

    def __init__(
        self, n_components=1, *, covariance_type="full", degrees_of_freedom="each", tol=1e-6,
        reg_covar="1e-6rel", max_iter=1000, n_init=1, init_params="race", estimate="ml", missing="error",
        noise=None, components_per_class=None, weights_init=None, means_init=None, precisions_init=None,
        random_state=None, warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.degrees_of_freedom = degrees_of_freedom
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.estimate = estimate
        self.missing = missing
        self.noise = noise
        self.components_per_class = components_per_class
        self.weights_init = weights_init
        self.means_init = means_init
        self.precisions_init = precisions_init
        self.random_state = random_state
        self.warm_start = warm_start
        self.n_jobs = n_jobs


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, Mixture):
    """K-means: n_clusters centers of least squares.

    tol : float, default=1e-6
        The fit ends when less of the inertia is left to gain, relatively.

    Other parameters are those of GaussianMixture.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
    labels_ : ndarray of shape (n_samples,)
    inertia_ : float
        The sum of the squared distances of the rows to their centers, each with its weight.
    """

    _family = "k-means"
    _regularization = None
    _components_name = "n_clusters"
    _arrays = ()

    def __init__(
        self, n_clusters=8, *, tol=1e-6, max_iter=1000, n_init=1, init_params="race", random_state=None,
        n_jobs=None,
    ):
        self.n_clusters = n_clusters
        self.tol = tol
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _components(self):
        return self.n_clusters

    def _fitted(self, *arguments, **options):
        data = super()._fitted(*arguments, **options)
        self.labels_ = _library.predict(self.model_, data, labels=True)[0]
        return data

    def transform(self, X):
        """The distance of each row to each center, of shape (n_samples, n_clusters)."""
        check_is_fitted(self)
        rows = self._taken(X).X
        if rows is None:
            raise TypeError("files; expected rows in memory")
        return euclidean_distances(rows, self.cluster_centers_)

    @property
    def _n_features_out(self):
        return len(self.cluster_centers_)

    def score(self, X, y=None, sample_weight=None):
        """Minus the inertia of the rows."""
        return self._criteria(X, sample_weight)["log_likelihood"]

    def _take_objective(self, record):
        self.inertia_ = record.get("inertia", np.nan)

    def _derive(self, content):
        self.cluster_centers_ = np.array(content["means"], np.float64)


class _ColumnMixture(DensityMixture):
    """A mixture whose columns are independent within a component, or nearly so."""

    _settings = {"components-per-class": "components_per_class"}

    def __init__(
        self, n_components=1, *, tol=1e-6, regularization=1e-6, max_iter=1000, n_init=1, init_params="race",
        missing="error", components_per_class=None, random_state=None, warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.tol = tol
        self.regularization = regularization
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.missing = missing
        self.components_per_class = components_per_class
        self.random_state = random_state
        self.warm_start = warm_start
        self.n_jobs = n_jobs


class BernoulliMixture(_ColumnMixture):
    """A mixture of columns of 0 and 1, independent within a component: latent classes.

    binarize : float or None, default=0.0
        What is more counts as 1, as in scikit-learn's BernoulliNB; None: X is of 0 and 1.
    regularization : float, default=1e-6
        Rows of 0 and of 1 added to each component.

    Other parameters are those of GaussianMixture. probabilities_ : ndarray of shape (n_components, n_features).
    """

    _family = "bernoulli"
    _arrays = ("weights", "probabilities")

    def __init__(
        self, n_components=1, *, binarize=0.0, tol=1e-6, regularization=1e-6, max_iter=1000, n_init=1,
        init_params="race", missing="error", components_per_class=None, random_state=None, warm_start=False,
        n_jobs=None,
    ):
        super().__init__(
            n_components, tol=tol, regularization=regularization, max_iter=max_iter, n_init=n_init,
            init_params=init_params, missing=missing, components_per_class=components_per_class,
            random_state=random_state, warm_start=warm_start, n_jobs=n_jobs)
        self.binarize = binarize

    def _prepared(self, X):
        if self.binarize is None:
            return X
        ones = (X > self.binarize).astype(np.float64)
        ones[np.isnan(X)] = np.nan
        return ones


class PoissonMixture(_ColumnMixture):
    """A mixture of columns of counts, each of a Poisson distribution. rates_ : (n_components, n_features)."""

    _family = "poisson"
    _arrays = ("weights", "rates")
    _takes_no_negative = True

    def __sklearn_tags__(self):
        return _whole_numbers(super().__sklearn_tags__())


class ExponentialMixture(_ColumnMixture):
    """A mixture of columns of waiting times, from 0 up. rates_ : (n_components, n_features)."""

    _family = "exponential"
    _arrays = ("weights", "rates")
    _takes_no_negative = True


class MultinomialMixture(_ColumnMixture):
    """A mixture of rows of counts, such as of words. probabilities_ : (n_components, n_features)."""

    _family = "multinomial"
    _arrays = ("weights", "probabilities")
    _takes_no_negative = True

    def __sklearn_tags__(self):
        return _whole_numbers(super().__sklearn_tags__())


class VonMisesFisherMixture(_ColumnMixture):
    """A mixture of directions.

    normalize : bool, default=True
        Whether to divide rows by their lengths; else they have the length 1.

    directions_ : (n_components, n_features); concentrations_ : (n_components,).
    """

    _family = "von-mises-fisher"
    _least_features = 2
    _arrays = ("weights", "directions", "concentrations")

    def __init__(
        self, n_components=1, *, normalize=True, tol=1e-6, regularization=1e-6, max_iter=1000, n_init=1,
        init_params="race", missing="error", components_per_class=None, random_state=None, warm_start=False,
        n_jobs=None,
    ):
        super().__init__(
            n_components, tol=tol, regularization=regularization, max_iter=max_iter, n_init=n_init,
            init_params=init_params, missing=missing, components_per_class=components_per_class,
            random_state=random_state, warm_start=warm_start, n_jobs=n_jobs)
        self.normalize = normalize

    def _prepared(self, X):
        if not self.normalize:
            return X
        lengths = np.linalg.norm(X, axis=1, keepdims=True)
        if not (lengths > 0).all():
            raise ValueError(f"row {int(np.argmin(lengths))} has the length 0, which is no direction")
        return X / lengths


def _whole_numbers(tags):
    tags.input_tags.categorical = True
    return tags


class _CategoryMixture(_ColumnMixture):
    """A mixture of which some columns are of words or numbers that name categories."""

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
        rows = _categories.coded(X, categories, absent)
        if not common["missing"] and np.isnan(rows).any():
            raise ValueError("Input X contains NaN or no value; missing='em' takes such cells")
        if any(names is not None for names in categories):
            common["categories"] = categories
        return rows

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


class CategoricalMixture(_CategoryMixture):
    """A mixture of columns of categories, words or numbers, independent within a component: latent classes.

    regularization : float, default=1e-6
        Rows of each category added to each component.

    Other parameters are those of GaussianMixture. categories_ : for each column what they are, in order;
    probabilities_ : for each component and column those of the categories.
    """

    _family = "categorical"

    def _derive(self, content):
        super()._derive(content)
        self.probabilities_ = content["probabilities"]


class MixedMixture(_CategoryMixture):
    """A mixture whose columns are of several families, independent within a component.

    column_families : dict or 'auto', default='auto'
        {column: family}, columns being names or numbers from 0, families 'gaussian', 'student-t', 'categorical',
        'bernoulli', 'poisson', 'exponential' or others; a tuple of Gaussian columns has one full covariance; the
        column '*' is all others. 'auto': by their values words are categorical, 0 and 1 bernoulli, small whole
        numbers poisson, and all others Gaussian with one full covariance.
    estimate : {'ml', 'map'}, default='ml'

    Other parameters are those of GaussianMixture. parameters_ : {group: {name: what the model file has}};
    categories_ : for each column what they are, None of numbers.
    """

    _family = "mixed"
    _settings = {"estimate": "estimate", "components-per-class": "components_per_class"}
    _regularization = "reg_covar"

    def __init__(
        self, n_components=1, *, column_families="auto", tol=1e-6, reg_covar="1e-6rel", max_iter=1000, n_init=1,
        init_params="race", estimate="ml", missing="error", components_per_class=None, random_state=None,
        warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.column_families = column_families
        self.tol = tol
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
        self.estimate = estimate
        self.missing = missing
        self.components_per_class = components_per_class
        self.random_state = random_state
        self.warm_start = warm_start
        self.n_jobs = n_jobs

    def _are_categories(self, X, ranks):
        count = X.shape[1]
        if self.column_families == "auto":
            if ranks is not None:
                raise ValueError("column_families='auto' with comm: ranks have other rows; give a dict")
            families = [_categories.family(X[:, j]) for j in range(count)]
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
        if reset:
            # The engine finds the columns.
            self._text = ",".join(
                f"{key if isinstance(key, str) else _target(key if isinstance(key, tuple) else (key,))}={family}"
                for key, family in self._given())
        return super()._of_files(files, weights, labels, common, reset)

    def _options(self):
        options = super()._options()
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
