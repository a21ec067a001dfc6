#!/usr/bin/env bash
# Starts that run together read a streamed file once for all, and each is what it is alone. The
# bytes are those that the system counts as read (/proc/PID/io).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ -r /proc/self/io ]] || skip "the system does not count the bytes that a process reads"
shardem=$build/shardem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# 26 MB.
cat > model.json <<'JSON'
{"format": "shardem-model", "version": 1, "family": "gaussian", "covariance_type": "spherical",
 "components": 2, "dimensions": 16, "weights": [0.25, 0.75], "covariances": [1, 2],
 "means": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
           [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]]}
JSON
"$shardem" sample model.json --rows 200000 --output data --quiet
file=$(stat -c %s data/*.npy)

# read_so_far: the bytes that this shell and the programs that it has waited for have read.
read_so_far() { sed -n 's/^rchar: //p' "/proc/$$/io"; }

# fit NAME MEMORY OPTION...: writes NAME.json and NAME.jsonl; `walks` is how often the file was read.
fit() {
  local before
  before=$(read_so_far)
  "$shardem" fit data --components 3 --covariance diag --tolerance 0 --max-iterations 4 --threads 2 \
    --progress none --quiet --output "$1.json" --trace "$1.jsonl" --memory "$2" "${@:3}" \
    > log 2>&1 || cat log
  walks=$((($(read_so_far) - before + file / 2) / file))
}

# lines NAME: the trace start by start, without times.
lines() { sort -s -t , -k 1,1 "$1.jsonl" | cut -d , -f 1-6; }

for options in "--init random" "--init k-means++"; do
  # As options.
  read -ra words <<< "$options"
  fit one 16MiB "${words[@]}"
  one=$walks
  fit eight 16MiB "${words[@]}" --restarts 8
  if ((walks == one)); then ok; else
    not_ok "$options: $walks walks for eight starts, $one for one"
  fi
  # No more than a block for each thread: one start after the other.
  fit alone 528KiB "${words[@]}" --restarts 8
  if ((walks > 4 * one)); then ok; else
    not_ok "$options: $walks walks for eight starts one after the other"
  fi
  if cmp eight.json alone.json && cmp <(lines eight) <(lines alone); then ok; else
    not_ok "$options: eight starts together are those of each alone"
  fi
done
finish
