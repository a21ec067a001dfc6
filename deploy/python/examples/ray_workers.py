"""Workers of Ray as ranks: `pip install ray`. They exchange what they have by an actor."""

import asyncio

import numpy as np
import ray

from shardem import GaussianMixture


@ray.remote(num_cpus=0)
class Meeting:
    """Gives every rank the values of all, when all have come."""

    def __init__(self, size):
        self.size, self.values, self.all = size, {}, None

    async def allgather(self, rank, value):
        if self.all is None:
            self.all = asyncio.get_running_loop().create_future()
        everyone, self.values[rank] = self.all, value
        if len(self.values) == self.size:
            everyone.set_result([self.values[other] for other in range(self.size)])
            self.values, self.all = {}, None
        return await everyone


class Workers:
    """What `fit` takes for a communicator."""

    def __init__(self, meeting, rank, size):
        self.meeting, self.rank, self.size = meeting, rank, size

    def allgather(self, value):
        return ray.get(self.meeting.allgather.remote(self.rank, value), timeout=60)


def rows(rank):
    random = np.random.default_rng(rank)
    return random.normal(size=(2048, 2)) + 5 * random.integers(0, 2, (2048, 1))


@ray.remote(num_cpus=1)
def fit(meeting, rank, size):
    ranks = Workers(meeting, rank, size)
    return GaussianMixture(2, n_jobs=1, init_params="kmeans").fit(rows(rank), comm=ranks).model_


def main(size=2):
    ray.init(num_cpus=size, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    meeting = Meeting.remote(size)
    models = ray.get([fit.remote(meeting, rank, size) for rank in range(size)])
    ray.shutdown()
    # Whole blocks of 1,024 rows each: the same bytes as of all rows in one place.
    everything = np.concatenate([rows(rank) for rank in range(len(models))])
    alone = GaussianMixture(2, init_params="kmeans").fit(everything).model_
    print(f"{len(models)} workers:", "the model of one process" if set(models) == {alone} else "different models")


if __name__ == "__main__":
    main()
