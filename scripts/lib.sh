# What the scripts that run checks share. To be sourced: . "$(dirname "$0")/lib.sh"
#
# A script of checks prints a line `not ok ...` for each that failed, ends with the line
# `N passed, N failed` and returns 1 if any failed or none ran. One that cannot run here ends with the
# line `skipped: ...` instead, and returns 0.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${SHARDEM_BUILD:-$root/.build/release}
passed=0
failed=0

# refuse WHAT: the command line is wrong; nothing has been begun.
refuse() {
  echo "$(basename "$0"): $1; see --help" >&2
  exit 2
}

# refuse_options ARGUMENT...: the script takes none, whatever else it takes.
refuse_options() {
  local argument
  for argument in "$@"; do
    [[ $argument ]] || refuse "'': expected a name"
    [[ $argument != -* ]] || refuse "$argument: no such option"
  done
}

# refuse_arguments ARGUMENT...: the script takes none at all.
refuse_arguments() {
  refuse_options "$@"
  if (($#)); then refuse "$1: expected nothing"; fi
}

# A script of checks explains itself by the comment at its head. It takes no options, but for those in
# `check_options`.
if [[ ${BASH_SOURCE[1]:-} == */checks/* ]]; then
  case ${1:-} in
    --help | -h) sed -e 1d -e '/^[^#]/,$d' -e 's/^# \{0,1\}//' "${BASH_SOURCE[1]}" && exit ;;
    -*) [[ " ${check_options:-} " == *" $1 "* ]] || refuse "$1: no such option" ;;
  esac
fi

# ok [NAME]: counts a check that passed, and names it if it has a name.
ok() {
  passed=$((passed + 1))
  if (($#)); then echo "ok $1"; fi
}

not_ok() {
  failed=$((failed + 1))
  echo "not ok $1"
}

# The last line of a script of checks, and its status.
finish() {
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
}

# skip WHY: ends a script of checks that cannot run here.
skip() {
  echo "skipped: $1"
  exit 0
}

# unnamed MODEL: the model file without the names of columns, which .npy files do not have.
unnamed() { LC_ALL=C grep -av '^  "columns": \[' "$1"; }

# need_cluster SCRIPT: the pretend hosts (`hosts`), or a Slurm on them (`slurm`), of ../shared/cluster;
# installs what they need. Sets `cluster`, their folder.
need_cluster() {
  cluster=$root/../shared/cluster
  [[ -x $cluster/$1 ]] || skip "no pretend hosts in ../shared/cluster"
  ((EUID == 0)) || skip "pretend hosts need root"
  unshare --net --pid --fork true 2> /dev/null || skip "pretend hosts need network namespaces"
  local doctor=("$cluster/$1" doctor) packages
  # The doctor's status says that something is missing.
  packages=$({ "${doctor[@]}" || true; } | sed -n 's/^missing .*: package \([^ ]*\).*/\1/p')
  # shellcheck disable=SC2086 # a word for each package
  "$root/scripts/setup" $packages > /dev/null || skip "could not install" $packages
  "${doctor[@]}" > /dev/null || skip "$("${doctor[@]}" | grep '^missing' | paste -s -d ';')"
}

# on_ranks COUNT PROGRAM ARGUMENT...: runs the program on COUNT ranks of this machine, for at most
# RANKS_TIMEOUT seconds (default 120), and says so if that is too short: mpirun ends without a word then.
# MPIRUN names another launcher than mpirun.
on_ranks() {
  local launch status=0 began=$SECONDS limit=${RANKS_TIMEOUT:-120}
  set_launch "$1"
  "${launch[@]}" "${@:2}" < /dev/null || status=$?
  ((status == 0 || SECONDS - began < limit)) || echo "$(basename "$2") on $1 ranks: no end within $limit s" >&2
  return "$status"
}

# set_launch COUNT: sets the array `launch` to the command that runs a program on COUNT ranks.
set_launch() {
  local launcher=${MPIRUN:-mpirun}
  [[ ${launcher_asked:-} == "$launcher" ]] || ask_launcher "$launcher"
  launch=(timeout --foreground -k 5 "${RANKS_TIMEOUT:-120}" "$launcher" "${launcher_options[@]}" -n "$1")
}

# ask_launcher LAUNCHER: sets the array `launcher_options` to what it needs.
ask_launcher() {
  launcher_asked=$1
  launcher_options=()
  if "$1" --version 2>&1 | grep -q 'Open MPI\|OpenRTE'; then
    # More ranks than cores; and not bound to them, lest jobs that run together choose the same.
    launcher_options=(--oversubscribe --bind-to none)
    if ((EUID == 0)); then
      export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
  fi
}
