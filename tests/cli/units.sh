# units.sh: eval, reconstruct and encode give the model the numbers it was trained on, whatever they are stored as.
. "$(dirname "$0")/../tap.sh"

# One data set of blobs, u in [0,1], as every kind of number that can be read.
python3 - <<'END2'
import math, random, struct
random.seed(3)
N, S = 200, 16
u = []
for i in range(N):
    cx, cy = random.uniform(3, 12), random.uniform(3, 12)
    u += [1 / (1 + ((k % S - cx) ** 2 + (k // S - cy) ** 2) / 6) for k in range(S * S)]
def save(name, descr, code, values):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d, %d), }" % (descr, N, S, S)
    head += " " * (-(10 + len(head) + 1) % 64) + "\n"
    body = struct.pack("<%d%s" % (len(values), code), *values)
    open(name + ".npy", "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode() + body)
save("uint8", "|u1", "B", [round(255 * v) for v in u])
save("int8", "|i1", "b", [round(255 * v) - 128 for v in u])
save("uint16", "<u2", "H", [round(65535 * v) for v in u])
save("int16", "<i2", "h", [round(65535 * v) - 32768 for v in u])
save("int16-small", "<i2", "h", [round(1000 * v) for v in u])
save("bool", "|b1", "?", [v > .4 for v in u])
save("float32", "<f4", "f", u)
save("float64", "<f8", "d", u)
save("float-255", "<f4", "f", [255 * v for v in u])
save("float-signed", "<f4", "f", [4 * v - 2 for v in u])
END2
printf 'input 16x16x1 -> x\ndense 12 tanh -> z\ndense 16x16x1 sigmoid -> y\nloss mse y x\n' >flat.hg

# Nothing is clipped, as the net ends with a sigmoid. The last row's val_mse is eval's mse, but for the size of a unit:
# eval's is [0,1], the range of the run. The last epoch is the best, so the model file is the row's.
cat >same.py <<'END2'
import json, sys
run = sys.argv[1]
row = [json.loads(line) for line in open(run + "/metrics.jsonl")][-1]
pre = json.loads(json.load(open("head"))["__metadata__"]["preprocess"])
got = json.load(open("out"))
clipped = run in ("runs/float-255-unit", "runs/float-255-none") # below the least number, which is black
assert row["best"], "the last epoch is not the best"
wanted = row["val_mse"] / (pre["scale"] * (pre["high"] - pre["low"])) ** 2
assert got["mse"] < wanted if clipped else abs(got["mse"] - wanted) < 1e-4 * wanted, (got["mse"], wanted)
END2
header() { python3 -c 'import struct, sys; f = open(sys.argv[1], "rb"); sys.stdout.buffer.write(f.read(struct.unpack("<Q", f.read(8))[0]))' "$1" >head; }

# same_array FILE FILE TOLERANCE: float32 arrays, equal to a part of the greatest value.
same_array()
{
    python3 -c '
import struct, sys
a, b = ([v for v, in struct.iter_unpack("<f", open(f, "rb").read()[128:])] for f in sys.argv[1:3])
assert len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) < float(sys.argv[3]) * max(map(abs, a))' "$@"
}

for kind in uint8 int8 uint16 int16 int16-small bool float32 float64 float-255 float-signed; do
    for normalize in unit minmax standard none; do
        R=runs/$kind-$normalize
        hourglass train $kind.npy --model flat.hg --epochs 1 --batch 32 --normalize $normalize --lr 1e-9 --out $R -q >/dev/null 2>&1
        header $R/model.safetensors
        run hourglass eval $R --split validation --json --no-pca
        ok "eval has the MSE of training ($kind, --normalize $normalize)" python3 same.py $R
    done
    # the code of the model file alone is that of the run; what it is rebuilt to is in the data's own pixels
    R=runs/$kind-standard
    hourglass encode $R $kind.npy -o run.npy --force -q
    hourglass encode $R/model.safetensors $kind.npy -o file.npy --force -q
    ok "a lone model file encodes as its run does ($kind)" cmp -s run.npy file.npy
done
# A denoiser: what training measured on its validation samples, by the same draw of noise.
for normalize in unit standard; do
    R=runs/denoiser-$normalize
    hourglass train uint8.npy --model flat.hg --epochs 1 --noise gaussian:0.2,mask:0.1 --normalize $normalize --lr 1e-9 --out $R -q >/dev/null
    header $R/model.safetensors
    run hourglass eval $R --split validation --json --no-pca
    ok "eval of a denoiser has the MSE of its training (--normalize $normalize)" python3 same.py $R
done
R=runs/denoiser-unit
ok 'says what the noise is, and how bad the input' python3 -c '
import json, math
d = json.load(open("out"))
assert d["noise"] == "gaussian:0.2,mask:0.1"
assert d["input_mse"] > 0.0005 and abs(d["input_psnr"] + 10 * math.log10(d["input_mse"])) < 1e-9'
run hourglass eval $R --split validation
ok 'the table says it, too' sh -c "grep -q 'input is corrupted by gaussian:0.2,mask:0.1' out && grep -q 'PSNR of the corrupted input' out"
ok 'and the report' has $R/report.html 'corrupted by gaussian:0.2,mask:0.1'
run hourglass eval $R --split validation --json --no-pca --noise none
ok '--noise none gives it clean input' python3 -c '
import json
d = json.load(open("out"))
assert d["noise"] is None and d["input_mse"] is None'
run hourglass eval $R --split validation --no-pca --noise gausian:.3
ok 'a misspelt noise exits with 2' [ "$status" = 2 ]

R=runs/uint8-standard
hourglass encode $R uint8.npy -o a.npy -q
for kind in int8 uint16 float32 float-255; do
    run hourglass encode $R $kind.npy -o b.npy -q --force
    ok "the same pixels stored as $kind have the code of bytes" same_array a.npy b.npy 0.05
done

# Weights that are finite, but whose products are not.
sed s/sigmoid// flat.hg >linear.hg
hourglass train uint8.npy --model linear.hg --epochs 1 --out runs/linear -q >/dev/null
python3 - <<'END2'
import struct
b = bytearray(open("runs/linear/model.safetensors", "rb").read())
n = 8 + struct.unpack("<Q", b[:8])[0]
for at in range(n, len(b), 4): b[at:at + 4] = struct.pack("<f", 3e38)
open("huge.safetensors", "wb").write(b)
END2
run hourglass eval huge.safetensors --source uint8.npy
ok 'a model whose output is not finite is no good model: eval exits with 4' [ "$status" = 4 ]
ok 'and says which value of which sample' has err 'of y for sample 0'
run hourglass reconstruct huge.safetensors uint8.npy -o rebuilt
ok 'nor are black pictures made of it' [ "$status" = 4 -a ! -e rebuilt ]
