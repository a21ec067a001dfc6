#!/usr/bin/env python3
"""Makes Tests/Data from the folder of published data sets and their reference fits.

usage: scripts/make-fixtures.py SOURCE [--scikit-learn]
       scripts/make-fixtures.py --hdf5

SOURCE holds the data files and reference.json, whose fits come from an EM in 80-bit arithmetic.
Copies the sets whose licences allow it (see Tests/Data/README.md) and the cases of
reference.json that are about them, every digit kept.

--scikit-learn fits pendigits from a hundred seeds again, twice (some minutes), and writes what comes out to
Tests/Data/scikit-learn.json; otherwise that file stays as it is. Needs `pip install scikit-learn`.

--hdf5 writes Tests/Data/*.h5 and nothing else. Needs `pip install h5py`.
"""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "Tests" / "Data"
AS_PUBLISHED = ["faithful.csv", "iris.csv", "pendigits.csv", "skin_u8.npy"]
# Too large to ship, but its reference fits are not: tests read the data where they are found.
NOT_COPIED = ["beijing_f32.npy"]
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def main():
    if sys.argv[1:] == ["--hdf5"]:
        return write_hdf5()
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
    write_json("reference.json", shipped_cases(source))
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


def write_json(name, value):
    """Innermost lists on one line; numbers in the shortest form that reads back the same."""
    text = json.dumps(value, indent=1)
    text = re.sub(
        r"\[\s+((?:[-\d.eE+]+,\s+)*[-\d.eE+]+)\s+\]",
        lambda match: "[" + re.sub(r"\s+", " ", match.group(1)) + "]", text)
    (TARGET / name).write_text(text + "\n")


if __name__ == "__main__":
    main()
