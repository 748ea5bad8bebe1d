#!/usr/bin/env bash
# Keys of a landscape's facts stand in <loss/keys.h>, once, and in docs/file-formats.md. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1

# calls_with_text FOLDER...: calls that are given a key as a text.
calls_with_text() {
    local file
    for file in $(find "$@" -name '*.[ch]'); do
        tr -s '\n ' '  ' <"$file" |
            grep -oE '\b(loss_surface_(metadata(_of)?|text|number|count)|lossi_facts_(add|find|find_of|text|set)|lossi_store_put_fact|fact(_number)?|split_fact)\([^,"()]*, *"[^"%]*"' |
            sed "s|^|$file: |"
    done
}

bad=$(calls_with_text libloss/plane libloss/surface cli viewer)
if [ -z "$bad" ]; then echo "ok - keys are written by their names"; else
    echo "not ok - keys are written by their names"
    echo "${bad//$'\n'/$'\n'# }"
fi

bad=$(sed -nE 's/^#define LOSS_KEY_[A-Z_]+ +"([a-z_]+)".*/\1/p' include/loss/keys.h | while read -r key; do
    grep -qE "\`$key(_SPLIT|_RUN)?\`" docs/file-formats.md || echo "$key"
done)
if [ -z "$bad" ]; then echo "ok - docs/file-formats.md has all keys"; else
    echo "not ok - docs/file-formats.md has all keys"
    echo "${bad//$'\n'/$'\n'# }"
fi

# The check itself must be able to fail.
planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
printf 'x = loss_surface_metadata(surface,\n    "model");\ny = fact(s, LOSS_KEY_ISA, "?");\n' >"$planted/a.c"
if [ "$(calls_with_text "$planted" | wc -l)" -eq 1 ]; then echo "ok - a planted text is found"; else
    echo "not ok - a planted text is found"
fi
