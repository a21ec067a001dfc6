"""Attributes, arrays of all kinds, errors and interruptions."""

import pickle
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture as TheirsBayesian
from sklearn.mixture import GaussianMixture as Theirs

import shardem
from shardem import BayesianGaussianMixture, GaussianMixture, KMeans, _library


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_scikit_learn_says_the_same_of_the_parameters(X, covariance):
    own = GaussianMixture(2, covariance_type=covariance).fit(X)
    theirs = Theirs(2, covariance_type=covariance)
    theirs.weights_, theirs.means_ = own.weights_, own.means_
    theirs.covariances_, theirs.precisions_cholesky_ = own.covariances_, own.precisions_cholesky_
    # Both compute log densities of magnitude 10 from the same parameters by some 10 operations a column.
    np.testing.assert_allclose(own.score_samples(X), theirs.score_samples(X), rtol=0, atol=1e-11)
    np.testing.assert_allclose(own.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e-11)
    np.testing.assert_array_equal(own.predict(X), theirs.predict(X))
    # Sums of 272 of these, of magnitude 3,000.
    assert own.bic(X) == pytest.approx(theirs.bic(X), abs=1e-8)
    assert own.aic(X) == pytest.approx(theirs.aic(X), abs=1e-8)
    assert own.score(X) == pytest.approx(own.lower_bound_, abs=1e-14)
    assert own.icl(X) >= own.bic(X)
    full = own.covariances_ if covariance == "full" else None
    if full is not None:
        # The condition of the covariances is below 1e4: 12 digits are left.
        np.testing.assert_allclose(full @ own.precisions_, [np.eye(2)] * 2, atol=1e-11)


def _forms(X):
    wide = np.zeros((2 * len(X), 5), X.dtype)
    wide[::2, 1:4:2] = X
    packed = np.zeros(len(X), dtype=np.dtype([("a", "u1"), ("x", X.dtype, (2,))], align=False))
    packed["x"] = X
    readonly = X.copy()
    readonly.flags.writeable = False
    return {
        "Fortran": np.asfortranarray(X), "strided": wide[::2, 1:4:2], "backwards": X[::-1].copy()[::-1],
        "flipped columns": X[:, ::-1].copy()[:, ::-1], "unaligned": packed["x"], "read only": readonly,
        "big endian": X.astype(X.dtype.newbyteorder(">")), "list": X.tolist(),
    }


def test_strides_make_no_difference(X):
    expected = GaussianMixture(2).fit(X)
    for name, rows in _forms(X).items():
        own = GaussianMixture(2).fit(rows)
        assert own.model_ == expected.model_, name
        np.testing.assert_array_equal(own.score_samples(rows), expected.score_samples(X), err_msg=name)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "g", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"])
def test_types_make_no_difference(X, kind):
    rows = (X > X.mean(axis=0)) if kind == "?" else np.round(X).astype(kind)
    for estimator in (GaussianMixture(1), KMeans(2)):
        expected = estimator.fit(np.asarray(rows, float)).model_
        for name, own in {**_forms(rows), "swapped": rows.astype(rows.dtype.newbyteorder())}.items():
            assert estimator.fit(own).model_ == expected, name


def _forms_of_memory(rows):
    return {"in order": rows, "Fortran": np.asfortranarray(rows), "strided": np.repeat(rows, 2, axis=0)[::2]}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i2", ">i4", "u1"])
def test_numbers_of_no_type_are_copied(kind):
    rows = np.random.default_rng(8).integers(0, 100, (50_000, 8)).astype(kind)
    for name, own in _forms_of_memory(rows).items():
        estimator = GaussianMixture(2, max_iter=2, init_params="random", tol=1)
        estimator.fit(own[:100])
        tracemalloc.start()
        estimator.fit(own).predict(own)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # The labels take 8 bytes a row; a copy would take 8 more at least, the smallest.
        assert most < 12 * len(rows), name


def test_threads_make_no_difference(X):
    rows = np.tile(X, (40, 1)) + np.linspace(0, 1, 40 * len(X))[:, None]
    one = GaussianMixture(3, n_jobs=1).fit(rows)
    assert GaussianMixture(3, n_jobs=3).fit(rows).model_ == one.model_
    results = [None] * 4

    def work(i):
        results[i] = GaussianMixture(3, n_jobs=1).fit(rows).model_

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert results == [one.model_] * 4


def test_memory_maps_are_read_in_place(X, tmp_path):
    np.save(tmp_path / "rows.npy", X)
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert GaussianMixture(2).fit(rows).model_ == GaussianMixture(2).fit(X).model_


