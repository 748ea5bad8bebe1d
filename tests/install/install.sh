#!/usr/bin/env bash
# make install, pkg-config, the examples against the installed copy, make uninstall. Speaks TAP.
. "$(dirname "$0")/installed.bash"
only_ours() { ! nm -D --defined-only "$prefix/lib/libloss.so" | awk '$2 != "A" {print $3}' | sed 's/@.*//' | grep -v '^loss_'; }
check "only loss_ names are exported" only_ours
check "the soname is libloss.so.0" sh -c "readelf -d $prefix/lib/libloss.so | grep -q 'SONAME.*\[libloss.so.0\]'"
check "the installed lossgrid runs" sh -c "$prefix/bin/lossgrid --version | grep -q $(pkg-config --modversion loss)"

share=$prefix/share
check "pages of the manual and completion are installed" ls "$share/man/man1/lossgrid.1" "$share/man/man1/lossgrid-surface.1" \
    "$share/bash-completion/completions/lossgrid" "$share/zsh/site-functions/_lossgrid" \
    "$share/fish/vendor_completions.d/lossgrid.fish"
check "the schema of --json is installed" cmp docs/lossgrid.schema.json "$share/doc/libloss/lossgrid.schema.json"

for example in examples/0*.c; do
    name=$(basename "$example" .c)
    # shellcheck disable=SC2046  # flags are words
    check "$name builds with pkg-config" $cc -Wall -Wextra -Werror "$example" $(pkg-config --cflags --libs loss) -o "$tmp/$name"
done

# Images whose class is where the bright square is, as IDX.
python3 - "$tmp/data" <<'PY'
import os, struct, sys
os.makedirs(sys.argv[1])
for name, n in (("train", 300), ("t10k", 100)):
    pixels = bytearray()
    for i in range(n):
        c = i % 10
        for r in range(32):
            for k in range(32):
                pixels.append(250 if r // 11 == c // 4 and k // 8 == c % 4 else (r * 7 + k * 5 + i * 13) % 60)
    open(f"{sys.argv[1]}/{name}-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 0x803, n, 32, 32) + pixels)
    open(f"{sys.argv[1]}/{name}-labels-idx1-ubyte", "wb").write(struct.pack(">II", 0x801, n) + bytes(i % 10 for i in range(n)))
PY
check "02-train runs" "$tmp/02-train" "$tmp/data" lenet5 "$tmp/run"
check "01-evaluate runs on its weights" "$tmp/01-evaluate" "$tmp/data" lenet5 "$tmp/run/epoch-003.safetensors"
check "03-landscape runs on its weights" "$tmp/03-landscape" "$tmp/data" lenet5 "$tmp/run/epoch-003.safetensors" \
    "$tmp/a.landscape" "$tmp/a.ply"
check "04-path runs on its checkpoints" "$tmp/04-path" "$tmp/data" lenet5 "$tmp/run" "$tmp/b.landscape"
check "05-critical-points runs on its landscape" sh -c "'$tmp/05-critical-points' '$tmp/a.landscape' 0 | grep -q 'minimum at'"
check "06-workers runs" "$tmp/06-workers" "$tmp/data" lenet5 "$tmp/run/epoch-003.safetensors" "$tmp/c.landscape" 3
for f in a c; do "$prefix/bin/lossgrid" export "$tmp/$f.landscape" --quiet --out "$tmp/$f.csv"; cut -d, -f1-8 "$tmp/$f.csv" >"$tmp/$f.points"; done
check "and gives the points of 03-landscape" cmp "$tmp/a.points" "$tmp/c.points"
check "03-landscape left a mesh" sh -c "head -c 3 $tmp/a.ply | grep -q ply"

check "make uninstall" make -s BUILD="$build" PREFIX="$prefix" uninstall
left=$(find "$prefix" ! -type d)
check "nothing is left" test -z "$left"
