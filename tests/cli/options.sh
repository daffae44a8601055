# options.sh: flags beat the environment, which beats the config file, which beats the defaults; and the ways to spell them.
. "$(dirname "$0")/../tap.sh"
export XDG_CONFIG_HOME=$PWD/config
mkdir -p config/hourglass

# How many samples a sheet has tells which value of --count won; --verbose and -q tell flags.
count() { run hourglass data show mnist-sample -o sheet.png --force "$@"; sed -n 's/.*: \([0-9]*\) samples.*/\1/p' err; }

ok 'the default holds' [ "$(count)" = 50 ]
echo '{"count": 11, "epochs": 3}' >config/hourglass/config.json
ok 'the user'\''s config file beats the default, and may hold options of other commands' [ "$(count)" = 11 ]
echo '{"count": 12}' >mine.json
ok '--config beats the user'\''s config file' [ "$(count --config mine.json)" = 12 ]
ok 'HOURGLASS_CONFIG names a file too' [ "$(HOURGLASS_CONFIG=mine.json count)" = 12 ]
ok 'the environment beats the config file' [ "$(HOURGLASS_COUNT=13 count --config mine.json)" = 13 ]
ok 'a flag beats the environment' [ "$(HOURGLASS_COUNT=13 count --config mine.json --count 14)" = 14 ]
ok 'the last flag wins' [ "$(count --count 14 --count 15)" = 15 ]
ok '--name=VALUE is the same' [ "$(count --count=16)" = 16 ]
ok '-n VALUE is the same' [ "$(count -n 17)" = 17 ]
ok '-nVALUE is the same' [ "$(count -n18)" = 18 ]
ok 'an empty variable counts as not set' [ "$(HOURGLASS_COUNT= count)" = 11 ]
rm config/hourglass/config.json

run env HOURGLASS_COUTN=3 hourglass data show mnist-sample -o sheet.png --force
ok 'a misspelt variable is warned of' has err 'HOURGLASS_COUTN names no option; did you mean HOURGLASS_COUNT?'
ok 'but no error' [ "$status" = 0 ]

run hourglass data show mnist-sample -o sheet.png --force -q
ok '-q says nothing' [ ! -s err ]
run hourglass data show mnist-sample -o sheet.png --force -qv
ok 'flags can be bundled' [ "$status" = 0 ]
run hourglass data show -o sheet.png --force -- mnist-sample
ok 'words may follow --' [ "$status" = 0 ]
run hourglass data show mnist-sample --no-force -o sheet.png
ok '--no-force is a flag turned off: nothing is overwritten' [ "$status" = 1 ]
ok 'and the file and the way out are named' has err 'sheet.png: exists; --force overwrites it'

hourglass train mnist-sample --model conv --epochs 1 --limit 100 --config mine.json --out runs/a -q >/dev/null
run python3 -c '
import json
c = json.load(open("runs/a/config.json"))
print(c["values"]["epochs"], c["sources"]["epochs"], c["sources"]["lr"], c["data"]["source"], c["data"]["limit"])'
ok 'the run folder keeps every value and where it came from' [ "$(cat out)" = '1 --epochs default mnist-sample 100' ]
run grep -o '"command": "[^"]*"' runs/a/env.json
ok 'and what was typed' has out 'hourglass train mnist-sample --model conv --epochs 1 --limit 100'
echo '{"lr": 0.002, "nesterov": true}' >mine.json
HOURGLASS_SEED=9 hourglass train mnist-sample --model conv --epochs 1 --limit 100 --config mine.json --out runs/b -q >/dev/null
run python3 -c '
import json
c = json.load(open("runs/b/config.json"))
print(c["values"]["lr"], c["values"]["nesterov"], c["sources"]["lr"], c["values"]["seed"], c["sources"]["seed"])'
ok 'a config file and a variable are named as sources' [ "$(cat out)" = '0.002 True mine.json 9 HOURGLASS_SEED' ]
hourglass train mnist-sample --model conv --epochs 1 --limit 100 --config fast --out runs/c -q >/dev/null
run python3 -c '
import json
c = json.load(open("runs/c/config.json"))
print(c["values"]["lr"], c["sources"]["lr"], c["values"]["schedule"], c["values"]["epochs"], c["sources"]["epochs"])'
ok 'a recipe is a config file that is built in' [ "$(cat out)" = '0.007 fast onecycle 1 --epochs' ]
run hourglass train mnist-sample --model conv --config fsat --out runs/d
ok 'and a name that is neither file nor recipe is an error' [ "$status" != 0 -a ! -e runs/d ]
