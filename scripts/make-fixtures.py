#!/usr/bin/env python3
"""Makes Tests/Data from the folder of published data sets and their reference fits.

usage: scripts/make-fixtures.py SOURCE [--scikit-learn]
       scripts/make-fixtures.py --hdf5 | --hdf5-kinds | --empty-clusters

SOURCE holds the data files, reference.json and models.json, whose fits come from an EM in 80-bit arithmetic.
Copies the sets whose licences allow it (see Tests/Data/README.md), the cases of
reference.json that are about them and those of models.json that are tested, every digit kept, in models.json
(Gaussians and what is near to them), families.json (others) and k_means.json.

--scikit-learn fits pendigits from a hundred seeds again, twice (some minutes), and writes what comes out to
Tests/Data/scikit-learn.json; otherwise that file stays as it is. Needs `pip install scikit-learn`.

--empty-clusters writes Tests/Data/empty_clusters.json and nothing else: Lloyd's iterations of scikit-learn from
centers that are far from all rows. Needs `pip install scikit-learn`.

--hdf5 writes Tests/Data/*.h5 and nothing else. Needs `pip install h5py`.

--hdf5-kinds writes Tests/Data/hdf5 and nothing else: what HDF5 and NetCDF can do to numbers. Needs
`pip install h5py netCDF4`, of HDF5 2.0 for newer.h5.
"""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "Tests" / "Data"
AS_PUBLISHED = [
    "faithful.csv", "iris.csv", "iris_na10.csv", "iris_na30.csv", "pendigits.csv", "skin_u8.npy",
]
# Too large to ship, but its reference fits are not: tests read the data where they are found.
NOT_COPIED = ["beijing_f32.npy"]
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def main():
    if sys.argv[1:] == ["--hdf5"]:
        return write_hdf5()
    if sys.argv[1:] == ["--hdf5-kinds"]:
        return write_hdf5_kinds(TARGET / "hdf5")
    if sys.argv[1:] == ["--empty-clusters"]:
        return write_json("empty_clusters.json", empty_cluster_cases())
    if "--help" in sys.argv or "-h" in sys.argv:
        return print(__doc__)
    unknown = [a for a in sys.argv[1:] if a.startswith("-") and a != "--scikit-learn"]
    if unknown:
        print(f"make-fixtures.py: {unknown[0]}: no such option; see --help", file=sys.stderr)
        sys.exit(2)
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    if len(arguments) != 1:
        print("make-fixtures.py: expected one folder; see --help", file=sys.stderr)
        sys.exit(2)
    source = Path(arguments[0])
    TARGET.mkdir(exist_ok=True)
    for name in AS_PUBLISHED:
        shutil.copyfile(source / name, TARGET / name)
    copy_complete_penguins(source)
    shutil.copyfile(source / "penguins.csv", TARGET / "penguins_na.csv")
    write_json("reference.json", shipped_cases(source))
    write_json("models.json", model_cases(source))
    write_json("latent_class.json", latent_class_cases(source))
    write_json("families.json", family_cases(source))
    write_json("variational.json", variational_cases(source))
    write_json("k_means.json", k_means_cases(source))
    if "--scikit-learn" in sys.argv:
        write_json("scikit-learn.json", fits_of_pendigits(source))


