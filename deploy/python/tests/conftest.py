import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "Tests" / "Data"
PROGRAM = os.environ.get("SHARDEM") or shutil.which("shardem") or ROOT / ".build/release/shardem"


@pytest.fixture(scope="session")
def faithful():
    """Old Faithful: 272 rows of eruptions and waiting, with their names."""
    import pandas

    return pandas.read_csv(DATA / "faithful.csv")


@pytest.fixture(scope="session")
def X(faithful):
    return np.ascontiguousarray(faithful.to_numpy(np.float64))


@pytest.fixture
def program(tmp_path):
    if not Path(PROGRAM).exists():
        pytest.skip(f"no program {PROGRAM}")

    def fit(*arguments):
        path = tmp_path / "model.json"
        subprocess.run(
            [PROGRAM, "fit", *arguments, "--quiet", "--no-mpi", "--progress", "none", "--output", path],
            check=True, stdout=subprocess.DEVNULL)
        return path.read_bytes()

    return fit
