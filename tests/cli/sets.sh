#!/usr/bin/env bash
# Checkpoints that hold several sets of tensors, what is said of the choice, and other networks that are held against
# images: --to, --and, and the origin of a path.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
"$LOSSGRID" train --model $model --data data --epochs 12 --batch 20 --quiet --no-test --out run
w=run/epoch-012.safetensors
new=run/epoch-000.safetensors

# torch.save() of sets of the run's tensors without torch: NAME.pt {KEY: ...}.
python3 - $w <<'PY'
import collections, json, pickle, struct, sys, types, zipfile
torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
def _rebuild_tensor_v2(*args): pass
_rebuild_tensor_v2.__module__ = "torch._utils"
utils._rebuild_tensor_v2 = _rebuild_tensor_v2
class FloatStorage: pass
FloatStorage.__module__ = "torch"
torch.FloatStorage = FloatStorage
class Bytes:
    def __init__(self, data): self.data = data
class Tensor:
    def __init__(self, shape, data): self.shape, self.data = shape, data
    def __reduce__(self):
        strides = [1] * len(self.shape)
        for i in reversed(range(len(self.shape) - 1)): strides[i] = strides[i + 1] * self.shape[i + 1]
        return _rebuild_tensor_v2, (Bytes(self.data), 0, tuple(self.shape), tuple(strides), False, collections.OrderedDict())
def save(name, value):
    class Pickler(pickle.Pickler):
        def persistent_id(self, o):
            if not isinstance(o, Bytes): return None
            parts.append(o.data)
            return "storage", FloatStorage, str(len(parts) - 1), "cpu", len(o.data) // 4
    parts = []
    with zipfile.ZipFile(name, "w") as out:
        with out.open("x/data.pkl", "w") as member: Pickler(member, 2).dump(value)
        for i, part in enumerate(parts): out.writestr("x/data/%d" % i, part)
data = open(sys.argv[1], "rb").read()
n = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + n])
header.pop("__metadata__", None)
ours = {k: Tensor(v["shape"], data[8 + n:][slice(*v["data_offsets"])]) for k, v in header.items()}
critic = {"layer%d.weight" % i: Tensor([2, 2], bytes(16)) for i in range(len(ours) + 8)}
save("critic.pt", {"critic": critic, "generator": ours, "step": 7})
save("twice.pt", {"model": ours, "ema": {k: v for k, v in ours.items()}, "critic": critic})
save("other.pt", {"critic": critic, "second": dict(critic)})
beside = {"backbone." + k: v for k, v in ours.items()}
beside["normalize.mean"] = Tensor([1], bytes(4))
save("beside.pt", {"state_dict": beside, "best": {"w": Tensor([1], bytes(4))}})
PY
loss() { grep '"loss"' "$1"; }
"$LOSSGRID" eval --model $model --weights $w --data data --json --quiet >right.json

# ---- The set that fits
"$LOSSGRID" eval --model $model --weights critic.pt --data data --json >fits.json 2>said
check "the set that fits the network is taken, though another is larger" test "$(loss fits.json)" = "$(loss right.json)"
check "and it is said" grep -q "critic.pt: weights taken from generator; not read: critic ([0-9]* tensors)" said
check "JSON has it" grep -q '"weights_read":.*weights taken from generator' fits.json
refuse "two that fit are the user's choice" 1 "several sets of tensors fit $model: model, ema. Which are the weights? Give their key" \
    "$LOSSGRID" eval --model $model --weights twice.pt --data data
"$LOSSGRID" eval --model $model --weights twice.pt --key ema --data data --json --quiet >key.json 2>said
check "--key takes one" test "$(loss key.json)" = "$(loss right.json)"
check "--quiet is quiet, JSON has it still" sh -c 'test ! -s said && grep -q "weights taken from ema; not read: model (" key.json'
refuse "none that fits: all are listed" 1 "; it holds critic (" "$LOSSGRID" eval --model $model --weights other.pt --data data

# ---- info
check "info lists the sets" sh -c '"$LOSSGRID" info twice.pt --json | tr -d " \n\t" | grep -q "\"sets_of_tensors\":{\"model\":{\"tensors\":[0-9]*,\"values\":[0-9]*},\"ema\":.*\"critic\":"'
check "and says --key" sh -c '"$LOSSGRID" info twice.pt | grep -q "which_are_the_weights.*--key"'
check "one obvious set needs no --key" sh -c '"$LOSSGRID" info beside.pt | grep -q "sets_of_tensors" && ! "$LOSSGRID" info beside.pt | grep -q which_are'

# ---- What is dropped and ignored
"$LOSSGRID" surface --model $model --weights beside.pt --data data --limit 20 --x=-1:1:3 --out beside.landscape >/dev/null 2>said
check "prefix and extras are said" grep -q "taken from state_dict; not read: best (1 tensor); dropped in front of names: backbone.; tensors ignored: normalize.mean" said
check "the landscape keeps it" sh -c '"$LOSSGRID" info beside.landscape | grep -q "weights_read .*backbone"'

# ---- Other networks of a surface
line() { "$LOSSGRID" surface run "$@" --limit 20 --x=0:1:3 --quiet --json; }
line --to $new --out to.landscape >to.json 2>said
check "the end of a line is held against images" grep -q "warning: $new: the loss on 256 train images is .*not below" said
check "and the landscape keeps it" sh -c '"$LOSSGRID" info to.landscape | grep -q "caveat .*'$new': the loss on"'
line --to $w --out good.landscape >good.json 2>said
check "one in order has no caveat" sh -c 'test ! -s said && ! grep -q caveat good.json'
line --to $w --and $new --y=0:1:3 --out and.landscape >and.json 2>said
check "a third solution, too" grep -q "warning: $new" said
"$LOSSGRID" surface --model $model --weights $new --data data --limit 20 --x=-1:1:3 --y=-1:1:3 --quiet --out new.landscape >out 2>said
"$LOSSGRID" path --run run --weights $new new.landscape --quiet >out 2>said
check "path says the caveat of its landscape" grep -q "warning: new.landscape: the loss on 256 train images" said

# ---- Without BatchNorm
printf 'flatten\nfc = linear outputs=classes\n' >plain.net
"$LOSSGRID" train --model plain.net --data data --epochs 1 --batch 20 --lr 1e-12 --quiet --no-test --out plain
"$LOSSGRID" eval --model plain.net --weights plain/epoch-001.safetensors --data data --quiet >out 2>said
check "a network without BatchNorm, not below guessing" grep -q "warning: plain/epoch-001.safetensors: the loss on" said
