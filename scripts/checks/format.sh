#!/usr/bin/env bash
# Sources and tests are as the toolchain's swift-format writes them (.swift-format), and no line of a comment is
# longer than 110 characters.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
refuse_arguments "$@"
command -v swift-format > /dev/null || skip "no swift-format in this toolchain"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r Sources Tests .swift-format "$work"
(cd "$work" && find Sources Tests -name '*.swift' -print0 | xargs -0 swift-format format --in-place --parallel)
for folder in Sources Tests; do
  found=$(diff -rq "$folder" "$work/$folder" | sed 's/^Files \([^ ]*\) .*/\1/' | paste -s -d ' ') || true
  if [[ ! $found ]]; then ok; else not_ok "swift-format would write otherwise: $found"; fi
  found=$(grep -rnE '^ *//' --include='*.swift' "$folder" |
    LC_ALL=C.UTF-8 grep -E '^[^:]*:[0-9]*:.{111}' | cut -d : -f 1-2 | paste -s -d ' ') || true
  if [[ ! $found ]]; then ok; else not_ok "comments beyond 110 characters: $found"; fi
done
finish
