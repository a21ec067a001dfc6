#!/usr/bin/env bash
# Some thousand damaged files for everything that reads files: each is read rightly or refused in one
# line. FUZZ_INPUTS=N gives that many instead; the same each time, unless FUZZ_SEED=S asks for others.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
exec "$build/Fuzz" --inputs "${FUZZ_INPUTS:-6000}" --seed "${FUZZ_SEED:-1}" --data "$root/Tests/Data"
