# data.sh: the data commands, on the digits that are built in, without a network.
. "$(dirname "$0")/../tap.sh"
export HOURGLASS_DATA=$PWD/cache

run hourglass data list
ok 'data list names the built-in data sets' sh -c "grep -q ^mnist out && grep -q ^fashion-mnist out && grep -q ^mnist-sample out"
run hourglass data list --json
ok 'data list --json is JSON' python3 -c 'import json; assert len(json.load(open("out"))["datasets"]) >= 3'
run hourglass data fetch mnist-sample --offline
ok 'the sample needs no network' [ "$status" = 0 ]
run hourglass data fetch mnist --offline
ok 'mnist is not in an empty cache' [ "$status" = 1 ]
ok 'and the message ends with the folder to fill' grep -q 'into .*/mnist$' err
run hourglass data fetch nosuch
ok 'a data set of no such name is refused' [ "$status" != 0 ]

run hourglass data info mnist-sample
ok 'data info shows both parts' sh -c "grep -q 'train: 1,000 samples of 28 x 28 x 1' out && grep -q 'test: 200 samples' out"
run hourglass data info mnist-sample --part test --json
ok 'data info --json has the figures' python3 -c '
import json
p, = json.load(open("out"))["parts"]
assert p["n"] == 200 and p["shape"] == [28, 28, 1] and p["classes"] == [20] * 10 and 0.12 < p["mean"] < 0.14'
run hourglass data info mnist-sample --resize 14x20x3 --limit 7 --part train --json
ok 'data info obeys --resize and --limit' python3 -c '
import json
p, = json.load(open("out"))["parts"]
assert p["n"] == 7 and p["shape"] == [14, 20, 3]'
run hourglass data info mnist-sample --part train --normalize standard --json
ok '--normalize standard gives mean 0 and deviation 1' python3 -c '
import json
p, = json.load(open("out"))["parts"]
assert abs(p["mean"]) < 1e-4 and abs(p["deviation"] - 1) < 1e-4'

run hourglass data show mnist-sample -o sheet.png -n 30
ok 'data show writes a PNG' sh -c "head -c 4 sheet.png | grep -q PNG"
run hourglass data show mnist-sample -o sheet.png
ok 'data show does not overwrite' [ "$status" = 1 ]
run hourglass data show mnist-sample -o sheet.png --force --augment rotate=15,noise=gaussian:0.2
ok 'unless --force says so' [ "$status" = 0 ]
run hourglass data show mnist-sample -n 4 --columns 4
ok 'data show draws in the terminal without colour when there is none' sh -c "[ -s out ] && ! grep -q '$(printf '\033')' out"
run hourglass data show mnist-sample --json
ok 'data show --json needs a file' [ "$status" = 2 ]
run hourglass data show mnist-sample -o no/such/folder/sheet.png
ok 'a folder that is not there exits with 1' [ "$status" = 1 ]
ok 'and is named' has err no/such/folder

# A name in Latin-1: "é.idx", 2 samples of 2 x 2.
name=$(printf '\351.idx')
printf '\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2abcdefgh' >"$name"
run hourglass data info "$name" --json
ok 'a name that is no UTF-8 is told with a ?' has out '"name": "?.idx"'
