"""Mixture models by EM, in the manner of scikit-learn, by the engine of the program shardem."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._estimators import (
        BayesianGaussianMixture,
        BernoulliMixture,
        CategoricalMixture,
        ExponentialMixture,
        GaussianMixture,
        KMeans,
        MixedMixture,
        MultinomialMixture,
        PoissonMixture,
        SoftKMeansMixture,
        StudentTMixture,
        VonMisesFisherMixture,
        load,
    )
    from ._rows import Files
    from ._selection import Selection, select

__version__ = "0.1.0"

__all__ = [  # In full, for those who read it without running it.
    "BayesianGaussianMixture", "BernoulliMixture", "CategoricalMixture", "ExponentialMixture", "Files",
    "GaussianMixture", "KMeans", "MixedMixture", "MultinomialMixture", "PoissonMixture", "Selection",
    "SoftKMeansMixture", "StudentTMixture", "VonMisesFisherMixture", "load", "select",
]
#: The names of all estimators.
ESTIMATORS = [name for name in __all__ if name.endswith(("Mixture", "KMeans"))]


def __getattr__(name: str) -> object:
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


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
