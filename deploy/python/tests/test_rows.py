"""What X may be: files, tables of Arrow, batches; and what is beside the rows."""

import numpy as np
import pytest

import shardem
from shardem import CategoricalMixture, Files, GaussianMixture, KMeans, MixedMixture, _rows

from conftest import DATA


def _same(one, other):
    assert one.model_ == other.model_


def test_files_are_read_by_the_engine(faithful):
    expected = GaussianMixture(2).fit(faithful)
    path = DATA / "faithful.csv"
    for X in (path, str(path), [path], Files(path), Files([str(path)], columns=["eruptions", "waiting"])):
        own = GaussianMixture(2).fit(X)
        _same(own, expected)
        assert list(own.feature_names_in_) == ["eruptions", "waiting"] and own.n_features_in_ == 2
        np.testing.assert_array_equal(own.predict(X), expected.predict(faithful))
        np.testing.assert_array_equal(own.score_samples(path), expected.score_samples(faithful))
    assert own.bic(path) == expected.bic(faithful)
    np.testing.assert_array_equal(GaussianMixture(2).fit_predict(path), expected.predict(faithful))
    np.testing.assert_array_equal(KMeans(2).fit(path).labels_, KMeans(2).fit(faithful).labels_)
    one = GaussianMixture(1).fit(Files(path, columns=["waiting"], delimiter=",", header=True))
    assert one.n_features_in_ == 1


def test_what_is_wrong_with_files_is_said(tmp_path):
    for X, message in [
        ("none.csv", "none.csv"), (tmp_path, ""), (Files(DATA / "faithful.csv", columns=["x"]), "x"),
        (Files(DATA / "faithful.csv", delimiter="ab"), "delimiter"),
        (Files(DATA / "faithful.csv", memory="x"), "memory"),
        (DATA / "penguins_na.csv", ""),
    ]:
        with pytest.raises(ValueError, match=message or None):
            GaussianMixture(2).fit(X)
    with pytest.raises(TypeError):
        GaussianMixture(2).fit(DATA / "faithful.csv", sample_weight=np.ones(272))
    with pytest.raises(TypeError):
        KMeans(2).fit(DATA / "faithful.csv").transform(DATA / "faithful.csv")


def test_columns_of_weights_and_labels(X, tmp_path):
    weights = np.arange(len(X)) % 3.0
    labels = np.where(np.arange(len(X)) % 5 == 0, X[:, 1] > 70, -1)
    path = tmp_path / "rows.csv"
    np.savetxt(
        path, np.column_stack([X, weights, labels]), "%.17g", ",", header="a,b,w,l", comments="")
    own = GaussianMixture(2).fit(path, sample_weight="w", labels="l")
    other = GaussianMixture(2).fit(
        _frame(X, ["a", "b"]), sample_weight=weights, labels=labels)
    _same(own, other)


def _frame(X, names):
    import pandas

    return pandas.DataFrame(X, columns=names)


@pytest.mark.parametrize("held", [1 << 30, 1])
def test_batches_are_gathered(X, monkeypatch, held):
    monkeypatch.setattr(_rows, "HELD_BYTES", held)
    expected = GaussianMixture(2).fit(X)
    _same(GaussianMixture(2).fit(X[i:i + 100] for i in range(0, 272, 100)), expected)

    def reused():
        # As whoever reads into one buffer does.
        buffer = np.empty((100, 2))
        for i in range(0, 272, 100):
            part = X[i:i + 100]
            buffer[:len(part)] = part
            yield buffer[:len(part)]

    _same(GaussianMixture(2).fit(reused()), expected)
    np.testing.assert_array_equal(expected.predict(iter([X])), expected.predict(X))
    weights = np.arange(len(X)) % 3.0
    weighted = GaussianMixture(2).fit((X[i:i + 9], weights[i:i + 9]) for i in range(0, 272, 9))
    _same(weighted, GaussianMixture(2).fit(X, sample_weight=weights))
    np.testing.assert_array_equal(
        GaussianMixture(2).fit_predict(iter([X[:150], X[150:]])), expected.predict(X))
    for batches in ([], [X, X[:, :1]], [X[0]], [(X, weights[1:])], [X, "words"]):
        with pytest.raises((ValueError, TypeError)):
            GaussianMixture(2).fit(iter(batches))


