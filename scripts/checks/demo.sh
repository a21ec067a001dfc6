#!/usr/bin/env bash
# The demo runs from any folder, and shows two models of which three rank counts agree each.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Of what has been built with the tests: another build takes minutes.
if (cd / && SHARDEM_BUILD=$build "$root/scripts/demo" > "$output" 2>&1); then
  ok
else
  not_ok "the demo: status $?"
  cat "$output"
fi
sums=$(grep -oE '[0-9a-f]{64}' "$output" || true)
if [[ $(wc -l <<< "$sums") == 6 && $(sort -u <<< "$sums" | wc -l) == 2 ]]; then
  ok
else
  not_ok "the demo's sums are not twice three of a kind: $sums"
fi
finish
