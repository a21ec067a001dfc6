#!/usr/bin/env bash
# A fit as a Slurm job that goes on after its time limit, until it is done:
#
#     sbatch deploy/slurm.sh shards/ --components 50
#     sbatch --array=1-8 deploy/slurm.sh shards/ --components 50    # 8 fits, of the seeds 1 to 8
#
# Writes model-KxCOVARIANCE-SEED.json, such as model-50xfull-3.json (its log_likelihood says which of an array
# is best), and keeps checkpoints in kept-KxCOVARIANCE-SEED. Fits that differ in other options need a
# folder each: in one, the second is refused. SHARDEM=PROGRAM names a shardem that is not on the PATH.
# Options of sbatch may precede the script and override these:
#SBATCH --job-name=shardem
#SBATCH --output=%x-%j.log
#SBATCH --open-mode=append
# One rank per socket or NUMA node, with a thread on each of its cores.
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=16
# Before the limit the ranks get SIGUSR1 (up to a minute earlier, as Slurm looks twice a minute). They
# need the time of an iteration, and the first ones that of finding the start.
#SBATCH --time=04:00:00
#SBATCH --signal=USR1@180
# Slurm queues the job again if a node fails.
#SBATCH --requeue
set -euo pipefail

if [[ $# == 0 || $1 == --help || $1 == -h ]]; then
  echo "usage: sbatch [SBATCH'S OPTIONS] deploy/slurm.sh DATA... --components K [OPTIONS OF shardem fit]"
  echo "As a Slurm job that goes on after its time limit; see the head of the script."
  exit $(($# ? 0 : 2))
fi

# value DEFAULT OPTION...: what follows the last of these options in the command, which shardem takes.
words=("$@")
value() {
  local value=$1 n option
  for ((n = 0; n < ${#words[@]}; n++)); do
    for option in "${@:2}"; do
      case ${words[n]} in
        "$option") value=${words[n + 1]-} ;;
        "$option="*) value=${words[n]#*=} ;;
        -K[0-9]*) [[ $option != -K ]] || value=${words[n]#-K} ;;
      esac
    done
  done
  echo "$value"
}
seed=$(value "${SLURM_ARRAY_TASK_ID:-0}" --seed)
name=$(value '' -K --components)x$(value "$(value full --family)" --covariance)-$seed
[[ $name =~ ^[0-9]+x[A-Za-z-]+-[0-9]+$ ]] || {
  echo "slurm.sh: '$name': expected --components K, and with any --covariance, --family or --seed" \
    "its value; see --help" >&2
  exit 2
}
status=0
srun --mpi=pmix --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" --cpu-bind=cores --kill-on-bad-exit=1 \
  "${SHARDEM:-shardem}" fit --output "model-$name.json" --checkpoint "kept-$name" \
  --resume "kept-$name" --seed "$seed" "$@" || status=$?

# Stopped by the signal, with a checkpoint written: the same command goes on from there.
if ((status == 75)); then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$status"
