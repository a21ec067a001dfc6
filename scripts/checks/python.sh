#!/usr/bin/env bash
# The Python package (deploy/python): a new environment, one command that builds the library and installs the
# package there, and its tests, scikit-learn's check_estimator among them. Takes a build of its own, in the folder
# .build-python, and packages of PyPI: only with --all, as scripts/test --all gives it.
set -euo pipefail
check_options=--all
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ ${1:-} == --all ]] || skip "takes a build of its own: only with --all"
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
for package in pyarrow polars mpi4py distributed hypothesis; do
  "$python" -m pip install -q "$package" > "$folder/log" 2>&1 || true
done
size=$(stat -c %s "$folder"/environment/lib/python*/site-packages/shardem/libshardemc.so)
# What a wheel of 10 MB holds, by the third that is left of such a library when it is packed.
if ((size < 30000000)); then ok "a library of $size bytes"; else not_ok "a library of $size bytes"; fi
if ldd "$folder"/environment/lib/python*/site-packages/shardem/libshardemc.so | grep -iE 'swift|mpi|hdf5'; then
  not_ok "needs neither Swift nor MPI nor HDF5"
else
  ok "needs neither Swift nor MPI nor HDF5"
fi
if scripts/wheel "$folder/dist" > "$folder/log" 2>&1; then ok "scripts/wheel"; else
  not_ok "scripts/wheel"
  tail -n 5 "$folder/log"
fi

report=$folder/report.xml
SHARDEM=$build/shardem SCIPY_ARRAY_API=1 "$python" -m pytest -q -p no:cacheprovider --junit-xml "$report" \
  deploy/python/tests > "$folder/log" 2>&1 || tail -n 40 "$folder/log"
# tests, failures, errors, skipped of the report's first element.
number() { sed -n "s/.*<testsuite [^>]*$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -n 1; }
if [[ -s $report ]]; then
  bad=$(($(number failures) + $(number errors)))
  failed=$((failed + bad))
  passed=$((passed + $(number tests) - bad - $(number skipped)))
else
  not_ok "pytest"
fi
finish
