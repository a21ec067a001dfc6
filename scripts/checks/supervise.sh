#!/usr/bin/env bash
# What deploy/supervise makes of the endings of a job: here mpirun and ssh are scripts. How it fares
# with real ones is for hosts.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# mpirun: notes the hosts it was given and ends with the next of the statuses in `statuses`; `wait`
# means to wait for SIGUSR1, and to end with 75 then; `hang` to wait for SIGTERM only.
cat > mpirun <<'TEXT'
#!/bin/bash
echo "$(paste -s -d ' ' "$2") | ${*:3} | $OMPI_MCA_oob_tcp_keepalive_time" >> tries
status=$(head -n 1 statuses)
sed -i 1d statuses
case $status in
  wait) trap 'exit 75' USR1 ;;
  hang) ;;
  *) exit "$status" ;;
esac
touch waiting
while :; do sleep 0.1; done
TEXT
# sleep: the pauses between tries, which are not waited for here.
printf '#!/bin/bash\necho "$1" >> pauses\n[[ $1 == 0.1 || $1 == *s ]] || exit 0\nexec %s "$@"\n' \
  "$(command -v sleep)" > sleep
# ssh: hosts answer that are named in `living`.
printf '#!/bin/bash\ngrep -qx "$1" living\n' > ssh
chmod +x mpirun ssh sleep
printf '# three\nnode1 slots=2\n\nnode2 slots=4 # bigger\n  node3\n' > hostfile
export PATH=$work:$PATH
unset OMPI_MCA_plm_rsh_agent

# supervised NAME STATUS TRIES STATUSES: ends with STATUS, after TRIES jobs that end with STATUSES.
supervised() {
  local status=0
  rm -f tries pauses
  tr ' ' '\n' <<< "$4" > statuses
  "$root/deploy/supervise" --hosts hostfile --restarts "${restarts:-2}" "${options[@]}" -- \
    --map-by node shardem fit x "${command[@]}" > log 2>&1 || status=$?
  if ((status == $2)) && [[ $(wc -l < tries) == "$3" ]]; then ok "$1"; else
    not_ok "$1: status $status after $(wc -l < tries) tries"
    cat log
  fi
}
options=()
command=()
# expect NAME CONDITION...
expect() { if "${@:2}"; then ok "$1"; else not_ok "$1"; cat tries log; fi; }

printf 'node%s\n' 1 2 3 > living
supervised "a job that ends well is run once" 0 1 "0 9"
expect "with its arguments and the keepalive" grep -q '| --map-by node shardem fit x | 5$' tries
for status in 2 3 75 126 127; do
  supervised "status $status is final" "$status" 1 "$status 0"
done
supervised "a job that fails is run again" 0 3 "205 1 0"
expect "after pauses" test "$(paste -s -d ' ' pauses)" = "1 2"
expect "said to begin anew without --resume" grep -q 'status 205; beginning anew' log
supervised "as often as allowed, with the last status" 137 3 "205 1 137 0"
supervised "a kill is tried again, however often it comes" 0 3 "137 137 0"
restarts=8 supervised "pauses grow up to a minute" 0 9 "205 205 205 205 205 205 205 205 0"
expect "and no further" test "$(paste -s -d ' ' pauses)" = "1 2 4 8 16 32 60 60"
restarts=08 supervised "08 restarts are eight" 19 9 "11 12 13 14 15 16 17 18 19 20"
supervised "what fails at once and in the same way is not tried a third time" 1 2 "1 1 0"
command=(--checkpoint kept --resume kept)
supervised "with --resume a job goes on" 0 2 "205 0"
expect "as is said" grep -q 'status 205; going on from the checkpoint' log
command=()
options=(--time-limit 1s)
supervised "a job that hangs is ended and run again" 0 2 "hang 0"
expect "as is said" grep -q '^supervise: no end within 1s$' log
supervised "a job that ends within the limit is left alone" 0 1 "0"
options=()

# hosts_of TEXT: on which hosts a job runs with this host file.
hosts_of() {
  rm -f tries
  echo 0 > statuses
  printf '%b' "$1" > odd-hostfile
  "$root/deploy/supervise" --hosts odd-hostfile -- shardem > log 2>&1
  cut -d '|' -f 1 tries | xargs -n 1 | sort | xargs
}
for text in 'node1 slots=2\nnode2' 'node1 slots=2\r\nnode2\r\n' '\r\n# x\r\n node1 slots=2\r\n\tnode2'; do
  expect "no host is lost of '$text'" test "$(hosts_of "$text")" = "node1 node2 slots=2"
done
expect "one host without an end of line" test "$(hosts_of node3)" = node3

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
for signal in USR1 TERM INT; do
  rm -f tries waiting
  printf '%s\n' wait 0 > statuses
  # Of a job in the background bash has SIGINT ignored, unless it is asked not to.
  (trap 'exit' INT; exec env --default-signal=INT "$root/deploy/supervise" --hosts hostfile -- shardem) \
    > log 2>&1 &
  job=$!
  for ((i = 0; i < 600; i++)); do [[ ! -e waiting ]] || break; sleep 0.1; done
  kill "-$signal" "$job"
  status=0
  wait "$job" || status=$?
  expect "SIG$signal stops the job, which is not run again" test "$status $(wc -l < tries)" = "75 1"
done

for text in '-oProxyCommand=x slots=2' 'node1\n node2:4' '\xef\xbb\xbfnode1' '* slots=2' 'node1;x'; do
  printf '%b' "$text" > strange
  status=0
  "$root/deploy/supervise" --hosts strange -- shardem > log 2>&1 || status=$?
  expect "'$text' is no host: refused in one line" test "$status $(wc -l < log)" = "2 1"
done
for wrong in "" "--hosts" "--hosts none" "--hosts hostfile" "--hosts hostfile --" "--tries 3" \
  "--hosts hostfile --restarts x -- shardem" "--hosts hostfile --time-limit soon -- shardem" \
  "--hosts hostfile --time-limit" "--bogus" \
  "--hosts hostfile -- shardem fit x --checkpoint kept" \
  "--hosts hostfile -- shardem fit x --checkpoint=kept"; do
  status=0
  # shellcheck disable=SC2086 # several words
  "$root/deploy/supervise" $wrong > log 2>&1 || status=$?
  expect "'$wrong' is refused in one line" test "$status $(wc -l < log)" = "2 1"
done
finish
