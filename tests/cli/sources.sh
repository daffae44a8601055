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
same_numbers() # FILE FROM FILE FROM COUNT: so many of the float32 values from there on, equal to 1e-5
{
    python3 -c '
import struct, sys
def values(path, first, n): return struct.unpack("<%df" % n, open(path, "rb").read()[128 + 4 * first:128 + 4 * (first + n)])
f, i, g, k, n = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
assert all(abs(a - b) < 1e-5 for a, b in zip(values(f, i, n), values(g, k, n)))' "$@"
}
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
ok 'and shows both' sh -c "grep -q 'On other data: dim.npy, whole: 20 samples' runs/deep/report.html && grep -q 'On deep.npy, train: 48 samples' runs/deep/report.html"
run hourglass encode runs/deep dim.npy -o a.npy
run hourglass encode runs/deep/model.safetensors dim.npy -o b.npy
ok 'a run and its model file give one code' same_numbers a.npy 0 b.npy 0 240

# ---- floats beyond [0,1] ----

make_npy floats.npy '<f4' 60x8x8 '((37 * i + 11 * k) % 256) - 100.5'
printf 'input 8x8x1 -> x\ndense 12 -> z\nmirror none -> y\nloss mse y x\n' >linear.hg
run hourglass train floats.npy --model small.hg --epochs 1 --batch 8 --out runs/beyond
ok 'floats that a sigmoid cannot reach are warned of' has err 'beyond cannot be learnt'
run hourglass train floats.npy --model linear.hg --epochs 9 --batch 8 --normalize standard --out runs/linear
ok 'but not with a linear end' lacks err 'beyond cannot be learnt'
run hourglass eval runs/linear --json --no-pca
ok 'they are measured in [0,1], by the range of the run' json '0 < d["mse"] < 0.12 and 0 < d["bce_floor"] < 0.7'
hourglass reconstruct runs/linear floats.npy -o rebuilt.npy -q
run hourglass data info rebuilt.npy --json
ok 'and come back in their own numbers' json 'd["parts"][0]["least"] < -5 and d["parts"][0]["greatest"] > 40'

# ---- folders of pictures ----

cat >make_png.py <<'END'
# make_png.py FILE HxW SEED: a grey picture.
import struct, sys, zlib
path, size, seed = sys.argv[1:]
h, w = (int(d) for d in size.split("x"))
chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
rows = b"".join(b"\0" + bytes((int(seed) * 37 + 3 * x * y) % 256 for x in range(w)) for y in range(h))
open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 0, 0, 0, 0))
                       + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END
mkdir -p zoo/cat zoo/dog
for i in 1 2 3 4 5 6 7 8; do
    python3 make_png.py zoo/cat/$i.png 12x16 $i
    python3 make_png.py zoo/dog/$i.png 16x12 2$i
done
run hourglass data info zoo --resize 8x8
ok 'data info names the classes' has out 'classes  2: cat 8, dog 8'
ok 'and says that pictures are stretched' has err '--fit crop or --fit pad keeps theirs'
run hourglass data info zoo --resize 8x8 --fit crop --json
ok 'data info --json names them, too' json 'd["parts"][0]["class_names"] == ["cat", "dog"]'
ok 'and --fit stretches nothing' lacks err stretched
run hourglass train zoo --model small.hg --epochs 1 --batch 4 --val 0.25 --resize 8x8 --fit pad --out runs/zoo -q
run hourglass eval runs/zoo --json --no-pca
ok 'eval --json names classes and the worst pictures' json '[c["name"] for c in d["per_class"]] == ["cat", "dog"] and
    d["worst"][0]["file"].split("/")[0] in ("cat", "dog")'
ok 'so does the report' sh -c "grep -q '<th scope=\"row\">dog</th>' runs/zoo/report.html"
run hourglass eval runs/zoo --no-pca
ok 'and the table' grep -q '^  cat  *1 ' out
run hourglass reconstruct runs/zoo zoo -o rebuilt
ok 'reconstruct brings a folder to the run'\''s size and keeps the names' \
    [ "$(ls rebuilt | head -1)/$(ls rebuilt | wc -l)" = cat-1.png/16 ]
run hourglass encode runs/zoo zoo/cat/3.png -o one.npy
run hourglass encode runs/zoo zoo -o all.npy
ok 'a picture alone and in its folder have one code' same_numbers one.npy 0 all.npy 24 12
run hourglass encode runs/zoo mnist-sample --limit 2 -o digits.npy
ok 'other data are brought to the size of the run as well' [ "$status" = 0 ]
run hourglass reconstruct runs/zoo zoo/cat/1.png zoo/dog/1.png -o twins
ok 'pictures of one name get a number' [ "$(echo twins/*)" = 'twins/1-2.png twins/1.png' ]
echo nonsense >zoo/dog/4.png
run hourglass data info zoo --resize 8x8
ok 'a damaged picture is named, with the way on' sh -c "[ $status = 3 ] && grep -q 'zoo/dog/4.png: .*--skip-damaged' err"
run hourglass data info zoo --resize 8x8 --skip-damaged
ok 'which goes on without it, and says so' sh -c "grep -q 'cat 8, dog 7' out && grep -q 'left out: zoo/dog/4.png' err"

# ---- a test part of one's own ----

make_npy many.npy '<i4' 100x8x8 '(37 * i + 11 * k) % 256'
run hourglass train many.npy --model small.hg --epochs 1 --batch 8 --out runs/three
ok 'training sets a test part aside, and says so' has err '10 of 100 samples are set aside for eval'
run hourglass eval runs/three --json
ok 'which eval measures' json 'd["split"] == "test" and d["n"] == 10 and d["pca"]["k"] == 12'
ok 'beside PCA of the training samples only' has err 'PCA learns from the 80 training samples only'
python3 -c 'import json; d = json.load(open("runs/three/eval.json")); print(*sorted(w["index"] for w in d["worst"]))' >seen
run hourglass eval runs/three --split validation --json --no-pca
python3 -c 'import json; d = json.load(open("out")); print(*sorted(w["index"] for w in d["worst"]))' >>seen
run hourglass eval runs/three --split train --json --no-pca --worst 1000
python3 -c 'import json; d = json.load(open("out")); print(*sorted(w["index"] for w in d["worst"]))' >>seen
ok 'the three parts are all samples, each once' python3 -c '
parts = [list(map(int, line.split())) for line in open("seen")]
assert [len(p) for p in parts] == [10, 10, 80] and sorted(sum(parts, [])) == list(range(100))'
run hourglass train many.npy --model small.hg --epochs 1 --batch 8 --test 0 --out runs/two
ok '--test 0 keeps them' lacks err 'set aside'
run hourglass eval runs/two --json
ok 'and the validation is measured, as the nearest to unseen' json 'd["split"] == "validation" and d["n"] == 10'
ok 'with a word about PCA' has err 'its figures flatter it'
run hourglass eval runs/two --split test
ok 'a test part that there is not is refused' [ "$status" = 2 ]
run hourglass train mnist-sample --model small.hg --test 0.2 --out runs/no
ok 'data with a test part of their own give none up' [ "$status" = 2 -a ! -e runs/no ]
hourglass train many.npy --model small.hg --epochs 2 --batch 8 --out runs/all -q >/dev/null
hourglass train --resume runs/three --epochs 2 -q >/dev/null
ok 'a resumed run keeps its parts' cmp -s runs/three/model.safetensors runs/all/model.safetensors
