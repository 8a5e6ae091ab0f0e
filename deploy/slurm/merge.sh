#!/bin/bash
# The reports of an array of jobs (run.sh beside this) as one.
#SBATCH --job-name=offhook-merge
#SBATCH --ntasks=1
#SBATCH --time=00:10:00
set -u

: "${RESULTS:=results}"
cd "$RESULTS" || exit 3
exec offhook merge [0-9]*.json --junit junit.xml --html report.html
