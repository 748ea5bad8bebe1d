#!/usr/bin/env bash
# Public headers: each compiles alone as strict C11 and as C++17, and every declaration has a comment. Speaks TAP.
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

# A LOSS_API line must follow a comment, or a line of a declaration that follows one without an empty line between.
bare=$(awk 'FNR == 1 {documented = 0} /\*\/[ \t]*$/ {documented = 1; next} /^[ \t]*$/ {documented = 0}
            /^LOSS_API/ && !documented {print FILENAME ":" FNR ": " $0}' include/loss/*.h)
if [ -z "$bare" ]; then echo "ok - every public function has a comment"; else
    echo "not ok - every public function has a comment"
    echo "${bare//$'\n'/$'\n'# }"
fi
