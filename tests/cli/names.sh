#!/usr/bin/env bash
# Names: of a network whose file's name is no UTF-8, and of tensors that convert changes or keeps.
. "$(dirname "$0")/common.bash"
make_data data

# ---- A network written as text whose name is no UTF-8
printf 'flatten\nfc = linear outputs=classes\n' >"$(printf 'B\344r.net')"
check "train it" "$LOSSGRID" train --model "$(printf 'B\344r.net')" --data data --epochs 1 --limit 40 --quiet --out latin
check "its run.json is UTF-8, and has the bytes" python3 -c '
import json
run = json.load(open("latin/run.json", encoding="utf-8"))
assert run["model"] == "B\\xe4r.net" and bytes.fromhex(run["model_hex"]) == b"B\xe4r.net", run'
check "the run is evaluated with its copy" sh -c 'rm B*.net && "$LOSSGRID" eval latin --limit 20'

# ---- Prefixes that convert drops and keeps
python3 - <<'PY'
import json, struct
def save(name, prefix):
    header = {prefix + "fc.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
              prefix + "conv.weight": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}
    text = json.dumps(header).encode()
    open(name, "wb").write(struct.pack("<Q", len(text)) + text + bytes(8))
save("a.safetensors", "module._orig_mod.backbone.")
save("b.safetensors", "")
PY
"$LOSSGRID" convert a.safetensors c.safetensors 2>said
check "convert says what it drops and what stays" grep -q "dropped in front of names: module._orig_mod.; all names begin with backbone., which stays" said
check "and does so" sh -c '"$LOSSGRID" info c.safetensors --json | grep -q "\"backbone.fc.weight\"" && ! "$LOSSGRID" info c.safetensors | grep -q module'
"$LOSSGRID" convert b.safetensors c.safetensors 2>said
check "nothing to say of other names" test "$(cat said)" = c.safetensors