def test_tables_of_arrow(faithful):
    pyarrow = pytest.importorskip("pyarrow")
    expected = GaussianMixture(2).fit(faithful)
    table = pyarrow.Table.from_pandas(faithful, preserve_index=False)
    own = GaussianMixture(2).fit(table)
    _same(own, expected)
    np.testing.assert_array_equal(own.predict(table.slice(7, 100)), expected.predict(faithful)[7:107])
    batches = table.to_batches(max_chunksize=50)
    _same(GaussianMixture(2).fit(pyarrow.RecordBatchReader.from_batches(table.schema, batches)), expected)
    _same(GaussianMixture(2).fit(iter(batches)), expected)
    with pytest.raises(ValueError, match="columns"):
        own.predict(table.rename_columns(["a", "b"]))
    with pytest.raises(TypeError, match="'t'"):
        GaussianMixture(2).fit(pyarrow.table({"t": ["a", "b"]}))


def test_every_type_of_arrow():
    pyarrow = pytest.importorskip("pyarrow")
    values = [1, 0, 3, None, 1, 0, 2, 3, 1, None, 0]
    types = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)] + ["float16", "float32", "float64"]
    columns = {
        name: pyarrow.array(
            [None if one is None else np.float16(one) if name == "float16" else one for one in values],
            getattr(pyarrow, name)())
        for name in types}
    columns["bool"] = pyarrow.array([None if one is None else one > 0 for one in values])
    columns["coded"] = pyarrow.array(values, pyarrow.int32()).dictionary_encode()
    columns["none"] = pyarrow.nulls(len(values))
    expected = np.array([np.nan if one is None else one for one in values])
    # Also of rows that begin within a byte of the bits that say what is there.
    table = pyarrow.table(columns)
    for first in (0, 3):
        rows = _rows.Gathered(table.slice(first)).X
        for j, name in enumerate(table.column_names):
            wanted = expected[first:]
            if name == "bool":
                wanted = np.where(np.isnan(wanted), np.nan, wanted > 0)
            elif name == "none":
                wanted = np.full(len(wanted), np.nan)
            np.testing.assert_array_equal(rows[:, j], wanted, err_msg=name)


def test_polars(faithful):
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    own = GaussianMixture(2).fit(polars.DataFrame({name: faithful[name].to_numpy() for name in faithful}))
    _same(own, GaussianMixture(2).fit(faithful))


def test_duckdb(faithful):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    expected = GaussianMixture(2).fit(faithful)
    with duckdb.connect() as connection:
        connection.register("faithful", faithful)
        relation = connection.sql(f"SELECT {', '.join(faithful)} FROM faithful")
        _same(GaussianMixture(2).fit(relation), expected)


def test_batches_of_parquet(faithful, tmp_path):
    pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "faithful.parquet"
    faithful.to_parquet(path, index=False, row_group_size=100)
    expected = GaussianMixture(2).fit(faithful)
    _same(GaussianMixture(2).fit(parquet.ParquetFile(path).iter_batches(batch_size=70)), expected)
    groups = parquet.ParquetFile(path)
    _same(GaussianMixture(2).fit(groups.read_row_group(i) for i in range(groups.num_row_groups)), expected)


def test_data_frames_of_several_types(faithful):
    frame = faithful.assign(long=faithful["eruptions"] > 3, count=faithful["waiting"].astype("int8"))
    own = GaussianMixture(1).fit(frame)
    _same(own, GaussianMixture(1).fit(frame.astype(float)))
    short = frame.astype("float32")
    _same(GaussianMixture(1).fit(short), GaussianMixture(1).fit(short.astype(float)))


# MARK: Categories


@pytest.fixture(scope="session")
def penguins():
    import pandas

    return pandas.read_csv(DATA / "penguins.csv")


def test_mixed_columns_are_those_of_the_program(program, penguins):
    expected = program(
        DATA / "penguins.csv", "-K", "3", "--family", "auto", "--seed", "2", "--missing", "em")
    own = MixedMixture(3, random_state=2, missing="em").fit(penguins)
    assert own.model_ == expected
    assert own.parameters_.keys() >= {"gaussian_1", "categorical"}


