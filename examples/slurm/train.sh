#!/bin/bash
# A training over several tasks, each with a share of the images. It goes on where it was stopped.
#   sbatch --ntasks=4 train.sh split run [more options of seg train]
# Other numbers of tasks may go on with the same run. Slurm has to have PMIx, and the nodes Open MPI.
#SBATCH --job-name=seg-train
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@300
set -uo pipefail

data=$1 out=$2
shift 2
resume=()
[[ -e $out/run.json ]] && resume=(--resume)

# SIGTERM, five minutes before the time is over: the step at work is finished and kept
${SEG_RUN:-srun --mpi=pmix} seg train --data "$data" --out "$out" "${resume[@]}" "$@"
code=$?

# out of time (143) or the machine's fault (75): once more, which resumes
if [[ $code -eq 75 || $code -eq 143 ]] && [[ ${SLURM_RESTART_COUNT:-0} -lt 20 ]]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit $code
