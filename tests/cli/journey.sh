# journey.sh: the whole way on the digits that are built in: train, eval, reconstruct, encode, decode, report, resume.
. "$(dirname "$0")/../tap.sh"
export XDG_CACHE_HOME=$PWD/cache

json() { python3 -c 'import json, sys; d = json.load(open("out")); assert eval("(" + sys.argv[1] + ")"), sys.argv[1]' "$1"; }
is_png() { head -c 4 "$1" | grep -q PNG; }

run hourglass train mnist-sample --model conv --epochs 2 --json
ok 'training exits with 0' [ "$status" = 0 ]
ok 'train --json holds what it promises' json \
    '{"epochs", "best_epoch", "train_loss", "val_loss", "images_per_second", "seconds", "weights_sha256"} <= set(d)'
ok 'the loss is a sensible number' json '0 < d["train_loss"] < 0.3 and 0 < d["val_loss"] < 0.3 and d["epochs"] == 2'
ok 'training says at its start what it trains on' has err 'training conv on mnist-sample: 900 samples, 100 for validation'
ok 'without a terminal there is one plain line an epoch' [ "$(grep -c '^epoch [12]/2 ' err)" = 2 ]
ok 'and never a carriage return' sh -c "! grep -q '$(printf '\r')' err"
R=runs/conv-mnist-sample
for file in config.json env.json metrics.jsonl metrics.csv model.safetensors checkpoint report.html; do
    ok "the run folder holds $file" [ -s $R/$file ]
done
ok 'and a sheet of samples' sh -c "ls $R/samples/epoch-*.png | grep -q ."
ok 'no temporary file is left' sh -c "! find runs | grep -q part"

printf 'input 20x20x1 -> x\ndense 4 -> z\nmirror sigmoid -> y\nloss mse y x\n' > small.hg
run hourglass train mnist-sample --model small.hg --epochs 1 --limit 100 --out runs/small
ok 'a graph that is given another input shape is told of' grep -q 'small.hg, 20x20x1, becomes 28x28x1' err

run hourglass train mnist-sample --model conv --epochs 1 --limit 200 --progress json -q
ok 'a second run of the same name is numbered' [ -s $R-2/model.safetensors ]
ok '--progress json writes an object an epoch' python3 -c '
import json
rows = [json.loads(line) for line in open("err")]
assert len(rows) == 1 and rows[0]["epoch"] == 1 and rows[0]["train_loss"] > 0'
run hourglass train mnist-sample --model conv --epochs 1 --limit 200 --out $R-2 --force -q
ok '--force puts a run in the place of the old one' [ "$status" = 0 -a ! -e $R-2-2 ]
sum=$(sha256sum <$R-2/checkpoint)
for mistake in '--augment rotat=5' '--noise gausian:.3' '--val .9 --limit 1' '--model sum.hg'; do
    printf 'input 28x28x1 -> x\ndense 4 -> z\ndense 5 -> y\nloss mse y x\n' >sum.hg
    run hourglass train mnist-sample --model conv --epochs 1 --out $R-2 --force -q $mistake
    ok "a new run that cannot begin leaves the old one ($mistake)" [ "$status" != 0 -a "$(sha256sum <$R-2/checkpoint)" = "$sum" ]
done
ok 'and nothing beside it' [ ! -e $R-2.old ]
touch $R-2/eval.json.part-999999 $R-2/samples/eval.png.part-999999
run hourglass train mnist-sample --model conv --epochs 1 --limit 200 --out $R-2/ --force -q
ok 'what a killed process left half written is no stranger'\''s file' [ "$status" = 0 -a ! -e $R-2/eval.json.part-999999 ]
ok 'the new run is whole and the old one gone' [ -s $R-2/checkpoint -a "$(sha256sum <$R-2/checkpoint)" != "$sum" -a ! -e $R-2.old ]
touch $R-2/thesis.tex
run hourglass train mnist-sample --model conv --epochs 1 --limit 200 --out $R-2 --force -q
ok 'but not when the folder holds anything else' [ "$status" = 1 -a -e $R-2/thesis.tex -a -e $R-2/model.safetensors ]