def test_mixed_families_of_files_and_arrays_are_the_same(penguins):
    frame = penguins[["species", "bill_length_mm", "bill_depth_mm", "sex"]].dropna() if "species" in penguins \
        else penguins.dropna()
    words = [name for name in frame if frame[name].dtype == object or str(frame[name].dtype) in ("str", "string")]
    families = {**{name: "categorical" for name in words}, "*": "gaussian"}
    own = MixedMixture(2, column_families=families).fit(frame)
    assert set(own.predict(frame)) <= {0, 1}
    rows, _ = own.sample(50, random_state=1)
    place = list(frame).index(words[0])
    assert set(rows[:, place]) <= set(frame[words[0]])
    loaded_rows = own.predict_proba(frame)
    np.testing.assert_allclose(loaded_rows.sum(axis=1), 1, rtol=1e-12)
    with pytest.raises(ValueError, match="none of the"):
        other = frame.copy()
        other[words[0]] = "nowhere"
        own.predict(other)
    for families, message in [
        ({"x": "gaussian"}, "no column"), ({0: "gaussian"}, "none of column"), ({0: "gaussian", "*": "x"}, "x"),
        ("none", "auto"), ({(0, 0): "gaussian"}, "given twice"), ({True: 1}, "auto"),
    ]:
        with pytest.raises(ValueError, match=message):
            MixedMixture(2, column_families=families).fit(frame)


def test_categories(tmp_path):
    random = np.random.default_rng(3)
    kinds = random.integers(0, 2, 400)
    rows = np.array([["red", "blue"][k] if random.random() < 0.9 else "green" for k in kinds], object)
    rows = np.column_stack([rows, np.where(random.random(400) < 0.8, kinds, 2), np.where(kinds > 0, "10", "9")])
    own = CategoricalMixture(2).fit(rows)
    assert own.categories_ == [["blue", "green", "red"], ["0", "1", "2"], ["9", "10"]]
    own.save(tmp_path / "model.json")
    other = CategoricalMixture.load(tmp_path / "model.json")
    np.testing.assert_array_equal(other.predict(rows), own.predict(rows))
    drawn, _ = own.sample(20)
    assert set(drawn[:, 0]) <= {"blue", "green", "red"} and set(drawn[:, 2]) <= {9.0, 10.0}
    holes = rows.copy()
    holes[::3, 0] = None
    with pytest.raises(ValueError, match="NaN"):
        CategoricalMixture(2).fit(holes)
    filled = CategoricalMixture(2, missing="em").fit(holes).impute(holes)
    assert set(filled[:, 0]) <= {"blue", "green", "red"}
    np.testing.assert_array_equal(filled[1::3, 0], rows[1::3, 0])
    # From a file the same.
    import pandas

    frame = pandas.DataFrame(rows, columns=["a", "b", "c"])
    frame.to_csv(tmp_path / "rows.csv", index=False)
    _same(CategoricalMixture(2).fit(frame), CategoricalMixture(2).fit(tmp_path / "rows.csv"))
    own = CategoricalMixture(2).fit(frame)
    np.testing.assert_array_equal(own.predict(tmp_path / "rows.csv"), own.predict(frame))


def test_arrow_has_categories():
    pyarrow = pytest.importorskip("pyarrow")
    words = ["a", "b", None, "a", "b", "b", "a", "a"]
    plain = CategoricalMixture(1, missing="em").fit(np.array(words, object)[:, None])
    column = pyarrow.array(words)
    for column in (column, column.dictionary_encode(), column.cast(pyarrow.large_string())):
        own = CategoricalMixture(1, missing="em").fit(pyarrow.table({"x": column}))
        assert own.probabilities_ == plain.probabilities_


# MARK: Beside the rows


def test_starts(X):
    expected = GaussianMixture(2).fit(X)
    labels = expected.predict(X)
    parts = np.eye(2)[labels]
    one = GaussianMixture(2).fit(X, start=labels)
    _same(GaussianMixture(2).fit(X, start=parts), one)
    # Both end where less than 1e-6 is left to gain.
    assert one.lower_bound_ == pytest.approx(expected.lower_bound_, abs=2e-6)
    again = GaussianMixture(2).fit(X, start=expected)
    assert again.n_iter_ <= 2
    for start, message in [
        (labels[:5], "rows"), (labels + 5, "label"), (np.zeros((272, 3)), "columns"), (np.zeros((272, 2)), "add up"),
        (np.zeros((2, 2, 2)), "dimensions"), (GaussianMixture(3).fit(X), "3 components"), (b"{}", "format"),
    ]:
        with pytest.raises(ValueError, match=message):
            GaussianMixture(2).fit(X, start=start)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical", "VEI"])
