#!/usr/bin/env bash
# Several hosts, launched over ssh: the same bytes as in one process, from disks that each host has for
# itself, also after a stop, and where a link is slow; and a fit that outlives first a cut cable and
# then a dead host under deploy/supervise. With --all also every check of ranks and of the same bytes,
# over the hosts (some minutes more).
set -euo pipefail
check_options=--all
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need_cluster hosts
work=$(mktemp -d)
export HOSTS_NAME=shardem-$$
hosts() { "$cluster/hosts" "$@"; }
trap 'hosts down; rm -rf "$work"' EXIT
cd "$work"
hosts up 3
printf 'node%s slots=1\n' 1 2 3 > hostfile

options=(fit "$root/Tests/Data/pendigits.csv" --components 8 --init random --seed 5 --tolerance 0
  --max-iterations 200 --threads 1 --progress none --quiet)

# same NAME FILE: whether the model has the bytes of the fit in one process, but for names of columns.
same() {
  if cmp <(unnamed model.json) <(unnamed "$2"); then
    ok "$1: the same bytes"
  else
    not_ok "$1: other bytes"
  fi
}

# expect NAME CONDITION...
expect() { if "${@:2}"; then ok "$1"; else not_ok "$1"; cat log; fi; }

# wait_for COMMAND...: waits until it succeeds, as long as the job is there.
wait_for() {
  while ! "$@" > /dev/null 2>&1; do
    kill -0 "$job" 2> /dev/null || return 1
    sleep 0.1
  done
}
# The number of iterations that are done, by the newest checkpoint.
iteration() { ls kept | sort -V | tail -n 1 | sed 's/.*-\([0-9]*\).bin/\1/'; }
later_than() { (($(iteration) > $1)); }

"$build/shardem" "${options[@]}" --output whole.json > /dev/null 2>&1
"$build/shardem" "${options[@]}" --max-iterations 50 --output short.json > /dev/null 2>&1

# --- Shards on disks of the hosts' own, by the same names: five ranks, dealt round.

"$build/shardem" shard "$root/Tests/Data/pendigits.csv" --shards 5 --output parts --quiet
mkdir scratch
place() { hosts exec "$1" cp "${@:2}" "$work/scratch"; }
for node in 1 2 3; do hosts exec $node mount -t tmpfs tmpfs "$work/scratch"; done
place 1 "$work"/parts/part-000[14].npy
place 2 "$work"/parts/part-000[03].npy
place 3 "$work"/parts/part-0002.npy
# on COUNT ARGUMENT...: runs the program on COUNT ranks; it expands the pattern itself.
on() { timeout 120 "$cluster/hosts" run "$1" "$build/shardem" "${@:2}" --quiet > log 2>&1; }
local_fit=("${options[@]}")
local_fit[1]='scratch/part-*.npy'

on 5 "${local_fit[@]}" --local --max-iterations 50 --output model.json || cat log
same "shards on disks of three hosts" short.json
"$build/shardem" predict short.json parts --output labels.npy
on 5 predict short.json "${local_fit[1]}" --local --output local.npy || cat log
expect "labels in the order of the names" cmp labels.npy local.npy

# Stopped by a signal to one host's ranks, and gone on without a shard, then with that on another host.
keeping=("${local_fit[@]}" --local --output model.json --checkpoint kept --resume kept)
on 5 "${keeping[@]}" &
job=$!
wait_for later_than 0 || true
hosts exec 2 pkill -USR1 -f "^$build/shardem fit "
status=0
wait "$job" || status=$?
expect "a signal on one host ends the fit on all: status $status" test "$status" = 75
stopped=$(iteration)
expect "before it is done: after iteration $stopped" test "$stopped" -lt 200
hosts exec 1 rm "$work/scratch/part-0001.npy"
status=0
on 3 "${keeping[@]}" || status=$?
expect "a shard that is missing is refused: status $status" test "$status" = 2
expect "by its name" grep -q "these have 4 shards, not 5: no part-0001.npy;" log
place 3 "$work/parts/part-0001.npy"
rm -f model.json
on 3 "${keeping[@]}" || cat log
same "gone on with other ranks and a shard on another host" whole.json
rm -r kept

place 3 "$work"/parts/part-0003.npy
status=0
on 5 "${local_fit[@]}" --local --output none.json || status=$?
expect "a name on two hosts is refused: status $status" test "$status" = 2
expect "with both hosts" \
  grep -q "part-0003.npy: there is a file of this name on host node2 and on host node3" log

# --- A slow link.

hosts slow 2 10
timeout 120 "$cluster/hosts" run 3 "$build/shardem" "${options[@]}" --max-iterations 50 \
  --output model.json > log 2>&1 || cat log
same "three hosts, one of them 20 ms away" short.json

# As mpirun -n COUNT PROGRAM...: ranks dealt round the hosts.
cat > launcher << SCRIPT
#!/usr/bin/env bash
[[ \$1 == -n ]] || exit 0
exec "$cluster/hosts" run "\${@:2}"
SCRIPT
chmod +x launcher
export MPIRUN=$work/launcher
if [[ ${1:-} == --all ]]; then
  expect "all checks of ranks" "$root/scripts/ranks"
  expect "all checks of the same bytes" "$root/scripts/checks/same-bytes.sh"
else
  expect "the checks of three ranks" "$root/scripts/ranks" 3
fi
unset MPIRUN

# --- Supervised, from the head.

# What `hosts run` tells mpirun.
state=/run/mpi-hosts/$HOSTS_NAME
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 \
  OMPI_MCA_plm_rsh_agent="ssh -F $state/ssh_config" OMPI_MCA_btl_tcp_if_include=eth0 \
  OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_orte_tmpdir_base=$state/scratch
supervise() {
  exec timeout 300 "$cluster/hosts" exec head "$root/deploy/supervise" --hosts hostfile \
    --restarts 3 -- --bind-to none "$build/shardem" "${options[@]}" --output model.json \
    --checkpoint kept --resume kept > log 2>&1
}

failures() { (($(grep -c "^supervise: status 205" log) == $1)); }

# lose VERB NODE FAILURES: a host is cut off or killed, in the middle of the fit, and noticed.
lose() {
  local began=$SECONDS
  hosts "$1" "$2"
  # Measured: 10 to 13 s. Without the keepalive of deploy/supervise it is 495 s.
  if wait_for failures "$3" && ((SECONDS - began < 60)); then
    ok "$1: the job ended after $((SECONDS - began)) s"
  else
    not_ok "$1: the job has not ended after $((SECONDS - began)) s"
  fi
}

# Slow links keep the fit from ending before the faults: two messages of 10 ms in each iteration.
hosts slow 3 10
rm -f model.json
supervise &
job=$!
wait_for later_than 0 || true
lose cut 2 1
wait_for later_than "$(iteration)" || true
lose kill 3 2
status=0
wait "$job" || status=$?
expect "supervise ends with status 0" test "$status" = 0
expect "on the host that is left" grep -q "^supervise: try 3 on node1$" log
same "one host cut off and one killed" whole.json
expect "the host that was cut off has ended its ranks" \
  test -z "$(hosts exec 2 pgrep -f "^$build/shardem " || true)"

finish