def test_pickles_and_clones(X):
    own = GaussianMixture(2, random_state=5).fit(X)
    other = pickle.loads(pickle.dumps(own))
    assert other.model_ == own.model_
    np.testing.assert_array_equal(other.predict(X), own.predict(X))
    assert not hasattr(clone(own), "model_")


@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_loads_what_it_saved(name, tmp_path):
    estimator = getattr(shardem, name)
    rows = np.random.default_rng(1).integers(0, 5, (200, 3)) + 1.0
    own = estimator(2).fit(rows)
    own.save(tmp_path / "model.json")
    other = estimator.load(tmp_path / "model.json")
    assert other.model_ == own.model_
    np.testing.assert_array_equal(other.predict(rows), own.predict(rows))
    if name != "GaussianMixture":
        with pytest.raises(ValueError, match="expected gaussian|not the estimator"):
            GaussianMixture.load(tmp_path / "model.json")


def test_samples(X):
    own = GaussianMixture(2).fit(X)
    rows, labels = own.sample(50_000, random_state=1)
    again, _ = own.sample(100, random_state=1)
    np.testing.assert_array_equal(rows[:100], again)
    for k in range(2):
        # Five standard errors.
        share = np.sqrt(own.weights_[k] * (1 - own.weights_[k]) / len(rows))
        assert abs((labels == k).mean() - own.weights_[k]) < 5 * share
        deviations = np.sqrt(np.diag(own.covariances_[k]) / (labels == k).sum())
        assert (abs(rows[labels == k].mean(axis=0) - own.means_[k]) < 5 * deviations).all()


def test_warm_start_goes_on(X):
    own = GaussianMixture(2, warm_start=True).fit(X)
    first = own.lower_bound_
    own.set_params(tol=1e-10).fit(X)
    assert own.lower_bound_ >= first
    with pytest.raises(ValueError):
        own.set_params(n_components=3).fit(X)


