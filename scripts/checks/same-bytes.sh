#!/usr/bin/env bash
# The promise, end to end: the built program writes the same bytes on any number of ranks and
# threads, from one file or several shards that end at block boundaries, from .npy or .csv.
#
# For each covariance type, 50 iterations on pendigits from a k-means start, and with weights from a
# random one; .csv with the first covariance type; other models; and columns so many that ranks share
# out the factors of the covariances. The .npy files hold the same numbers as the .csv files, so all
# files of one fit must be equal.
#
# usage: scripts/checks/same-bytes.sh [--all] [COVARIANCE...]    only these covariance types
#
# --all has both starts with and without weights, on more numbers of ranks.
set -euo pipefail
check_options=--all
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
rank_counts=(2 3 7)
starts=("kmeans " "random weights")
if [[ ${1:-} == --all ]]; then
  rank_counts=(1 2 3 4 7)
  starts=("kmeans " "kmeans weights" "random " "random weights")
  shift
fi
refuse_options "$@"
shardem=$build/shardem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# --- Data: pendigits, 10,992 rows of 16 columns and a digit, which serves as a row weight of 0 to
# 9; whole, and in shards whose rows are multiples of a block's 1024.

table=$root/Tests/Data/pendigits.csv
shard_rows=(4096 5120 1776)
mkdir npy csv

# write_npy FILE: rows of small integers on standard input, as an array of bytes.
write_npy() {
  local rows header
  rows=$(cat)
  header="{'descr': '|u1', 'fortran_order': False, 'shape': ($(wc -l <<< "$rows"), 17), }"
  # Magic, version 1.0, the header's length: with blanks and a newline, 128 bytes in all.
  {
    printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "$header"
    # shellcheck disable=SC2059
    printf "$(awk -F, '{ for (i = 1; i <= NF; i++) printf "\\%03o", $i }' <<< "$rows")"
  } > "$1"
}

tail -n +2 "$table" | write_npy whole.npy
cp "$table" whole.csv
first=2
for i in "${!shard_rows[@]}"; do
  rows=$(sed -n "$first,$((first + shard_rows[i] - 1))p" "$table")
  write_npy "npy/part-$i.npy" <<< "$rows"
  { head -n 1 "$table" && echo "$rows"; } > "csv/part-$i.csv"
  first=$((first + shard_rows[i]))
done
binary=binary.csv
cut -d, -f1-16 "$table" |
  awk -F, -v OFS=, 'NR > 1 { for (i = 1; i <= NF; i++) $i = $i > 50 ? 1 : 0 } { print }' \
    > "$binary"

# Words, numbers and NA, in several blocks.
mixed=mixed.csv
penguins=$root/Tests/Data/penguins_na.csv
head -n 1 "$penguins" > "$mixed"
for _ in {1..12}; do tail -n +2 "$penguins"; done >> "$mixed"

# Of 200 columns: so many that ranks share out the factors of the covariances.
wide=wide.csv
awk 'BEGIN { srand(1)
  for (n = 0; n < 3000; n++)
    for (i = 1; i <= 200; i++) printf "%.6f%s", rand() + (n % 5 == i % 7), i < 200 ? "," : "\n"
}' > "$wide"

# Columns and weights, by number in .npy and by name in .csv.
columns_npy=$(seq -s, 1 16)
columns_csv=$(head -n 1 "$table" | cut -d, -f1-16)
weights_npy=17
weights_csv=digit

# --- Runs.

log=$work/log
# attempt COMMAND...: quietly; shows what a command that fails has to say.
attempt() { "$@" > "$log" 2>&1 || { sed 's/^/    /' "$log"; return 1; }; }

# fits DATA SHARDS ARGUMENT...: the same fit on 1 to 7 ranks, on 1 and 3 threads, of one file and
# of shards. Writes a model file for each way.
fits() {
  local data=$1 shards=$2 ranks
  shift 2
  set -- "$shardem" fit "$@" --max-iterations "$iterations" --tolerance 0 --quiet --progress none
  attempt "$@" "$data" --threads 1 --output alone.json &&
    attempt "$@" "$data" --threads 3 --output threads-3.json &&
    attempt "$@" "$shards" --threads 1 --output shards.json || return 1
  for ranks in "${rank_counts[@]}"; do
    attempt on_ranks "$ranks" "$@" "$data" --threads 1 --output "ranks-$ranks.json" || return 1
  done
  attempt on_ranks 3 "$@" "$shards" --threads 2 --output "ranks-3-shards-threads-2.json"
}

# compare NAME REFERENCE FILE...: whether all files are those bytes, but for the names of columns, which
# .npy files do not have.
compare() {
  local name=$1 reference=$2 file
  shift 2
  for file in "$@"; do
    if ! cmp -s <(unnamed "$reference") <(unnamed "$file"); then
      not_ok "$name: $file differs from $reference"
      return
    fi
  done
  ok "$name"
}

