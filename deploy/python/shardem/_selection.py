"""The choice of the number of components, and of the covariances."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sklearn.base import clone

from . import _library
from ._base import DensityMixture, _whole

if TYPE_CHECKING:
    import pandas
    from numpy.typing import ArrayLike

    from ._base import Callback, Rows, Weights

_CRITERIA = ("bic", "icl", "aic", "cv")


@dataclasses.dataclass(frozen=True)
class Selection:
    """What `select` has found.

    best_estimator_ : the estimator that describes the rows best, fitted
    table_ : list of dict
        Of every fit n_components, model, bic, icl, aic, cv, log_likelihood, free_parameters, converged, spikes
        (components on few or nearly equal rows), best, and by what it failed.
    criterion : str
    """

    best_estimator_: DensityMixture
    table_: list[dict]
    criterion: str

    def frame(self) -> pandas.DataFrame:
        """The table as a DataFrame of pandas."""
        import pandas

        return pandas.DataFrame(self.table_)


def select(
    estimator: DensityMixture, X: Rows, y: object = None, sample_weight: Weights = None, *,
    n_components: Iterable[int] = range(1, 10), covariance_type: Iterable[str] | None = None, criterion: str = "bic",
    folds: int = 5, labels: ArrayLike | str | None = None, callback: Callback | None = None, comm: object = None,
    rebalance: bool = False,
) -> Selection:
    """Fits an estimator with several numbers of components, and finds the best: what `shardem select` does.

    All fits share their walks over the rows. Fits with a spike come after all others.

    estimator : a mixture with densities; it stays as it is
    n_components : iterable of int
    covariance_type : iterable of str, optional
        Of mixtures that have such; by default the estimator's.
    criterion : {'bic', 'icl', 'aic', 'cv'}
        By 'cv' the log-likelihood of rows that were left out, in `folds` parts.
    callback : callable, optional
        Is called with (place in the table, iteration, objective per row, what was gained).

    Other arguments are those of `fit`.
    """
    if not isinstance(estimator, DensityMixture):
        raise TypeError(f"{estimator!r}; expected a mixture with densities")
    if criterion not in _CRITERIA:
        raise ValueError(f"criterion={criterion!r}; expected one of {', '.join(_CRITERIA)}")
    if isinstance(n_components, (str, bytes)) or not isinstance(n_components, Iterable):
        raise TypeError(f"n_components={n_components!r}; expected several numbers")
    counts = [_whole(count, "n_components", 1, 2**31 - 1) for count in n_components]
    own = clone(estimator)
    if covariance_type is not None:
        if isinstance(covariance_type, str) or not all(isinstance(one, str) for one in covariance_type):
            raise TypeError(f"covariance_type={covariance_type!r}; expected several names")
        if "covariance_type" not in own.get_params():
            raise ValueError(f"{type(own).__name__} has no covariance_type")
        covariance_type = list(dict.fromkeys(covariance_type))
    data, options, _ = own._begun(X, sample_weight, labels, None, callback, comm, rebalance)
    options |= {"components": list(dict.fromkeys(counts)), "criterion": criterion}
    options |= {"folds": _whole(folds, "folds", 2, 2**31 - 1)}
    if covariance_type is not None:
        options["covariances"] = covariance_type
    model, table = _library.select(data, options, callback)
    if model is None:
        reasons = [entry["failure"] for entry in table if entry["failure"]]
        raise ValueError(f"no model could be fitted; the first: {reasons[0] if reasons else 'no value'}")
    best = next(entry for entry in table if entry["best"])
    own.set_params(n_components=best["n_components"])
    if covariance_type is not None:
        own.set_params(covariance_type=best["model"])
    own._took(model, data)
    return Selection(own, table, criterion)
