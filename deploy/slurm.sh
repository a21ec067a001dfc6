#!/usr/bin/env bash
# A fit as a Slurm job that goes on after its time limit, until it is done:
#
#     sbatch deploy/slurm.sh shards/ --components 50
#     sbatch --array=1-8 deploy/slurm.sh shards/ --components 50    # 8 fits, of the seeds 1 to 8
#
# Writes model-SEED.json (its log_likelihood says which of an array is best) and keeps checkpoints in
# kept-SEED. SHARDEM=PROGRAM names a shardem that is not on the PATH. Options of sbatch may precede
# the script and override these:
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

seed=${SLURM_ARRAY_TASK_ID:-0}
status=0
srun --mpi=pmix --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" --cpu-bind=cores --kill-on-bad-exit=1 \
  "${SHARDEM:-shardem}" fit --seed "$seed" --output "model-$seed.json" \
  --checkpoint "kept-$seed" --resume "kept-$seed" "$@" || status=$?

# Stopped by the signal, with a checkpoint written: the same command goes on from there.
if ((status == 75)); then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$status"
