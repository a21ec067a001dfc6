"""Parameters, attributes and defaults are those of scikit-learn but where the README says so."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import sklearn.cluster
import sklearn.mixture

import shardem

README = Path(__file__).parents[1] / "README.md"
THEIRS = [sklearn.mixture.GaussianMixture, sklearn.mixture.BayesianGaussianMixture, sklearn.cluster.KMeans]


@pytest.fixture(scope="module")
def told():
    return README.read_text().partition("## Differences from scikit-learn")[2].partition("\n## ")[0]


@pytest.mark.parametrize("theirs", THEIRS)
def test_differences_of_parameters_are_stated(theirs, told):
    own = inspect.signature(getattr(shardem, theirs.__name__)).parameters
    for name, parameter in inspect.signature(theirs).parameters.items():
        same = name in own and own[name].default == parameter.default
        assert same or f"`{name}`" in told, name


@pytest.mark.parametrize("theirs", THEIRS)
def test_differences_of_attributes_are_stated(theirs, told):
    rows = np.random.default_rng(0).normal(size=(50, 2)) + [[0, 0], [9, 9]] * 25
    size = "n_clusters" if theirs is sklearn.cluster.KMeans else "n_components"
    own, other = getattr(shardem, theirs.__name__)(2).fit(rows), theirs(**{size: 2}).fit(rows)
    for name in vars(other):
        if not name.startswith("_") and name.endswith("_") and f"`{name}`" not in told:
            assert np.shape(getattr(own, name)) == np.shape(getattr(other, name)), name
    for name, _ in inspect.getmembers(other, callable):
        assert name.startswith("_") or hasattr(own, name), name
