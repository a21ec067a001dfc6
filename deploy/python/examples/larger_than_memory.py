"""Rows that never are in memory at once: batches, here made, go to a temporary file; or the engine reads files."""

import tempfile
from pathlib import Path

import numpy as np

from shardem import Files, GaussianMixture


def batches(count=20, rows=5000):
    random = np.random.default_rng(1)
    for _ in range(count):
        kinds = random.integers(0, 3, rows)
        yield random.normal(size=(rows, 4)) + 6 * np.eye(4)[kinds]


mixture = GaussianMixture(3, init_params="kmeans").fit(batches())
print(mixture.means_.round(1))

with tempfile.TemporaryDirectory() as folder:
    for number, batch in enumerate(batches()):
        np.save(Path(folder) / f"rows-{number:03}.npy", batch)
    # At most so much of them is held; what is beyond it is read anew in every iteration.
    same = GaussianMixture(3, init_params="kmeans").fit(Files(folder, memory="50MB"))
    print("largest difference of a mean:", abs(same.means_ - mixture.means_).max().round(6))
