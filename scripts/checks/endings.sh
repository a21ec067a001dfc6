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
expect "wrong input without a launcher" 2 "RankChecks: $row" \
  "$build/RankChecks" agreed-failure

# The copies that the mpirun of another MPI starts: each told that there are three, and alone.
alone() { env PMI_SIZE=3 PMI_RANK="$1" "$build/RankChecks"; }
if [[ ${SHARDEM_MPI:-} != mpich ]]; then
  alone 0 > "$log" 2>&1 && status=0 || status=$?
  if ((status == 2)) && grep -q '^RankChecks: the launcher announced 3 ranks' "$log"; then
    ok
  else
    not_ok "copies that do not know each other are refused: status $status"
  fi
  if alone 1 > "$log" 2>&1 && [[ ! -s $log ]]; then
    ok
  else
    not_ok "only one of the copies that do not know each other says so"
  fi
fi
finish
