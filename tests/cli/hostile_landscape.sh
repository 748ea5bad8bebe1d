#!/usr/bin/env bash
# Landscape files that were made to do harm are refused at once or shown safely: in bounded time and memory, and with
# nothing of theirs raw on the terminal or in a header.
. "$(dirname "$0")/common.bash"
make_data data
"$LOSSGRID" train --model resnet20:width=0.125 --data data --epochs 2 --quiet --out run 2>log || fail "train"
"$LOSSGRID" surface run --limit 50 --directions pca --x=-1:1:5 --y=-1:1:5 --quiet --out good.landscape >out 2>log ||
    fail "surface"
mkdir bad
python3 "$SRC/tests/cli/make_hostile.py" good.landscape bad >list 2>log || fail "the files are made"

# try FILE EXPECTED COMMAND...: prints what is wrong. A refusal is exit code 1; 60 s and 700 MB are far more than is
# needed, also on a machine that has much else to do.
try() {
    local file=$1 expected=$2
    shift 2
    python3 - "$expected" "$@" <<'PY'
import resource, subprocess, sys
expected, command = sys.argv[1], sys.argv[2:]
try:
    done = subprocess.run(command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
except subprocess.TimeoutExpired:
    sys.exit("does not end: " + " ".join(command[1:]))
said = done.stdout + done.stderr
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if done.returncode not in (0, 1) or expected == "refused" and done.returncode != 1:
    sys.exit(f"exit code {done.returncode} of {' '.join(command[1:])}: {said[-300:]}")
if peak > 700000:
    sys.exit(f"{peak} kB for {' '.join(command[1:])}")
if done.returncode == 1 and not done.stderr.strip():
    sys.exit(f"no reason given by {' '.join(command[1:])}")
if b"\x1b" in said or b"\r\n" in said or b"\xff" in said:
    sys.exit(f"raw bytes of {' '.join(command[1:])}: {said[-300:]}")
PY
}

while read -r name expected; do
    file=bad/$name.landscape
    : >log
    commands=("info $file" "export $file --quiet --out x.ply")
    # The others read a file in the same way: they are tried where what they do with it differs.
    case $name in
    endless-points | axes-* | grid-* | loss* | metadata-forged | metadata-long)
        commands+=("plot $file --contours 10 --out x.png" "export $file --quiet --out x.csv --out x.npz --out x.vti")
        ;;
    esac
    case $name in
    endless-path | endless-directions | metadata-forged | path-* | point-outside)
        commands+=("path --quiet --run run $file" "plot $file --out x.png")
        ;;
    esac
    for arguments in "${commands[@]}"; do
        want=$expected
        case $arguments in path*) want=any ;; esac
        case $name in loss-* | point-* | path-epoch) [ "${arguments%% *}" = export ] || want=any ;; esac
        # shellcheck disable=SC2086  # words
        try "$file" "$want" "$LOSSGRID" $arguments 2>>log || true
    done
    if [ -f x.ply ] && LC_ALL=C grep -qaP '^path \.\.\.|\x1b' <(sed '/^end_header/q' x.ply); then
        echo "the header of the PLY is forged" >>log
    fi
    rm -f x.*
    if [ -s log ]; then fail "$name"; else pass "$name"; fi
done <list
