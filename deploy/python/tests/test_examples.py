"""The examples run, and `python -m shardem` is the program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PROGRAM

EXAMPLES = Path(__file__).parents[1] / "examples"
EXPECTED = {
    "choose.py": "best: ", "larger_than_memory.py": "largest difference", "missing_and_mixed.py": "Gentoo",
    "ranks.py": "1 ranks:",
    "dask_workers.py": "2 workers: the model of one process", "ray_workers.py": "2 workers: the model of one process",
}
NEEDED = {"ranks.py": "mpi4py.MPI", "dask_workers.py": "distributed", "ray_workers.py": "ray"}


def test_all_examples_are_known():
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example_runs(name, tmp_path):
    if name in NEEDED:
        pytest.importorskip(NEEDED[name], exc_type=ImportError)
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    if name == "ray_workers.py":
        # It leaves a token there.
        environment["HOME"] = str(tmp_path)
    result = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:shardem", EXAMPLES / name], env=environment,
        capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert EXPECTED[name] in result.stdout


def test_the_readme_runs(tmp_path, monkeypatch):
    """Its first example, and the lines below the table of estimators, of rows that the first example has."""
    text = (EXAMPLES.parent / "README.md").read_text()
    first, lines = (
        text.partition(f"\n## {section}\n")[2].partition("\n## ")[0] for section in ("First example", "Estimators"))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec("from shardem import *\nimport shardem", names)
    exec(_code(first), names)
    exec("y = labels = (X[:, 0] > 3).astype(int)", names)
    exec("means, weights, precisions = mixture.means_, mixture.weights_, mixture.precisions_", names)
    assert len(_code(lines).splitlines()) > 7
    exec(_code(lines), names)


def _code(section):
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


def test_the_module_is_the_program():
    command = [sys.executable, "-m", "shardem", "--version"]
    if Path(PROGRAM).exists():
        own = subprocess.run(
            command, env=dict(os.environ, SHARDEM=str(PROGRAM)), capture_output=True, text=True)
        assert own.stdout == subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    none = subprocess.run(
        command, env={**{k: v for k, v in os.environ.items() if k != "SHARDEM"}, "PATH": ""},
        capture_output=True, text=True)
    assert none.returncode == 1 and "no program" in none.stderr and "Traceback" not in none.stderr
    wrong = subprocess.run(command, env=dict(os.environ, SHARDEM="/none"), capture_output=True, text=True)
    assert wrong.returncode == 1 and "/none" in wrong.stderr and "Traceback" not in wrong.stderr
