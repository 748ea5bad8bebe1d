#!/usr/bin/env bash
# A sample of what `make faults` tries: each command with some of its allocations and calls to the
# system failing.
folder=$(dirname "$0")
for program in python3 sqlite3; do
    if ! command -v "$program" >/dev/null; then
        echo "ok - commands with failing memory and files # SKIP there is no $program"
        exit 0
    fi
done
code=0
for kind in memory files; do
    python3 "$folder/faults.py" "$kind" --most "${FAULTS_MOST:-6}" || code=1
done
exit $code
