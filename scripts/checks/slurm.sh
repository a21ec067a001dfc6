#!/usr/bin/env bash
# deploy/slurm.sh under a real Slurm: stopped before its time limit, queued again, and done with the
# bytes of the fit left alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need_cluster slurm
work=$(mktemp -d)
export SLURM_HOSTS_NAME=shardem-$$ HOSTS_NAME=shardem-$$ SHARDEM=$build/shardem
slurm() { "$cluster/slurm" "$@"; }
trap 'slurm down; rm -rf "$work"' EXIT
cd "$work"
slurm up 3 2

options=("$root/Tests/Data/pendigits.csv" --components 8 --init random --tolerance 0
  --max-iterations 400 --threads 1 --progress none)
"$SHARDEM" fit "${options[@]}" --output whole.json > /dev/null 2>&1

# wait_for SECONDS COMMAND...
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}
# is STATE: whether Slurm says so of the job.
is() { slurm run scontrol show job "$job" | grep -q "JobState=$1 "; }
# expect NAME CONDITION...
expect() { if "${@:2}"; then ok "$1"; else not_ok "$1"; cat log || true; fi; }

# An iteration has two messages that wait 50 ms: the fit cannot end before the signal, which comes
# within 40 s: 50 s (20, and the 30 between two looks at the clock) before the end of the minute.
"$cluster/hosts" slow 2 50
job=$(slurm run sbatch --parsable --nodes=3 --ntasks-per-node=1 --cpus-per-task=1 --output=log \
  --time=1 --signal=USR1@20 "$root/deploy/slurm.sh" "${options[@]}")
expect "before the time limit a signal stops the fit" \
  wait_for 120 grep -q "stopped by SIGUSR1 after iteration" log
expect "and the job is queued again" wait_for 60 is PENDING
"$cluster/hosts" slow 2 0
# Slurm lets two minutes pass before it starts a job again; an administrator need not wait.
slurm run scontrol update JobId="$job" StartTime=now
expect "the job ends by itself" wait_for 120 is COMPLETED
expect "having gone on from the checkpoint" grep -q "going on from kept-8xfull-0/checkpoint-0-" log
expect "with the bytes of the fit left alone" cmp model-8xfull-0.json whole.json
finish
