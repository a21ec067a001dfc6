"""What test_ranks.py runs on several ranks of MPI: fits, errors of one rank, a fit from another thread."""

import threading

import numpy as np
from mpi4py import MPI

from shardem import GaussianMixture

comm = MPI.COMM_WORLD
random = np.random.default_rng(5)
rows = random.normal(size=(5000, 3)) + np.array([[0, 0, 0], [5, 5, 0]])[random.integers(0, 2, 5000)]
weights = np.arange(5000) % 3.0
OPTIONS = {"n_jobs": 1, "init_params": "kmeans"}
expected = GaussianMixture(2, **OPTIONS).fit(rows, sample_weight=weights)
own = slice(5000 * comm.rank // comm.size, 5000 * (comm.rank + 1) // comm.size)


def fit(comm=comm, **options):
    return GaussianMixture(2, **OPTIONS).fit(
        rows[own], sample_weight=weights[own], comm=comm, rebalance=True, **options)


assert fit().model_ == expected.model_
assert fit(comm.Dup()).model_ == expected.model_

# An error of one rank is raised on all, and they go on.
faulty = rows[own].copy()
if comm.rank == comm.size - 1:
    faulty[3, 1] = np.nan
try:
    GaussianMixture(2, **OPTIONS).fit(faulty, comm=comm)
except ValueError as error:
    assert "NaN" in str(error), error
else:
    raise AssertionError("no error")


def stop(*_):
    raise LookupError("mine")


try:
    fit(callback=stop if comm.rank == 0 else None)
except (LookupError, RuntimeError) as error:
    assert isinstance(error, LookupError) == (comm.rank == 0), error
else:
    raise AssertionError("no error")

if MPI.Query_thread() == MPI.THREAD_MULTIPLE:
    models = []
    thread = threading.Thread(target=lambda: models.append(fit().model_))
    thread.start()
    thread.join()
    assert models == [expected.model_]
print("done", flush=True)
