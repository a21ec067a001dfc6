"""What the estimators' documentation has in common: the parameters that several have, each described once."""

from __future__ import annotations

import inspect
import re

_PARAMETERS = """
n_components : int, default=1
covariance_type : str, default='full'
    'full', 'tied', 'diag', 'spherical', or one of mclust's 14 models: 'EII', 'VII', 'EEI', 'VEI', 'EVI', 'VVI',
    'EEE', 'VEE', 'EVE', 'VVE', 'EEV', 'VEV', 'EVV', 'VVV'.
tol : float, default=1e-6
    The fit ends when less is left to gain, per row, in nats.
reg_covar : float or str, default='1e-6rel'
    Added to the variances: a number in squared units of the data, or with 'rel' at the end in units of each
    column's variance.
regularization : float, default=1e-6
    Rows of each kind that are added to each component: of multinomial mixtures counts, of waiting times and of
    Poisson's counts of 1, of directions such of all directions alike.
max_iter : int, default=1000
n_init : int, default=1
    Starts, of which the best wins.
init_params : {'race', 'kmeans', 'k-means++', 'random'}, default='race'
    Where to start; 'race': from the best of many starts.
estimate : {'ml', 'map', 'vb'}, default='ml'
    What is maximized: the likelihood; the posterior density; or the lower bound of variational Bayes, of families
    whose columns are not Gaussian (BayesianGaussianMixture is for these).
prior : dict or 'mclust', default=None
    Of 'map' and 'vb', numbers or lists of `shardem fit --prior`: of Gaussians weight_concentration, mean,
    mean_precision, degrees_of_freedom, covariance (None: as mclust has it), of bernoulli alpha and beta, of poisson
    and exponential shape and rate, of categorical and multinomial concentration, of mixed those of its families.
weight_concentration_type : {'dirichlet', 'dirichlet-process'}, default=None
    Of 'vb', the prior of the weights; None is 'dirichlet'.
unknown_categories : {'error', 'missing'}, default='error'
    What a category is that the fit had not: an error, or with missing='em' a missing cell.
fractions : {'error', 'round'}, default='error'
    What a number is that is no whole one: an error, or the nearest whole one, as of counts that are expected
    values. Of files it is an error.
missing : {'error', 'em'}, default='error'
    What NaN is: an error, or a missing cell, to whose place the model gives what is probable there.
noise : None, True or float, default=None
    Whether there are rows that are of no component, of a density that is the same everywhere: True, that of the
    data's volume, or a number.
components_per_class : int, default=None
    With labels, how many components each class has: None is 1.
weights_init : array-like, default=None
means_init : array-like, default=None
precisions_init : array-like, default=None
    Where to start, in the shapes of the attributes; what is not given is that of one iteration from init_params,
    of 'kmeans' in the place of 'race'.
random_state : int, RandomState instance or None, default=None
    None is 0: the same result every time.
warm_start : bool, default=False
    Whether to start from the fit before.
n_jobs : int or None, default=None
    Threads; None and -1: as many as there are cores for this process. The result does not depend on it.
"""
_ATTRIBUTES = """
lower_bound_ : float
    What the fit has maximized, per row.
noise_weight_ : float
    Of fits with noise.
classes_, component_classes_
    Of fits with labels: what classes there are, and which each component is of.
converged_, n_iter_, model_, n_features_in_, feature_names_in_
    How the fit ended, after how many iterations, and the model file.
"""


def _entries(text: str) -> dict[str, str]:
    """Descriptions by the first name that each describes."""
    return {re.match(r"\w+", entry)[0]: entry for entry in re.split(r"\n(?=\S)", text.strip()) if entry}


_SHARED = _entries(_PARAMETERS)


def documented(estimator):
    """An estimator whose documentation describes all of its parameters and attributes: those that it does not itself,
    as shared."""
    text = inspect.cleandoc(estimator.__doc__)
    head, _, attributes = text.partition("\nAttributes\n----------\n")
    summary, _, own = head.partition("\nParameters\n----------\n")
    entries = _entries(own)
    names = list(inspect.signature(estimator.__init__).parameters)[1:]
    parameters = "\n".join(entries.get(name) or _SHARED[name] for name in names)
    annotated = {name for base in estimator.__mro__ for name in inspect.get_annotations(base)}
    shared = [
        entry for name, entry in _entries(_ATTRIBUTES).items() if name in annotated - _entries(attributes).keys()]
    estimator.__doc__ = (
        f"{summary.strip()}\n\nParameters\n----------\n{parameters}\n\n"
        "Attributes\n----------\n" + "\n".join([attributes.strip(), *shared, ""]))
    return estimator


def keep(estimator, values: dict) -> None:
    """Sets the parameters that `__init__` got."""
    for name, value in values.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)
