# sources.sh: data of one's own: how its numbers are read, and that a run remembers it.
. "$(dirname "$0")/../tap.sh"
export HOURGLASS_DATA=$PWD/cache

json() { python3 -c 'import json, sys; d = json.load(open("out")); assert eval("(" + sys.argv[1] + ")"), sys.argv[1]' "$1"; }
cat >make_npy.py <<'END'
# make_npy.py FILE TYPE SHAPE EXPRESSION: element k of sample i is EXPRESSION.
import struct, sys
path, descr, shape, expression = sys.argv[1:]
dims = tuple(int(d) for d in shape.split("x"))
size = 1
for d in dims[1:]: size *= d
code = {"u2": "H", "i4": "i", "i8": "q", "f4": "f"}[descr[1:]]
values = [eval(expression, {}, {"i": k // size, "k": k % size}) for k in range(dims[0] * size)]
text = ("{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, dims)).ljust(117) + "\n"
open(path, "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()
                       + struct.pack("<%d%s" % (len(values), code), *values))
END
make_npy() { python3 make_npy.py "$@"; }
printf 'input 8x8x1 -> x\ndense 12 -> z\nmirror sigmoid -> y\nloss mse y x\n' >small.hg

# ---- whole numbers of more than a byte ----

make_npy pixels.npy '<i8' 60x8x8 '(37 * i + 11 * k) % 256'
run hourglass data info pixels.npy --json
ok 'pixels in 64 bits spread over [0,1]' json 'd["parts"][0]["stored"] == "integers" and d["parts"][0]["greatest"] > 0.9'
run hourglass data info pixels.npy
ok 'and data info says how' has out 'stored 0 to 255 become 0 to 1'
make_npy deep.npy '<u2' 60x8x8 '(371 * i + 811 * k) % 4000 + (i + k == 0) * 4095'
make_npy dim.npy '<u2' 20x8x8 '(37 * i + 81 * k) % 300'
run hourglass data info deep.npy --json
ok 'deeper ones are scaled by the range that they use' json 'd["parts"][0]["greatest"] == 1 and d["parts"][0]["least"] == 0'
run hourglass train deep.npy --model small.hg --epochs 2 --batch 8 --out runs/deep -q
run python3 -c 'import json; d = json.load(open("runs/deep/config.json"))["data"]; print(d["stored"], d["low"], d["high"])'
ok 'the run keeps that range' has out 'integers 0.0 4095.0'
run hourglass eval runs/deep --source dim.npy --json --no-pca
ok 'other data are measured in the range of the run' json '0 < d["bce_floor"] < 0.3'
ok 'and kept as eval-SOURCE.json' [ -s runs/deep/eval-dim.npy.json -a ! -e runs/deep/eval.json ]
ok 'which is said' has err 'eval-dim.npy.json, and eval.json stays'
run hourglass eval runs/deep --source ./deep.npy --split train --no-pca
ok 'the run'\''s own data under another spelling are its own' [ -s runs/deep/eval.json -a ! -e runs/deep/eval-deep.npy.json ]
ok 'the report names the split that was measured' has runs/deep/report.html '<dt>Training MSE</dt>'
ok 'and shows both' sh -c "grep -q 'On other data: dim.npy, whole: 20 samples' runs/deep/report.html && grep -q 'On deep.npy, train: 54 samples' runs/deep/report.html"
run hourglass encode runs/deep dim.npy -o a.npy
run hourglass encode runs/deep/model.safetensors dim.npy -o b.npy
ok 'a run and its model file give one code' cmp -s a.npy b.npy
