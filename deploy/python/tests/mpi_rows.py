"""The rows that mpi_ranks.py fits, and their weights."""

import numpy as np

_random = np.random.default_rng(5)
rows = _random.normal(size=(5000, 3)) + np.array([[0, 0, 0], [5, 5, 0]])[_random.integers(0, 2, 5000)]
weights = np.arange(5000) % 3.0