run hourglass eval $R --json
ok 'eval exits with 0' [ "$status" = 0 ]
ok 'eval --json holds what it promises' json '{"source", "split", "n", "model", "code", "parameters", "mse", "sse_per_image",
    "psnr", "psnr_mean", "ssim_gauss11", "ssim_uniform7", "bce", "bce_floor", "pca"} <= set(d)'
ok 'and so does its pca' json '{"k", "mse", "sse_per_image", "mse_clipped", "psnr", "ssim_gauss11", "ssim_uniform7"} <= set(d["pca"])'
ok 'it measured the 200 test digits' json 'd["source"] == "mnist-sample" and d["split"] == "test" and d["n"] == 200'
ok 'code and parameters are the model'\''s' json 'd["code"] == 32 == d["pca"]["k"] and d["parameters"] == 241441'
ok 'SSE is MSE times the pixels' json 'abs(d["sse_per_image"] - 784 * d["mse"]) < 1e-9 * d["sse_per_image"]'
ok 'ten classes of twenty add up' json 'len(d["per_class"]) == 10 and sum(c["n"] for c in d["per_class"]) == 200
    and abs(sum(c["mse"] for c in d["per_class"]) / 10 - d["mse"]) < 1e-6'
ok 'the worst come first' json 'len(d["worst"]) == 10 and all(a["mse"] >= b["mse"] for a, b in zip(d["worst"], d["worst"][1:]))'
ok 'eval.json is the same document' cmp -s out $R/eval.json
for name in eval eval-best eval-worst; do ok "samples/$name.png is drawn" is_png $R/samples/$name.png; done
run hourglass eval $R
ok 'the table stands beside PCA' has out 'PCA, k=32'
ok 'and has no colour where there is no terminal' sh -c "! grep -q '$(printf '\033')' out"
run hourglass eval $R --split validation --json
ok 'the validation part is the tenth that was set aside' json 'd["n"] == 100 and d["split"] == "validation"'
run hourglass eval $R --split train --json --no-pca
ok 'the training part is the rest, and --no-pca leaves PCA out' json 'd["n"] == 900 and d["pca"] is None'
run hourglass eval $R --split train --no-pca
ok 'without PCA there is no column for it' sh -c "! grep -q PCA out && ! grep -q ' *-$' out || grep -q 'SSIM.*-$' out"
make_idx() { printf "\0\0\10\3\0\0\0\\$1\0\0\0\34\0\0\0\34" && head -c $(($2 * 784)) /dev/zero | tr '\0' 7; }
make_idx 10 8 >eight.idx
hourglass train eight.idx --model conv --val 0.25 --epochs 1 --out runs/few -q >/dev/null 2>&1
run hourglass eval runs/few
ok 'where PCA wants more samples than there are, that is said' has err 'k = 32 components want as many samples'
run hourglass eval $R/model.safetensors
ok 'a model file does not know its data' [ "$status" = 2 ]
run hourglass eval $R/model.safetensors --source mnist-sample --json
ok 'and takes --source' json 'd["n"] == 200'

run hourglass encode $R mnist-sample -o codes.npy --json
ok 'encode exits with 0 and says how many' json 'd["n"] == 200 and d["output"] == "codes.npy"'
run python3 -c '
import struct
f = open("codes.npy", "rb").read()
print(f[10:10 + struct.unpack("<H", f[8:10])[0]].decode().strip())'
ok 'codes are [n, k] float32' sh -c "grep -q \"'descr': '<f4'\" out && grep -q '(200, 32)' out"
run hourglass encode $R mnist-sample -o codes.npy
ok 'encode does not overwrite' [ "$status" = 1 ]
run sh -c "hourglass encode $R mnist-sample -o - | cmp - codes.npy"
ok 'encode writes to standard output' [ "$status" = 0 ]
run hourglass decode $R codes.npy -o digits
ok 'decode writes a folder of PNG' [ "$(ls digits | wc -l)" = 200 ]
run hourglass decode $R codes.npy -o decoded.npy
run hourglass reconstruct $R mnist-sample -o rebuilt.npy
ok 'decoding codes is reconstructing' cmp -s decoded.npy rebuilt.npy
for precision in bf16 int8; do
    run hourglass reconstruct $R mnist-sample -o coarse.npy --force --precision $precision
    if [ "$status" = 2 ] && has err 'this processor has no'; then
        echo "# SKIPPED: this processor has no $precision"
    else
        run python3 -c '
