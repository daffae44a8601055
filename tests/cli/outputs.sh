# outputs.sh: what the commands over a model read and write: standard input, endings, names, numbers that are none.
. "$(dirname "$0")/../tap.sh"
export HOURGLASS_DATA=$PWD/cache

json() { python3 -c 'import json, sys; d = json.load(open("out")); assert eval("(" + sys.argv[1] + ")"), sys.argv[1]' "$1"; }
hourglass train mnist-sample --model deep --code 4 --epochs 1 --limit 200 --out runs/a -q >/dev/null
R=runs/a
hourglass encode $R mnist-sample --limit 3 -o codes.npy -q
hourglass decode $R codes.npy -o decoded.npy -q
hourglass decode $R codes.npy -o digits -q

# ---- standard input ----

run sh -c "hourglass decode $R - -o piped.npy <codes.npy && cmp piped.npy decoded.npy"
ok 'decode takes codes from standard input' [ "$status" = 0 ]
run sh -c 'hourglass data info - --json <decoded.npy'
ok 'data info tells a format from the bytes of standard input' json 'd["parts"][0]["shape"] == [28, 28, 1]'
ok 'and calls it so' json 'd["parts"][0]["name"] == "standard input"'
run sh -c 'echo nonsense | hourglass data info -'
ok 'what is no format exits with 3, by the same name' sh -c "[ $status = 3 ] && grep -q '^hourglass: standard input: starts with' err"
run sh -c "hourglass reconstruct $R - -o a.png <digits/000001.png && hourglass reconstruct $R digits/000001.png -o - | cmp - a.png"
ok 'a picture comes from standard input, too' [ "$status" = 0 ]

# ---- endings ----

run hourglass encode $R mnist-sample --limit 3 -o codes.csv
ok 'encode writes a table' [ "$(head -1 codes.csv)/$(wc -l <codes.csv)" = 'z0,z1,z2,z3/4' ]
run python3 -c '
import struct
codes = [v for v, in struct.iter_unpack("<f", open("codes.npy", "rb").read()[128:])]
table = [float(v) for line in list(open("codes.csv"))[1:] for v in line.split(",")]
assert all(struct.pack("<f", t) == struct.pack("<f", c) for t, c in zip(table, codes)) and len(table) == len(codes)'
ok 'whose numbers are those of the array' [ "$status" = 0 ]
run hourglass decode $R codes.csv -o never
ok 'decode does not take it' [ "$status" = 3 -a ! -e never ]
ok 'and says what it takes' has err 'codes.csv: codes are read from arrays; write them anew with encode … -o codes.npy'
run hourglass encode $R mnist-sample -o codes.txt
ok 'another ending exits with 2' [ "$status" = 2 ]
ok 'and the endings that can be are named' has err '.npy or .csv'
run hourglass reconstruct $R digits/000001.png -o three.jpg
ok 'a JPEG cannot be written: exit 2' [ "$status" = 2 -a ! -e three.jpg ]
ok 'and what can is named' has err 'a picture or sheet (.png), an array (.npy), or a folder'
run hourglass decode $R codes.npy -o sheet.jpeg
ok 'nor a sheet' [ "$status" = 2 ]
run hourglass reconstruct $R digits/000001.png -o ONE.PNG
ok '.PNG is .png' sh -c 'head -c 4 ONE.PNG | grep -q PNG'
run hourglass data show mnist-sample -o show.jpg
ok 'data show draws no JPEG either' [ "$status" = 2 -a ! -e show.jpg ]

# ---- codes that are no numbers ----

python3 -c '
import struct
f = bytearray(open("codes.npy", "rb").read())
f[128 + 4 * 6:128 + 4 * 7] = struct.pack("<f", float("nan"))
open("nan.npy", "wb").write(f)'
run hourglass decode $R nan.npy -o nan.png
ok 'a code that is no number exits with 3' [ "$status" = 3 -a ! -e nan.png ]
ok 'and its place is named' has err 'nan.npy: row 1, column 2 (counted from 0) holds nan'
