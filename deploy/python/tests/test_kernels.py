"""Libraries for several processors: which is taken, and that they give equal bytes."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shardem import GaussianMixture, _library

FOLDER = Path(_library.__file__).parent
LEVELS = [level for level in _library._LEVELS if (FOLDER / f"libshardemc-{level}.so").exists()]
FLAGS = Path("/proc/cpuinfo").read_text() if platform.system() == "Linux" else ""
HAS = {
    "x86-64-v3": " avx2" in FLAGS,
    "x86-64-v4": all(f" avx512{part}" in FLAGS for part in ("f", "bw", "cd", "dq", "vl"))}

FIT = """if True:
    import sys, numpy
    from shardem import BayesianGaussianMixture, GaussianMixture, _library
    rows = numpy.load(sys.argv[1])
    for estimator in (GaussianMixture(2), GaussianMixture(2, covariance_type="VEI"), BayesianGaussianMixture(2)):
        sys.stdout.buffer.write(estimator.fit(rows).model_)
    sys.stderr.write(_library._library._name)
"""


def run(*command, code=FIT, argument="", **variables):
    environment = {name: value for name, value in os.environ.items() if name != "SHARDEM_KERNELS"}
    return subprocess.run(
        [*command, sys.executable, "-c", code, str(argument)], env={**environment, **variables}, capture_output=True,
        timeout=300)


@pytest.fixture
def rows(X, tmp_path):
    import numpy

    numpy.save(tmp_path / "rows.npy", X)
    return tmp_path / "rows.npy"


def test_all_libraries_give_equal_bytes(rows):
    best = run(argument=rows)
    assert best.returncode == 0, best.stderr
    for level in LEVELS:
        if not HAS[level]:
            continue
        own = run(argument=rows, SHARDEM_KERNELS=level)
        assert own.returncode == 0 and own.stdout == best.stdout, own.stderr
        assert own.stderr.decode().endswith(f"libshardemc-{level}.so")
    if LEVELS:
        wanted = next(level for level in LEVELS if HAS[level])
        assert best.stderr.decode().endswith(f"libshardemc-{wanted}.so")


def test_the_program_gives_these_bytes(program, X, rows):
    assert GaussianMixture(2).fit(X).model_ == program(rows, "-K", "2")


def test_what_cannot_be_is_an_import_error(monkeypatch):
    unknown = run(SHARDEM_KERNELS="x86-64-v9")
    assert unknown.returncode == 1 and b"ImportError: SHARDEM_KERNELS='x86-64-v9'; expected" in unknown.stderr

    class Lacking:
        def __init__(self, path):
            self.shardem_missing_instruction_set = lambda: b"AVX2"

    monkeypatch.setattr(_library.ctypes, "CDLL", Lacking)
    monkeypatch.delenv("SHARDEM_KERNELS", raising=False)
    with pytest.raises(ImportError, match="this processor has no AVX2, for which shardem was built"):
        _library._open()


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="no qemu-x86_64, which plays other processors")
def test_other_processors(rows):
    if not LEVELS:
        pytest.skip("one library, for this processor")
    older = run("qemu-x86_64", "-cpu", "Nehalem", code="import shardem._library")
    assert older.returncode == 1 and b"ImportError: this processor has no AVX2" in older.stderr
    # It has AVX2, and no AVX-512.
    later = run("qemu-x86_64", "-cpu", "max", code="from shardem import _library; print(_library._library._name)")
    assert later.returncode == 0 and b"libshardemc-x86-64-v3.so" in later.stdout, later.stderr
