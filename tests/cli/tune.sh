# tune.sh: a study finds a better model, goes on after any end, and is shared by processes and with Optuna.
. "$(dirname "$0")/../tap.sh"

cat >small.hg <<'END'
input 28x28x1 -> x
dense {z: 8..32} -> z
mirror sigmoid -> y
loss mse y x
END
sample=(mnist-sample --model small.hg --limit 300 --search 'lr={1e-3..1e-2} batch={64,128}')
number() { sed -n "s/.*\"$1\": \([0-9.e-]*\).*/\1/p" out | head -1; } # NAME: its first number in the result

# ---- a study, from the beginning to the test ----

run hourglass tune "${sample[@]}" --epochs 4 --trials 5 --study a.db --retrain
ok 'a study ends well' [ "$status" = 0 ]
ok 'with a line a trial' [ "$(grep -c '^trial [0-4]  z=[0-9]* lr=0[.0-9]* batch=[0-9]*  ' err)" -ge 5 ]
ok 'it tells what became of them' has out 'a.db: 5 trials: '
ok 'and the best one' grep -q '^best: trial [0-4], val_mse 0\.[0-9]*$' out
ok 'with the call that trains it anew' grep -q '^  hourglass train mnist-sample --model a.runs/trial-000[0-4].hg --val 0 ' out
ok '--retrain reads the test part, once' [ "$(grep -c ' on mnist-sample, test: ' out)" = 1 ]
ok 'and leaves the run' [ -s a.best/model.safetensors ]
run hourglass tune --study a.db --json -q
ok 'the study alone is enough to go on, and tells the same' [ "$(number trials) $(number complete)" = "5 $(number complete)" ]
ok 'without another training' [ ! -s err ]
call=$(run hourglass tune --study a.db && grep '^  hourglass train ' out)
cp a.db bare.db
run hourglass tune --study bare.db --retrain --json -q
ok 'a study whose run folders are gone trains its best anew' [ "$status" = 0 -a -s bare.best/model.safetensors ]
run hourglass tune --study bare.db
ok 'with the same call' [ "$(grep '^  hourglass train ' out)" = "${call//a./bare.}" ]
: >cut.db
run hourglass tune "${sample[@]}" --epochs 1 --trials 1 --study cut.db --json -q
ok 'a study whose beginning was cut short is begun again' [ "$status $(number complete)" = '0 1' ]
mkdir old.runs && cp -R a.best old.runs/trial-0000
run hourglass tune "${sample[@]}" --epochs 4 --trials 1 --study old.db --json -q --objective val_loss
ok 'a new study does not go on with runs that an older one of its name left' \
    [ "$(tail -1 old.runs/trial-0000/metrics.csv | cut -d, -f1)" = 4 -a "$(number complete)" = 1 ]
run hourglass tune "${sample[@]}" --epochs 4 --trials 7 --study a.db --json -q
ok 'more trials are added to it' [ "$(number trials)" = 7 ]
run hourglass tune report a.db
ok 'tune report reads it' [ "$status" = 0 ]

# ---- the same study, whoever makes it and however it ends ----

run hourglass tune "${sample[@]}" --epochs 4 --trials 4 --pruner none --study straight.db --json -q
straight=$(number value)
hourglass tune "${sample[@]}" --epochs 4 --trials 4 --pruner none --study killed.db -q >/dev/null 2>&1 &
program=$!
for _ in $(seq 500); do
    [ -s killed.runs/trial-0001/checkpoint ] && break
    sleep 0.02
done
kill -s KILL $program
wait $program 2>/dev/null || true
run hourglass tune --study killed.db --json -q
ok 'after kill -9 a study goes on' [ "$status $(number trials)" = '0 4' ]
ok 'to the same best value' [ "$(number value)" = "$straight" ]

set -m
hourglass tune "${sample[@]}" --epochs 100000 --patience 0 --trials 4 --pruner none --study long.db >out 2>err </dev/null &
program=$!
for _ in $(seq 500); do
    [ -s long.runs/trial-0000/metrics.csv ] && break
    sleep 0.02
done
kill -s INT $program
status=0
wait $program || status=$?
ok 'Ctrl-C exits with 130' [ "$status" = 130 ]
ok 'and prints the call that goes on' has err 'hourglass tune --study long.db'

# At a terminal Ctrl-C goes to all of a call's processes at once.
hourglass tune "${sample[@]}" --epochs 100000 --patience 0 --trials 4 --pruner none -j 2 --study crew.db >out 2>err \
    </dev/null &
program=$!
for _ in $(seq 500); do
    [ -s crew.runs/trial-0000/metrics.csv -a -s crew.runs/trial-0001/metrics.csv ] && break
    sleep 0.02
done
let_go() { # STUDY: how many trials were let go of, and not only left
    python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM trial_system_attributes WHERE value_json = ?",
                                           ["\"\""]).fetchone()[0])' "$1"
}
kill -s INT -- -$program
status=0
wait $program || status=$?
set +m
ok 'Ctrl-C at several workers exits with 130' [ "$status" = 130 ]
ok 'and both save and let go of what they were at' [ "$(let_go crew.db)" = 2 ]
run hourglass tune "${sample[@]}" --epochs 100000 --patience 0 --pruner none --budget 1s --study brief.db --json
ok 'a budget ends a study' [ "$status $(number running)" = '0 1' ]

# ---- several at once ----

hourglass tune "${sample[@]}" --epochs 2 --trials 12 --study both.db --json -q >other 2>other.err </dev/null &
program=$!
run hourglass tune "${sample[@]}" --epochs 2 --trials 12 --study both.db --json -q -j 2
status_here=$status status=0
wait $program || status=$?
ok 'two calls share a study' [ "$status_here $status" = '0 0' ]
ok 'which has the trials that were asked for' [ "$(number trials) $(number running) $(number failed)" = '12 0 0' ]

