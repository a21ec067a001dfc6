"""Type hints: everything that users call has them, and a checker finds mistakes by them."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

import shardem


def _functions(owner):
    for name, function in inspect.getmembers(owner, callable):
        is_own = (getattr(function, "__module__", None) or "").startswith("shardem")
        if is_own and (not name.startswith("_") or name == "__init__"):
            yield name, function


@pytest.mark.parametrize("name", shardem.__all__)
def test_everything_has_hints(name):
    owner = getattr(shardem, name)
    functions = list(_functions(owner)) if inspect.isclass(owner) else [(name, owner)]
    assert functions
    for called, function in functions:
        signature = inspect.signature(function)
        assert signature.return_annotation is not signature.empty, called
        for parameter in signature.parameters.values():
            assert parameter.name == "self" or parameter.annotation is not parameter.empty, (called, parameter.name)


def test_a_checker_finds_mistakes(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "use.py"
    program.write_text("""import numpy as np
import shardem

X = np.zeros((5, 2))
own = shardem.GaussianMixture(2, covariance_type="VVE", random_state=3).fit(X, sample_weight=[1, 2, 3, 4, 5])
reveal_type(own)
reveal_type(own.predict(X))
reveal_type(own.means_)
reveal_type(shardem.KMeans(3).fit("rows.csv").inertia_)
reveal_type(shardem.select(own, X, n_components=range(1, 4)).table_)
shardem.GaussianMixture("two")
own.predict(X, 7)
shardem.PoissonMixture(covariance_type="VVE")
reveal_type(shardem.PoissonMixture(3).weights_)
reveal_type(own.noise_weight_)
""")
    # Of packages without hints it is told nothing.
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "cache", "--ignore-missing-imports", program],
        capture_output=True, text=True)
    told = [line.partition(": ")[::2] for line in result.stdout.splitlines()]
    revealed = [text for _, text in told if "Revealed type" in text]
    wanted = ["GaussianMixture", "ndarray", "ndarray", "float", "dict", "ndarray", "float"]
    assert len(revealed) == len(wanted) and all(map(str.__contains__, revealed, wanted)), result.stdout
    assert [place.rpartition(":")[2] for place, text in told if text.startswith("error")] == ["11", "12", "13"], \
        result.stdout


def _annotated(owner):
    return {one for base in owner.__mro__ for one in inspect.get_annotations(base) if one.endswith("_")}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_attributes_that_are_annotated_exist(name, faithful):
    # A checker takes any attribute of a class that is derived from one without hints, as scikit-learn's are.
    owner, rows = getattr(shardem, name), faithful.round()
    fits = [owner(2, max_iter=3).fit(rows, labels=np.arange(len(rows)) % 2)]
    if "noise" in fits[0].get_params():
        fits.append(owner(2, max_iter=3, noise=True).fit(rows))
    assert _annotated(owner) <= {one for fit in fits for one in dir(fit)}


@pytest.mark.parametrize("name", shardem.ESTIMATORS)
def test_attributes_are_documented_where_they_are_annotated(name):
    described = getattr(shardem, name).__doc__.partition("\nAttributes\n")[2]
    lines = [line.partition(" :")[0] for line in described.splitlines() if not line.startswith((" ", "-"))]
    assert {one for line in lines for one in line.split(", ")} == _annotated(getattr(shardem, name))


@pytest.mark.parametrize(
    "before, program, most", [("pass", "import shardem", 0.05), ("import sklearn.utils.validation, "
     "sklearn.metrics.pairwise", "from shardem import GaussianMixture", 0.05)])
def test_import_is_quick(before, program, most):
    # Of processor time, the least of some: others may have the cores. scikit-learn takes a second by itself.
    code = f"import time; {before}; begun = time.process_time(); {program}; print(time.process_time() - begun)"
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) for _ in range(5)]
    assert min(seconds) < most
