# bench.sh: hourglass bench names its rows and keeps its shape, as a table and as JSON. No time is asserted.
. "$(dirname "$0")/../tap.sh"

# The figures in out, one a line: bench|row|variant|unit|median > 0|share
figures()
{
    python3 -c '
import json
for r in json.load(open("out"))["rows"]:
    assert set(r) == {"bench", "row", "variant", "median", "spread", "unit", "share"}, r
    print(r["bench"], r["row"], r["variant"], r["unit"], r["median"] > 0, r["share"], sep="|")' >figures 2>>err
}

run hourglass bench kernels --rounds 1 --set generic --json -q
ok 'bench kernels exits with 0' [ "$status" = 0 ]
ok '-q says nothing' [ ! -s err ]
ok 'its JSON is one document of rows with seven fields' figures
ok 'the peak comes first' sh -c "head -1 figures | grep -q '^peak|multiply-adds, float32|1 thread|GFLOP/s|True|'"
ok 'a product is in GFLOP/s, with its set' grep -q '^kernels|conv 32->64 3x3/2|generic|GFLOP/s|True|[0-9]' figures
ok 'another row is in GB/s' grep -q '^rows|adam|generic|GB/s|True|None' figures
ok 'every row was measured' sh -c "! grep -q '|False|' figures"
ok '--set leaves out the other sets' sh -c "! grep '^kernels' figures | grep -qv '|generic|'"
ok 'the document says on what it was measured' python3 -c '
import json; d = json.load(open("out")); assert d["processor"] and d["kernels"] and d["threads"] >= 1 and d["rounds"] == 1'

run hourglass bench kernels --sweep 10 --rounds 1 --json -q
ok 'the sweep exits with 0' [ "$status" = 0 ] && figures
ok 'it has eleven deciles for each of three passes' [ "$(grep -c -e '|least|' -e '|decile [1-9]|' -e '|greatest|' figures)" = 33 ]
ok 'and the ten worst, with their geometry' [ "$(grep -c '^sweep|.* of [0-9]* x ' figures)" = 10 ]
cut -d'|' -f1 figures | sort -u >benches
ok 'and nothing else but the peak' [ "$(tr '\n' ' ' <benches)" = 'peak sweep ' ]

run hourglass bench kernels --layers --rounds 1 --json -q
ok 'the layers exit with 0' [ "$status" = 0 ] && figures
ok 'each has three passes' [ "$(grep -c '^layers|deconv 3x3 32 /2 of 16 x 7x7x64|.*|GFLOP/s|True|[0-9]' figures)" = 3 ]

printf 'input 6x6x2 -> x\nconv 3x3 4 /2 relu\ndense 5 -> z\nmirror sigmoid -> y\nloss mse y x\n' >own.hg
run hourglass bench kernels --layers --model own.hg --rounds 1 --json -q
ok "a model's layers exit with 0" [ "$status" = 0 ] && figures
for row in 'conv 3x3 4 /2 p1 of .* x 6x6x2' 'dense 5 of 128 x 1x1x36' 'dense 36 of 128 x 1x1x5' \
    'deconv 3x3 2 /2 p1 to 6x6 of .* x 3x3x4'; do
    ok "they have $row" [ "$(grep -c "^layers|$row|" figures)" = 3 ]
done
ok 'and no others' [ "$(grep -c '^layers|' figures)" = 12 ]
run hourglass bench kernels --layers --sweep 20 --model own.hg
ok 'random layers neither' has err 'has no random layers'
printf 'input 6x6x2 -> x\nmaxpool 2 -> z\nup 2 -> y\nloss mse y x\n' >bare.hg
run hourglass bench kernels --layers --model bare.hg
ok 'a model without products has nothing to measure' has err 'bare.hg: has no convolution and no dense layer to measure'
run hourglass bench kernels --layers --model none.hg
ok 'a model that is not there is named' has err 'none.hg: '

run hourglass bench kernels --layers --sweep 4 --seed 7 --rounds 1 --json -q
ok 'random layers exit with 0 too' [ "$status" = 0 ] && figures
cut -d'|' -f2 figures >seven
ok 'each by itself' [ "$(grep -c '^layers|.* of [0-9]* x .*|GFLOP/s|True|[0-9]' figures)" = 12 ]

run hourglass bench kernels --layers --sweep 4 --seed 8 --rounds 1 --json -q
figures
ok 'another seed gives other layers' sh -c "cut -d'|' -f2 figures | grep -vx 'multiply-adds, float32' | grep -qvxFf seven"

run hourglass bench train --model pool --rounds 1 --threads 2 --json -q
ok 'bench train exits with 0' [ "$status" = 0 ] && figures
ok 'it trains with one thread' grep -q '^train|pool|1 thread|images/s|True|[0-9]' figures
ok 'and with more' grep -q '^train|pool|2 threads|images/s|True|[0-9]' figures
ok 'and says what the second gains' grep -q '^train|pool|2 threads / 1|times as fast|True|' figures
run hourglass bench train --model pool --rounds 1 --threads 1 --json -q
ok 'with one thread there is nothing to compare' sh -c "! grep -q 'times as fast' out"

run hourglass bench infer --model pool --rounds 1
ok 'bench infer exits with 0' [ "$status" = 0 ]
ok 'without --json it is a table' sh -c "grep -q '^infer .*median .*spread  % of peak$' out && grep -q '^pool encode p50 *1 thread .* us' out"
ok 'it says on standard error what it does' has err 'Measuring infer ...'
for row in 'encode p99' 'decode p50' 'both of 1,000' 'open a plan' 'open another plan'; do
    ok "the table has $row" has out "pool $row"
done
ok 'a model by itself is not measured with others' lacks out 'conv '