def test_initial_parameters(X, covariance):
    expected = GaussianMixture(2, covariance_type=covariance, tol=1e-12).fit(X)
    order = [1, 0]
    given = {"weights_init": expected.weights_[order], "means_init": expected.means_[order]}
    precisions = expected.precisions_
    given["precisions_init"] = precisions if covariance == "tied" else precisions[order]
    own = GaussianMixture(2, covariance_type=covariance, tol=1e-12, **given).fit(X)
    # A start at the maximum ends there, but for the order; inverting precisions costs 1e-12 of 1e4.
    np.testing.assert_allclose(own.means_, expected.means_[order], rtol=1e-6)
    assert own.n_iter_ < 20
    partly = GaussianMixture(2, covariance_type=covariance, means_init=expected.means_[order]).fit(X)
    np.testing.assert_allclose(partly.means_, expected.means_[order], rtol=1e-2)
    for name, value in [
        ("weights_init", [0.5, 0.6]), ("weights_init", [1.0]), ("means_init", np.zeros((3, 2))),
        ("means_init", np.full((2, 2), np.nan)), ("precisions_init", np.zeros(5)), ("precisions_init", -precisions),
    ]:
        with pytest.raises(ValueError, match=name):
            GaussianMixture(2, covariance_type=covariance, **{name: value}).fit(X)


def test_noise_and_labels(X):
    random = np.random.default_rng(0)
    rows = np.concatenate([X, random.uniform([0, 30], [7, 120], (40, 2))])
    own = GaussianMixture(2, noise=True).fit(rows)
    assert 0.02 < own.noise_weight_ < 0.3
    assert own.predict(rows).min() == -1
    np.testing.assert_allclose(own.predict_proba(rows).sum(axis=1), 1, rtol=1e-12)
    assert own.predict_proba(rows).shape == (len(rows), 3)
    drawn, labels = own.sample(10)
    assert drawn.shape == (10, 2) and labels is None
    with pytest.raises((ValueError, TypeError), match="noise"):
        GaussianMixture(2, noise="much").fit(rows)
    with pytest.raises(ValueError, match="noise"):
        GaussianMixture(2, noise=0.0).fit(rows)

    kind = np.where(X[:, 1] > 70, "long", "short").astype(object)
    known = kind.copy()
    known[10:] = None
    classed = GaussianMixture(2).fit(X, labels=known)
    assert list(classed.classes_) == ["long", "short"]
    assert (classed.predict_class(X) == kind).mean() > 0.95
    np.testing.assert_allclose(classed.predict_class_proba(X).sum(axis=1), 1, rtol=1e-12)
    four = GaussianMixture(4, components_per_class=2).fit(X, labels=known)
    assert list(four.component_classes_) == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="labels"):
        GaussianMixture(4, components_per_class=2).fit(X)
    with pytest.raises(ValueError, match="labels"):
        GaussianMixture(2).fit(X, labels=known[:5])
    with pytest.raises(ValueError):
        GaussianMixture(2).fit(X, labels=np.full(len(X), 7))
    with pytest.raises(ValueError, match="classes"):
        own.predict_class(X)


def test_missing_cells_are_filled(X):
    import pandas

    rows = X.copy()
    rows[::7, 1] = np.nan
    own = GaussianMixture(2, missing="em").fit(rows)
    filled = own.impute(rows)
    assert np.isfinite(filled).all()
    np.testing.assert_array_equal(filled[1::7], rows[1::7])
    # The columns are correlated by 0.9: what is expected is nearer than the mean.
    assert np.abs(filled[::7, 1] - X[::7, 1]).mean() < 0.7 * np.abs(X[::7, 1] - X[:, 1].mean()).mean()
    np.testing.assert_array_equal(own.impute(rows, random_state=1), own.impute(rows, random_state=1))
    assert (own.impute(rows, random_state=1) != filled).any()
    frame = own.set_params(missing="em").fit(_frame(rows, ["a", "b"])).impute(_frame(rows, ["a", "b"]))
    assert isinstance(frame, pandas.DataFrame) and list(frame) == ["a", "b"]
    complete = GaussianMixture(2).fit(X)
    assert np.isfinite(complete.impute(rows)).all()


def test_callbacks_are_told(X):
    seen = []
    own = GaussianMixture(2, init_params="kmeans").fit(X, callback=lambda *told: seen.append(told))
    assert [one[1] for one in seen] == list(range(1, own.n_iter_ + 1))
    assert seen[-1][2] <= own.lower_bound_ + 1e-12
    with pytest.raises(TypeError, match="callback"):
        GaussianMixture(2).fit(X, callback=1)
