#!/usr/bin/env bash
# What deploy/supervise makes of the endings of a job: here mpirun and ssh are scripts. How it fares
# with real ones is for hosts.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# mpirun: notes the hosts it was given and ends with the next of the statuses in `statuses`; `wait`
# means to wait for a signal, and to end with 75 then.
cat > mpirun <<'TEXT'
#!/bin/bash
echo "$(paste -s -d ' ' "$2") | ${*:3} | $OMPI_MCA_oob_tcp_keepalive_time" >> tries
status=$(head -n 1 statuses)
sed -i 1d statuses
[[ $status == wait ]] || exit "$status"
trap 'exit 75' USR1
touch waiting
while :; do sleep 0.1; done
TEXT
# ssh: hosts answer that are named in `living`.
printf '#!/bin/bash\ngrep -qx "$1" living\n' > ssh
chmod +x mpirun ssh
printf '# three\nnode1 slots=2\n\nnode2 slots=4 # bigger\n  node3\n' > hostfile
export PATH=$work:$PATH
unset OMPI_MCA_plm_rsh_agent

# supervised NAME STATUS TRIES STATUSES: ends with STATUS, after TRIES jobs that end with STATUSES.
supervised() {
  local status=0
  rm -f tries
  tr ' ' '\n' <<< "$4" > statuses
  "$root/deploy/supervise" --hosts hostfile --restarts 2 -- --map-by node shardem fit x > log 2>&1 ||
    status=$?
  if ((status == $2)) && [[ $(wc -l < tries) == "$3" ]]; then ok "$1"; else
    not_ok "$1: status $status after $(wc -l < tries) tries"
    cat log
  fi
}
# expect NAME CONDITION...
expect() { if "${@:2}"; then ok "$1"; else not_ok "$1"; cat tries log; fi; }

printf 'node%s\n' 1 2 3 > living
supervised "a job that ends well is run once" 0 1 "0 9"
expect "with its arguments and the keepalive" grep -q '| --map-by node shardem fit x | 5$' tries
for status in 2 3 75; do
  supervised "status $status is final" "$status" 1 "$status 0"
done
supervised "a job that fails is run again" 0 3 "205 1 0"
supervised "as often as allowed, with the last status" 137 3 "205 1 137 0"
printf 'node%s\n' 3 2 > living
supervised "hosts that do not answer are left out" 0 1 "0"
expect "with the slots of the others" \
  test "$(cut -d '|' -f 1 tries | xargs -n 1 | sort | xargs)" = "node2 node3 slots=4"
: > living
status=0
rm tries
"$root/deploy/supervise" --hosts hostfile -- shardem > log 2>&1 || status=$?
expect "no host: status 1, and no job" test "$status" = 1 -a ! -e tries

echo node1 > living
printf '%s\n' wait 0 > statuses
"$root/deploy/supervise" --hosts hostfile -- shardem > log 2>&1 &
job=$!
for ((i = 0; i < 600; i++)); do [[ ! -e waiting ]] || break; sleep 0.05; done
kill -USR1 "$job"
status=0
wait "$job" || status=$?
expect "SIGUSR1 reaches the job, which is not run again" test "$status $(wc -l < tries)" = "75 1"

for wrong in "" "--hosts" "--hosts none" "--hosts hostfile" "--hosts hostfile --" "--tries 3" \
  "--hosts hostfile --restarts x -- shardem"; do
  status=0
  # shellcheck disable=SC2086 # several words
  "$root/deploy/supervise" $wrong > log 2>&1 || status=$?
  expect "'$wrong' is refused in one line" test "$status $(wc -l < log)" = "2 1"
done
finish
