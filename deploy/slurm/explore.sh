#!/bin/bash
# An exploration as an array of Slurm jobs, each with its part of the trials and a journal of its own; and one job that tells of all.
#
#     sbatch --array=1-8 --export=ALL,SCENARIOS=scenarios/first-call.kdl,RESULTS=explored deploy/slurm/explore.sh
#     sbatch --dependency=afterany:JOB --export=ALL,SCENARIOS=scenarios/first-call.kdl,RESULTS=explored deploy/slurm/explored.sh
#
# Every node needs the program and the lab, the same as all others: a journal is of one kernel, stack and program. A task that is put
# back (scontrol requeue JOB_TASK, or a node that died) goes on where its journal ends.
#SBATCH --job-name=offhook-explore
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

: "${SCENARIOS:=scenarios/first-call.kdl}" "${RESULTS:=explored}"
mkdir -p "$RESULTS"
exec offhook explore "$SCENARIOS" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --journal "$RESULTS/$SLURM_ARRAY_TASK_ID.jsonl" \
    --out "$RESULTS/$SLURM_ARRAY_TASK_ID"
