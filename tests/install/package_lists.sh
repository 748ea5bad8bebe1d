#!/usr/bin/env bash
# The lists of packages agree: those of the Makefile, of Debian's packages and of .ci/run. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1

# list NAME: a variable of the Makefile, a word a line.
list() { make -s --no-print-directory --eval "print-list: ; @echo \$($1)" print-list | tr ' ' '\n' | sort -u; }
# field NAME [PACKAGE]: packages of a field of debian/control, of the source or of a package.
field() {
    awk -v name="$1:" -v package="${2:-}" '
        /^(Source|Package):/ { here = package == "" ? $1 == "Source:" : $2 == package; on = 0 }
        /^[A-Z]/ { on = here && $1 == name; sub(/^[^:]*:/, "") }
        on' pkgconfig/debian/control | tr ',' '\n' | awk 'NF { print $1 }' | sort -u
}
# holds NAME LIST...: standard input has each of the words.
holds() {
    local name=$1 missing
    shift
    missing=$(comm -13 - <(printf '%s\n' "$@" | sort -u))
    if [ -z "$missing" ]; then echo "ok - $name"; else
        echo "not ok - $name"
        echo "# missing:" $missing
    fi
}
# Packages with headers. The compiler's are everywhere; ONNX's schema and cairo are not the library's.
headers() { grep -E '^(lib|zlib).*-dev$' | grep -v '^libc6-dev$'; }
library=$(list BUILD_DEBS | headers | grep -vE '^(libonnx|libcairo2)-dev$')
all=$({ list BUILD_DEBS; list VIEW_DEBS; list MPI_DEBS; } | headers)

[ "$(wc -w <<<"$library")" -gt 8 ] && echo "ok - the Makefile has a list" || echo "not ok - the Makefile has a list"
# shellcheck disable=SC2086  # lists of words
{
    field Build-Depends | holds "what Debian's packages are built with" $all
    field Depends libloss-dev | holds "what the static library is linked with" $library
    sed -n '/^packages="/,/"$/p' .ci/run | tr -d '"' | sed 's/^packages=//' | tr -s ' ' '\n' | sort -u |
        holds "what .ci/run installs" $all
}