# same NAME DATA SHARDS ARGUMENT...: whether all ways to fit give the bytes of `first.json`, if
# there is one already, or each other's.
same() {
  local name=$1
  shift
  rm -f ./alone.json ./threads-*.json ./shards.json ./ranks-*.json
  if ! fits "$@"; then
    not_ok "$name: a fit failed"
    return
  fi
  [[ -e first.json ]] || cp alone.json first.json
  compare "$name" first.json alone.json threads-3.json shards.json ranks-*.json
}

iterations=50

# With more ranks than cores, those that wait let the others run.
export OMPI_MCA_mpi_yield_when_idle=1

covariances=("$@")
((${#covariances[@]})) || covariances=(full tied diag spherical)
for covariance in "${covariances[@]}"; do
  for start in "${starts[@]}"; do
    read -r init weighted <<< "$start"
    rm -f first.json
    # What is read of .csv is the same for all.
    formats=(npy)
    [[ $covariance != "${covariances[0]}" ]] || formats+=(csv)
    for format in "${formats[@]}"; do
      columns=columns_$format weights=weights_$format
      options=(--columns "${!columns}" --components 3 --covariance "$covariance" --init "$init")
      [[ -z $weighted ]] || options+=(--weights "${!weights}")
      same "$covariance, $init, ${weighted:-no weights}, .$format: the same bytes" \
        "whole.$format" "$format" "${options[@]}"
    done
  done
done

# Of these there are no shards.
rm -f first.json
iterations=3
same "full, 200 columns: the same bytes" "$wide" "$wide" --components 5 --init random
iterations=50

# predictions NAME DATA ARGUMENT...: whether those of alone.json are the same on any number of ranks.
predictions() {
  local name=$1 data=$2 ranks output
  shift 2
  for ranks in 1 "${rank_counts[@]}"; do
    attempt on_ranks "$ranks" "$shardem" predict alone.json "$data" "$@" --quiet --threads 1 \
      --output "labels-$ranks.npy" --probabilities "shares-$ranks.npy" \
      --log-densities "densities-$ranks.npy" || not_ok "predict on $ranks ranks failed"
    attempt on_ranks "$ranks" "$shardem" sample alone.json --rows 5000 --quiet --force \
      --output "sample-$ranks" && mv "sample-$ranks/part-0000.npy" "rows-$ranks.npy" ||
      not_ok "sample on $ranks ranks failed"
  done
  for output in labels shares densities rows; do
    compare "$name, $output: the same bytes" "$output-1.npy" "$output"-[2-7].npy
  done
}

rm -f first.json
same "bernoulli: the same bytes" "$binary" "$binary" --family bernoulli --components 10 \
  --init kmeans
predictions bernoulli "$binary"
rm -f first.json
same "mixed: the same bytes" "$mixed" "$mixed" --family mixed --components 3 --missing em \
  --init kmeans --column-families '{3,4,5,6}=gaussian,year=poisson,*=categorical'
predictions mixed "$mixed" --missing em
rm -f first.json
same "labels: the same bytes" "$mixed" "$mixed" --labels sex --columns 3,4,5,6 --missing em \
  --components 6 --components-per-class 3 --init kmeans
predictions labels "$mixed" --missing em --classes

# The search for a start: on all rows, and on samples of them.
rm -f first.json
iris=$root/Tests/Data/iris.csv
same "race: the same bytes" "$iris" "$iris" --columns 1,2,3,4 --components 4 --init race
rm -f first.json
same "race on samples: the same bytes" whole.npy npy --columns "$columns_npy" --components 3 \
  --covariance spherical --init race

iterations=12
pendigits=(whole.npy npy --columns "$columns_npy" --components 3 --init kmeans)
for model in "--covariance EVI" "--covariance VEE" "--covariance VVE" "--covariance VEV" \
  "--family multinomial" "--family k-means" "--family soft-k-means --beta 500" \
  "--covariance diag --hard" "--family student-t" \
  "--family student-t --covariance tied --degrees-of-freedom common" \
  "--noise 1e-30" "--family student-t --covariance diag --noise 1e-30"; do
  rm -f first.json
  # shellcheck disable=SC2086
  same "${model//--/}: the same bytes" "${pendigits[@]}" $model
done
predictions "t and noise" whole.npy --columns "$columns_npy"

# Every row of pendigits has a 100 or two.
missing=(--missing em --missing-values 100)
for model in "--covariance full" "--covariance tied" "--covariance diag" \
  "--family student-t --covariance full"; do
  rm -f first.json
  # shellcheck disable=SC2086
  same "missing cells, ${model//--/}: the same bytes" "${pendigits[@]}" "${missing[@]}" $model
done
for ranks in 1 2 3 7; do
  for kind in npy csv; do
    attempt on_ranks "$ranks" "$shardem" impute alone.json "whole.$kind" --columns \
      "$([[ $kind = npy ]] && echo "$columns_npy" || echo "$columns_csv")" "${missing[@]}" --quiet \
      --draw 1 --output "imputed-$ranks-$kind.npy" || not_ok "impute on $ranks ranks failed"
  done
done
compare "impute: the same bytes" imputed-1-npy.npy imputed-[2-7]-npy.npy imputed-?-csv.npy
finish
