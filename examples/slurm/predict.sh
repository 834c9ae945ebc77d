#!/bin/bash
# Shards of a list of photographs as an array of tasks; each goes on where it was stopped.
#   sbatch --array=1-20 predict.sh photographs.txt model out
#   sbatch --dependency=afterok:JOB merge.sh out
#SBATCH --job-name=seg-predict
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@120
set -uo pipefail

list=$1 model=$2 out=$3

# srun hands SIGTERM on, two minutes before the time is over: the image at work is finished
${SEG_RUN:-srun} seg predict --list "$list" --model "$model" --backend wasm --out "$out" \
  --shard auto --resume --on-error skip
code=$?

# 75: the machine's fault. 143: out of time. Neither is the input's: the same task once more, which resumes
if [[ $code -eq 75 || $code -eq 143 ]] && [[ ${SLURM_RESTART_COUNT:-0} -lt 20 ]]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit $code
