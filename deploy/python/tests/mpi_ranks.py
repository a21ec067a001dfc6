"""What test_ranks.py runs on several ranks of MPI: fits, errors of one rank, a fit from another thread.

python mpi_ranks.py MODEL: the file that the program has written of the same rows.
"""

import sys
import threading
from pathlib import Path

import numpy as np
from mpi4py import MPI

from shardem import GaussianMixture

from mpi_rows import rows, weights

comm = MPI.COMM_WORLD
OPTIONS = {"n_jobs": 1, "init_params": "kmeans"}
expected = Path(sys.argv[1]).read_bytes()
own = slice(5000 * comm.rank // comm.size, 5000 * (comm.rank + 1) // comm.size)


def fit(comm=comm, **options):
    return GaussianMixture(2, **OPTIONS).fit(
        rows[own], sample_weight=weights[own], comm=comm, rebalance=True, **options)


assert fit().model_ == expected
assert fit(comm.Dup()).model_ == expected

# An error of one rank is raised on all, and they go on.
faulty = rows[own].copy()
if comm.rank == comm.size - 1:
    faulty[3, 1] = np.nan
try:
    GaussianMixture(2, **OPTIONS).fit(faulty, comm=comm)
except ValueError as error:
    assert "row 4, column 2: found nan" in str(error) and "give missing='em'" in str(error), error
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
    assert models == [expected]
print(f"done by {MPI.get_vendor()[0]}", flush=True)
