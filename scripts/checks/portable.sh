#!/usr/bin/env bash
# The portable installation (scripts/portable): which of its two programs runs, that both give the same bytes, and what
# a processor that is older than both is told, which qemu-user plays. Takes two builds of its own: only with --all.
set -euo pipefail
check_options=--all
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ ${1:-} == --all ]] || skip "takes two builds of its own: only with --all"
[[ $(uname -sm) == "Linux x86_64" ]] || skip "not x86-64"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/portable "$work/prefix" > "$work/log" 2>&1 || { tail -n 20 "$work/log"; not_ok "scripts/portable"; finish; }
ok "scripts/portable"
shardem=$work/prefix/bin/shardem
later=$(echo "$work"/prefix/libexec/shardem/*/x86-64-v4/shardem)
hasAVX512=
if grep -qw avx512bw /proc/cpuinfo && grep -qw avx512vl /proc/cpuinfo; then hasAVX512=yes; fi

# expect NAME COMMAND...
expect() { if "${@:2}" > "$work/log" 2>&1; then ok; else not_ok "$1"; cat "$work/log"; fi; }
# refused MESSAGE COMMAND...: status 2, and one line of the program's own, which holds MESSAGE.
refused() {
  local status=0 lines
  "${@:2}" > "$work/refusal" 2>&1 || status=$?
  lines=$(grep -c '^shardem: ' "$work/refusal") || true
  cat "$work/refusal"
  ((status == 2 && lines == 1)) && grep -q "^shardem: .*$1" "$work/refusal"
}
data=Tests/Data/iris.csv
# fit OUTPUT OPTION...
fit() {
  "$shardem" fit "$data" --columns 1,2,3,4 --components 3 --quiet --progress none --output "$@" > /dev/null
}

# The program that a process has become, while it fits for ever.
running() {
  local own found
  "$@" fit "$data" --columns 1,2,3,4 -K 3 --restarts 1000000 --quiet --progress none --no-mpi > /dev/null 2>&1 &
  own=$!
  sleep 0.5
  found=$(readlink "/proc/$own/exe")
  kill "$own"
  wait "$own" 2> /dev/null || true
  echo "$found"
}
runs() { [[ $(running env "${@:2}" "$shardem") == "$1" ]]; }

best=$shardem
if [[ $hasAVX512 ]]; then best=$later; fi
expect "the best program for this processor runs" runs "$best"
expect "x86-64-v3 where it is asked for" runs "$shardem" SHARDEM_KERNELS=x86-64-v3
ln -s "$shardem" "$work/link"
expect "through a link, too" test "$("$work/link" --version)" = "$("$shardem" --version)"
expect "an unknown name is refused" refused 'found "x86-64-v5", expected x86-64-v3 or x86-64-v4' \
  env SHARDEM_KERNELS=x86-64-v5 "$shardem" fit "$data" -K 2
expect "help is there" bash -c '[[ $("$1" fit --help) == *USAGE* ]]' help "$shardem"

if [[ $hasAVX512 ]]; then
  expect "x86-64-v4 where it is asked for" runs "$later" SHARDEM_KERNELS=x86-64-v4
  for covariance in full tied diag spherical; do
    for level in x86-64-v3 x86-64-v4; do
      SHARDEM_KERNELS=$level fit "$work/$level.json" --covariance "$covariance"
    done
    expect "equal bytes, $covariance" cmp "$work/x86-64-v3.json" "$work/x86-64-v4.json"
  done
  # Ranks of either kind.
  set_launch 2
  expect "ranks" "${launch[@]}" "$shardem" fit "$data" --columns 1,2,3,4 --components 3 --quiet --progress none \
    --covariance spherical --output "$work/ranks.json"
  expect "equal bytes on ranks" cmp "$work/ranks.json" "$work/x86-64-v4.json"
  set_launch 1
  expect "different ranks" "${launch[@]}" env SHARDEM_KERNELS=x86-64-v3 "$shardem" fit "$data" --columns 1,2,3,4 \
    --components 3 --quiet --progress none --covariance spherical --output "$work/ranks.json" : -n 1 \
    "$shardem" fit "$data" --columns 1,2,3,4 --components 3 --quiet --progress none --covariance spherical \
    --output "$work/ranks.json"
  expect "equal bytes on different ranks" cmp "$work/ranks.json" "$work/x86-64-v4.json"
  # What becoming it takes, of ten starts.
  starts() {
    local began=${EPOCHREALTIME/./} i
    for i in {1..10}; do SHARDEM_KERNELS=$1 "$shardem" --version > /dev/null; done
    echo $(((${EPOCHREALTIME/./} - began) / 10))
  }
  direct() {
    local began=${EPOCHREALTIME/./} i
    for i in {1..10}; do "$later" --version > /dev/null; done
    echo $(((${EPOCHREALTIME/./} - began) / 10))
  }
  echo "the program for x86-64-v4 starts in $(direct) us, by way of the other in $(starts x86-64-v4) us"
fi

# Another build of the same version in the place of the first: the later program is not its own.
cp "$shardem" "$work/first"
if scripts/portable "$work/prefix" -Xlinker --defsym=another_build=1 > "$work/log" 2>&1; then ok "installed anew"; else
  tail -n 20 "$work/log"
  not_ok "installed anew"
fi
anew=$(echo "$work"/prefix/libexec/shardem/*/x86-64-v4/shardem)
if [[ ! $hasAVX512 ]]; then best=$shardem; else best=$anew; fi
expect "with one later program" test -x "$anew"
expect "which runs" runs "$best"
cp "$work/first" "$work/prefix/bin/first"
shardem=$work/prefix/bin/first
expect "of another build it does not run" runs "$shardem"
expect "and if it is asked for, that is said" refused "${hasAVX512:+No such file}" \
  env SHARDEM_KERNELS=x86-64-v4 "$shardem" fit "$data" -K 2
shardem=$work/prefix/bin/shardem
later=$anew

mv "$later" "$later.not"
expect "without the later one the first runs" runs "$shardem"
expect "and if that is asked for, it is said" refused "${hasAVX512:+No such file}" \
  env SHARDEM_KERNELS=x86-64-v4 "$shardem" fit "$data" -K 2
mv "$later.not" "$later"

# Other processors.
emulator=$(command -v qemu-x86_64 || true)
if [[ ! $emulator ]] && ((EUID == 0)) && scripts/setup qemu-user > /dev/null 2>&1; then
  emulator=$(command -v qemu-x86_64 || true)
fi
if [[ $emulator ]]; then
  older=("$emulator" -cpu Nehalem "$shardem")
  expect "an older processor gets one line" refused "this processor has no AVX2" "${older[@]}" fit "$data" -K 2 --no-mpi
  expect "whatever it is asked" refused "this processor has no AVX2" "${older[@]}" --help
  # One with AVX2, without AVX-512.
  fit "$work/here.json"
  expect "one of x86-64-v3 runs the first" "$emulator" -cpu max "$shardem" fit "$data" --columns 1,2,3,4 \
    --components 3 --quiet --progress none --no-mpi --output "$work/there.json"
  expect "with equal bytes" cmp "$work/here.json" "$work/there.json"
  expect "which has no AVX-512" refused "without AVX-512" env SHARDEM_KERNELS=x86-64-v4 "$emulator" -cpu max \
    "$shardem" fit "$data" -K 2 --no-mpi
else
  echo "older processors are not tried: no qemu-x86_64"
fi
finish
