#!/bin/bash
# What an array of explorations (explore.sh beside this) found, as one: nothing is tried again, each cause is written once.
#SBATCH --job-name=offhook-explored
#SBATCH --ntasks=1
#SBATCH --time=01:00:00
set -u

: "${SCENARIOS:=scenarios/first-call.kdl}" "${RESULTS:=explored}"
shopt -s nullglob
merged=()
for journal in "$RESULTS"/[0-9]*.jsonl; do
    merged+=(--merge "$journal")
done
exec offhook explore "$SCENARIOS" --runs 0 "${merged[@]}" \
    ${KNOWN:+--known "$KNOWN"} \
    --out "$RESULTS/found" \
    --json "$RESULTS/found.json"