import struct
a, b = ([v for v, in struct.iter_unpack("<f", open(f, "rb").read()[128:])] for f in ("rebuilt.npy", "coarse.npy"))
print(len(a), len(b), max(abs(p - q) for p, q in zip(a, b)))'
        ok "in $precision pixels differ, by less than 0.05" awk '{ exit !($1 == $2 && $3 > 0 && $3 < 0.05) }' out
        run sh -c "hourglass encode $R mnist-sample -o - --precision $precision |
            hourglass decode $R - -o recoded.npy --force --precision $precision"
        ok 'and decoding codes is reconstructing' cmp -s coarse.npy recoded.npy
    fi
done
run hourglass decode $R codes.npy -o sheet.png
ok 'decode writes a sheet' is_png sheet.png
run hourglass decode $R decoded.npy -o again.npy
ok 'what are no codes of this model exits with 4' [ "$status" = 4 ]
ok 'and both shapes are named' has err 'codes of 784 values in 4 dimensions'
ok 'and nothing is written' [ ! -e again.npy ]

run hourglass reconstruct $R digits/000003.png -o one.png
ok 'one picture makes one PNG' is_png one.png
run hourglass reconstruct $R digits/000003.png digits/000004.png -o two
ok 'two make a folder, with their names' [ "$(echo two/*)" = 'two/000003.png two/000004.png' ]
run hourglass reconstruct $R digits/000003.png digits/000004.png -o two
ok 'which is not overwritten' [ "$status" = 1 ]
run sh -c "hourglass reconstruct $R digits/000003.png -o - | cmp - one.png"
ok 'one picture may go to standard output' [ "$status" = 0 ]
run hourglass reconstruct $R one.png -o - --json
ok 'but not together with --json' [ "$status" = 2 ]
run hourglass reconstruct $R sheet.png -o no.png
ok 'a picture of another size exits with 4' [ "$status" = 4 ]
ok 'and the way to make it fit is named' has err '--resize 28x28x1 would make it fit'
ok 'and nothing is written' [ ! -e no.png ]
run hourglass reconstruct $R sheet.png -o yes.png --resize 28x28x1
ok 'which works' is_png yes.png
head -c 3000 $R/model.safetensors >torn.safetensors
run hourglass encode torn.safetensors mnist-sample -o x.npy
ok 'a torn model exits with 4' [ "$status" = 4 ]

# The first test digit as a PNG, so that both ways into a model can be compared.
python3 - "$SOURCE_DIR" <<'END'
import gzip, struct, sys, zlib
pixels = gzip.open(sys.argv[1] + "/data/mnist-sample/t10k-images-idx3-ubyte.gz").read()[16:16 + 784]
chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
rows = b"".join(b"\0" + pixels[28 * i:28 * i + 28] for i in range(28))
open("digit.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0))
                              + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END
same_numbers() # FILE FILE: float32 arrays, equal to 1e-5
{
    python3 -c '
import struct, sys
a, b = ([v for v, in struct.iter_unpack("<f", open(f, "rb").read()[128:])] for f in sys.argv[1:])
assert len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) < 1e-5' "$1" "$2"
}
for normalize in unit standard none; do
    hourglass train mnist-sample --model conv --epochs 1 --limit 300 --normalize $normalize --out runs/$normalize -q >/dev/null
    run hourglass encode runs/$normalize digit.png -o picture.npy --force
    run hourglass encode runs/$normalize mnist-sample --limit 1 -o first.npy --force
    ok "a picture and the same digit of the data have one code (--normalize $normalize)" same_numbers picture.npy first.npy
done
run hourglass eval runs/standard --json
ok 'a model of standardised data is measured in pixels' json '0.01 < d["mse"] < 0.2 and d["bce_floor"] < 0.1'

run hourglass report $R -o page.html
ok 'report writes a page' grep -qi '<!doctype html' page.html
run hourglass report $R -o page.html
ok 'and does not overwrite it' [ "$status" = 1 ]
run hourglass report $R -o page.html --force --json
ok 'unless --force says so' json 'd["output"] == "page.html"'

