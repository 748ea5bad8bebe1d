#!/usr/bin/env bash
# The sources compile with musl's headers, and what lies outside libloss/base calls what POSIX has and no more.
# Of most only syntax and declarations are looked at: Debian has no libraries built with musl to link
# with. What needs none, libloss/base and contour lines and critical points, is linked and run: it
# writes the bytes that it writes with glibc. Speaks TAP.
#   BUILD  where made/onnx.pb-c.h is beside
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
if ! command -v musl-gcc >/dev/null; then
    echo "ok - the sources compile with musl # SKIP musl-gcc is not installed (Debian: musl-tools)"
    exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The headers of libraries, without those of the C library that lie among them.
mkdir "$work/include"
dpkg -L libc6-dev linux-libc-dev | sort >"$work/libc"
for name in /usr/include/* "/usr/include/$(gcc -print-multiarch)"/*; do
    grep -qxF "$name" "$work/libc" || ln -sf "$name" "$work/include/"
done
# Where cblas.h lies, say, which has a folder of its own.
libraries=$(pkg-config --cflags-only-I openblas lapacke cairo libpng $(pkg-config --exists hdf5 && echo hdf5) | tr ' ' '\n' | grep -E '^-I/usr/include/.*[a-z]/?$' |
    grep -vE "/$(gcc -print-multiarch)/?$" | sort -u)

# compile FLAGS... -- FILES...: what the compiler says.
compile() {
    local flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    # shellcheck disable=SC2086  # a list of words
    printf '%s\n' "$@" | xargs -P "$(nproc)" -n 8 musl-gcc -std=c11 -fsyntax-only -Werror=implicit-function-declaration \
        -Iinclude -Ilibloss -Icli -Icli/common -Iviewer -I"${BUILD:?}/../made" -I"$work/include" $libraries "${flags[@]}" 2>&1
}
# run_with CC FOLDER: links tests/port/musl_program.c with what it calls, and runs it there.
run_with() {
    mkdir "$2" || return
    # shellcheck disable=SC2086  # a list of words
    printf '%s\n' libloss/base/*.c libloss/analysis/*.c | xargs -P "$(nproc)" -I FILE sh -c \
        "$1 -std=c11 -O1 -ffp-contract=off -D_GNU_SOURCE -Iinclude -Ilibloss $3 -c FILE -o $2/\$(basename FILE .c).o" &&
        ar rc "$2/libloss.a" "$2"/*.o &&
        $1 -std=c11 -static -Iinclude tests/port/musl_program.c "$2/libloss.a" -lm -o "$2/program" &&
        "$2/program" "$2/written" >"$2/said"
}
report() {
    local name=$1 said=$2
    if [ -z "$said" ]; then echo "ok - $name"; else
        echo "not ok - $name"
        echo "${said//$'\n'/$'\n'# }" | head -n 40
    fi
}
# What is about HDF5 is compiled where that is.
pkg-config --exists hdf5 && left_out=none || left_out='hdf5*'
files() { find "$@" -name '*.c' ! -name "$left_out" ! -path 'viewer/gl/*' ! -path 'cli/mpi/*' ! -path 'libloss/kernels/simd/*'; }
# shellcheck disable=SC2046  # a list of words
report "the sources of libloss/base compile with musl" \
    "$(compile -D_GNU_SOURCE -- $(files libloss/base))"
# shellcheck disable=SC2046
report "the other sources compile with musl, and with what POSIX declares" \
    "$(compile -D_XOPEN_SOURCE=700 -- $(files libloss cli viewer | grep -v '^libloss/base/'))"
echo 'int f(void); int f(void) { return secure_getenv("A") != 0; }' >"$work/planted.c"
said=$(compile -D_XOPEN_SOURCE=700 -- "$work/planted.c")
if [ -n "$said" ]; then echo "ok - a planted call is found"; else echo "not ok - a planted call is found"; fi
report "a program links with musl, and runs" "$(run_with musl-gcc "$work/musl" "-I$work/include $(echo $libraries)" 2>&1 || echo "exit code $?")"
report "it writes the same with glibc" "$(run_with cc "$work/glibc" "$(echo $libraries)" 2>&1 || echo "exit code $?"
    cmp "$work/musl/written" "$work/glibc/written" 2>&1
    grep -q ' bytes' "$work/musl/said" || echo "it said nothing")"
