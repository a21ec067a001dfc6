"""What scikit-learn expects of estimators: all of check_estimator."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import shardem


WEIGHTS = "check_sample_weight_equivalence_on_dense_data"


def _expected_failures(estimator):
    if getattr(estimator, "fractions", None) == "error":
        return {WEIGHTS: "the check gives fractions in place of counts"}
    if getattr(estimator, "zero_rows", None) == "error":
        return {"check_estimators_dtypes": "the check has rows of zeros, which are no directions"}
    return {}


ESTIMATORS = [getattr(shardem, name)() for name in shardem.ESTIMATORS if name != "CategoricalMixture"] + [
    # A check has rows of weight 0 with categories that no other row has, and predicts them.
    shardem.CategoricalMixture(missing="em", unknown_categories="missing"),
    # Those whose checks have rows that they refuse: all checks, where they are to take such.
    shardem.PoissonMixture(fractions="round"), shardem.MultinomialMixture(fractions="round"),
    shardem.VonMisesFisherMixture(zero_rows="ignore")]


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=_expected_failures)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("covariance", ["tied", "diag", "spherical", "VEI"])
@pytest.mark.parametrize("estimator", [shardem.GaussianMixture, shardem.StudentTMixture])
def test_covariance_types_pass_checks(estimator, covariance):
    results = check_estimator(estimator(covariance_type=covariance), on_fail=None)
    failed = [(one["check_name"], one["exception"]) for one in results if one["status"] == "failed"]
    assert not failed


@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_weights_are_repeated_rows(name):
    if name == "KMeans":
        estimator = shardem.KMeans(1)
    else:
        estimator = getattr(shardem, name)(1)
    random = np.random.default_rng(4)
    rows, weights = random.integers(0, 6, (60, 3)) + 1.0, random.integers(0, 4, 60)
    weighted = clone(estimator).fit(rows, sample_weight=weights)
    repeated = clone(estimator).fit(np.repeat(rows, weights, axis=0))
    for attribute in ("means_", "covariances_", "probabilities_", "rates_", "directions_", "cluster_centers_"):
        if hasattr(weighted, attribute):
            # Sums are exact; what follows them has few operations. Degrees of freedom are iterated to 1e-6.
            tolerance = 1e-4 if name == "StudentTMixture" else 1e-12
            np.testing.assert_allclose(
                getattr(weighted, attribute), getattr(repeated, attribute), rtol=tolerance)


@pytest.mark.parametrize("name", [name for name in shardem.ESTIMATORS if name != "KMeans"])
def test_weights_are_repeated_rows_where_the_start_is_given(name):
    random = np.random.default_rng(4)
    rows, weights = random.integers(0, 6, (60, 3)) + 1.0, random.integers(0, 4, 60)
    estimator = getattr(shardem, name)(2, tol=1e-12)
    labels = (rows[:, 0] > 3).astype(int)
    weighted = clone(estimator).fit(rows, sample_weight=weights, start=labels)
    again = np.repeat(np.arange(60), weights)
    repeated = clone(estimator).fit(rows[again], start=labels[again])
    # Sums are exact, and so is all that follows but where their errors, of their last digit, are: iterations
    # that end by the same rule keep 1e-12 of what is maximized, of which parameters are good to its root.
    np.testing.assert_allclose(weighted.weights_, repeated.weights_, rtol=1e-6)
    assert weighted.lower_bound_ == pytest.approx(repeated.lower_bound_, rel=1e-9)


@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_every_parameter_is_documented(name):
    text = getattr(shardem, name).__doc__
    parameters = text.partition("----------")[2].partition("Attributes")[0]
    described = [line.partition(" :")[0] for line in parameters.splitlines()]
    assert [one for one in described if one and not one.startswith(" ")] == list(
        inspect.signature(getattr(shardem, name)).parameters)
