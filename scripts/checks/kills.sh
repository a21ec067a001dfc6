#!/usr/bin/env bash
# A fit that is killed again and again, and each time goes on from its checkpoint on another number
# of ranks, ends in the bytes of the fit that was left alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Open MPI would wait a second or two for ranks that were told to end; these are in the middle of a sum.
export OMPI_MCA_odls_base_sigkill_timeout=0
kills=${KILLS:-50}
[[ $kills =~ ^[1-9][0-9]{0,5}$ ]] || refuse "KILLS '$kills': not a number"
RANDOM=7  # seeds bash's generator: the same moments, as far as clocks allow
options=(fit "$root/Tests/Data/pendigits.csv" --components 8 --init random --restarts 4 --seed 5
  --tolerance 0 --max-iterations 400 --threads 1 --progress none --quiet)

# resume RANKS: goes on with the fit in the background, as a job with a process group of its own.
resume() {
  set -m
  on_ranks "$1" "$build/shardem" "${options[@]}" --output model.json --trace trace.jsonl \
    --checkpoint kept --resume kept > log 2>&1 &
  set +m
  job=$!
}

# The processes that compute for this check.
ranks_of_fit() { pgrep -f "^$build/shardem fit .*--resume kept$" -d " " || true; }

# The number of the iteration in the newest checkpoint, counted over all starts; 0 for none.
progress() {
  { ls kept 2> /dev/null || true; } | sed -n 's/^checkpoint-\([0-9]*\)-\([0-9]*\).bin$/\1 \2/p' |
    awk '{ n = 400 * $1 + $2; if (n > most) most = n } END { print most + 0 }'
}

"$build/shardem" "${options[@]}" --output whole.json --trace whole.jsonl > /dev/null 2>&1

killed=0
slowest=0
lost=0
while ((killed < kills)); do
  before=$(progress)
  resume $((1 + killed % 3))
  # Most kills fall into iterations, some into the start of MPI or the reading of data.
  until read -ra victims <<< "$(ranks_of_fit)" && ((${#victims[@]})) || ! kill -0 "$job" 2> /dev/null
  do sleep 0.02; done
  sleep "0.$((1 + RANDOM % 6))"
  read -ra victims <<< "$(ranks_of_fit)"
  ((${#victims[@]})) || { wait "$job" && break || continue; }
  kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2> /dev/null || continue
  began=$EPOCHREALTIME
  wait "$job" && status=0 || status=$?
  took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
  ((took <= slowest)) || slowest=$took
  ((status != 0)) || break  # killed after its work was done
  killed=$((killed + 1))
  (($(progress) >= before)) || lost=$((lost + 1))
  [[ ! -e model.json ]] || not_ok "a killed fit wrote a model"
done
resume 2
wait "$job" || { cat log; not_ok "the fit ends after $killed kills: status $?"; }

if ((killed >= 10)); then ok "$killed ranks killed; a job ended within $slowest ms"; else
  not_ok "only $killed kills before the fit was done"
fi
if ((lost == 0)); then ok "no kill lost a checkpoint"; else not_ok "$lost kills lost a checkpoint"; fi
if cmp whole.json model.json; then ok "the same bytes as the fit left alone"; else
  not_ok "the model differs from that of the fit left alone"
fi
if cmp <(cut -d, -f 1-6 trace.jsonl) <(cut -d, -f 1-6 whole.jsonl); then
  ok "the lines of all its iterations in the trace"
else
  not_ok "the trace differs from that of the fit left alone"
fi
if [[ $(find . -name '.*.partial' | wc -l) == 0 ]]; then ok; else
  not_ok "partial files are left: $(find . -name '.*.partial' | wc -l)"
fi
finish
