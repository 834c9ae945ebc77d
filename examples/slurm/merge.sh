#!/bin/bash
# The files of all shards: sbatch --dependency=afterok:JOB merge.sh out
#SBATCH --job-name=seg-merge
#SBATCH --mem=1G
#SBATCH --time=01:00:00
set -euo pipefail

seg predict merge "$1" --force
