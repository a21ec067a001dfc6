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


@pytest.mark.parametrize(
    "estimator, arguments",
    [
        (shardem.BayesianGaussianMixture(3, missing="em", tol=1e-3), ["--estimate", "vb"]),
        (shardem.KMeans(3, missing="em"), ["--family", "k-means"]),
        (shardem.SoftKMeansMixture(3, beta=2.5, missing="em"), ["--family", "soft-k-means", "--beta", "2.5"]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_missing_cells_give_the_file_of_the_program(program, X, tmp_path, estimator, arguments):
    rows = X.copy()
    rows[::7, 1], rows[3::11, 0] = np.nan, np.nan
    np.save(tmp_path / "rows.npy", rows)
    if isinstance(estimator, shardem.BayesianGaussianMixture):
        arguments = [*arguments, "--weight-concentration-type", "dirichlet-process", "--tolerance", "1e-3"]
    expected = program(tmp_path / "rows.npy", "-K", "3", "--missing", "em", *arguments)
    assert estimator.fit(rows).model_ == expected
    assert (estimator.predict(rows) >= 0).all()


def test_guessed_families_of_files_are_those_of_the_program(program):
    path = DATA / "penguins.csv"
    expected = program(path, "-K", "2", "--family", "auto", "--missing", "em")
    own = shardem.MixedMixture(2, missing="em").fit(path)
    assert own.model_ == expected
    # Of rows in memory, whose columns the engine does not read, by all of them: here the same.
    import pandas

    assert shardem.MixedMixture(2, missing="em").fit(pandas.read_csv(path)).model_ == expected
    found = shardem.select(shardem.MixedMixture(missing="em"), path, n_components=[2])
    assert found.best_estimator_.model_ == expected


#: Models that the program writes, by options, and the classes of estimators that they are of.
WRITTEN = [
    (["--noise"], "GaussianMixture"), (["--noise", "0.001", "--covariance", "VVI"], "GaussianMixture"),
    (["--noise", "auto", "--missing", "em"], "GaussianMixture"), (["--estimate", "map"], "GaussianMixture"),
    (["--hard"], "GaussianMixture"), (["--family", "student-t", "--noise"], "StudentTMixture"),
    (["--family", "student-t", "--degrees-of-freedom", "common"], "StudentTMixture"),
    (["--estimate", "vb"], "BayesianGaussianMixture"),
    (["--estimate", "vb", "--covariance", "diag", "--vb-updates", "scikit-learn"], "BayesianGaussianMixture"),
    (["--family", "exponential", "--estimate", "vb"], "ExponentialMixture"),
    (["--family", "categorical", "--estimate", "map"], "CategoricalMixture"),
    (["--family", "categorical", "--estimate", "vb", "--weight-concentration-type", "dirichlet-process"],
     "CategoricalMixture"),
    (["--family", "mixed", "--column-families", "#1=gaussian,#2=categorical", "--estimate", "vb"], "MixedMixture"),
    (["--family", "auto"], "MixedMixture"), (["--family", "k-means"], "KMeans"),
    (["--family", "soft-k-means", "--beta", "2"], "SoftKMeansMixture"),
    (["--regularization", "0.25"], "GaussianMixture"),
    (["--init", "k-means++", "--seed", "5", "--tolerance", "1e-4"], "GaussianMixture"),
    (["--labels", "kind", "--components-per-class", "2"], "GaussianMixture"),
]


@pytest.mark.parametrize(
    "arguments, name", WRITTEN, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_loads_all_that_the_program_writes(program, faithful, tmp_path, arguments, name):
    frame = faithful.copy()
    kinds = np.where(np.arange(len(frame)) % 5 == 0, np.where(frame["waiting"] > 68, "long", "short"), "")
    if "--labels" in arguments:
        frame["kind"] = kinds
    frame.to_csv(tmp_path / "rows.csv", index=False)
    components = "4" if "--labels" in arguments else "2"
    expected = program(tmp_path / "rows.csv", "-K", components, *arguments)
    own = shardem.load(tmp_path / "model.json")
    assert type(own).__name__ == name and own.model_ == expected
    assert own.predict(faithful).shape == (272,)
    assert not hasattr(own, "noise_weight_") or own.predict_proba(faithful).shape == (272, 3)
    # The file tells what is fitted, so that the same rows give it again.
    if "--hard" in arguments or "common" in arguments or "auto" in arguments:
        return
    own.set_params(**({"missing": "em"} if "--missing" in arguments else {}))
    labels = np.where(kinds == "", None, kinds) if "--labels" in arguments else None
    assert own.fit(faithful, labels=labels).model_ == expected


def test_what_load_is_told_counts(program, tmp_path, X):
    program(DATA / "faithful.csv", "-K", "2")
    own = shardem.GaussianMixture.load(tmp_path / "model.json", missing="em", n_jobs=1)
    rows = X.copy()
    rows[3, 0] = np.nan
    assert own.missing == "em" and own.n_jobs == 1 and own.predict(rows).shape == (272,)
    with pytest.raises(TypeError):
        shardem.load(tmp_path / "model.json", no_parameter=1)


def test_loads_what_the_program_wrote(program, faithful, tmp_path):
    expected = program(DATA / "faithful.csv", "-K", "2", "--covariance", "VEV")
    mixture = shardem.GaussianMixture.load(tmp_path / "model.json")
    assert mixture.model_ == expected
    assert mixture.covariance_type == "VEV"
    assert list(mixture.feature_names_in_) == ["eruptions", "waiting"]
    own = shardem.GaussianMixture(2, covariance_type="VEV").fit(faithful)
    np.testing.assert_array_equal(mixture.predict_proba(faithful), own.predict_proba(faithful))
