"""select: what `shardem select` finds."""

import subprocess

import numpy as np
import pytest

from shardem import GaussianMixture, KMeans, StudentTMixture, select

from conftest import DATA, PROGRAM


@pytest.mark.parametrize("criterion", ["bic", "cv"])
def test_the_best_is_that_of_the_program(program, faithful, tmp_path, criterion):
    path = tmp_path / "best.json"
    subprocess.run(
        [PROGRAM, "select", DATA / "faithful.csv", "-K", "1-3", "--covariance", "EEE,VVV", "--criterion", criterion,
         "--quiet", "--no-mpi", "--progress", "none", "--output", path],
        check=True, stdout=subprocess.DEVNULL)
    found = select(
        GaussianMixture(), faithful, n_components=range(1, 4), covariance_type=["EEE", "VVV"], criterion=criterion)
    best = found.best_estimator_
    assert best.model_ == path.read_bytes()
    assert len(found.table_) == 6 and sum(entry["best"] for entry in found.table_) == 1
    assert best.n_components == len(best.weights_)
    np.testing.assert_array_equal(best.predict(faithful), GaussianMixture(
        best.n_components, covariance_type=best.covariance_type).fit(faithful).predict(faithful))
    assert list(found.frame()["n_components"]) == [1, 1, 2, 2, 3, 3]


def test_what_select_gets_is_checked(X):
    estimator = GaussianMixture()
    for arguments, message in [
        ({"n_components": 3}, "several"), ({"n_components": []}, "components"), ({"n_components": [0]}, "n_components"),
        ({"n_components": "12"}, "several"), ({"criterion": "best"}, "criterion"), ({"folds": 1}, "folds"),
        ({"covariance_type": "VVV"}, "several"), ({"covariance_type": ["x"]}, "x"), ({"n_components": [500]}, "272"),
        ({"n_components": [2, 2.5]}, "n_components"), ({"covariance_type": [1]}, "several"),
        ({"callback": 7}, "callback"),
    ]:
        with pytest.raises((ValueError, TypeError), match=message):
            select(estimator, X, **arguments)
    with pytest.raises(TypeError, match="densities"):
        select(KMeans(), X)
    assert not hasattr(estimator, "model_")
    # One that cannot be is told of, and others are compared.
    found = select(StudentTMixture(), X, n_components=[1, 300])
    assert found.table_[1]["failure"] and found.best_estimator_.n_components == 1


def test_callbacks_end_a_selection(X):
    def stop(place, iteration, objective, change):
        if place == 1:
            raise LookupError(place)

    with pytest.raises(LookupError, match="1"):
        select(GaussianMixture(), X, n_components=[1, 2], callback=stop)
