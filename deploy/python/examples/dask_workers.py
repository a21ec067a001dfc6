"""Workers of Dask as ranks: `pip install distributed`. They exchange numbers over one another's queues."""

import os

import numpy as np
from distributed import Client, LocalCluster, Queue, get_client

from shardem import GaussianMixture


class Workers:
    """Ranks that exchange what they have by queues of Dask: rank 0 gathers, and gives all to everybody.

    For messages that are few, as those of fits are: one an iteration.
    """

    def __init__(self, name, rank, size):
        client = get_client()
        self.rank, self.size = rank, size
        self._up = Queue(f"{name}-up", client=client)
        self._down = [Queue(f"{name}-down-{other}", client=client) for other in range(size)]

    def allgather(self, value):
        self._up.put((self.rank, value))
        if self.rank == 0:
            values = dict(self._up.get(timeout="60s") for _ in range(self.size))
            for down in self._down:
                down.put([values[rank] for rank in range(self.size)])
        return self._down[self.rank].get(timeout="60s")


def rows(rank):
    random = np.random.default_rng(rank)
    return random.normal(size=(2048, 2)) + 5 * random.integers(0, 2, (2048, 1))


def fit(name, rank, size):
    ranks = Workers(name, rank, size)
    return GaussianMixture(2, n_jobs=1, init_params="kmeans").fit(rows(rank), comm=ranks).model_


def main():
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        workers = list(client.scheduler_info()["workers"])
        name = f"fit-{os.getpid()}"
        tasks = [
            client.submit(fit, name, rank, len(workers), workers=[worker], pure=False)
            for rank, worker in enumerate(workers)]
        models = client.gather(tasks)
    # Whole blocks of 1,024 rows each: the same bytes as of all rows in one place.
    everything = np.concatenate([rows(rank) for rank in range(len(models))])
    alone = GaussianMixture(2, init_params="kmeans").fit(everything).model_
    print(f"{len(models)} workers:", "the model of one process" if set(models) == {alone} else "different models")


if __name__ == "__main__":
    main()
