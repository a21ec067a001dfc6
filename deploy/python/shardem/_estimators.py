"""The estimators: one for each family of the program whose columns are numbers."""

from __future__ import annotations

import json

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.metrics.pairwise import euclidean_distances

from ._base import DensityMixture, Mixture


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

    @classmethod
    def _parameters(cls, content):
        form = content.get("covariance_model", content["covariance_type"])
        return {**super()._parameters(content), "covariance_type": form}


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
    _settings = {"covariance": "covariance_type", "estimate": "estimate"}

    def __init__(
        self, n_components=1, *, covariance_type="full", tol=1e-6, reg_covar="1e-6rel", max_iter=1000,
        n_init=1, init_params="race", estimate="ml", missing="error", random_state=None, warm_start=False,
        n_jobs=None,
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
    }

    def __init__(
        self, n_components=1, *, covariance_type="full", degrees_of_freedom="each", tol=1e-6,
        reg_covar="1e-6rel", max_iter=1000, n_init=1, init_params="race", estimate="ml", missing="error",
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

    def fit(self, X, y=None, sample_weight=None):
        super().fit(X, y, sample_weight)
        self.labels_ = self.predict(X)
        return self

    def fit_predict(self, X, y=None, sample_weight=None):
        """Fits the centers, and returns the nearest one of each row."""
        return self.fit(X, y, sample_weight).labels_

    def transform(self, X):
        """The distance of each row to each center, of shape (n_samples, n_clusters)."""
        return euclidean_distances(self._rows(X), self.cluster_centers_)

    @property
    def _n_features_out(self):
        return len(self.cluster_centers_)

    def score(self, X, y=None, sample_weight=None):
        """Minus the inertia of the rows."""
        return self._score(X, sample_weight)["log_likelihood"]

    def _take_objective(self, record):
        self.inertia_ = record.get("inertia", np.nan)

    def _derive(self, content):
        self.cluster_centers_ = np.array(content["means"], np.float64)


class _ColumnMixture(DensityMixture):
    """A mixture whose columns are independent within a component, or nearly so."""

    def __init__(
        self, n_components=1, *, tol=1e-6, regularization=1e-6, max_iter=1000, n_init=1, init_params="race",
        random_state=None, warm_start=False, n_jobs=None,
    ):
        self.n_components = n_components
        self.tol = tol
        self.regularization = regularization
        self.max_iter = max_iter
        self.n_init = n_init
        self.init_params = init_params
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
        init_params="race", random_state=None, warm_start=False, n_jobs=None,
    ):
        super().__init__(
            n_components, tol=tol, regularization=regularization, max_iter=max_iter, n_init=n_init,
            init_params=init_params, random_state=random_state, warm_start=warm_start, n_jobs=n_jobs)
        self.binarize = binarize

    def _prepared(self, X):
        return X if self.binarize is None else (X > self.binarize).astype(np.float64)


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
        init_params="race", random_state=None, warm_start=False, n_jobs=None,
    ):
        super().__init__(
            n_components, tol=tol, regularization=regularization, max_iter=max_iter, n_init=n_init,
            init_params=init_params, random_state=random_state, warm_start=warm_start, n_jobs=n_jobs)
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