def test_missing_cells(X):
    rows = X.copy()
    rows[::7, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        GaussianMixture(2).fit(rows)
    own = GaussianMixture(2, missing="em").fit(rows)
    assert np.isfinite(own.score_samples(rows)).all()


def test_too_few_iterations_are_warned_of(X):
    with pytest.warns(ConvergenceWarning, match="1 iteration"):
        own = GaussianMixture(3, max_iter=1).fit(X)
    assert not own.converged_ and own.n_iter_ == 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", ["dirichlet_process", "dirichlet_distribution"])
def test_variational_fit_is_that_of_scikit_learn(X, kind):
    settings = dict(
        weight_concentration_prior_type=kind, weight_concentration_prior=0.1,
        mean_prior=np.array([3.0, 70.0]), mean_precision_prior=0.5, degrees_of_freedom_prior=4.0, reg_covar=0.0,
        covariance_prior=np.eye(2))
    own = BayesianGaussianMixture(2, tol=1e-12, **settings).fit(X)
    # In a Dirichlet process the order counts: that with the larger component first.
    theirs = next(
        one for seed in range(20)
        if np.diff(
            (one := TheirsBayesian(
                n_components=2, tol=1e-12, max_iter=5000, random_state=seed, init_params="k-means++", **settings,
            ).fit(X)).weights_) < 0)
    # Where both have converged to 1e-12 of an objective that is quadratic there, parameters agree to 1e-6;
    # a hundredfold for its curvature.
    for name in ("weights_", "means_", "covariances_", "mean_precision_", "degrees_of_freedom_"):
        np.testing.assert_allclose(getattr(own, name), getattr(theirs, name), rtol=1e-4, err_msg=name)
    np.testing.assert_allclose(own.predict_proba(X).sum(axis=1), 1, rtol=1e-12)


def test_k_means(X):
    own = KMeans(3).fit(X)
    distances = ((X[:, None] - own.cluster_centers_) ** 2).sum(axis=2)
    np.testing.assert_array_equal(own.labels_, distances.argmin(axis=1))
    # Rounding of 272 squares.
    assert own.inertia_ == pytest.approx(distances.min(axis=1).sum(), rel=1e-13)
    assert own.score(X) == pytest.approx(-own.inertia_, rel=1e-13)
    # By sums of products of magnitude 10,000, each of which is off by some 1e-12.
    np.testing.assert_allclose(own.transform(X) ** 2, distances, rtol=0, atol=1e-10)


def test_k_means_starts_from_given_centers(X):
    best = KMeans(3).fit(X)
    own = KMeans(3, init=best.cluster_centers_[::-1], n_init=5).fit(X)
    # As there is nothing to gain, the centers are the same, those of equal size apart.
    np.testing.assert_allclose(
        np.sort(own.cluster_centers_, axis=0), np.sort(best.cluster_centers_, axis=0), rtol=1e-12)
    assert KMeans(3, init="random").fit(X).model_ == KMeans(3, init_params="random").fit(X).model_
    for init in (best.cluster_centers_[:2], np.full((3, 2), np.nan), "best", 7, lambda *_: best.cluster_centers_):
        with pytest.raises((ValueError, TypeError)):
            KMeans(3, init=init).fit(X)


def test_columns_that_depend_on_others_have_a_variational_fit(X):
    rows = np.column_stack([X, X.sum(axis=1), np.ones(len(X))])
    for covariance in ("full", "tied", "diag", "spherical"):
        own = BayesianGaussianMixture(2, covariance_type=covariance).fit(rows)
        assert np.isfinite(own.lower_bound_) and np.isfinite(own.score_samples(rows)).all()
    with pytest.raises(ValueError, match="dependent"):
        BayesianGaussianMixture(2, reg_covar=0).fit(rows)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_scikit_learns_updates_are_those_of_scikit_learn(X, covariance):
    settings = {"covariance_type": covariance, "reg_covar": 0.0, "weight_concentration_prior": 0.5}
    theirs = TheirsBayesian(n_components=2, max_iter=2000, tol=0, random_state=1, **settings).fit(X)
    own = BayesianGaussianMixture(2, max_iter=2000, tol=0, updates="scikit-learn", **settings).fit(
        X, start=theirs.predict_proba(X))
    # Both are where nothing changes any more but for roundings; the curvature costs digits.
    np.testing.assert_allclose(own.means_, theirs.means_, rtol=1e-8)
    np.testing.assert_allclose(own.covariances_, theirs.covariances_, rtol=1e-8)
    assert own.lower_bound_ == pytest.approx(theirs.lower_bound_, abs=1e-6)


@pytest.mark.parametrize("name", ["Bernoulli", "Poisson", "Exponential", "Multinomial", "Categorical", "Mixed"])
def test_estimates_of_other_families(name):
    estimator = getattr(shardem, f"{name}Mixture")
    rows = np.random.default_rng(3).integers(0, 2, (200, 3)) + 0.0
    rows[:, 0] += 1
    for estimate in ("map", "vb"):
        own = estimator(2, estimate=estimate).fit(rows)
        assert np.isfinite(own.lower_bound_) and (own.weights_ > 0).all()
    with pytest.raises(ValueError, match="estimate"):
        estimator(2, estimate="best").fit(rows)
    with pytest.raises(ValueError, match="estimate"):
        GaussianMixture(2, estimate="vb").fit(rows)


def test_priors_are_numbers_or_arrays(X):
    prior = {"mean": X.mean(axis=0), "mean_precision": 5, "degrees_of_freedom": 9, "covariance": np.cov(X.T)}
    own = GaussianMixture(2, estimate="map", prior=prior).fit(X)
    assert own.model_ != GaussianMixture(2, estimate="map").fit(X).model_
    assert own.model_ == GaussianMixture(
        2, estimate="map", prior={name: np.asarray(value).tolist() for name, value in prior.items()}).fit(X).model_
    with pytest.raises(ValueError, match="prior"):
        GaussianMixture(2, prior=prior).fit(X)


def test_unknown_categories_may_be_missing():
    rows = np.array([["a", "x"], ["b", "y"], ["a", "x"], ["b", "y"]], object)
    others = np.array([["c", "x"], ["a", "z"]], object)
    own = shardem.CategoricalMixture(2, missing="em", unknown_categories="missing").fit(rows)
    absent = np.array([[None, "x"], ["a", None]], object)
    np.testing.assert_array_equal(own.predict_proba(others), own.predict_proba(absent))
    assert own.impute(others).tolist() == [["a", "x"], ["a", "x"]]
    with pytest.raises(ValueError, match="none of the 2 categories"):
        own.set_params(unknown_categories="error").predict(others)
    for parameters in ({"unknown_categories": "missing"}, {"unknown_categories": "drop", "missing": "em"}):
        with pytest.raises(ValueError, match="unknown_categories"):
            shardem.CategoricalMixture(2, **parameters).fit(rows)


def test_unknown_categories_of_files_may_be_missing(tmp_path):
    (tmp_path / "rows.csv").write_text("p,q\n" + "a,x\nb,y\n" * 4)
    (tmp_path / "others.csv").write_text("p,q\nc,x\nNA,x\n")
    own = shardem.CategoricalMixture(2, missing="em", unknown_categories="missing").fit(tmp_path / "rows.csv")
    first, second = own.predict_proba(tmp_path / "others.csv")
    np.testing.assert_array_equal(first, second)
    with pytest.raises(ValueError, match="found \"c\""):
        own.set_params(unknown_categories="error").predict(tmp_path / "others.csv")


@pytest.mark.parametrize("estimator", [shardem.PoissonMixture, shardem.MultinomialMixture])
def test_fractions_may_be_rounded(estimator, tmp_path):
    rows = np.random.default_rng(5).poisson([3.0, 1.0, 7.0], (100, 3)) + 0.0
    near = rows + np.linspace(-0.4, 0.4, 300).reshape(100, 3) * (rows > 0)
    own = estimator(2, fractions="round").fit(near)
    assert own.model_ == estimator(2).fit(rows).model_
    np.testing.assert_array_equal(own.predict_proba(near), own.predict_proba(rows))
    with pytest.raises(ValueError, match="found 0.6.* expected|whole"):
        estimator(2).fit(np.where(rows == 0, 0.6, rows))
    with pytest.raises(ValueError, match="fractions"):
        estimator(2, fractions="floor").fit(rows)


def test_rows_without_a_direction_may_be_ignored():
    rows = np.random.default_rng(6).normal(size=(100, 3)) + [[3, 0, 0], [0, 3, 0]] * 50
    with_zeros = rows.copy()
    with_zeros[::10] = 0
    rest = np.delete(rows, np.s_[::10], axis=0)
    with pytest.raises(ValueError, match="row 0 has the length 0.*zero_rows"):
        shardem.VonMisesFisherMixture(2).fit(with_zeros)
    own = shardem.VonMisesFisherMixture(2, zero_rows="ignore").fit(with_zeros)
    # The rows have other numbers, by which starts are drawn: the same maximum to 1e-6 of what is left to gain per row,
    # of which parameters are good to its root.
    np.testing.assert_allclose(
        own.directions_, shardem.VonMisesFisherMixture(2).fit(rest).directions_, rtol=0, atol=1e-3)
    np.testing.assert_array_equal(own.predict_proba(with_zeros)[::10], [own.weights_] * 10)
    assert (own.predict(with_zeros)[::10] == np.argmax(own.weights_)).all()
    assert (own.score_samples(with_zeros)[::10] == 0).all()
    # Sums are exact; the mean of 90 numbers has a rounding or two.
    assert own.score(with_zeros) == pytest.approx(own.score(rest), rel=1e-14)
    assert own.score(with_zeros, sample_weight=np.arange(100.0)) == pytest.approx(
        own.score(rest, sample_weight=np.delete(np.arange(100.0), np.s_[::10])), rel=1e-14)
    np.testing.assert_array_equal(own.predict(np.zeros((4, 3))), np.argmax(own.weights_))
    with pytest.raises(ValueError, match="weights are 0"):
        own.score(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="zero_rows"):
        shardem.VonMisesFisherMixture(2, zero_rows="drop").fit(rows)


@pytest.mark.parametrize("zero_rows", ["error", "ignore"])
def test_directions_with_missing_cells_are_refused_as_such(zero_rows):
    rows = np.random.default_rng(6).normal(size=(100, 3))
    mixture = shardem.VonMisesFisherMixture(2, zero_rows=zero_rows, missing="em").fit(rows)
    rows[7, 1] = np.nan
    for refused in (mixture.fit, mixture.predict, mixture.score_samples, mixture.impute):
        with pytest.raises(ValueError, match="^row 7 .*NaN"):
            refused(rows)


@pytest.mark.parametrize("zero_rows", ["error", "ignore"])
def test_directions_do_not_depend_on_lengths(zero_rows):
    rows = np.random.default_rng(6).normal(size=(100, 3)) + [[3, 0, 0], [0, 3, 0]] * 50
    # Powers of two, by which numbers are multiplied without rounding: squares that are beyond float64 or are 0.
    scaled = np.ldexp(rows, np.array([0, 700, -700, 1000, -1000] * 20)[:, None])
    mixture = shardem.VonMisesFisherMixture(2, zero_rows=zero_rows)
    model = mixture.fit(rows).model_
    assert mixture.fit(scaled).model_ == model
    np.testing.assert_array_equal(mixture.predict_proba(scaled), mixture.predict_proba(rows))
    units = mixture.predict_proba([[1, 0, 0], [-1, -1, 0]])
    for length in (5e-324, 1e200, 1.7e308):
        np.testing.assert_array_equal(mixture.predict_proba([[length, 0, 0], [-length, -length, 0]]), units)


@pytest.mark.parametrize("estimator", [GaussianMixture, BayesianGaussianMixture, shardem.StudentTMixture])
def test_what_is_not_finite_is_said_in_the_words_of_scikit_learn(X, estimator):
    for value, word in ((np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")):
        rows = X.copy()
        rows[17, 1] = value
        for fit in (lambda: estimator(2).fit(rows), lambda: estimator(2).fit(X).predict(rows)):
            with pytest.raises(ValueError, match=f"Input X contains {word}"):
                fit()
    with pytest.raises(ValueError, match="Input X contains infinity"):
        estimator(2, missing="em").fit(rows)


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"n_components": 0}, "n_components"), ({"n_components": 273}, "272 rows"),
        ({"n_components": 2.0}, "n_components"), ({"covariance_type": "round"}, "round"),
        ({"covariance_type": None, "init_params": "best"}, "best"), ({"estimate": "vb"}, "estimate"),
        ({"reg_covar": -1}, "-1"), ({"reg_covar": "much"}, "much"), ({"tol": float("nan")}, "tol"),
        ({"tol": -1}, "tol"), ({"max_iter": 0}, "max_iter"), ({"n_init": 10**9}, "n_init"),
        ({"init_params": None}, "None"), ({"random_state": -1}, "random_state"),
        ({"n_jobs": 0}, "n_jobs"), ({"missing": "drop"}, "missing"), ({"estimate": "best"}, "best"),
    ],
)
def test_parameters_are_checked(X, parameters, message):
    with pytest.raises((ValueError, TypeError), match=message):
        GaussianMixture(**{"n_components": 2, **parameters}).fit(X)