def copy_complete_penguins(source):
    """All columns of the rows that have the four measures: 342 of 344."""
    with open(source / "penguins.csv", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if all(row[name] != "NA" for name in MEASURES)]
    with open(TARGET / "penguins.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def shipped_cases(source):
    """Start, trajectory and end of each case; other software's results are left out."""
    reference = json.loads((source / "reference.json").read_text())
    files = AS_PUBLISHED + ["penguins.csv"] + NOT_COPIED
    keys = ["id", "data", "model", "init", "loglik_by_iteration", "after_iteration", "result"]
    return {
        "conventions": reference["conventions"],
        "cases": [
            {key: case[key] for key in keys}
            for case in reference["cases"]
            if case["data"]["file"] in files
        ],
    }


def model_cases(source):
    """Fits of mclust's models, of t distributions, with noise and with priors: their start, way and end."""
    cases = json.loads((source / "models.json").read_text())["cases"]
    return [model_case(case) for case in cases if is_tested(case)]


def is_tested(case):
    name = case["model"].get("mclust_name")
    kind = case["capability"]
    return (
        kind == "student_t"
        or kind == "noise"
        or kind == "mclust_prior"
        or kind == "map_prior"
        or kind == "mclust_models" and len(name) == 3
        # Penguins have rows there that are left out here.
        or kind == "missing" and case["data"]["file"].startswith("iris")
    )


def model_case(case):
    model, init, result = case["model"], case["init"], case["result"]
    made = {
        "id": case["id"], "file": case["data"]["file"], "rows": case["data"]["n"],
        "dimensions": case["data"]["d"], "components": model["components"],
        "covariance": model.get("mclust_name", "VVV"),
    }
    if case["capability"] == "student_t":
        kind = model["nu"]
        made["degrees_of_freedom"] = (
            ",".join(f"{nu:g}" for nu in init["nu"]) if kind == "fixed"
            else "common" if "common" in kind else "each")
        made["start"] = init
        made["log_likelihoods"] = case["loglik_by_iteration"]
    elif case["capability"] == "map_prior":
        made["prior"] = prior(model["prior"])
        made["start"] = init
        # What its objective is there; the log-likelihood is at the end.
        made["log_likelihoods"] = []
        made["objectives"] = case["penalized_loglik_by_iteration"]
    elif case["capability"] == "missing":
        made["covariance"] = model["covariance_type"]
        made["regularization"] = model["reg_covar"]
        made["start"] = init
        made["log_likelihoods"] = case["loglik_by_iteration"]
    else:
        made["labels"] = init["labels"]
        made["log_likelihoods"] = case["loglik_after_m_step"]
    if case["capability"] == "mclust_prior":
        made["prior"] = {}
        made["objectives"] = case["penalized_loglik_after_m_step"]
    if case["capability"] == "noise":
        made["noise_density"] = model["vinv"]
    made["result"] = {
        "iterations": result.get("iterations", result.get("m_steps")),
        "is_converged": "exactly" not in result["stop"],
        "log_likelihood": result["loglik"],
        **{key: result[key] for key in ("free_parameters", "bic") if key in result},
        **{key: result[key] for key in ("weights", "means", "covariances")},
        **({"degrees_of_freedom": result["nu"]} if "nu" in result else {}),
        **({"entropy": result["entropy"], "icl": -result["icl_mclust_sign"]}
           if "icl_mclust_sign" in result else {}),
    }
    return made


def prior(numbers):
    """By the names that --prior FILE takes."""
    return {
        "weight_concentration": numbers["alpha"], "mean": numbers["m0"],
        "mean_precision": numbers["kappa0"], "degrees_of_freedom": numbers["nu0"],
        "covariance": numbers["Psi0"],
    }


def latent_class_cases(source):
    """Fits of words, some of them missing."""
    cases = json.loads((source / "models.json").read_text())["cases"]
    return [
        latent_class_case(case) for case in cases
        if case["capability"] == "latent_class" and case["data"]["n"] == 344
    ]


def latent_class_case(case):
    names, result = case["data"]["columns"], case["result"]

    def probabilities(parameters):
        """K x all categories."""
        return [
            p for k in range(case["model"]["components"])
            for j in range(len(names)) for p in parameters[f"p{j}"][k]]

    return {
        "id": case["id"], "columns": names,
        "categories": [case["data"]["codes"][name] for name in names],
        "weights": case["init"]["weights"], "probabilities": probabilities(case["init"]),
        "log_likelihoods": case["loglik_by_iteration"],
        "result": {
            "iterations": result["iterations"], "log_likelihood": result["loglik"],
            "bic": result["bic"], "weights": result["weights"],
            "probabilities": probabilities(result)},
    }


FAMILY_PARAMETERS = {
    "poisson": {"weights": "weights", "rate": "rates"},
    "multinomial": {"weights": "weights", "prob": "probabilities"},
    "von_mises_fisher": {"weights": "weights", "means": "directions", "kappa": "concentrations"},
}


def family_cases(source):
    """Fits of other families: their start, way and end."""
    cases = json.loads((source / "models.json").read_text())["cases"]
    return [
        family_case(case) for case in cases
        if case["capability"] in FAMILY_PARAMETERS and case["data"]["file"] in AS_PUBLISHED
    ]


def family_case(case):
    data, result = case["data"], case["result"]
    names = FAMILY_PARAMETERS[case["capability"]]

    def parameters(values):
        return {new: values[old] for old, new in names.items()}

    transform = data.get("transform", "")
    return {
        "id": case["id"], "family": case["capability"].replace("_", "-"), "file": data["file"],
        "rows": data["n"], "dimensions": data["d"], "components": case["model"]["components"],
        "subtracted": 50 if transform.startswith("50 taken off") else 0,
        "are_unit": transform.endswith("divided by its 2-norm"),
        "start": parameters(case["init"]), "log_likelihoods": case["loglik_by_iteration"],
        "after": [parameters(case["after_iteration"][n]) for n in ("1", "5")],
        "iterations": result["iterations"], "end": parameters(result),
        "log_likelihood": result["loglik"], "bic": result["bic"],
        "free_parameters": result["free_parameters"],
    }


def k_means_cases(source):
    """Lloyd's iterations, and soft k-means of several variances from the same centers."""
    cases = json.loads((source / "models.json").read_text())["cases"]
    return [
        {
            "file": case["data"]["file"], "dimensions": case["data"]["d"],
            "means": case["init"]["means"], "inertias": case["inertia_by_iteration"],
            "end": case["result"]["means"], "labels": case["result"]["labels"],
            "soft": [
                {
                    "beta": soft["beta"], "log_likelihoods": soft["loglik_by_iteration"],
                    "after1": soft["means_after_1"], "iterations": soft["iterations"],
                    "log_likelihood": soft["loglik"], "end": soft["means"],
                }
                for soft in case["soft"]
            ],
        }
        for case in cases
        if case["capability"] == "kmeans" and case["data"]["file"] in AS_PUBLISHED
        and "labels" in case["result"]
    ]


def empty_cluster_cases():
    """The inertia after each of scikit-learn's iterations, and the last centers."""
    geyser = [[2, 55], [4.5, 80]]
    irises = [[5, 3, 1, 0], [6, 3, 4, 1], [50, 30, 10, 0], [7, 3, 6, 2], [-100, 0, 0, 0]]
    return [
        empty_cluster_case("faithful.csv", geyser + [[3, 70], [100, 1000]], weights=[1]),
        empty_cluster_case(
            "faithful.csv", geyser + [[30, -700], [100, 1000], [3, 10000]], weights=[1, 2, 3]),
        empty_cluster_case("iris.csv", irises, weights=[1]),
        empty_cluster_case("iris.csv", irises, weights=[1, 2, 3]),
    ]


def empty_cluster_case(name, means, weights):
    """Row n weighs `weights[n % len(weights)]`."""
    import numpy
    from sklearn.cluster import KMeans

    dimensions = len(means[0])
    table = numpy.loadtxt(
        TARGET / name, delimiter=",", skiprows=1, usecols=range(dimensions))
    of_rows = numpy.resize(numpy.array(weights, float), len(table))

    def fit(iterations):
        model = KMeans(
            len(means), init=numpy.array(means, float), n_init=1, tol=0, max_iter=iterations)
        return model.fit(table, sample_weight=of_rows)

    end = fit(300)
    inertias = [float(fit(n).inertia_) for n in range(1, end.n_iter_ + 1)]
    return {
        "file": name, "dimensions": dimensions, "weights": weights, "means": means,
        "inertias": inertias, "end": end.cluster_centers_.tolist()}


def variational_cases(source):
    """Variational fits: by scikit-learn's updates, and by conjugate ones where these differ."""
    cases = json.loads((source / "models.json").read_text())["cases"]
    made = []
    for case in cases:
        if case["capability"] != "variational_bayes":
            continue
        model = case["model"]
        keys = ["after_20", "after_200"]
        ways = [{
            "updates": "scikit-learn", "lower_bounds": case["lower_bound_by_iteration"],
            **{key: case[key] for key in keys}}]
        own = case.get("conjugate_model") or (case if "elbo_by_iteration" in case else None)
        if own:
            ways.append({
                "updates": "conjugate", "elbo": own["elbo_by_iteration"],
                **{key: dict(own[key]) for key in keys}})
            if own is case:
                last = case["after_200"]["lower_bound"] + case["elbo_minus_lower_bound"]
                ways[-1]["after_200"]["elbo"] = last
        made.append({
            "id": case["id"], "file": case["data"]["file"], "dimensions": case["data"]["d"],
            "components": model["components"], "covariance": model["covariance_type"],
            "weight_concentration_type":
                "dirichlet" if "distribution" in model["weight_concentration_prior_type"]
                else "dirichlet-process",
            "weight_concentration": model["weight_concentration_prior"],
            "mean_precision": model["mean_precision_prior"],
            "degrees_of_freedom": model["degrees_of_freedom_prior"],
            "regularization": model["reg_covar"], "labels": case["init"]["labels"], "ways": ways,
        })
    return made


def fits_of_pendigits(source):
    import numpy
    import sklearn
    from sklearn.mixture import GaussianMixture

    table = numpy.loadtxt(source / "pendigits.csv", delimiter=",", skiprows=1)[:, :16]
    model = dict(n_components=10, covariance_type="full", init_params="kmeans")
    fits = []
    # scikit-learn's defaults, and what leaves the columns' rounding to integers no spikes.
    for rest in dict(reg_covar=1e-6, tol=1e-3, max_iter=100), dict(
        reg_covar=1.0, tol=1e-4, max_iter=500
    ):
        options = model | rest
        means = []
        for seed in range(100):
            means.append(GaussianMixture(random_state=seed, **options).fit(table).score(table))
            print(options["reg_covar"], seed, means[-1], flush=True)
        fits.append({"options": options, "mean_log_likelihoods": means})
    return {
        "software": f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}",
        "data": "pendigits.csv, the 16 columns but digit; seeds 0, 1, 2, ...", "fits": fits}