run hourglass train mnist-sample --model pool --limit 200 --epochs 1 --out own -q
run hourglass bench infer --model own --rounds 1 --threads 1
ok 'the net of a run is measured too' has out 'own encode p50'
run hourglass bench train --model own/model.safetensors --rounds 1 --threads 1
ok 'and that of a model file' has out 'model.safetensors'
mkdir 'a
folder' && cp -r own 'a
folder/Überlänge, die zu lang ist' && mv own vae
run hourglass bench infer --model 'a
folder/Überlänge, die zu lang ist/' --rounds 1 --threads 1 --json -q
figures
ok 'a long path is cut between letters, and its rows can be told apart' grep -q '^infer|Überlänge, die zu…\? encode p50|' figures
ok 'all rows are there' [ "$(grep -c '^infer|' figures)" = 11 ]
run hourglass models show vae
ok 'a preset comes before a folder of its name' has out 'gaussian'

run hourglass bench infer --model pool --rounds 1 --threads 2 --precision bf16 --json -q
if [ "$status" = 0 ]; then
    figures
    ok 'a row says that it is in bf16' grep -q '^infer|pool encode p50|1 thread, bf16|us|True|' figures
    ok 'and so does one of many threads' grep -q '^infer|pool both of 1,000|2 threads, bf16|images/s|True|' figures
    run hourglass bench train --model pool --rounds 1 --threads 1 --precision bf16 --json -q
    figures
    ok 'training is measured in bf16 too' grep -q '^train|pool|1 thread, bf16|images/s|True|' figures
else
    ok 'where there is no bf16, that is said, with what is needed' has err 'AVX-512-BF16 is needed'
fi

run hourglass bench infer --model pool --rounds 1 --threads 1 --pin
ok 'with one thread --pin has no effect, and that is said' has err 'warning: --pin has no effect'

refused() # STATUS TEXT COMMAND…
{
    run hourglass "${@:3}"
    ok "hourglass ${*:3} exits with $1 and says: $2" sh -c "[ $status = $1 ] && grep -qF -e \"$2\" err && [ ! -s out ]"
}
refused 2 'kernals: is no bench; did you mean kernels?' bench kernals
refused 2 'zzz: is no bench; there are kernels, train, infer and literature' bench zzz
refused 2 'one word too many' bench train infer
refused 2 "did you mean 'avx2'?" bench kernels --set avx1 -q
refused 2 '--rounds: 0 is too small' bench --rounds 0
refused 1 'no-such' bench train --model no-such.hg -q
mkdir empty
printf 'input 8x8x1 -> x\nconv 3x3 2 relu\nconv 3x3 1 sigmoid -> y\nloss mse y x\n' >noz.hg
refused 4 'noz.hg: no line gives z' bench infer --model noz.hg -q
refused 2 '--seed: is for --sweep' bench kernels --seed 3
refused 1 'empty: holds no model.safetensors' bench infer --model empty -q
refused 2 'here run ref, generic' bench kernels --set zzz -q
refused 2 '--set: is for bench kernels' bench train --set generic -q
refused 2 "--layers: is for bench kernels, in place of its rows; write 'hourglass bench kernels'" bench --layers
refused 2 '--sweep: is for bench kernels, in place of its rows' bench --sweep 20
refused 2 '--sweep: 9 layers have no deciles: ask for 10 or more, or add --layers' bench kernels --sweep 9
refused 2 '--output: is for bench literature' bench -o page.html
refused 2 '--model: is for bench train, infer and kernels --layers' bench kernels --model conv
refused 2 '--precision: is for bench train and infer' bench kernels --precision bf16
refused 2 'nets do not train in int8; that is for bench infer' bench --precision int8
refused 2 'HOURGLASS_ISA chooses the kernels' bench kernels --layers --set generic
refused 2 'nosuch: is neither a preset nor a file' bench --model nosuch
ok 'and measures nothing before it is refused' lacks err Measuring

run python3 "$SOURCE_DIR/bench/compare.py" --check quick train
ok './dev bench knows its sections' [ "$status" = 0 ]
run python3 "$SOURCE_DIR/bench/compare.py" --check trian
ok './dev bench refuses a section that it does not know' has err 'trian is no section; there are kernels, sweep, layers,'
cat >history.csv <<'END'
date,commit,processor,row,median,spread,unit
2026-01-01 10:00,aaaa,CPU,train | conv 2 threads | hourglass,5000,0.010,images/s
2026-01-02 10:00,bbbb,CPU,train | conv 2 threads | hourglass,12345,0.020,images/s
2026-01-02 10:00,bbbb,CPU,train | conv 2 threads | Peer 1.0,4115,0.000,images/s
2026-01-02 10:00,bbbb,CPU,train | conv 2 threads | hourglass / Peer 1.0,3,0.100,times as fast
2026-01-01 10:00,aaaa,Other CPU,train | conv 2 threads | hourglass,777,0.010,images/s
2026-01-01 10:00,aaaa,CPU,sweep | decile 5 forwards | hourglass,45.4,0.000,% of peak
END
run python3 "$SOURCE_DIR/bench/draw.py" history.csv performance.md
ok 'doc/performance.md has of each section the newest run, with its ratios' grep -qxF '| conv 2 threads | 12,345 (2 %) | 4,115 | **3** (10 %) |' performance.md
ok 'also on another processor' sh -c "grep -q '^Other CPU, .*commit aaaa:$' performance.md && grep -qxF '| conv 2 threads | 777 (1 %) |' performance.md"
ok 'and nothing of an older one' lacks performance.md '5,000'
ok 'and random layers by pass' grep -qxF '| decile 5 | 45.4 % |  |  |' performance.md
ok 'and the commit of each' sh -c 'grep -q "^CPU, .*commit aaaa:$" performance.md && grep -q "^CPU, .*commit bbbb:$" performance.md'
