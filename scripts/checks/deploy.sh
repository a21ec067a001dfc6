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
  expect "a number as an argument is refused" refused \
    'job["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]["command"][-1] = 8'
  expect "an unknown field is refused" refused 'job["spec"]["slots"] = 1'
else
  echo "the Kubernetes job is not checked: no python3-jsonschema and python3-yaml"
fi
finish
