"""How many components, and of which covariances: BIC over a grid, as mclust does."""

from pathlib import Path

import pandas

from shardem import GaussianMixture, select

faithful = pandas.read_csv(Path(__file__).parents[3] / "Tests" / "Data" / "faithful.csv")
found = select(
    GaussianMixture(), faithful, n_components=range(1, 5), covariance_type=["EEE", "VVV", "VVI"], criterion="bic")
print(found.frame().pivot(index="n_components", columns="model", values="bic").round(1))
best = found.best_estimator_
print(f"best: {best.covariance_type} of {best.n_components} components")
print(pandas.DataFrame(best.means_, columns=best.feature_names_in_).round(2))