def write_hdf5():
    """Row r, column c of every dataset is 3 r + c + 1, or what fits of it; 40 rows x 3 columns."""
    import h5py
    import numpy

    table = numpy.arange(1, 121).reshape(40, 3)
    packed = dict(chunks=(16, 2), compression="gzip", shuffle=True)
    # Two versions of the format; files of the newer one are smaller.
    with h5py.File(TARGET / "numbers.h5", "w", libver=("v110", "v110")) as file:
        for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
            file[f"little/{kind}"] = table.astype("<" + kind)
            file.create_dataset(f"big/{kind}", data=table.astype(">" + kind), **packed)
        file["vector"] = table[:, 0].astype("<f8")
        file["other/cube"] = numpy.zeros((2, 2, 2))
        file["other/empty"] = numpy.zeros((0, 3))
        file["other/scalar"] = 1.0
        file["other/complex"] = numpy.zeros((2, 2), "c16")
        file["other/flags"] = numpy.zeros((2, 2), bool)
        file["other/text"] = ["a", "b"]
    with h5py.File(TARGET / "one.h5", "w", libver="earliest") as file:
        file["name"] = "not of numbers"
        file.create_dataset("group/table", data=table.astype(">f4"), fletcher32=True, **packed)
    # One byte of the packed numbers is another; the last kilobyte is missing.
    whole = (TARGET / "one.h5").read_bytes()
    with h5py.File(TARGET / "one.h5") as file:
        chunk = file["group/table"].id.get_chunk_info(2)
    damaged = bytearray(whole)
    damaged[chunk.byte_offset + chunk.size // 2] ^= 0xFF
    (TARGET / "damaged.h5").write_bytes(damaged)
    (TARGET / "truncated.h5").write_bytes(whole[:-1024])


def write_hdf5_kinds(folder):
    """Row r, column c is 3 r + c + 1 where it is anything; 40 rows x 3 columns."""
    import h5py
    import numpy

    table = numpy.arange(1.0, 121).reshape(40, 3)
    folder.mkdir(exist_ok=True)

    def create(name):
        return h5py.File(folder / name, "w", libver=("earliest", "v110"))

    for part in range(2):
        with create(f"part{part}.h5") as file:
            file["x"] = table[20 * part:20 * part + 20]
    for part in 0, 1, 3:
        with create(f"numbered{part}.h5") as file:
            file["x"] = table[10 * part:10 * part + 10]
    write_virtual(create, table)

    table[:30].tofile(folder / "short.raw")
    with create("external.h5") as file:
        for name in "short", "gone":
            h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F64LE,
                            h5py.h5s.create_simple((40, 3)), external(f"{name}.raw"))

    with create("holes.h5") as file:
        kinds = dict(plain={}, packed=dict(compression="gzip"), filled=dict(fillvalue=-999.0))
        for name, options in kinds.items():
            data = file.create_dataset(name, (40, 3), "f8", chunks=(8, 2), **options)
            data[0:8], data[24:40] = table[0:8], table[24:40]
        # What the chunks at the edges have too much would do for the one that is missing.
        data = file.create_dataset("edge", (17, 17), "f8", chunks=(16, 16))
        data[16:17], data[0:16, 16:17] = 1, 1
        file.create_dataset("contiguous", (40, 3), "f8")
        file.create_dataset("none", (40, 3), "f8", chunks=(8, 3), compression="gzip")

    with create("links.h5") as file:
        file["external"] = h5py.ExternalLink("../numbers.h5", "/little/f8")
        file["group"] = h5py.ExternalLink("part0.h5", "/")
        file["soft"] = h5py.SoftLink("/external")
        file["gone"] = h5py.ExternalLink("moved.h5", "/x")
        file["broken"] = h5py.SoftLink("/nothing")
        file["circle"] = h5py.SoftLink("/circle")
    with create("link.h5") as file:
        file["hard/table"] = table
        file["again"] = file["hard/table"]
        file["soft"] = h5py.SoftLink("/hard")

    with create("others.h5") as file:
        file["records"] = numpy.zeros(5, [("alpha", "f8"), ("beta", "f8")])
        file["cube"] = numpy.zeros((2, 3, 4))
        file["text"] = ["a", "b"]
        file["one"] = 1.0
    for name, shape in ("axis.h5", (4, 2, 3)), ("rowless.h5", (0, 3)):
        with create(name) as file:
            file.create_dataset("data", shape, "f8", maxshape=(None, *shape[1:]))
            file["axis"] = numpy.arange(float(shape[1]))
            file["axis"].make_scale("axis")
            file["data"].dims[1].attach_scale(file["axis"])
    with create("bool.h5") as file:
        file["x"] = table % 2 == 0
    with create("lzf.h5") as file:
        file.create_dataset("x", data=table, chunks=(20, 3), compression="lzf")
    with h5py.File(folder / "newer.h5", "w", libver="latest") as file:
        file.create_dataset("x", data=table, chunks=(20, 3), compression="gzip")
    with create("chunk.h5") as file:
        rows = numpy.zeros((120000, 3), "i4")
        rows[:, 0] = numpy.arange(120000) % 1000
        file.create_dataset("x", data=rows, chunks=rows.shape, compression="gzip",
                            compression_opts=9, shuffle=True)
    write_variables(folder, create, table)