@pytest.mark.parametrize(
    "options, message",
    [
        ("", "JSON"), ("[]", "a list"), ("{}", "components"), ('{"components": -1}', "components"),
        ('{"components": 1e300}', "components"), ('{"components": 2, "extra": 1}', "extra"),
        ('{"components": 2, "family": "x"}', "gaussian"), ('{"components": 2, "family": "mixed"}', "column-families"),
        ('{"components": 2, "family": "categorical"}', "categories"),
        ('{"components": 2, "settings": {"components-per-class": "1"}}', "labels"),
        ('{"components": 2, "settings": {"beta": "1"}}', "beta"),
        ('{"components": 2, "family": "soft-k-means"}', "beta"),
        ('{"components": 2, "settings": {"estimate": "map", "prior": "{"}}', "prior"),
        ('{"components": 2, "start": "{}"}', "format"), ('{"components": 2, "threads": 1}', "threads"),
        ('{"components": 2, "restarts": 18446744073709551615}', "restarts"),
        ('{"components": 2, "tolerance": 1, "tolerance_parameters": 1}', "exclude"),
        ('{"components": 2, "exact_dense": true, "family": "poisson"}', "exact_dense"),
    ],
)
def test_options_are_checked(X, options, message, monkeypatch):
    data = _library.rows(X)
    monkeypatch.setattr(_library.json, "dumps", lambda _: options)
    with pytest.raises(ValueError, match=message):
        _library.fit(data, {})


