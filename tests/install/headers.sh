#!/usr/bin/env bash
# Public headers: each compiles alone as strict C11 and as C++17, and the comments of
# all declarations say what they have to (declarations.py). Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
cc=${CC:-cc}

for header in include/loss/*.h; do
    name=${header#include/}
    if echo "#include <$name>" | $cc -std=c11 -pedantic-errors -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c - 2>&1; then
        echo "ok - $name alone as C11"
    else
        echo "not ok - $name alone as C11"
    fi
    if ! command -v g++ >/dev/null; then
        echo "ok - $name alone as C++17 # SKIP no g++"
    elif echo "#include <$name>" | g++ -std=c++17 -pedantic-errors -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c++ - 2>&1; then
        echo "ok - $name alone as C++17"
    else
        echo "not ok - $name alone as C++17"
    fi
done

# Comments, and that each function is misused by a test.
if command -v python3 >/dev/null; then
    python3 tests/install/declarations.py
else
    echo "ok - every declaration has its comment # SKIP python3 is not installed"
fi
