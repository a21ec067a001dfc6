#!/usr/bin/env bash
# Ranks that are told, or find, different things: the job ends soon, with one line that says which.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
RANKS_TIMEOUT=30
program=$build/shardem
data=$root/Tests/Data/faithful.csv
cd "$work"

# expect NAME MESSAGE FIRST SECOND: two ranks with the arguments FIRST and SECOND, words of a string,
# end with status 2, and MESSAGE is the only line of the program's own.
expect() {
  local name=$1 message=$2 status=0 lines launch
  set_launch 1
  # shellcheck disable=SC2086 # words of a string
  "${launch[@]}" $3 : -n 1 $4 < /dev/null > "$log" 2>&1 || status=$?
  lines=$(grep -E '^(shardem|rank [0-9]+): ' "$log" || true)
  if ((status == 2)) && [[ $lines == "$message" ]]; then
    ok
  else
    not_ok "$name: status $status instead of 2, or other words:"
    sed 's/^/    /' "$log"
  fi
}

fit="$program fit $data -K 2"
same="all ranks need the same command and options"
# What a rank alone is asked for.
for other in "fit --help" "--version" "inspect $data"; do
  case $other in inspect*) words="shardem inspect" ;; *) words="shardem $other" ;; esac
  expect "$other on rank 0" "shardem: $words on rank 0, but shardem fit on rank 1; $same" \
    "$program $other" "$fit"
  expect "$other on rank 1" "shardem: shardem fit on rank 0, but $words on rank 1; $same" \
    "$fit" "$program $other"
done
# Every option that is not a rank's own.
for option in "--output o.json" "--trace t.jsonl" "--init random"; do
  name=${option%% *} none="no ${option%% *}"
  case $name in --init) none="--init race" ;; esac
  expect "$option" "shardem: $none on rank 0, but $option on rank 1; $same" "$fit" "$fit $option"
done
expect "--output of two names" "shardem: --output a on rank 0, but --output b on rank 1; $same" \
  "$fit --output a" "$fit --output b"
expect "--require-convergence" \
  "shardem: --require-convergence on rank 0, but no --require-convergence on rank 1; $same" \
  "$fit --require-convergence" "$fit"
expect "--checkpoint-interval" \
  "shardem: no --checkpoint-interval on rank 0, but --checkpoint-interval 5.0 on rank 1; $same" \
  "$fit --checkpoint kept" "$fit --checkpoint kept --checkpoint-interval 5"
expect "--force" "shardem: --force on rank 0, but no --force on rank 1; $same" \
  "$program shard $data --output shards --force" "$program shard $data --output shards"
[[ $(ls) == log ]] && ok || not_ok "ranks that differ write nothing: found $(ls)"

# Files of one name and size, of other contents: a stale copy in the folder `two`.
mkdir one two
awk 'BEGIN { for (n = 0; n < 400; n++) printf "%d,%d\n", 1000 + n, 1000 + n * 7919 % 9000 }' \
  > one/data.csv
sed '200s/^1/2/' one/data.csv > two/data.csv
for folder in one two; do
  "$program" shard "$folder/data.csv" --output "$folder/shards" -q
done
awk 'BEGIN { for (n = 0; n < 400; n++) print 1 }' > one/weights.csv
sed '1s/1/2/' one/weights.csv > two/weights.csv
"$program" fit one/data.csv -K 2 -q --progress none -o one/m.json > /dev/null
sed 's/"seed": 0/"seed": 1/' one/m.json > two/m.json
cp one/data.csv one/same.csv
cp one/data.csv two/same.csv
cp one/m.json one/same.json
cp one/m.json two/same.json

# in_folders ARGUMENT...: runs the program with rank 0 in the folder `one`, rank 1 in `two`.
in_folders() {
  local launch status=0
  set_launch 1
  "${launch[@]}" -wdir "$work/one" "$program" "$@" : -n 1 -wdir "$work/two" "$program" "$@" \
    < /dev/null > "$log" 2>&1 || status=$?
  return "$status"
}

# stale FILE COMMAND...: the command is refused for a FILE that the ranks have otherwise.
stale() {
  local file=$1 status=0 lines
  shift
  in_folders "$@" || status=$?
  lines=$(grep -E '^(shardem|rank [0-9]+): ' "$log" || true)
  if ((status == 2)) && [[ $lines == "shardem: $file: rank 1 finds other contents in its file "* ]]
  then
    ok
  else
    not_ok "$* with another $file: status $status instead of 2, or other words:"
    sed 's/^/    /' "$log"
  fi
}

# Folders of their own for ranks are Open MPI's.
set_launch 1
if [[ " ${launch[*]} " == *" --oversubscribe "* ]]; then
  stale data.csv fit data.csv -K 2 -o out.json
  stale shards/part-0000.npy fit shards -K 2
  stale data.csv score same.json data.csv
  stale data.csv shard data.csv --output out
  stale weights.csv fit same.csv -K 2 --weights weights.csv
  stale m.json fit same.csv -K 2 --init m.json
  stale m.json score m.json same.csv
  stale m.json predict m.json same.csv --output l.npy
  stale m.json sample m.json --rows 10 --output out
  found=$(ls one two | grep -c '^out\|^l.npy' || true)
  ((found == 0)) && ok || not_ok "stale files: an output is written"

  # The same rows, packed at different times.
  touch -d 2020-01-01 two/same.csv
  gzip one/same.csv two/same.csv
  if in_folders fit same.csv.gz -K 2 -q --progress none; then
    ok
  else
    not_ok "copies that were packed at different times are the same:"
    sed 's/^/    /' "$log"
  fi
fi
finish