run hourglass models list --json
ok 'models list --json is JSON' json '{m["name"] for m in d["models"]} >= {"conv", "deep", "pool", "vae", "rateless"}'
run hourglass models show conv
cp out mine.hg
run hourglass models plan conv --input 128x128x1 --batch 1048576
ok 'a plan that no machine has memory for is told of' grep -q '^total  *[0-9]\{7\}\.[0-9]* MB' out
run hourglass models plan mine.hg --batch 32 --code 7 --input 31x29x3 --json
ok 'models plan --json is JSON' json 'd'
run hourglass models ops
ok 'models ops lists the lines of a graph' sh -c "grep -q '^conv KxK' out && grep -q ^batchnorm out && grep -q ^mirror out"
run hourglass models show $R
ok 'models show takes a run' [ "$status" = 0 ]
run hourglass train mnist-sample --model pool --val 0 --epochs 1 --batch 16 --out runs/sixteen
ok 'a thousand samples are counted with a comma' has err 'training pool on mnist-sample: 1,000 samples, 0 for validation'
run hourglass models plan runs/sixteen
ok 'models plan plans a run for its own batch' has out 'memory for a batch of 16 in training'
run hourglass models plan runs/sixteen --infer
ok 'but not for inference' has out 'memory for a batch of 128 in inference'
run hourglass doctor --json
ok 'doctor --json is JSON' json '"kernels used" in d and "advice" in d'
ok 'and holds numbers' json 'd["threads"] >= 1 and 0 < d["memory"]["free_bytes"] and d["memory"]["machine_bytes"] > 1e8 and d["this folder"]["free_bytes"] > 1e6 and d["mnist-sample"] is True'
ok 'and names all libraries with their versions' json 'set(d["libraries"]) == {"zlib", "libpng", "jansson", "libturbojpeg", "libmd"}
    and all(v[:1].isdigit() for v in d["libraries"].values())'

run hourglass train --resume $R --lr 1
ok 'a resumed run goes on as it began' [ "$status" = 2 ]
run hourglass train --resume $R --config sharp
ok 'a recipe does not change it either' [ "$status" = 2 ]
ok 'and the place is named' has err '--config: a run goes on as it began'
run hourglass train --resume $R --epochs 3 --threads 1 --json -q
ok 'but --epochs and --threads may change' json 'd["epochs"] == 3'
resumed=$(grep weights_sha256 out)
ok 'the report leaves out what was measured on earlier weights, and says so' sh -c "grep -q 'on earlier weights is left out' $R/report.html && ! grep -q 'Test MSE' $R/report.html"
run hourglass eval $R --json --no-pca
ok 'until they are measured' sh -c "grep -q 'Test MSE' $R/report.html && ! grep -q 'earlier weights' $R/report.html"
cp $R/model.safetensors model.kept
echo newer >$R/model.safetensors
run hourglass train --resume $R --epochs 2
ok 'a refused resume leaves the run as it was' [ "$(cat $R/model.safetensors)" = newer ]
mv model.kept $R/model.safetensors
ok 'fewer epochs than are done exit with 2' [ "$status" = 2 ]
ok 'and are called so' has err '--epochs: 2 are asked for, and 3 are done already'
run hourglass train mnist-sample --model conv --epochs 3 --json -q
ok '2 epochs and 1 more have the weights of 3' [ "$(grep weights_sha256 out)" = "$resumed" ]
HOURGLASS_ISA=generic run hourglass train --resume $R --epochs 4
ok 'that other kernels go on is told' has err 'goes on with generic'
ok 'and recorded' python3 -c "import json; assert json.load(open('$R/env.json'))['resumed_isa'] == ['generic']"
HOURGLASS_ISA=avx512bf16 run hourglass train --resume $R --epochs 5
ok 'but not kernels of another precision' [ "$status" = 2 ]
cp -r $R leaner
run hourglass train --resume $R --epochs 5 --json -q
resumed=$(grep weights_sha256 out)
run hourglass train --resume leaner --epochs 5 --max-memory 12 --recompute --json -q
ok 'a run goes on in less memory, to the same weights' [ "$(grep weights_sha256 out)" = "$resumed" ]
