"""Ranks: threads of this process, and processes of MPI where mpi4py and mpirun are."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import shardem
from shardem import CategoricalMixture, GaussianMixture, KMeans, MixedMixture, _ranks

from conftest import DATA


class Threads:
    """A communicator of threads, each of which calls `of(rank)`."""

    def __init__(self, size):
        self.size = size
        self._values = [None] * size
        self._barrier = threading.Barrier(size, timeout=60)

    def of(self, rank):
        return Thread(self, rank)


class Thread:
    def __init__(self, world, rank):
        self.world, self.rank, self.size = world, rank, world.size

    def allgather(self, value):
        self.world._values[self.rank] = value
        self.world._barrier.wait()
        values = list(self.world._values)
        self.world._barrier.wait()
        return values


def on_ranks(size, work):
    """What work(comm) returns on each rank, or the error that it raised."""
    world, results = Threads(size), [None] * size

    def run(rank):
        try:
            results[rank] = work(world.of(rank))
        except BaseException as error:  # noqa: BLE001
            results[rank] = error

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(size)]
    [thread.start() for thread in threads]
    [thread.join(120) for thread in threads]
    return results


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(5)
    return random.normal(size=(5000, 3)) + np.array([[0, 0, 0], [5, 5, 0]])[random.integers(0, 2, 5000)]


OPTIONS = {"n_jobs": 1, "init_params": "kmeans"}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_ranks_give_the_bytes_of_one_process(rows, size):
    expected = GaussianMixture(2, **OPTIONS).fit(rows)
    # In whole blocks; of three ranks one has no rows.
    cuts = {1: [0, 5000], 2: [0, 2048, 5000], 3: [0, 3072, 3072, 5000]}[size]

    def work(comm):
        own = rows[cuts[comm.rank]:cuts[comm.rank + 1]]
        mixture = GaussianMixture(2, **OPTIONS)
        labels = mixture.fit_predict(own, comm=comm)
        np.testing.assert_array_equal(labels, expected.predict(rows)[cuts[comm.rank]:cuts[comm.rank + 1]])
        return mixture.model_

    assert on_ranks(size, work) == [expected.model_] * size


def test_without_rows_there_is_no_picture_of_k_means(rows):
    def work(comm):
        own = KMeans(2, **OPTIONS).fit(rows if comm.rank == 0 else rows[:0], comm=comm)
        return own._repr_html_()

    first, second = on_ranks(2, work)
    assert "<title>2 weights</title>" in first and "<title>2 weights</title>" not in second


def test_rows_are_cut_anew(rows):
    weights = np.arange(len(rows)) % 3.0
    labels = np.where(np.arange(len(rows)) % 7 == 0, rows[:, 0] > 2.5, -1)
    expected = GaussianMixture(2, **OPTIONS).fit(rows, sample_weight=weights, labels=labels)
    cuts = [0, 17, 17, 5000]

    def work(comm):
        own = slice(cuts[comm.rank], cuts[comm.rank + 1])
        return GaussianMixture(2, **OPTIONS).fit(
            rows[own], sample_weight=weights[own], labels=labels[own], comm=comm, rebalance=True).model_

    assert on_ranks(3, work) == [expected.model_] * 3
    with pytest.raises(ValueError, match="without comm"):
        GaussianMixture(2).fit(rows, rebalance=True)


def test_other_cuts_agree_to_rounding(rows):
    expected = GaussianMixture(2, **OPTIONS).fit(rows)

    def work(comm):
        return GaussianMixture(2, **OPTIONS).fit(rows[comm.rank * 2500:(comm.rank + 1) * 2500], comm=comm)

    one, other = on_ranks(2, work)
    assert one.model_ == other.model_
    # Both end where less than 1e-6 of the log-likelihood is left to gain.
    np.testing.assert_allclose(one.means_, expected.means_, atol=1e-2)


def test_files_are_shared():
    path = DATA / "faithful.csv"
    expected = GaussianMixture(2, **OPTIONS).fit(path)
    results = on_ranks(2, lambda comm: GaussianMixture(2, **OPTIONS).fit(path, comm=comm).model_)
    assert results == [expected.model_] * 2


def test_categories_are_those_of_all_ranks():
    words = np.array([["a", 1.5], ["b", 2.5], ["c", 3.0]] * 700, object)
    families = {0: "categorical", 1: "gaussian"}
    expected = MixedMixture(2, column_families=families, **OPTIONS).fit(words)

    def work(comm):
        own = words[:1024] if comm.rank == 0 else words[1024:]
        return MixedMixture(2, column_families=families, **OPTIONS).fit(own, comm=comm).model_

    assert on_ranks(2, work) == [expected.model_] * 2
    results = on_ranks(2, lambda comm: CategoricalMixture(1).fit(words[comm.rank::3, :1], comm=comm).categories_)
    assert results == [[["a", "b"]]] * 2


def test_families_of_columns_are_guessed_of_all_ranks():
    random = np.random.default_rng(8)
    rows = np.column_stack([
        random.normal(size=3000), random.integers(0, 2, 3000), random.integers(0, 9, 3000),
        random.choice(["a", "b"], 3000)]).astype(object)
    rows[:, :3] = rows[:, :3].astype(float)
    # Each looks like another family on a rank of its own.
    rows[:1024, 0] = 1.0
    rows[:1024, 2] = rows[:1024, 2] > 4
    rows[:1024, 3] = 5.0
    expected = MixedMixture(2, **OPTIONS).fit(rows)
    assert b"1=gaussian,2=bernoulli,3=poisson,4=categorical" in expected.model_
    cuts = [0, 1024, 1024, 3000]
    results = on_ranks(3, lambda comm: MixedMixture(2, **OPTIONS).fit(
        rows[cuts[comm.rank]:cuts[comm.rank + 1]], comm=comm).model_)
    assert results == [expected.model_] * 3


def test_guessed_families_of_files_are_those_of_one_process():
    path = DATA / "penguins.csv"
    expected = MixedMixture(2, missing="em", **OPTIONS).fit(path)
    results = on_ranks(2, lambda comm: MixedMixture(2, missing="em", **OPTIONS).fit(path, comm=comm).model_)
    assert results == [expected.model_] * 2


@pytest.mark.parametrize("what", ["NaN", "options", "columns", "callback", "interrupt", "type", "labels", "words"])
def test_an_error_on_one_rank_raises_on_all(rows, what):
    def work(comm):
        own, options, callback = rows[comm.rank * 1024:(comm.rank + 1) * 1024].copy(), {}, None
        labels = np.array(["a", None], object)[np.arange(1024) % 2] if what == "labels" else None
        if what == "words":
            words = np.round(own).astype(object)
            if comm.rank == 1:
                words[5, 1] = np.inf
            return CategoricalMixture(2).fit(words, comm=comm)
        if comm.rank == 1:
            if what == "NaN":
                own[7, 1] = np.nan
            elif what == "options":
                options["n_components"] = 3
            elif what == "columns":
                own = own[:, :2]
            elif what == "labels":
                labels = labels[:7]
            elif what == "type":
                own = "a file that is none"
            else:
                def callback(*_):
                    raise KeyboardInterrupt() if what == "interrupt" else LookupError("mine")
        return GaussianMixture(**{"n_components": 2, **OPTIONS, **options}).fit(
            own, comm=comm, callback=callback, labels=labels)

    first, second = on_ranks(2, work)
    assert isinstance(first, Exception)
    expected = {"callback": LookupError, "interrupt": KeyboardInterrupt}.get(what, Exception)
    assert isinstance(second, expected)
    assert not isinstance(first, threading.BrokenBarrierError)
    # And the ranks live on.
    assert not isinstance(on_ranks(2, lambda comm: GaussianMixture(2).fit(rows[:99], comm=comm))[0], Exception)


def test_an_error_of_one_rank_is_the_same_sentence_on_all(rows):
    def work(comm):
        own = rows[comm.rank * 1024:(comm.rank + 1) * 1024].copy()
        own[7, 1] = np.nan if comm.rank == 1 else 0
        return GaussianMixture(2, **OPTIONS).fit(own, comm=comm)

    first, second = on_ranks(2, work)
    assert str(first) == str(second)
    assert "X of rank 1: row 8, column 2: found nan" in str(first) and str(first).endswith("or give missing='em'")


class Odd:
    rank, size = 0, 2

    def __init__(self, allgather):
        self.allgather = allgather


@pytest.mark.parametrize(
    "comm",
    [
        1, "comm", object(), Odd(None), Odd(lambda value: [value]), Odd(lambda value: None),
        Odd(lambda value: [b"", value]), Odd(lambda value: [value, b"x"]), Odd(lambda value: [value, 7]),
    ],
)
def test_communicators_are_checked(rows, comm):
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        GaussianMixture(2).fit(rows, comm=comm)


PROGRAM = Path(__file__).with_name("mpi_ranks.py")


@pytest.mark.parametrize("size", [1, 3])
def test_ranks_of_mpi(program, tmp_path, size):
    """Under whichever MPI `mpirun` is of: scripts/checks/python.sh has Open MPI and MPICH."""
    pytest.importorskip("mpi4py")
    if shutil.which("mpirun") is None:
        pytest.skip("no mpirun")
    from mpi_rows import rows, weights

    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "weights.npy", weights)
    program(tmp_path / "rows.npy", "-K", "2", "--init", "kmeans", "--weights", tmp_path / "weights.npy")
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    command = ["mpirun", "-n", str(size), sys.executable, str(PROGRAM), str(tmp_path / "model.json")]
    version = subprocess.run(["mpirun", "--version"], capture_output=True, text=True).stdout
    is_open = "Open MPI" in version
    if is_open:
        command[1:1] = ["--oversubscribe", "--bind-to", "none"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    # Lines of several ranks may run together.
    assert result.stdout.count("done by Open MPI" if is_open else "done by MPICH") == size
