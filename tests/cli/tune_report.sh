#!/usr/bin/env bash
# tune report: the table, the document and the page of a study of eight trials.
. "$(dirname "$0")/../tap.sh"

cat >t.hg <<'END'
input  28x28x1 -> x
dense  {width: 4..32} {relu,tanh}
dense  {2..8} -> z
mirror sigmoid -> y
loss   mse y x
END
run hourglass tune mnist-sample --limit 200 --model t.hg --search 'lr={1e-4..1e-1}' --epochs 3 --trials 8 \
    --objective val_mse,parameters --study s.db -q
ok 'a study of eight trials is made' [ "$status" = 0 ]

run hourglass tune report s.db
ok 'its report counts the trials' has out '8 trials: '
ok 'and names the best, with the call that trains it' has out 'hourglass train mnist-sample --model s.runs/trial-000'
ok 'and a choice by its word' grep -q 'dense 2=\(relu\|tanh\)' out
ok 'and what no trial beats' has out 'Pareto front: '
ok 'and says that importances need more trials' has out 'importances: too few trials, '
run hourglass tune report s.db --top 2
ok 'the table has as many trials as were asked for' [ "$(sed '/^Pareto/,$d' out | grep -c ' width=')" = 2 ]
ok 'and says how many it leaves out' grep -q '^ *and 6 more; --top N lists the N best$' out
run hourglass tune report s.db --top 8
ok 'which is none when it has all' lacks out ' more; '

run hourglass tune report s.db -o s.html
ok 'with -o it writes the page' grep -q '<h1>Tuning t.hg on mnist-sample</h1>' s.html
ok 'which has no script and no address' lacks s.html '<script'
ok 'and says where on standard error' has err 's.html'
cp s.html before
run hourglass tune report s.db -o s.html
ok 'it does not overwrite the page' [ "$status" = 1 ]
ok 'but names --force' has err '--force'
ok 'and leaves the page as it was' cmp s.html before
run hourglass tune report s.db -o s.html --force
ok 'which overwrites it' [ "$status" = 0 ]
run hourglass tune report s.db -o -
ok 'a page to standard output is nothing but the page' [ "$(head -c 15 out)$(tail -c 8 out)" = '<!DOCTYPE html></html>' ]

run hourglass tune report s.db --json --top 100
ok 'the document has every trial and the best one' python3 -c '
import json
d = json.load(open("out"))
assert d["trials"]["all"] == len(d["top"]) == 8 and d["best"]["number"] == d["top"][0]["number"]
assert [o["name"] for o in d["objectives"]] == ["val_mse", "parameters"]
assert set(d["best"]["point"]) == {"width", "dense 2", "dense 3", "lr"} and d["best"]["command"]
assert d["front"][0]["number"] == d["best"]["number"] and not d["importances"]["enough"]'
run hourglass tune report s.db --json -o -
ok 'a document and a page do not share standard output' [ "$status" = 2 ]

run hourglass tune report nothing.db
ok 'a study that is not there is an error that names it' has err 'nothing.db'
ok 'and it is not made' [ ! -e nothing.db ]
echo 'no database' >wrong.db
run hourglass tune report wrong.db -o wrong.html
ok 'a file that is no study is bad data' [ "$status" = 3 ]
ok 'and gives no page' [ ! -e wrong.html ]
mkdir 'put away' && cp s.db 'put away/100% s.db'
chmod a-w 'put away/100% s.db' 'put away'
if [ -w 'put away' ]; then
    skip 'a study that may not be written to is reported' 'This user may write everywhere.'
    skip 'but not gone on with' 'This user may write everywhere.'
else
    run hourglass tune report 'put away/100% s.db'
    ok 'a study that may not be written to is reported' [ "$status" = 0 ]
    run hourglass tune --study 'put away/100% s.db' --trials 9
    ok 'but not gone on with' has err 'is read-only; a study is written to'
fi
chmod u+w 'put away'
