from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).resolve().parents[3] / "Tests" / "Data"


@pytest.fixture(scope="session")
def faithful():
    """Old Faithful: 272 rows of eruptions and waiting, with their names."""
    import pandas

    return pandas.read_csv(DATA / "faithful.csv")


@pytest.fixture(scope="session")
def X(faithful):
    return np.ascontiguousarray(faithful.to_numpy(np.float64))
