#!/usr/bin/env bash
# Output files are whole or not there: when a signal ends the program, when two runs write the same
# files at once, and when there is no room or no reader for a second output.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
shardem=$build/shardem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A model of so many components that every row takes long: there is time to interrupt.
awk -v K=10000 'BEGIN {
  printf "{\"format\": \"shardem-model\", \"version\": 1, \"family\": \"gaussian\",\n"
  printf "\"covariance_type\": \"spherical\", \"components\": %d, \"dimensions\": 1,\n", K
  for (k = 0; k < K; k++) {
    weights = weights (k ? "," : "") 1 / K
    means = means (k ? "," : "") "[" k "]"
    covariances = covariances (k ? "," : "") 1
  }
  printf "\"weights\": [%s],\n\"means\": [%s],\n\"covariances\": [%s]}\n", weights, means, covariances
}' > model.json
seq 200000 > rows.csv
sample=(sample model.json --shards 3 --threads 1 --quiet --output out/sample --rows 1000000)
predict=(predict model.json rows.csv --threads 1 --quiet --output out/l.csv --log-densities out/d)
endless=(fit rows.csv --components 2 --tolerance 0 --max-iterations 1000000000 --threads 1 --quiet
  --progress none --output out/model --trace out/trace)

# --- Signals.

# Some signals are ignored if whoever started this script ignores them, as nohup does.
as_usual=()
signals=(TERM)
if env --default-signal true 2> /dev/null; then
  as_usual=(env --default-signal)
  signals=(TERM INT HUP)
fi

# interrupt SIGNAL COMMAND...: sends it the signal once it has begun to write into the folder `out`.
# Sets `status`.
interrupt() {
  local signal=$1 process end=$((SECONDS + 60))
  shift
  rm -rf out
  mkdir out
  "$@" > log 2>&1 < /dev/null &
  process=$!
  until [[ -n $(find out -name '.*.partial') ]] || ((SECONDS >= end)); do sleep 0.01; done
  kill -s "$signal" "$process" && status=0 || status=$?
  # The shell says how it ended.
  wait "$process" 2> /dev/null || status=$?
}

# expect_nothing NAME STATUS: what the interrupted command must leave; STATUS may be a pattern.
expect_nothing() {
  # shellcheck disable=SC2053
  if [[ $status == $2 && -z $(find out -mindepth 1) ]]; then
    ok
  else
    not_ok "$1: status $status instead of $2, or files are left:"
    find out -mindepth 1 | cat - log | sed 's/^/    /'
  fi
}

for signal in "${signals[@]}"; do
  for command in sample predict endless; do
    declare -n arguments=$command
    interrupt "$signal" "${as_usual[@]}" "$shardem" "${arguments[@]}"
    expect_nothing "SIG$signal to ${arguments[0]}" $((128 + $(kill -l "$signal")))
  done
done
# mpirun ends with a status of its own.
set_launch 3
for command in sample predict endless; do
  declare -n arguments=$command
  interrupt TERM "${launch[@]}" "$shardem" "${arguments[@]}"
  expect_nothing "SIGTERM to ${arguments[0]} on 3 ranks" '[1-9]*'
done

# `nohup`. The run is short, for it to go on to its end.
interrupt HUP bash -c "trap '' HUP; exec \"\$@\"" - "$shardem" "${sample[@]}" --rows 100000
if [[ $status == 0 && $(ls -A out/sample | wc -l) == 3 ]]; then ok; else
  not_ok "an ignored SIGHUP: status $status"
fi

# --- Two runs at once.

draw() { "$shardem" sample model.json --rows 20000 --quiet --force --seed "$1" --output "$2"; }
draw 1 first
draw 2 second
draw 1 both & one=$!
draw 2 both & two=$!
if wait "$one" && wait "$two" && [[ $(ls -A both) == part-0000.npy ]] &&
  { cmp -s first/part-0000.npy both/part-0000.npy || cmp -s {second,both}/part-0000.npy; }; then
  ok
else
  not_ok "two samples written to one folder at the same time are not one of them"
fi

# --- No room or no reader.

fit=(fit "$root/Tests/Data/faithful.csv" --components 2 --tolerance 0 --max-iterations 100 --quiet)
"$shardem" "${fit[@]}" --output wanted.json > /dev/null 2>&1

# expect_model NAME STATUS ERRORS: the fit has written its model and its report, with that status.
expect_model() {
  if [[ $status == "$2" && $(grep '^shardem: ' log || true) == "$3" ]] &&
    cmp -s wanted.json model-2.json && [[ -z $(find . -name '.*.partial') ]]; then
    ok
  else
    not_ok "$1: status $status instead of $2, or other errors, or no model:"
    sed 's/^/    /' log
  fi
  rm -f model-2.json
}

# Room for the model, not for the trace of 100 iterations; a limit as a full disk.
status=0
(ulimit -f 8 && "$shardem" "${fit[@]}" --output model-2.json --trace trace) \
  2> log > report || status=$?
expect_model "a trace without room" 1 \
  "shardem: trace: cannot be written: File too large; the fit goes on without a trace"
if grep -q '^model  *written to model-2.json$' report && [[ ! -e trace ]]; then
  ok
else
  not_ok "the report of a fit whose trace has no room"
fi

# The reader has ended before the first line.
exec 5> >(true)
wait $!
status=0
"$shardem" "${fit[@]}" --output model-2.json 2>&5 > report || status=$?
: > log
expect_model "progress that no one reads" 0 ""
finish