@pytest.mark.parametrize(
    "options, message",
    [
        ({"columns": ["a", "a"]}, "same name"), ({"columns": ["a"]}, "names"), ({"threads": 0}, "threads"),
        ({"categories": [None]}, "categories"), ({"categories": [[], None]}, "categories"), ({"missing": 1}, "missing"),
        ({"categories": [["a", "a"], None]}, "categories"), ({"class_names": []}, "class_names"), ({"x": 1}, "x"),
        ({"type": "<c16"}, "type"), ({"type": ""}, "type"), ({"type": 8}, "type"),
    ],
)
def test_options_of_rows_are_checked(X, options, message):
    with pytest.raises(ValueError, match=message):
        _library.rows(X, **options)


def test_shapes_are_checked(X):
    own = GaussianMixture(2).fit(X)
    for rows in (X[:0], X[:, :0], X[:, :1], np.zeros((5, 3))):
        with pytest.raises(ValueError):
            _library.predict(own.model_, _library.rows(np.array(rows)), labels=True)
    data = _library.rows(X)
    for width in (1, 3):
        with pytest.raises(ValueError, match="responsibilities"):
            _library.predict(own.model_, data, responsibilities=width)
    for columns in (1, 3):
        with pytest.raises(ValueError, match="columns"):
            _library.sample(own.model_, columns, 5, 0)
    for model in (b"", b"{}", b"\xff", own.model_[:-20]):
        with pytest.raises(ValueError):
            _library.predict(model, data, labels=True)
    for value in (np.nan, np.inf, 1e308):
        rows = X.copy()
        rows[17, 1] = value
        with pytest.raises(ValueError):
            _library.fit(_library.rows(rows), {"components": 2})
    for weights in (np.zeros(272), -np.ones(272), np.full(272, np.nan), np.full(272, 1e308)):
        with pytest.raises(ValueError):
            _library.fit(_library.rows(X, weights), {"components": 2})


