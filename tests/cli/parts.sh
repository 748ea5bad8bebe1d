#!/usr/bin/env bash
# One surface by several processes: of one file, and in parts that are merged. Always the same bits.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
"$LOSSGRID" train --model $model --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=(surface run --x=-1:1:9 --y=-1:1:7 --split both --quiet --threads 1)
check "by one process" "$LOSSGRID" "${surface[@]}" --out whole.landscape
points whole.landscape >whole.points

for i in 1 2 3; do "$LOSSGRID" "${surface[@]}" --out shared.landscape >log.$i 2>&1 & done
wait
points shared.landscape >shared.points
check "by three processes that share a file" cmp whole.points shared.points

# Killed at any time, the others take over.
for i in 1 2 3 4; do
    "$LOSSGRID" "${surface[@]}" --out killed.landscape >log.$i 2>&1 &
    killed=$!
    "$LOSSGRID" "${surface[@]}" --out killed.landscape >log.a 2>&1 &
    other=$!
    sleep 0.0$i
    kill -9 $killed 2>/dev/null
    wait $killed 2>/dev/null
    wait $other
    points killed.landscape >killed.points
    if cmp -s whole.points killed.points; then pass "kill -9 of one of two ($i)"; else fail "kill -9 of one of two ($i)"; fi
    rm -f killed.landscape
done

for k in 1 2 3; do check "part $k of 3" "$LOSSGRID" "${surface[@]}" --part $k/3 --out part-$k.landscape; done
check "two parts are merged" "$LOSSGRID" merge part-1.landscape part-3.landscape --out merged.landscape
"$LOSSGRID" merge part-1.landscape part-3.landscape --out merged.landscape >told 2>log
check "what is missing is told" grep -q "^42 are missing; parts that lack some: 2 of 3$" told
"$LOSSGRID" merge part-1.landscape part-3.landscape --out merged.landscape --json >json 2>log
check "in JSON too" python3 -c '
import json
j = json.load(open("json"))
assert (j["points"], j["evaluated"], j["parts"], j["incomplete_parts"]) == (126, 84, 3, "2"), j'
"$LOSSGRID" info merged.landscape >told 2>log
check "figures of an unfinished surface wait" sh -c 'grep -q "figures  come when all points are evaluated" told && ! grep -q minima told'
check "an unfinished surface is drawn" "$LOSSGRID" plot merged.landscape --log --out unfinished.png
/usr/bin/python3 - <<'PY' >striped 2>log
from PIL import Image
picture = Image.open("unfinished.png").convert("RGB")
width, height = picture.size
box = picture.crop((width // 4, height // 5, width * 2 // 3, height * 3 // 5))
colours = box.getcolors(box.size[0] * box.size[1])
grey = sum(n for n, (r, g, b) in colours if r == g == b and 190 < r < 240)
print(100 * grey // (box.size[0] * box.size[1]))
PY
if /usr/bin/python3 -c "import PIL" 2>/dev/null; then
    check "and its middle is interpolated, not striped" test "$(cat striped)" -lt 5
else
    echo "ok - and its middle is interpolated, not striped # SKIP python3-pil is not installed"
fi
cp merged.landscape filled.landscape
check "the third part is added to the file" "$LOSSGRID" merge part-2.landscape --out merged.landscape
points merged.landscape >merged.points
check "parts give the same points" cmp whole.points merged.points
check "the whole command fills up what parts lack" "$LOSSGRID" "${surface[@]}" --out filled.landscape
points filled.landscape >filled.points
check "and ends with the same points" cmp whole.points filled.points
for fact in model_loss_test directions splits norm_x; do
    for f in whole merged; do
        "$LOSSGRID" info $f.landscape --json | python3 -c "import json, sys; print(json.load(sys.stdin)['metadata']['$fact'])" >$f.fact
    done
    check "the whole has the fact $fact of one process" cmp whole.fact merged.fact
done
check "the whole is no part" sh -c '! "$1" info merged.landscape --json | grep -q "\"part\""' sh "$LOSSGRID"

"$LOSSGRID" surface run --x=-1:1:9 --y=-1:1:7 --split both --seed 9 --quiet --part 2/3 --out other.landscape >log 2>&1
md5sum merged.landscape >sums
refuse "a part of other directions" 1 "other.landscape: a landscape of something else than part-1.landscape: its directions" \
    "$LOSSGRID" merge part-1.landscape other.landscape --out merged.landscape
check "it leaves the file alone" md5sum -c sums
refuse "a part gone on with as another" 1 "its part: 1/3; asked for: 2/3" "$LOSSGRID" "${surface[@]}" --part 2/3 --out part-1.landscape
refuse "a part gone on with as a whole" 1 "its part: 1/3; asked for: none" "$LOSSGRID" "${surface[@]}" --out part-1.landscape
refuse "merged into a part" 1 "it is part 1/3 of a surface itself" "$LOSSGRID" merge part-2.landscape --out part-1.landscape
for bad in 0/3 4/3 x 1 1/ /3 1/3x -1/3; do
    refuse "--part $bad" 2 "expected K/N, part K of N" "$LOSSGRID" "${surface[@]}" --part=$bad --out bad.landscape
done
refuse "nothing to merge" 2 "which parts?" "$LOSSGRID" merge --out x.landscape
refuse "merged to nowhere" 2 "where to?" "$LOSSGRID" merge part-1.landscape
refuse "a part that is not there" 1 "no.landscape" "$LOSSGRID" merge part-1.landscape no.landscape --out y.landscape
check "nothing is made then" test ! -e y.landscape

# A number that was changed in one of two copies.
cp part-2.landscape changed.landscape
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("changed.landscape")
db.execute("UPDATE points SET loss = loss + 1e-9")
db.commit()
PY
refuse "two numbers for one point" 1 "another file has" "$LOSSGRID" merge part-2.landscape changed.landscape --out z.landscape

# Principal components: the directions are kept in the file, and the path comes with part 1.
pca=(surface run --directions pca --x=-1:1:5 --y=-1:1:5 --quiet)
"$LOSSGRID" "${pca[@]}" --out pca.landscape >log 2>&1
for k in 1 2; do "$LOSSGRID" "${pca[@]}" --part $k/2 --out pca-$k.landscape >log 2>&1; done
check "parts of a plane of principal components" "$LOSSGRID" merge pca-2.landscape pca-1.landscape --out pca-whole.landscape
for f in pca pca-whole; do
    points $f.landscape >$f.points
    "$LOSSGRID" info $f.landscape --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["path"])' >$f.path
done
check "there is a path" grep -q checkpoint pca.path
check "the same points" cmp pca.points pca-whole.points
check "and the same path" cmp pca.path pca-whole.path
check "the whole can be gone on with" "$LOSSGRID" "${pca[@]}" --out pca-whole.landscape

# Eigenvalues at the points.
curved=(surface run --curvature --limit 16 --x=-1:1:3 --y=-1:1:3 --quiet)
"$LOSSGRID" "${curved[@]}" --out curved.landscape >log 2>&1
for k in 1 2; do "$LOSSGRID" "${curved[@]}" --part $k/2 --out curved-$k.landscape >log 2>&1; done
check "parts with eigenvalues" "$LOSSGRID" merge curved-1.landscape curved-2.landscape --out curved-whole.landscape
for f in curved curved-whole; do
    python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT split, iy, ix, min_eigenvalue, max_eigenvalue FROM curvature ORDER BY 1, 2, 3").fetchall())' $f.landscape >$f.values
done
check "there are eigenvalues" grep -q "'test', 2, 2, " curved.values
check "the same eigenvalues" cmp curved.values curved-whole.values
