#!/usr/bin/env bash
# What of deploy/ can be checked without a cluster of each kind: the scripts and the recipe parse, and
# the Kubernetes job has the fields of its kind.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# expect NAME COMMAND...
expect() { if "${@:2}" > "$log" 2>&1; then ok; else not_ok "$1"; cat "$log"; fi; }

for script in deploy/supervise deploy/slurm.sh; do expect "$script parses" bash -n "$script"; done

# slurm.sh with an srun that tells its arguments.
work=$(mktemp -d)
trap 'rm -rf "$work" "$log"' EXIT
printf '#!/bin/bash\necho "$*"\n' > "$work/srun"
# named NAME ARGUMENT...: the files of a fit with these arguments have the name.
named() {
  local line
  line=$(PATH=$work:$PATH SLURM_ARRAY_TASK_ID=$task deploy/slurm.sh "${@:2}")
  [[ $line == *" --output model-$1.json --checkpoint kept-$1 --resume kept-$1 --seed ${1##*-} ${*:2}" ]] ||
    { echo "$line"; return 1; }
}
chmod +x "$work/srun"
task=3 expect "results are named by components and seed" named 50xfull-3 shards --components 50
task=3 expect "by the last of each option" named 6xdiag-7 x -K 2 --covariance=diag -K=6 --seed 7
task='' expect "by the family" named 4xbernoulli-0 x -K4 --family bernoulli
task='' expect "files after -- are files" named 2xfull-0 -K 2 -- -x.csv
task='' expect "or refused" eval '! deploy/slurm.sh x -K ../x > "$log" 2>&1 && (($(wc -l < "$log") == 1))'
# `sbatch` and others read their options up to the first command.
expect "options of sbatch come before the first command" \
  awk '/^#SBATCH/ && begun { exit 1 } /^[^#]/ { begun = 1 }' deploy/slurm.sh

# Debian's python3, as its packages are not for others.
python=/usr/bin/python3
modules() { "$python" -c 'import jsonschema, yaml' 2> /dev/null; }
if modules || { ((EUID == 0)) && scripts/setup python3-jsonschema python3-yaml > /dev/null && modules; }; then
  expect "the recipe for Spack parses" \
    "$python" -c 'import ast; ast.parse(open("deploy/spack/package.py").read())'
  validate() {
    "$python" - "$1" <<'TEXT'
import json, sys, jsonschema, yaml
job = yaml.safe_load(open("deploy/mpijob.yaml"))
exec(sys.argv[1])
jsonschema.validate(job, json.load(open("scripts/checks/mpijob.schema.json")))
TEXT
  }
  expect "the Kubernetes job is valid" validate ""
  refused() { ! validate "$1"; }
  # What the launcher makes of the statuses of jobs, which are the next of $work/statuses.
  "$python" -c 'import yaml
spec = yaml.safe_load(open("deploy/mpijob.yaml"))["spec"]["mpiReplicaSpecs"]["Launcher"]
print(spec["template"]["spec"]["containers"][0]["command"][2])' > "$work/launch"
  printf '#!/bin/bash\nread -r status < statuses\nsed -i 1d statuses\nexit "$status"\n' > "$work/job"
  printf '#!/bin/bash\n' > "$work/sleep"
  chmod +x "$work/job" "$work/sleep"
  # launched STATUS LEFT STATUSES: ends with STATUS, with LEFT statuses not used.
  launched() {
    local status=0
    tr ' ' '\n' <<< "$3" > "$work/statuses"
    (cd "$work" && PATH=$work:$PATH bash -c "$(< launch)" launcher job) || status=$?
    ((status == $1)) && (($(wc -l < "$work/statuses") == $2))
  }
  expect "a launcher that is done ends" launched 0 1 "0 9"
  expect "wrong input is not tried again" launched 2 1 "2 0"
  expect "nor what did not converge" launched 3 1 "3 0"
  expect "lost workers are" launched 0 0 "205 137 0"
  expect "but not for ever" launched 1 2 "1 1 1 1 1 1 1 1 1 1 1 1 1"
  expect "a number as an argument is refused" refused \
    'job["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]["command"][-1] = 8'
  expect "an unknown field is refused" refused 'job["spec"]["slots"] = 1'
else
  echo "the Kubernetes job is not checked: no python3-jsonschema and python3-yaml"
fi
finish
