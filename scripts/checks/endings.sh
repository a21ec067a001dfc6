#!/usr/bin/env bash
# How a job under mpirun ends when a rank fails: soon, with one message, and with its status.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
RANKS_TIMEOUT=30

# expect NAME STATUS MESSAGE COMMAND...: MESSAGE is the only line of the program's own.
expect() {
  local name=$1 wanted=$2 message=$3 status=0
  shift 3
  "$@" > "$log" 2>&1 || status=$?
  local lines
  lines=$(grep -E '^(RankChecks|rank [0-9]+): ' "$log" || true)
  if ((status == wanted)) && [[ $lines == "$message" ]]; then
    ok
  else
    not_ok "$name: status $status instead of $wanted, or other words:"
    sed 's/^/    /' "$log"
  fi
}

row="part-0001.csv: row 7: not a number"
for count in 1 2 3 7; do
  expect "wrong input on one of $count ranks" 2 "RankChecks: $row" \
    on_ranks "$count" "$build/RankChecks" agreed-failure
done
for count in 2 3; do
  expect "an error that one of $count ranks keeps to itself" 2 "rank $((count - 1)): $row" \
    on_ranks "$count" "$build/RankChecks" lone-failure
done
if RANKS_TIMEOUT=1 on_ranks 2 sleep 100 2> "$log" || ! grep -qx "sleep on 2 ranks: no end within 1 s" "$log"
then
  not_ok "a job that does not end is not said to be one:"
  sed 's/^/    /' "$log"
else
  ok
fi
expect "wrong input without a launcher" 2 "RankChecks: $row" \
  "$build/RankChecks" agreed-failure

# each NAME STATUS COMMAND...: every one of three ranks ends with STATUS.
each() {
  local name=$1 wanted=$2 statuses
  shift 2
  # shellcheck disable=SC2016 # for the shell of each rank
  on_ranks 3 bash -c '"$@"; echo "ended $?"' rank "$@" > "$log" 2>&1 || true
  statuses=$(grep -c "^ended $wanted\$" "$log" || true)
  if ((statuses == 3)); then
    ok
  else
    not_ok "$name: $statuses of 3 ranks end with $wanted:"
    sed 's/^/    /' "$log"
  fi
}

data=$root/Tests/Data/faithful.csv
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT
each "wrong input" 2 "$build/RankChecks" agreed-failure
each "a status of rank 0's" 70 "$build/RankChecks" status
each "a fit that is done" 0 "$build/shardem" fit "$data" -K 2 -q --progress none
each "a file that is not there" 2 "$build/shardem" fit "$work/no.csv" -K 2
each "a command line that is refused" 2 "$build/shardem" fit "$data" -K 0
each "a fit that must converge" 3 "$build/shardem" fit "$data" -K 2 --max-iterations 1 \
  --require-convergence -q
each "help" 0 "$build/shardem" --help
# The fit is told to stop by its own rank 0, when it has begun.
# shellcheck disable=SC2016 # for the shell of each rank
each "a fit that is told to stop" 75 bash -c '
  "$1/shardem" fit "$2" -K 2 --tolerance 0 --max-iterations 1000000 -q --checkpoint "$3" \
    --checkpoint-interval 0 & job=$!
  if [[ ${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}} == 0 ]]; then
    until compgen -G "$3/checkpoint-*" > /dev/null; do sleep 0.1; done
    kill -USR1 "$job"
  fi
  wait "$job" || status=$?
  [[ ${status:-0} -gt 128 ]] && { wait "$job"; status=$?; }
  exit "${status:-0}"' rank "$build" "$data" "$work/kept"

# A fit by a thread that did not start MPI, which MPI is told of.
if on_ranks 2 "$build/RankChecks" any-thread > "$log" 2>&1 &&
  grep -q '^means \[1.5, 101.5\]' "$log"; then
  ok
else
  not_ok "a fit on another thread than that of MPI:"
  sed 's/^/    /' "$log"
fi

# The copies that the mpirun of another MPI starts: each told that there are three, and alone. Each
# speaks for itself.
if [[ ${SHARDEM_MPI:-} != mpich ]]; then
  # alone NAME STATUS PATTERN COMMAND...: a line of the program's matches PATTERN, on any copy.
  alone() {
    local name=$1 wanted=$2 pattern=$3 variables status
    shift 3
    for variables in "PMI_SIZE=3 PMI_RANK=0" "PMI_SIZE=3 PMI_RANK=1" "ALPS_APP_PE=2" \
      "FLUX_JOB_SIZE=3 FLUX_TASK_RANK=1" "PALS_RANKID=1" "MV2_COMM_WORLD_SIZE=3 MV2_COMM_WORLD_RANK=2" \
      "SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1"; do
      status=0
      # shellcheck disable=SC2086 # a word for each variable
      env $variables "$@" > "$log" 2>&1 || status=$?
      if ((status == wanted)) && (($(grep -c "$pattern" "$log" || true) == 1)); then
        ok
      else
        not_ok "$name, $variables: status $status instead of $wanted, or other words:"
        sed 's/^/    /' "$log"
      fi
    done
  }
  refusal='^shardem: the launcher .*--no-mpi lets each work by itself$'
  alone "a lone copy" 2 '^RankChecks: the launcher' "$build/RankChecks" agreed-failure
  alone "a lone fit" 2 "$refusal" "$build/shardem" fit "$data" -K 2
  alone "a lone fit of nothing" 2 "$refusal" "$build/shardem" fit "$work/no.csv" -K 2
  alone "a lone score" 2 "$refusal" "$build/shardem" score "$work/no.json" "$data"
  alone "lone help" 0 '^OVERVIEW: ' "$build/shardem" fit --help
  alone "a fit by itself" 0 '^model .*written to' "$build/shardem" fit "$data" -K 2 --no-mpi \
    -o "$work/m.json"
  alone "a score by itself" 0 '"bic"' "$build/shardem" score "$work/m.json" "$data" --no-mpi
  alone "a mistake by itself" 2 '^shardem: .*no.csv: no such file' "$build/shardem" fit \
    "$work/no.csv" -K 2 --no-mpi
  alone "inspect by itself" 0 'Gaussian mixture' "$build/shardem" inspect "$work/m.json" --no-mpi
fi
# A rank that runs another program, which ends without MPI: Open MPI would wait for it.
set_launch 1
if [[ " ${launch[*]} " == *" --oversubscribe "* ]]; then
  left="1 of the 2 ranks on this host are left while MPI starts; all ranks need to run the same program, \
with the same MPI"
  expect "another program on one rank" 2 "rank 1: $left" "${launch[@]}" true : -n 1 "$build/shardem" fit "$data" -K 2
fi

# A farm: ranks of a launcher that work each by itself.
each "a fit of its own on every rank" 0 "$build/shardem" fit "$data" -K 2 -q --no-mpi
finish
