"""Mixture models by EM, in the manner of scikit-learn, by the engine of the program shardem."""

__version__ = "0.1.0"

#: The names of all estimators.
ESTIMATORS = [
    "BayesianGaussianMixture",
    "BernoulliMixture",
    "CategoricalMixture",
    "ExponentialMixture",
    "GaussianMixture",
    "KMeans",
    "MixedMixture",
    "MultinomialMixture",
    "PoissonMixture",
    "SoftKMeansMixture",
    "StudentTMixture",
    "VonMisesFisherMixture",
]
__all__ = [*ESTIMATORS, "Files", "Selection", "load", "select"]


def __getattr__(name):
    # scikit-learn takes a second to import: only who wants an estimator waits for it.
    if name == "Files":
        from ._rows import Files

        return Files
    if name in ("select", "Selection"):
        from . import _selection

        return getattr(_selection, name)
    if name in ESTIMATORS or name == "load":
        from . import _estimators

        return getattr(_estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