def external(name):
    """All bytes of a dataset in one file."""
    import h5py

    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_external(name.encode(), 0, h5py.h5f.UNLIMITED)
    return creation


def write_virtual(create, table):
    """Datasets of the parts of others; the names say what is wrong."""
    import h5py
    from h5py import VirtualSource as Source

    halves = slice(0, 20), slice(20, 40)
    parts = [Source(f"part{part}.h5", "x", (20, 3)) for part in range(2)]
    whole = Source(".", "whole", (40, 3))
    with create("virtual.h5") as file:
        def add(name, pieces, kind="f8", **options):
            layout = h5py.VirtualLayout((40, 3), kind)
            for place, source in pieces:
                layout[place] = source
            file.create_virtual_dataset(name, layout, **options)

        add("whole", zip(halves, parts))
        add("nested", [(slice(0, 40), whole)])
        add("columns", [((slice(0, 40), c), whole[:, c]) for c in range(3)])
        add("interleaved", [(slice(i, 40, 2), whole[i:40:2]) for i in range(2)])
        add("missing_file", [(halves[0], parts[0]), (halves[1], Source("moved.h5", "x", (20, 3)))])
        add("missing_dataset", [(halves[0], parts[0]), (halves[1], Source("part1.h5", "y", (20, 3)))])
        add("gap", [(halves[0], parts[0])])
        add("filled_gap", [(halves[1], parts[1])], fillvalue=-999)
        add("gap_in_columns", [((slice(0, 40), c), whole[:, c]) for c in (0, 2)])
        add("gap_in_rows", [(slice(i, 40, 4), whole[i:40:4]) for i in (0, 1, 3)])
        add("nested_gap", [(slice(0, 40), Source(".", "gap", (40, 3)))])
        add("short", [(slice(0, 40), Source("part0.h5", "x", (40, 3)))])
        add("hole", [(slice(0, 40), Source("holes.h5", "packed", (40, 3)))])
        add("beside_hole", [(slice(0, 16), Source("holes.h5", "packed", (40, 3))[24:40]),
                            (slice(16, 40), whole[16:40])])
        add("integers", [(slice(0, 40), whole)], "i4")
        add("circle", [(slice(0, 40), Source(".", "circle", (40, 3)))])
        add("packed", [(slice(0, 40), Source("variables.h5", "packed", (40, 3)))], "i2")

        none = h5py.h5s.UNLIMITED
        def add_unlimited(name, width, sources):
            """Pieces without end: (source file, dataset, first column, rows of a block)."""
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            for source, dataset, column, rows in sources:
                target = h5py.h5s.create_simple((40, width), (none, width))
                if rows:
                    target.select_hyperslab((0, 0), (none, 1), (rows, 3), (rows, 3))
                    space = h5py.h5s.create_simple((rows, 3))
                else:
                    target.select_hyperslab((0, column), (1, 1), (1, 1), (none, 1))
                    space = h5py.h5s.create_simple((40, 1), (none, 1))
                    space.select_hyperslab((0, 0), (1, 1), (1, 1), (none, 1))
                creation.set_virtual(target, source.encode(), dataset.encode(), space)
            h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F64LE, target, creation)

        for rows in 30, 40:
            file.create_dataset(f"first{rows}", data=table[:rows, :1], maxshape=(None, 1), chunks=(10, 1))
        add_unlimited("growing", 2, [(".", "first40", 0, 0), (".", "first40", 1, 0)])
        add_unlimited("growing_apart", 2, [(".", "first40", 0, 0), (".", "first30", 1, 0)])
        add_unlimited("numbered", 3, [("numbered%b.h5", "x", 0, 10)])


