#!/usr/bin/env bash
# Every script refuses an option that it does not have, in one line, before it begins anything, and
# explains itself with --help.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What a script that begins would call first.
for program in swift swiftc apt-get mpirun pip srun ssh; do
  printf '#!/bin/sh\necho "%s $*" >> "%s/begun"\nexit 1\n' "$program" "$work" > "$work/$program"
  chmod +x "$work/$program"
done

# outcome ARGUMENT...: of a script, in `status`, `out` and `errors`, its lines on standard error.
outcome() {
  status=0
  PATH=$work:$PATH timeout 60 "$@" > "$work/out" 2> "$work/errors" < /dev/null || status=$?
  errors=$(wc -l < "$work/errors")
}

# In the project's own folder, as `swift build` in any other would fail by itself.
cd "$root"
for script in scripts/* scripts/checks/*.sh deploy/*; do
  [[ -f $script && -x $script ]] || continue
  outcome "$script" --bogus
  if [[ $status == 2 && $errors == 1 && ! -s $work/out && ! -e $work/begun ]] &&
    grep -q -e '--bogus\|see --help' "$work/errors"; then ok; else
    not_ok "$script --bogus: status $status, $errors lines"
    cat "$work"/{errors,out,begun} 2> /dev/null | head -n 5
    rm -f "$work/begun"
  fi
  outcome "$script" --help
  if [[ $status == 0 && $errors == 0 && ! -e $work/begun && -s $work/out ]]; then
    ok
  else
    not_ok "$script --help: status $status, $errors lines of errors"
    rm -f "$work/begun"
  fi
done

# refused SCRIPT ARGUMENT...
refused() {
  outcome "$@"
  if [[ $status == 2 && $errors == 1 && ! -e $work/begun ]]; then ok; else
    not_ok "$*: status $status"
    rm -f "$work/begun"
  fi
}
refused scripts/bench --threads
refused scripts/bench --threads many
refused scripts/bench --peers --rounds 2 --cores 3
refused scripts/demo now
refused scripts/fuzz --seconds
refused scripts/fuzz csv json
refused scripts/ranks 2 0
refused scripts/scaling --layouts 2x0
refused scripts/scaling --repeats
refused scripts/setup libpng --purge
refused scripts/test --all --mpi
refused scripts/test everything
refused scripts/without-mpi hdf5
finish
