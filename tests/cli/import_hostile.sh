#!/usr/bin/env bash
# Files of other programs that are made to take long. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

# tags TEXT: 11 MB of tags that never end, or end at once. Each was looked for to the end of the file.
tags() {
    printf '<VTKFile><ImageData WholeExtent="0 1 0 1 0 0"><PointData>'
    yes "$1" | head -n 1000000 | tr -d '\n'
    printf '</PointData>'
}
limited() { (ulimit -t 60; exec "$@"); }
for tag in '<DataArray' '<DataArray>'; do
    tags "$tag" >tags.vti
    refuse "a million times $tag" 1 "none of the arrays" limited "$LOSSGRID" import tags.vti --out t.landscape
done
