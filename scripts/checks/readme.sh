#!/usr/bin/env bash
# The commands of README.md, word by word and in order, in a folder that has nothing but the project's.
#
# Commands are the lines of its indented blocks. DATA is the eruptions of Old Faithful. Not run, but
# looked for: scripts, which have checks of their own or take long. Not run: `swift` (this build is the one
# that is tested), and what names /scratch, a folder of a cluster.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/project"
cd "$work/project"
ln -s "$root/Tests" "$root/scripts" "$root/deploy" .
mkdir .build
ln -s "$build" .build/release
export PATH=$build:$PATH
# For the README's numbers of ranks on a machine of few cores, and in containers.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1
if ((EUID == 0)); then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi

# Blocks follow an empty line, outside of ``` and lists; lines that end with \ go on.
commands() {
  awk '/^```/ { code = !code }
    code { next }
    /^    / && (before == "" || block) { block = 1; print substr($0, 5); next }
    { block = 0; before = $0 }' "$root/README.md" | sed -e ':a' -e '/\\$/ { N; s/\\\n *//; ba; }'
}

mapfile -t lines < <(commands)
if ((${#lines[@]} >= 10)); then ok; else not_ok "README.md has ${#lines[@]} commands"; fi
for line in "${lines[@]}"; do
  words=${line%%#*}
  # Without the variables before it.
  program=$(sed -E 's/^([A-Z_]+=[^ ]* +)*([^ ]+).*/\2/' <<< "$words")
  case $program in
    swift) continue ;;
    scripts/* | deploy/*)
      if [[ -x $program ]]; then ok; else not_ok "there is no $program: $line"; fi
      continue
      ;;
  esac
  [[ $words != */scratch* ]] || continue
  status=0
  timeout 120 bash -c "${words//DATA/Tests/Data/faithful.csv}" < /dev/null > "$work/log" 2>&1 ||
    status=$?
  if ((status == 0)); then ok; else
    not_ok "status $status: $line"
    tail -n 5 "$work/log"
  fi
done
finish
