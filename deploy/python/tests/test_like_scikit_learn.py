"""Parameters, attributes and defaults are those of scikit-learn but where the README's table says so."""

import ast
import inspect
import re
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
    """Of names in code: the cells "here" and "scikit-learn" of the table's row that they begin."""
    section = README.read_text().partition("## Differences from scikit-learn")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {
        name: (here.strip(), there.strip()) for names, here, there in rows for name in re.findall(r"`(\w+)`", names)}


def _values(cell):
    """The numbers, strings and None that a cell names, before it says more of them."""
    for word in re.findall(r"""None|"[^"]*"|\d[\d.e+-]*\d|\d""", re.split("[:;]", cell)[0]):
        yield ast.literal_eval(word)


@pytest.mark.parametrize("theirs", THEIRS)
def test_differences_of_parameters_are_stated(theirs, told):
    own = inspect.signature(getattr(shardem, theirs.__name__)).parameters
    for name, parameter in inspect.signature(theirs).parameters.items():
        if name in own and own[name].default == parameter.default:
            continue
        here, there = told[name]
        if name not in own:
            assert here.startswith("none"), name
            continue
        assert own[name].default in _values(here), name
        assert parameter.default in _values(there), name


@pytest.mark.parametrize("theirs", THEIRS)
def test_differences_of_attributes_are_stated(theirs, told):
    rows = np.random.default_rng(0).normal(size=(50, 2)) + [[0, 0], [9, 9]] * 25
    size = "n_clusters" if theirs is sklearn.cluster.KMeans else "n_components"
    own, other = getattr(shardem, theirs.__name__)(2).fit(rows), theirs(**{size: 2}).fit(rows)
    for name in vars(other):
        if name.startswith("_") or not name.endswith("_"):
            continue
        if not hasattr(own, name):
            assert told[name][0].startswith("none"), name
        else:
            assert np.shape(getattr(own, name)) == np.shape(getattr(other, name)), name
    for name, _ in inspect.getmembers(other, callable):
        assert name.startswith("_") or hasattr(own, name), name
