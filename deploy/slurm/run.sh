#!/bin/bash
# Scenarios as an array of Slurm jobs, each with its part of them, each with results of its own; and one job that merges them.
#
#     sbatch --array=1-4 --export=ALL,SCENARIOS=scenarios,RESULTS=results deploy/slurm/run.sh
#     sbatch --dependency=afterany:JOB --export=ALL,RESULTS=results deploy/slurm/merge.sh
#
# Every node needs the program and the lab: a cache directory that all see (OFFHOOK_CACHE), or `offhook lab import FILE` on each.
# A task that is put back (scontrol requeue JOB_TASK, or a node that died) begins again and writes the same results to the same
# place, so nothing is lost and nothing is there twice. Being told to end, it leaves a report that says "interrupted" and
# what did not run; the next run of it takes that away.
#SBATCH --job-name=offhook
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

: "${SCENARIOS:=scenarios}" "${RESULTS:=results}"
mkdir -p "$RESULTS"
# Until this run of the task is over there is no report of it, not that of an earlier one either.
rm -f "$RESULTS/$SLURM_ARRAY_TASK_ID.json"
exec offhook run "$SCENARIOS" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --out "$RESULTS/$SLURM_ARRAY_TASK_ID" \
    --json "$RESULTS/$SLURM_ARRAY_TASK_ID.json"
