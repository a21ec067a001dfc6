"""Ranks under MPI: mpirun -n 4 python ranks.py. Each brings rows of its own, and gets the model of all."""

import numpy as np
from mpi4py import MPI

from shardem import GaussianMixture

comm = MPI.COMM_WORLD
random = np.random.default_rng(comm.rank)
own = random.normal(size=(3000, 2)) + 5 * random.integers(0, 2, (3000, 1))
mixture = GaussianMixture(2, n_jobs=1).fit(own, comm=comm, rebalance=True)
if comm.rank == 0:
    print(f"{comm.size} ranks:", mixture.means_.round(2).tolist())