def test_an_error_in_the_callback_ends_the_fit(X):
    def stop(restart, iteration, objective, change):
        raise LookupError(iteration)

    with pytest.raises(LookupError, match="1"):
        _library.fit(_library.rows(X), {"components": 2}, None, stop)
    with pytest.raises(LookupError, match="1"):
        GaussianMixture(2).fit(X, callback=stop)


def test_control_c_ends_the_fit():
    program = """if True:
        import numpy as np, os, signal, sys, threading
        from shardem import _library
        rows = np.random.default_rng(0).normal(size=(20_000, 4))
        def tell(restart, iteration, objective, change):
            if iteration == 3: os.kill(os.getpid(), signal.SIGINT)
        try:
            _library.fit(_library.rows(rows), {"components": 20, "init": "random", "tolerance": 0}, None, tell)
        except KeyboardInterrupt:
            sys.exit(17)
    """
    assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 17


def test_types_that_are_read_are_named():
    with pytest.raises(TypeError, match="complex128 with 2 dimensions; expected real numbers with 2"):
        shardem._library.rows(np.zeros((3, 2), complex))
    with pytest.raises(TypeError, match="float32 with 2 dimensions; expected float64 with 2"):
        shardem._library.fit(shardem._library.rows(np.zeros((3, 2))), {}, np.zeros((3, 2), np.float32))


def test_errors_of_the_engine_name_arguments(tmp_path):
    rows = np.random.default_rng(1).normal(size=(50, 2))
    rows[:, 1] = rows[:, 0]
    with pytest.raises(ValueError, match=r"raise reg_covar \(or regularization\)"):
        GaussianMixture(2, reg_covar=0).fit(rows)
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n?,4\n5,7\n")
    with pytest.raises(ValueError, match="give missing='em' and Files.missing_values '\\?'"):
        GaussianMixture(1).fit(path)
    with pytest.raises(ValueError, match=r"lower n_components \(or n_clusters\)"):
        shardem.KMeans(4, missing="em").fit(shardem.Files(path, missing_values=["?"]))


def test_columns_that_a_model_has_not_are_named(tmp_path):
    for name, columns in (("fitted", "a,b"), ("other", "a,c")):
        (tmp_path / name).write_text(f"{columns}\n1,2\n3,5\n7,4\n")
    mixture = GaussianMixture(1).fit(tmp_path / "fitted")
    with pytest.raises(ValueError, match='no column "b" of the model; the file\'s columns are a, c'):
        mixture.predict(tmp_path / "other")


def test_import_takes_no_scikit_learn():
    program = "import sys, shardem; sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_a_fitted_one_has_a_picture(name, X):
    import xml.etree.ElementTree

    estimator = getattr(shardem, name)(3, max_iter=5)
    assert "<svg" not in estimator._repr_html_().partition("</style>")[2].rpartition("</div>")[2]
    picture = estimator.fit(np.round(X))._repr_html_().rpartition("</div>")[2]
    drawn = xml.etree.ElementTree.fromstring(picture[picture.index("<svg"):])
    assert len([part for part in drawn if part.tag.endswith(("ellipse", "rect"))]) in (3, 6)


def test_pictures_name_columns_safely(X):
    import pandas

    frame = pandas.DataFrame(X, columns=["<script>", "a&b"])
    for covariance in ("full", "tied", "diag", "spherical"):
        picture = GaussianMixture(2, covariance_type=covariance).fit(frame)._repr_html_().rpartition("<svg")[2]
        assert "&lt;script&gt;" in picture and "<script>" not in picture
