"""The program's bytes, and what Python says of the same model."""

import numpy as np
import pytest

import shardem

from conftest import DATA

MODELS = ["EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE", "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"]


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical", *MODELS])
def test_gaussian_file_is_that_of_the_program(program, faithful, tmp_path, covariance):
    expected = program(DATA / "faithful.csv", "-K", "2", "--covariance", covariance)
    mixture = shardem.GaussianMixture(2, covariance_type=covariance).fit(faithful)
    mixture.save(tmp_path / "own.json")
    assert (tmp_path / "own.json").read_bytes() == expected


@pytest.mark.parametrize(
    "estimator, arguments",
    [
        (shardem.StudentTMixture(2, random_state=3), ["--family", "student-t", "--seed", "3"]),
        (shardem.StudentTMixture(2, degrees_of_freedom=4), ["--family", "student-t", "--degrees-of-freedom", "4"]),
        (
            shardem.BayesianGaussianMixture(2, weight_concentration_prior_type="dirichlet_distribution"),
            ["--estimate", "vb"],
        ),
        (shardem.KMeans(3), ["--family", "k-means"]),
        (shardem.ExponentialMixture(2), ["--family", "exponential", "--regularization", "1e-6"]),
        (shardem.GaussianMixture(2, n_init=3, tol=1e-9), ["--restarts", "3", "--tolerance", "1e-9"]),
        (shardem.GaussianMixture(2, reg_covar=0.5, init_params="kmeans"), ["--regularization", "0.5", "--init", "kmeans"]),
        (shardem.GaussianMixture(2, estimate="map"), ["--estimate", "map"]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_file_is_that_of_the_program(program, faithful, estimator, arguments):
    components = "3" if isinstance(estimator, shardem.KMeans) else "2"
    expected = program(DATA / "faithful.csv", "-K", components, *arguments)
    assert estimator.fit(faithful).model_ == expected


def test_weights_give_the_file_of_the_program(program, X, tmp_path):
    weights = np.arange(len(X)) % 4.0
    np.save(tmp_path / "rows.npy", X)
    np.save(tmp_path / "weights.npy", weights)
    expected = program(tmp_path / "rows.npy", "-K", "2", "--weights", tmp_path / "weights.npy")
    assert shardem.GaussianMixture(2).fit(X, sample_weight=weights).model_ == expected


def test_loads_what_the_program_wrote(program, faithful, tmp_path):
    expected = program(DATA / "faithful.csv", "-K", "2", "--covariance", "VEV")
    mixture = shardem.GaussianMixture.load(tmp_path / "model.json")
    assert mixture.model_ == expected
    assert mixture.covariance_type == "VEV"
    assert list(mixture.feature_names_in_) == ["eruptions", "waiting"]
    own = shardem.GaussianMixture(2, covariance_type="VEV").fit(faithful)
    np.testing.assert_array_equal(mixture.predict_proba(faithful), own.predict_proba(faithful))
