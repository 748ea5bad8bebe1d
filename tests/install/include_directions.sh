#!/usr/bin/env bash
# Who may include whom: see CONTRIBUTING.md. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1

# Folders that a folder of libloss may include, besides itself.
allowed() {
    case $1 in
    base) echo ;;
    kernels) echo base ;;
    cpu) echo base kernels ;;
    formats | analysis | estimate) echo base ;;
    data) echo base formats ;;
    net) echo base kernels cpu formats ;;
    onnx) echo base net formats ;;
    zoo) echo base net formats onnx ;;
    train | plane) echo base net formats cpu ;;
    curvature) echo base net plane analysis ;;
    surface) echo base net formats cpu plane analysis curvature estimate ;;
    import) echo base formats surface ;;
    *) echo "?" ;;
    esac
}

# Public headers that a folder may include; empty: all.
public() {
    case $1 in
    base) echo status file text team ;;
    zoo) echo net recognise data status ;;
    onnx) echo net data status ;;
    kernels) echo none ;;
    data) echo data status text ;;
    *) echo ;;
    esac
}

# check_tree ROOT: prints a line for every forbidden include.
check_tree() {
    local root=$1 file folder target
    while IFS=: read -r file include; do
        folder=${file#"$root"/libloss/}
        folder=${folder%%/*}
        case $include in
        *'<loss/'*)
            target=${include#*<loss/}
            target=${target%%.*}
            [ -z "$(public "$folder")" ] || [[ " $(public "$folder") " == *" $target "* ]] || echo "$file: <loss/$target.h>"
            ;;
        *)
            target=${include#*\"}
            target=${target%%/*}
            [[ " $folder $(allowed "$folder") " == *" $target "* ]] || echo "$file: $include"
            ;;
        esac
    done < <(grep -rnE '^#include ("|<loss/)' "$root/libloss" --include='*.[ch]' | sed -E 's/:[0-9]+:/:/')
    grep -rnE '^#include "(base|kernels|cpu|net|onnx|data|zoo|train|plane|surface|analysis|formats)/' "$root/cli" "$root/viewer" 2>/dev/null
    # Of each other, cli and viewer see cli/common alone, which sees itself.
    grep -rnE '^#include "(\.\.|cli|viewer)/' "$root/cli" "$root/viewer" 2>/dev/null
    while IFS=: read -r file include; do
        target=${include#*\"}
        [ -e "$root/cli/common/${target%\"*}" ] || echo "$file: $include"
    done < <(grep -rnE '^#include "' "$root/cli/common" 2>/dev/null | sed -E 's/:[0-9]+:/:/')
    grep -rnE '^#include [<"](glad|GLFW|EGL|GL)/' "$root/viewer" 2>/dev/null | grep -v "^$root/viewer/gl/"
}

bad=$(check_tree .)
if [ -z "$bad" ]; then echo "ok - includes go the allowed ways"; else
    echo "not ok - includes go the allowed ways"
    echo "${bad//$'\n'/$'\n'# }"
fi

# Folders of a program that a folder of it may include, besides itself, cli/common and the program's
# own files.
inside() {
    case $1 in
    cli/commands) echo figure report inputs ;;
    cli/figure) echo report inputs ;;
    cli/report) echo inputs ;;
    viewer/overlay) echo scene readers ;;
    viewer/scene) echo readers ;;
    viewer/gl) echo overlay scene readers ;;
    *) echo ;;
    esac
}

# check_folders ROOT: prints a line for every include from one folder of a program into a wrong one.
check_folders() {
    local file include target from
    while IFS=: read -r file include; do
        target=${include#*\"}
        from=$(dirname "${file#"$1"/}")
        [[ " common ${from#*/} $(inside "$from") " == *" ${target%%/*} "* ]] || echo "$file: $include"
    done < <(grep -rnE '^#include "[a-z_]+/' "$1"/cli/*/ "$1"/viewer/*/ 2>/dev/null | sed -E 's/:[0-9]+:/:/')
}
bad=$(check_folders .)
if [ -z "$bad" ]; then echo "ok - the folders of a program include each other the allowed ways"; else
    echo "not ok - the folders of a program include each other the allowed ways"
    echo "${bad//$'\n'/$'\n'# }"
fi

# circles PROGRAM: modules (x.c and x.h) of a program that include each other, directly or not.
circles() {
    (cd "$1" && grep -roE '^#include "[a-z_0-9/]+\.h"' --include='*.[ch]' .) |
        sed -E 's,^\./([a-z_0-9/]+)\.[ch]:#include "([a-z_0-9/]+)\.h"$,\1 \2,' | awk '$1 != $2' | sort -u |
        tsort 2>&1 >/dev/null
}
for folder in cli cli/common viewer; do
    if [ -z "$(circles $folder)" ]; then echo "ok - no circles in $folder"; else
        echo "not ok - no circles in $folder"
        circles $folder | sed 's/^/# /'
    fi
done

# The check itself must be able to fail.
planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
mkdir -p "$planted/libloss/formats" "$planted/cli" "$planted/viewer/gl"
echo '#include "net/net.h"' >"$planted/libloss/formats/wrong.c"
mkdir -p "$planted/cli/common"
echo '#include "base/base.h"' >"$planted/cli/wrong.c"
echo '#include "cli.h"' >"$planted/cli/common/wrong.c"
echo '#include "../cli/cli.h"' >"$planted/viewer/beyond.c"
echo '#include <glad/gl.h>' | tee "$planted/viewer/wrong.c" >"$planted/viewer/gl/right.c"
echo '#include "b.h"' >"$planted/cli/a.c"
echo '#include "a.h"' >"$planted/cli/b.c"
if [ -n "$(circles "$planted/cli")" ]; then echo "ok - a planted circle is found"; else
    echo "not ok - a planted circle is found"
fi
rm "$planted/cli/a.c" "$planted/cli/b.c"
mkdir -p "$planted/cli/inputs"
echo '#include "figure/figure.h"' >"$planted/cli/inputs/wrong.c"
if [ "$(check_folders "$planted" | wc -l)" -eq 1 ]; then echo "ok - a planted folder is found"; else
    echo "not ok - a planted folder is found"
fi
if [ "$(check_tree "$planted" | wc -l)" -eq 5 ]; then echo "ok - a planted violation is found"; else
    echo "not ok - a planted violation is found"
fi