def write_variables(folder, create, table):
    """Variables as NetCDF writes them. Of those with one, the cell in row 7, column 2 is the odd one."""
    import netCDF4
    import numpy

    with netCDF4.Dataset(folder / "variables.h5", "w") as file:
        file.createDimension("row", 40)
        file.createDimension("column", 3)

        def add(name, kind, values, fill_value=None, contiguous=False, **attributes):
            variable = file.createVariable(
                name, kind, ("row", "column"), fill_value=fill_value, contiguous=contiguous)
            variable.setncatts(attributes)
            variable.set_auto_maskandscale(False)
            variable[:len(values)] = values

        def changed(kind, value):
            values = table.astype(kind)
            values[6, 1] = value
            return values

        add("packed", "i2", table, scale_factor=0.01, add_offset=3.0)
        add("scaled", "f4", table, scale_factor=numpy.float32(0.5))
        add("moved", "u1", table, add_offset=[-1.0])
        add("filled", "i2", changed("i2", -999), fill_value=-999, scale_factor=0.01)
        add("default_fill", "f8", table[:10], contiguous=True)
        add("default_byte", "i1", changed("i1", -127))
        add("missing", "f4", changed("f4", -2.2), missing_value=[-1.1, -2.2])
        add("ranged", "i2", table, valid_range=numpy.array([1, 100], "i2"), scale_factor=10.0)
        add("least", "f8", table, valid_min=2.0)
        add("most", "f4", changed("f4", 121), valid_max=120.0)
        add("unsigned", "i1", changed("u1", 200).view("i1"), _Unsigned="true")
        add("unsigned_fill", "i1", changed("u1", 255).view("i1"), fill_value=-1, _Unsigned="true")
    with netCDF4.Dataset(folder / "variable.h5", "w") as file:
        file.createDimension("row", 40)
        file.createDimension("column", 3)
        file.createVariable("row", "f8", ("row",))[:] = numpy.arange(40)
        file.createVariable("data", "f8", ("row", "column"))[:] = table
    with create("attributes.h5") as file:
        for name, (attribute, value) in dict(
            text=("scale_factor", "0.5"), two=("add_offset", [1.0, 2.0]),
            range=("valid_range", [1.0]), infinite=("scale_factor", numpy.inf),
            harmless=("units", "m"),
        ).items():
            file.create_dataset(name, data=table, fillvalue=7).attrs[attribute] = value


def write_json(name, value):
    """Innermost lists on one line; numbers in the shortest form that reads back the same."""
    text = json.dumps(value, indent=1)
    text = re.sub(
        r"\[\s+((?:[-\d.eE+]+,\s+)*[-\d.eE+]+)\s+\]",
        lambda match: "[" + re.sub(r"\s+", " ", match.group(1)) + "]", text)
    (TARGET / name).write_text(text + "\n")


if __name__ == "__main__":
    main()
