#!/usr/bin/env bash
# What scripts/setup finds missing: apt-get is a script here that installs nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\n' > "$work/apt-get"
chmod +x "$work/apt-get"

# installs NAME PACKAGE ARGUMENT...: whether setup would install the package.
installs() {
  if PATH=$work:$PATH "$root/scripts/setup" "${@:3}" 2>&1 | grep -q "$2"; then ok; else not_ok "$1"; fi
}
installs "packages that are named" no-such-package no-such-package
if [[ ${SHARDEM_MPI:-} != mpich ]]; then
  printf '#!/bin/sh\necho HYDRA build details\n' > "$work/mpirun"
  chmod +x "$work/mpirun"
  installs "Open MPI beside the mpirun of another MPI" openmpi-bin
fi
finish
