#!/usr/bin/env bash
# What batch systems send before they end a job: the fit keeps a checkpoint, ends with status 75,
# and goes on from there to the same bytes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
options=(fit "$root/Tests/Data/pendigits.csv" --components 8 --init random --seed 5
  --tolerance 0 --max-iterations 300 --threads 1 --progress none --quiet)
"$build/shardem" "${options[@]}" --output whole.json --trace whole.jsonl > /dev/null 2>&1

# started COMMAND...: runs the fit in the background and waits for its first checkpoint, however long the
# machine takes to begin.
started() {
  rm -rf kept
  # Of their own process group, as mpirun passes signals on to its children itself.
  setsid "$@" "$build/shardem" "${options[@]}" --output model.json --trace trace.jsonl \
    --checkpoint kept > log 2>&1 &
  job=$!
  until compgen -G 'kept/checkpoint-*' > /dev/null; do
    kill -0 "$job" 2> /dev/null || { cat log; return; }
    sleep 0.05
  done
}

# stop SIGNAL NAME COMMAND...: the fit that COMMAND starts stops by the signal, and goes on.
stop() {
  local signal=$1 name=$2 status=0 place
  shift 2
  started "$@"
  kill "-$signal" "$job" || true
  wait "$job" || status=$?
  if ((status == 75)) && grep -q "^shardem: stopped by SIG$signal after iteration" log; then
    ok
  else
    not_ok "$name: SIG$signal ends with status $status instead of 75:"
    cat log
  fi
  place=$(sed -n 's/.*after iteration \([0-9]*\);.*/\1/p' log)
  if [[ -e kept/checkpoint-0-$place.bin && ! -e model.json ]]; then ok; else
    not_ok "$name: a checkpoint of the iteration that was finished, and no model"
  fi
  "$build/shardem" "${options[@]}" --output model.json --trace trace.jsonl --resume kept \
    > log 2>&1 || cat log
  if cmp model.json whole.json; then ok; else not_ok "$name: the same model after SIG$signal"; fi
  if cmp <(cut -d, -f 1-6 trace.jsonl) <(cut -d, -f 1-6 whole.jsonl); then ok; else
    not_ok "$name: the same lines in the trace after SIG$signal"
  fi
  rm -f model.json trace.jsonl
}

stop USR1 "one process" env
stop TERM "one process" env
if command -v mpirun > /dev/null; then
  ((EUID != 0)) || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  stop USR1 "three ranks" mpirun --oversubscribe --bind-to none -n 3
fi

# So does a selection, of whose fits some have ended by then.
chosen=(select "$root/Tests/Data/pendigits.csv" --components 2,12 --covariance full,EII --init kmeans
  --tolerance 0 --max-iterations 100 --threads 1 --progress none --quiet)
"$build/shardem" "${chosen[@]}" --output whole.json --table whole.csv > /dev/null 2>&1
rm -rf kept
"$build/shardem" "${chosen[@]}" --output model.json --checkpoint kept --checkpoint-interval 0 \
  > log 2>&1 &
job=$!
until compgen -G 'kept/full-12/checkpoint-0-?*' > /dev/null; do
  kill -0 "$job" 2> /dev/null || { cat log; break; }
  sleep 0.05
done
status=0
kill -TERM "$job" || true
wait "$job" || status=$?
if ((status == 75)) && grep -q '^shardem: stopped by SIGTERM after [0-9]* iterations of 4 starts' log; then
  ok
else
  not_ok "a selection: SIGTERM ends with status $status instead of 75:"
  cat log
fi
"$build/shardem" "${chosen[@]}" --output model.json --table table.csv --resume kept > log 2>&1 || cat log
if cmp model.json whole.json; then ok; else not_ok "a selection: the same model after SIGTERM"; fi
if cmp <(cut -d, -f 1-11 table.csv) <(cut -d, -f 1-11 whole.csv); then ok; else
  not_ok "a selection: the same table after SIGTERM"
fi
rm -f model.json

# Without checkpoints nothing is caught.
"$build/shardem" "${options[@]}" --max-iterations 100000 > log 2>&1 &
sleep 0.3
kill -TERM $!
wait $! && status=0 || status=$?
if ((status == 143)); then ok; else not_ok "SIGTERM without --checkpoint: status $status"; fi
finish
