#!/usr/bin/env bash
# The sources are as clang-format 14 leaves them, and no line of code, comments or docs has more
# than 100 columns. Rows of Markdown tables, which cannot be broken, may be longer. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1

files() {
    find include libloss cli viewer tests examples docs ./*.md -name "$1" -not -path '*/build/*'
}

# Prints what a command found and says whether it found nothing.
check() {
    local name=$1 found
    shift
    found=$("$@")
    if [ -z "$found" ]; then
        echo "ok - $name"
    else
        printf '%s\n' "$found" | head -n 20 | sed 's/^/# /'
        echo "not ok - $name"
    fi
}

long_lines() {
    local pattern
    { # JSON elsewhere is data
        for pattern in '*.c' '*.h' '*.glsl' '*.js' '*.css' '*.md' '*.py'; do
            files "$pattern"
        done
        find docs -name '*.json'
    } | LC_ALL=C.UTF-8 xargs grep -nE '^.{101,}' | grep -vE '\.md:[0-9]+:(\||!\[)' | cut -c1-90
}

unformatted() {
    { files '*.c'; files '*.h'; } | xargs -n 16 -P 2 clang-format --dry-run -Werror 2>&1 |
        grep -o '^[^ ]*: error' | sort -u
}

check "no line has more than 100 columns" long_lines
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    check "the sources are formatted" unformatted
else
    echo "ok - the sources are formatted # SKIP clang-format 14 is not installed"
fi
