#!/usr/bin/env bash
# The blocks of docs/other-programs.md work as they are written, in their order; those whose programs
# or modules are not installed are skipped.
page=$(cd "$(dirname "$0")" && pwd)/../../docs/other-programs.md
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3
PATH=$(dirname "$LOSSGRID"):$PATH
export PATH
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --quiet --out run 2>log || fail "train"
"$LOSSGRID" surface run --directions pca --split train --limit 40 --x=auto:5 --y=auto:5 --quiet --out path.landscape >log 2>&1 || fail "surface"

# Each block as NUMBER.sh or NUMBER.py, and what it is below, in "blocks".
python3 - "$page" <<'PY'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
with open("blocks", "w") as blocks:
    for i, found in enumerate(re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)):
        ending = {"sh": "sh", "python": "py"}[found.group(1)]
        heading = re.findall(r"^#+ (.*)", text[:found.start()], re.M)[-1]
        open(f"{i}.{ending}", "w").write(found.group(2))
        print(f"{i}.{ending}\t{heading}", file=blocks)
PY
check "the page has its blocks" test "$(wc -l <blocks)" -ge 10
# What a block needs: the modules that it imports, or the program that it begins with.
missing() {
    case $1 in
    *.sh) command -v "$(awk '{print $1; exit}' "$1")" >>log || awk '{print $1; exit}' "$1" ;;
    *) sed -nE 's/^(from|import) ([a-z_A-Z0-9.]+).*/\2/p' "$1" | while read -r module; do
        $python -c "import $module" 2>>log >&2 || echo "$module"
    done ;;
    esac
}
while IFS=$'\t' read -r block heading; do
    absent=$(missing "$block" | head -n 1)
    if [ -n "$absent" ]; then
        echo "ok - $heading ($block) # SKIP no $absent"
        continue
    fi
    case $block in
    *.sh) check "$heading ($block)" bash -eu "$block" ;;
    *) check "$heading ($block)" $python "$block" ;;
    esac
done <blocks
