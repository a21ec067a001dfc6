"""Words, numbers and missing cells in one table: penguins by a mixture of columns of several families."""

from pathlib import Path

import pandas

from shardem import MixedMixture

penguins = pandas.read_csv(Path(__file__).parents[3] / "Tests" / "Data" / "penguins.csv")
rows = penguins.drop(columns=["species", "year"])
families = {
    ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"): "gaussian", "*": "categorical"}
mixture = MixedMixture(3, column_families=families, missing="em").fit(rows)
print(pandas.crosstab(penguins["species"], mixture.predict(rows)))
print(mixture.impute(rows)[rows.isna().any(axis=1)].head())
