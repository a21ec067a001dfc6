#!/usr/bin/env bash
# Text and models that are no table or model by their size alone are refused in one line, in little
# memory; tables of a million columns are read in time that grows with their size, not its square.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
shardem=$build/shardem
command -v python3 > /dev/null || skip "no python3 to measure memory with"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# peak COMMAND...: runs it for at most two minutes, and writes its largest memory in MiB to `peak`.
peak() {
  python3 -c '
import os, subprocess, sys
child = subprocess.Popen(["timeout", "120"] + sys.argv[1:])
_, status, used = os.wait4(child.pid, 0)
open("peak", "w").write(str(used.ru_maxrss >> 10))
sys.exit(os.waitstatus_to_exitcode(status))' "$@"
}

# refused MIB MESSAGE ARGUMENT...: whether shardem refuses with one line that has this message, in
# that much memory. (Some 30 MiB are the program and its libraries.)
refused() {
  local status=0 name="${*:3}"
  peak "$shardem" "${@:3}" > /dev/null 2> errors || status=$?
  if ((status != 2)); then
    not_ok "$name: status $status"
  elif [[ $(grep -vc '^note: \|^info: ' errors) != 1 ]] || ! grep -qF "$2" errors; then
    not_ok "$name: another message"
    head -c 400 errors
  elif (($(< peak) > $1)); then
    not_ok "$name: $(< peak) MiB of memory, more than $1"
  else
    ok
  fi
}

bytes() { head -c "$2" /dev/zero | tr '\0' "$1"; }

bytes , 80000000 > commas.csv
bytes , 60000000 | gzip > commas.csv.gz
bytes , 2000000 | gzip > fewer.csv.gz
bytes a 300000000 > letters.csv
bytes '\0' 100000000 > nul.csv
{ printf 'x\n1\n' && bytes 1 1000000; } > digits.csv
{ printf 'x\n1\n' && bytes 1 200000000; } > row.csv
{ printf 'x,y\n1,2\n3,"4\n' && bytes '\n' 1000 && bytes 5 100000000; } > quote.csv
bytes a 40000000 > row40.csv

row="a row of more than 64 MiB of text"
refused 150 "commas.csv: row 1: $row" fit commas.csv -K 1
refused 200 "commas.csv.gz: row 1: more than 2097152 fields" fit commas.csv.gz -K 1
refused 200 "fewer.csv.gz: no rows of data" fit fewer.csv.gz -K 1
refused 150 "letters.csv: row 1: $row" fit letters.csv -K 1
refused 150 "nul.csv: row 1: $row" inspect nul.csv
refused 100 "digits.csv: row 3, column 1 (x): found a field of 1000000 bytes" fit digits.csv -K 1
refused 150 "row.csv: row 3: $row" fit row.csv -K 1
refused 150 "quote.csv: row 3: $row" shard quote.csv --shards 1 --output shards
refused 60 "row40.csv: row 1: a row of more than 8 MiB" fit row40.csv -K 1 --memory 8MiB
refused 100 "digits.csv: row 3" fit digits.csv -K 1 --memory 1MiB

# 120 MB of lists.
python3 -c "print('{\"a\": [0' + ',[1],[],\"x\",{}' * 8000000 + ']}')" > model.json
refused 300 "model.json: format: missing" inspect model.json

# A million columns.
python3 -c '
columns = range(1, 1000001)
print(",".join(f"\"column {j}\"" for j in columns))
for row in 1, 2, 3: print(",".join(str(j * row % 7) for j in columns))' > wide.csv
wide() {
  if timeout 180 "$shardem" "$@" > /dev/null 2> errors; then
    ok
  else
    not_ok "a million columns: $*: status $?"
    head -c 400 errors
  fi
}
wide fit wide.csv -K 1 --covariance diag --init random --max-iterations 1 --output diag.json
wide score diag.json wide.csv
wide predict diag.json wide.csv --output labels.npy
wide inspect wide.csv
wide shard wide.csv --shards 1 --output wide
wide fit wide.csv -K 1 --columns 1000000,5 --max-iterations 1
finish