# ---- limits and objectives ----

small_enough() { grep -o '"parameters": [0-9.]*' out | awk '$2 > 30000 { bad = 1 } END { exit bad || !NR }'; }

run hourglass tune "${sample[@]}" --epochs 1 --trials 3 --sampler random --max-parameters 30000 --study few.db --json -q \
    --objective val_mse,parameters
ok 'no larger models are trained than allowed' [ "$status $(number trials)" = '0 3' ]
ok 'and the front tells how large they are' small_enough
run hourglass tune "${sample[@]}" --epochs 1 --trials 2 --max-mb 0.001 --study none.db -q
ok 'where none is small enough it says so' [ "$status" = 1 ]
ok 'and what to do' has err 'larger than allowed; allow more, or narrow the search'
run hourglass tune "${sample[@]}" --epochs 1 --trials 1 --repeats 3 --keep-runs --study seeds.db --json -q
ok 'a trial of several seeds has a deviation' [ -n "$(number sd)" ]
ok 'and a run for each' [ -d seeds.runs/trial-0000-seed3 ]
parts() { grep -ao '"split": *"[0-9a-f]*"' "seeds.runs/$1/checkpoint"; } # RUN
ok 'with its data parted alike' [ -n "$(parts trial-0000)" -a "$(parts trial-0000)" = "$(parts trial-0000-seed3)" ]
run hourglass tune "${sample[@]}" --epochs 1 --repeats 2 --seed 0 --study wrong.db -q
ok 'seed 0 would part the data anew for each' [ "$status" = 2 ]
ok 'and is refused for it' has err 'hourglass: --seed: with 0, --repeats would part the data anew'
run hourglass tune "${sample[@]}" --epochs 1 --test 0.2 --study wrong.db -q
ok 'data with a test part give up no other' has err 'hourglass: --test: mnist-sample has a test part of its own'
run hourglass tune "${sample[@]}" --epochs 1 --noise elastic --study wrong.db -q
ok 'an option that no trial can have is an error' [ "$status" != 0 ]

# ---- mistakes ----

printf 'input 28x28x1 -> x\nconv 3x3 {cow,horse} relu\ndense 8 -> z\nmirror -> y\nloss mse y x\n' >animals.hg
run hourglass tune mnist-sample --limit 100 --model animals.hg --epochs 1 --trials 2 --study animals.db -q
ok 'a study in which every trial failed is a failure' [ "$status" = 1 ]
ok 'and says why the last one did' has err 'every trial failed; the last one: trial 1:2: conv:'

refused() # STATUS TEXT ARGUMENT…
{
    local wanted=$1 text=$2
    shift 2
    run hourglass tune "$@"
    ok "tune $* is refused" [ "$status" = "$wanted" ]
    ok "with: $text" has err "$text"
}
echo 'a,b' >table.db
printf '# caf\351\n' | cat - small.hg >latin.hg
refused 3 'is no UTF-8 text' mnist-sample --model latin.hg --study new.db
refused 2 'name the data to train on'
refused 2 'name the template to fill' mnist-sample
refused 2 'nothing is to be searched' mnist-sample --model conv --study new.db
refused 1 'is not there; name the data' --study missing.db
refused 3 'is no SQLite database' --study table.db
refused 2 'a.db was begun with' "${sample[@]}" --study a.db --lr 0.5
refused 2 'a.db is a study of mnist-sample' mnist --study a.db
refused 2 'did you mean val_mse' "${sample[@]}" --study new.db --objective val_msee
refused 2 'cannot be the first' "${sample[@]}" --study new.db --objective bytes
refused 2 'is no time; write 90s' "${sample[@]}" --study new.db --budget soon
refused 2 'are more than the 4 of --epochs' "${sample[@]}" --study new.db --epochs 4 --min-epochs 9
refused 2 'judged on validation data' "${sample[@]}" --study new.db --val 0
ok 'what was refused left no study' [ ! -e new.db ]
no_room='(trap "" XFSZ; ulimit -f 0; exec hourglass "$@" 2>&1) | cat; exit ${PIPESTATUS[0]}'
run bash -c "$no_room" - tune "${sample[@]}" --study full.db
ok 'a disk without room is a failure' [ "$status" = 1 ]
ok 'that asks for room' has out 'has the disk room?'
ok 'and leaves no study' [ ! -e full.db ]

# ---- Optuna ----

python=/usr/bin/python3
optuna() { run $python "$SOURCE_DIR/tests/oracle/optuna_study.py" "$@"; }
optuna tables a.db
if [ "$status" = 77 ]; then
    skip 'Optuna reads a study and goes on with it' 'Debian'\''s python3-optuna is not here.'
else
    ok 'the tables are those that Optuna makes' [ "$status" = 0 -a ! -s out ]
    run hourglass tune --study a.db --json -q
    best=$(printf '%.6g' "$(number value)")
    optuna best a.db
    ok 'Optuna finds the same best value' grep -q "^$best " out
    optuna continue a.db 3
    ok 'Optuna goes on with it' [ "$status" = 0 ]
    best=$(cut -d' ' -f1 out)
    run hourglass tune --study a.db --json -q
    ok 'what Optuna tried is part of the study' [ "$(number trials)" = 10 ]
    ok 'and may be its best' [ "$(printf '%.6g' "$(number value)")" = "$best" ]
    run hourglass tune --study a.db --trials 12 --json -q
    ok 'which goes on from there' [ "$status $(number trials)" = '0 12' ]
fi
