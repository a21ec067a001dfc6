#!/usr/bin/env bash
# A file larger than the memory that the program may have: the same model as without a limit. Under a
# memory cgroup if this user can make one, and under a limit of the address space.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
shardem=$build/shardem
work=$(mktemp -d)
group=
cleanup() {
  [[ -z $group ]] || rmdir "$group"
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

# 205 MB, of which a fit that held them would also hold 13 MB of distances.
cat > model.json <<'JSON'
{"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "spherical",
 "components": 2, "dimensions": 16, "weights": [0.25, 0.75], "covariances": [1, 2],
 "means": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
           [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]]}
JSON
"$shardem" sample model.json --rows 1600000 --shards 100 --output data --quiet
fit=("$shardem" fit data --components 2 --covariance diag --max-iterations 2 --threads 2
  --progress none)
"${fit[@]}" --memory 1GiB --output expected.json > log 2>&1 || cat log

# streams NAME COMMAND...: whether it writes that model, having said that it does not hold the rows.
streams() {
  rm -f model.json
  if ! "${@:2}" --output model.json > log 2>&1; then
    not_ok "$1: the fit failed"
    cat log
  elif ! grep -q "read anew in every pass" log; then
    not_ok "$1: the rows were held in memory"
  elif ! cmp -s expected.json model.json; then
    not_ok "$1: another model"
  else
    ok "$1"
  fi
}

# limited COMMAND...: runs it in the group.
limited() { (echo "$BASHPID" > "$group/cgroup.procs" && exec "$@"); }

# make_group FOLDER FILE: a group of 64 MiB below the folder, the limit in that file.
make_group() {
  [[ -w $1 ]] && mkdir "$1/shardem-$$" 2> /dev/null || return 1
  group=$1/shardem-$$
  { echo $((64 << 20)) > "$group/$2"; } 2> /dev/null && limited true 2> /dev/null && return
  rmdir "$group"
  group=
  return 1
}
if make_group /sys/fs/cgroup/memory memory.limit_in_bytes || make_group /sys/fs/cgroup memory.max
then
  streams "a cgroup of 64 MiB, by default" limited "${fit[@]}"
else
  echo "skipped: a memory cgroup cannot be made here"
fi

# Shared libraries and the stacks of threads take address space too.
under_ulimit() { (ulimit -v $((384 << 10)) && ulimit -Sn 64 && exec "$@"); }
streams "an address space of 384 MiB, by default, and 64 open files" under_ulimit "${fit[@]}"
streams "--memory 1MiB, three ranks" on_ranks 3 "${fit[@]}" --memory 1MiB
finish
