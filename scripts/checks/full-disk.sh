#!/usr/bin/env bash
# A disk that becomes full under the checkpoints or the model: a message, nothing half written,
# and once there is room the fit goes on to the bytes of one that was left alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# In a mount namespace of its own, so that nothing stays mounted.
if [[ ${1:-} != mounted ]]; then
  unshare --mount true 2> /dev/null || skip "a small disk cannot be mounted here"
  exec unshare --mount "$0" mounted
fi
work=$(mktemp -d)
trap 'umount "$work/disk" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"
mkdir disk
fit=("$build/shardem" fit "$root/Tests/Data/pendigits.csv" --components 8 --init random --tolerance 0
  --max-iterations 30 --threads 1 --progress none --quiet)
"${fit[@]}" --output whole.json > /dev/null 2>&1

# with_disk SIZE: an empty disk of that size.
with_disk() {
  umount disk 2> /dev/null || true
  mount -t tmpfs -o "size=$1" tmpfs disk
}

# fails STATUS MESSAGE RANKS OPTION...: whether the fit ends so, and leaves nothing half written.
fails() {
  local status=0
  on_ranks "$3" "${fit[@]}" "${@:4}" > log 2>&1 || status=$?
  if [[ $status == "$1" ]] && grep -q "^shardem: $2: .*No space left on device$" log &&
    [[ -z $(find disk -name '.*.partial') ]]; then
    ok "$2 on $3 ranks"
  else
    not_ok "$2 on $3 ranks: status $status"
    cat log
    find disk
  fi
}

# A checkpoint takes 12 KiB of the disk, the lock 4: two, and not the third before the first is removed.
for ranks in 1 3; do
  with_disk 36k
  fails 2 disk/kept/checkpoint-0-3.bin "$ranks" --checkpoint disk/kept --checkpoint-interval 0 \
    --output model.json
  [[ ! -e model.json ]] || not_ok "a fit that failed wrote a model"
  mount -o remount,size=1m disk
  on_ranks 2 "${fit[@]}" --checkpoint disk/kept --resume disk/kept --output model.json \
    > log 2>&1 || cat log
  if cmp model.json whole.json; then ok "with room, it goes on to the same bytes"; else
    not_ok "with room, it goes on to other bytes"
  fi
  rm -f model.json
done

with_disk 16k
fails 2 disk/model.json 2 --output disk/model.json
finish
