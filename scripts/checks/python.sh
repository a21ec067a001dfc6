#!/usr/bin/env bash
# The Python package (deploy/python): a new environment, one command that builds the libraries and installs the
# package there, and its tests, scikit-learn's check_estimator among them; the wheel, and in another environment its
# ranks under MPICH. Takes builds of its own, in the folders .build-python-*, and packages of PyPI: only with --all, as
# scripts/test --all gives it.
set -euo pipefail
check_options=--all
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ ${1:-} == --all ]] || skip "takes builds of its own: only with --all"
cd "$root"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment" 2> /dev/null || skip "no Python with venv"
python=$folder/environment/bin/python
if ! "$python" -m pip install -q 'setuptools>=77' > "$folder/log" 2>&1; then
  skip "no packages of PyPI: $(tail -n 1 "$folder/log")"
fi

if "$python" -m pip install -q './deploy/python[test]' > "$folder/log" 2>&1; then ok "pip install ./deploy/python"; else
  tail -n 20 "$folder/log"
  not_ok "pip install ./deploy/python"
  finish
fi
# What some tests are about; without it they are skipped.
for package in pyarrow polars duckdb mpi4py distributed ray hypothesis mypy; do
  "$python" -m pip install -q "$package" > "$folder/log" 2>&1 || true
done
documented=$(grep -oE '\bshardem_[a-z_]+\(' Sources/ShardEMC/shardem.h | tr -d '(' | sort -u | paste -s -d ' ')
for library in "$folder"/environment/lib/python*/site-packages/shardem/libshardemc*.so; do
  name=$(basename "$library")
  size=$(stat -c %s "$library")
  # What half a wheel of 10 MB holds, by the third that is left of such a library when it is packed.
  if ((size < 15000000)); then ok "$name of $size bytes"; else not_ok "$name of $size bytes"; fi
  if ldd "$library" | grep -iE 'swift|mpi|hdf5'; then not_ok "$name needs neither Swift nor MPI nor HDF5"; else
    ok "$name needs neither Swift nor MPI nor HDF5"
  fi
  shown=$(nm -D --extern-only --defined-only "$library" | sed 's/.* //' | sort -u | paste -s -d ' ')
  if [[ $shown == "$documented" ]]; then ok "$name shows what its header documents"; else
    not_ok "$name shows $shown, expected $documented"
  fi
done
if scripts/wheel "$folder/dist" > "$folder/log" 2>&1; then ok "scripts/wheel"; else
  not_ok "scripts/wheel"
  tail -n 5 "$folder/log"
fi

# tested PYTHON ARGUMENT...: runs pytest, and counts its tests.
tested() {
  local report=$folder/report.xml bad
  rm -f "$report"
  SHARDEM=$build/shardem SCIPY_ARRAY_API=1 "$1" -m pytest -q -p no:cacheprovider --junit-xml "$report" "${@:2}" \
    > "$folder/log" 2>&1 || tail -n 40 "$folder/log"
  # tests, failures, errors, skipped of the report's first element.
  number() { sed -n "s/.*<testsuite [^>]*$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -n 1; }
  if [[ ! -s $report ]]; then
    not_ok "pytest"
    return
  fi
  bad=$(($(number failures) + $(number errors)))
  failed=$((failed + bad))
  passed=$((passed + $(number tests) - bad - $(number skipped)))
}
tested "$python" deploy/python/tests

# The same wheel under MPICH, whose library and mpirun are a package too.
mpich=$folder/mpich
python3 -m venv "$mpich"
if "$mpich/bin/pip" install -q "$folder"/dist/*.whl pytest pandas mpi4py mpich > "$folder/log" 2>&1; then
  if [[ $("$mpich/bin/mpirun" --version) == *HYDRA* ]]; then ok "mpirun of MPICH"; else not_ok "mpirun of MPICH"; fi
  PATH=$mpich/bin:$PATH tested "$mpich/bin/python" deploy/python/tests/test_ranks.py -k mpi
  PATH=$mpich/bin:$PATH tested "$mpich/bin/python" deploy/python/tests/test_examples.py -k ranks.py
else
  echo "MPICH is not tried: $(tail -n 1 "$folder/log")"
fi
finish
