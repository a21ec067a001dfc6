#!/usr/bin/env bash
# Output files are whole or not there, also when two runs write the same files at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
shardem=$build/shardem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A model of so many components that every row takes long: the runs are at work together.
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
finish
