#!/usr/bin/env bash
# examples/python/loss.py against the shared library, and its notebook. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
source=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python=/usr/bin/python3
if ! $python -c 'import numpy' 2>/dev/null; then
    echo "ok - the Python module # SKIP $python has no numpy"
    exit 0
fi
LIBLOSS=$(cd "$(dirname "$LOSSGRID")" && pwd)/libloss.so.0
export LIBLOSS PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source/examples/python
cd "$tmp" || exit 1
$python "$source/tests/install/python_module.py" "$LOSSGRID"
