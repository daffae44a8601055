# codes.sh: a code that is trained to be cut: measured at every length, written short, read back; and who cannot be cut.
. "$(dirname "$0")/../tap.sh"
json() { python3 -c 'import json, sys; d = json.load(open("out")); assert eval("(" + sys.argv[1] + ")"), sys.argv[1]' "$1"; }
head='input 28x28x1 -> x\nconv 3x3 4 /2 relu\ndense 32 relu\n' tail='mirror sigmoid -> y\nloss mse y x\n'
printf "${head}dense 16\nnested -> z\n$tail" >cut.hg
printf "${head}dense 4 -> z\n$tail" >four.hg
hourglass train mnist-sample --model cut.hg --epochs 4 --lr 3e-3 --out runs/cut -q 2>err
hourglass train mnist-sample --model four.hg --epochs 1 --out runs/four -q 2>err

run hourglass eval runs/cut --codes --beside runs/four --json
ok 'eval --codes measures' [ "$status" = 0 ]
ok 'a dozen lengths up to the whole' json '[c["k"] for c in d["codes"]] == [1, 2, 3, 4, 6, 8, 12, 16]'
ok 'each with its figures' json 'all({"mse", "sse_per_image", "psnr", "ssim_gauss11", "ssim_uniform7", "pca", "beside"} == c.keys() - {"k"} for c in d["codes"])'
ok 'and PCA at its length' json '[c["pca"]["k"] for c in d["codes"]] == [c["k"] for c in d["codes"]]'
ok 'which falls as the length grows' json 'all(a["pca"]["mse"] > b["pca"]["mse"] for a, b in zip(d["codes"], d["codes"][1:]))'
ok 'the whole is what eval measures' json 'd["codes"][-1]["mse"] == d["mse"] and d["codes"][-1]["pca"] == d["pca"]'
ok 'a model of one length stands beside at its own' json '[c["k"] for c in d["codes"] if c["beside"]] == [4] and d["codes"][3]["beside"]["run"] == "runs/four"'
cp out all
ok 'eval.json has it' cmp -s all runs/cut/eval.json
ok 'and the report draws it' has runs/cut/report.html 'id="codes-title"'
run hourglass eval runs/cut --codes --beside runs/four
ok 'people get a table' has out 'trained for k'
run hourglass eval runs/cut --codes 3,9,3 --json --no-pca
ok 'a list of lengths is measured alone, each once' json '[(c["k"], c["pca"]) for c in d["codes"]] == [(3, None), (9, None)]'
mse() { python3 -c 'import json, sys; print(*[c["mse"] for c in json.load(open(sys.argv[1]))["codes"] if c["k"] == int(sys.argv[2])])' "$@"; }
run hourglass eval runs/cut --keep 4 --json
ok '--keep measures one length' json "d['code'] == 4 and d['pca']['k'] == 4 and d['mse'] == $(mse all 4)"
ok 'and leaves what the folder holds' [ "$(mse runs/cut/eval.json 9)" ]

run hourglass encode runs/cut mnist-sample -o whole.npy
run hourglass encode runs/cut mnist-sample --keep 5 -o short.npy
ok 'encode --keep writes the first values' python3 -c '
import struct
whole, short = (open(f, "rb").read() for f in ("whole.npy", "short.npy"))
assert b"(200, 5)" in short[:128]
assert all(short[128 + 20 * i:][:20] == whole[128 + 64 * i:][:20] for i in range(200))'
hourglass decode runs/cut short.npy -o decoded.npy 2>err
hourglass reconstruct runs/cut mnist-sample --keep 5 -o rebuilt.npy 2>err
ok 'decode takes them, and gives what reconstruct --keep does' cmp decoded.npy rebuilt.npy
hourglass reconstruct runs/cut mnist-sample -o uncut.npy 2>err
ok 'which is not what the whole code gives' sh -c '! cmp -s rebuilt.npy uncut.npy'
run hourglass encode runs/cut mnist-sample --keep 2 -o short.csv
ok 'a table has their names' sh -c '[ "$(head -1 short.csv)" = z0,z1 ]'

refused() { # STATUS TEXT COMMAND…
    local wanted=$1 text=$2
    shift 2
    run hourglass "$@"
    ok "$*: $text" [ "$status" = "$wanted" ]
    ok '… is said' has err "$text"
}
refused 2 'its code has no order' encode runs/four mnist-sample --keep 2 -o no.npy
refused 2 'its code has no order' eval runs/four --codes
hourglass encode runs/cut mnist-sample --keep 2 -o two.npy 2>err
refused 4 "holds codes of 2 values" decode runs/four two.npy -o no.npy
refused 2 'its code has 16 values; 17 of them cannot be kept' eval runs/cut --keep 17
refused 2 'from 1 to 16' eval runs/cut --codes 0,4
refused 2 'from 1 to 16' eval runs/cut --codes=4,
refused 2 'name one of them' eval runs/cut --codes --keep 4
refused 2 'stands with --codes' eval runs/cut --beside runs/four
refused 2 'is too much' eval runs/cut runs/four
refused 2 'one of them can stand beside' eval runs/cut --codes --beside runs/four runs/four/model.safetensors
