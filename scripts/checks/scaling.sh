#!/usr/bin/env bash
# scripts/scaling measures one and two ranks and writes all it promises; how long they took does not
# matter here. Its model recovers what made-up timings were made of.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# expect NAME COMMAND...
expect() { if "${@:2}" > "$work/log" 2>&1; then ok; else not_ok "$1"; cat "$work/log"; fi; }
# studied OPTION...
studied() { SHARDEM_BUILD=$build "$root/scripts/scaling" "$@"; }

expect "the model recovers known parameters" python3 -B "$root/scripts/checks/scaling.py"
expect "a study of one and two ranks" studied --layouts '1x1 2x1' --cases 5000,3,2,full \
  --iterations 3 --repeats 2 --cores 1 --output "$work/study"
if grep "no plots" "$work/log"; then plots=(); else
  plots=({scaling-5000-3-2-full,prediction-5000-3-2-full,network}.{png,svg})
fi
cd "$work/study"
expect "its files are there" test "$(printf '%s\n' ./* | sort)" = "$(
  printf './%s\n' {measurements,network,summary}.csv machine.json report.md "${plots[@]}" | sort)"
# Two kinds, layouts and turns of three iterations; the rows of weak scaling grow.
expect "a line for each iteration" awk -F, '
  NR == 1 { exit $0 != "kind,case,rows,ranks,threads,round,iteration,seconds,compute_seconds," \
    "processor_seconds,m_step_seconds,shared_seconds,communication_seconds,imbalance,message_bytes" }' \
  measurements.csv
expect "of all kinds and layouts" test "$(grep -c '^\(strong\|weak\),' measurements.csv)" = 24
expect "with more rows in weak scaling" grep -q '^weak,"5000,3,2,full",10000,2,1,' measurements.csv
expect "the network by bytes" awk -F, '
  NR == 1 && $0 != "ranks,round,bytes,seconds,least_seconds" { bad = 1 }
  NR > 1 && !($1 == 2 && $4 > 0) { bad = 1 }
  END { exit bad || NR != 17 }' network.csv
for heading in "Strong scaling" "Weak scaling" "The model" "Predicted efficiency"; do
  expect "the report has: $heading" grep -q "^\*\*$heading" report.md
done
refused() { ! studied "$@" && (($(grep -c 'error:' "$work/log") == 1)); }
expect "no layout 2x0" refused --layouts 2x0 --output "$work/none"
finish
