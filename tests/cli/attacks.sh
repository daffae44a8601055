# attacks.sh: input that was made to break the program is refused in words, and whoever is stopped cleans up.
. "$(dirname "$0")/../tap.sh"
export XDG_CACHE_HOME=$PWD/cache

# quick ARGUMENT…: a training in a moment
quick() { hourglass train mnist-sample --limit 200 --epochs 1 --sample-every 0 -q "$@"; }

# ---- graphs ----

printf 'input 28x28x1\ndense 8 -> z\ndense 300x300x3 -> y\nloss l1 z\n' >large.hg
run quick --model large.hg --out large
ok 'a graph whose y is larger than x is not trained' [ "$status" = 4 -a ! -e large ]
ok 'and is told both shapes' has err 'large.hg: y is 300x300x3, but the input is 28x28x1'
run hourglass models plan large.hg
ok 'nor planned' [ "$status" = 4 ]

# ---- samples ----

# npy FILE SHAPE VALUES: an array of float32; VALUES, a list in Python, is repeated
npy()
{
    python3 -c '
import math, struct, sys
shape, values = eval(sys.argv[2]), eval(sys.argv[3])
header = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
body = struct.pack("<%df" % len(values), *values) * (math.prod(shape) // len(values))
open(sys.argv[1], "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body)' "$@"
}

npy wide.npy '(60, 1, 30000)' '[k / 100 for k in range(100)]'
npy long.npy '(60, 1, 70000)' '[k / 100 for k in range(100)]'
printf 'input 1x9x1\ndense 2 -> z\nmirror\nloss mse y x\n' >vector.hg
run hourglass train wide.npy --model vector.hg --epochs 1 --out wide
ok 'wide samples are trained on' [ "$status" = 0 ]
ok 'and drawn' [ -s wide/samples/epoch-0001.png ]
run hourglass train long.npy --model vector.hg --epochs 1 --out long
ok 'where no sheet can be drawn, training goes on' [ "$status" = 0 -a -s long/report.html ]
ok 'and says so' has err 'warning: no sheet of epoch 1: sheet: is larger than a picture may be'

# ---- --force ----

quick --model conv --out kept >out 2>err
cp -r kept whole
ln -s kept link
for out in link link/ kept/. kept/samples/..; do
    run quick --model conv --out $out --force
    ok "--force does not empty what it cannot put aside: $out" [ "$status" = 1 ]
    ok "and leaves all of $out as it was" diff -r kept whole
done
run sh -c 'cd kept && hourglass train mnist-sample --limit 200 --epochs 1 -q --model conv --out . --force'
ok '--out . is refused, not emptied' [ "$status" = 1 -a -s kept/model.safetensors ]
run quick --model large.hg --out kept --force
ok 'nor does a run go for a graph that cannot be trained' diff -r kept whole

mkfifo slow.hg # its reader waits, for it is open for writing
exec 9<>slow.hg
hourglass train mnist-sample --limit 200 --epochs 1 --model slow.hg --out kept --force >out 2>err 9>&- &
for _ in $(seq 1000); do
    if [ -e kept.old ]; then break; fi
    sleep 0.01
done
mkdir kept
echo nonsense >&9
exec 9>&-
status=0
wait $! || status=$?
ok 'an old run whose place is taken meanwhile stays aside' diff -r kept.old whole
ok 'and is named' has err 'warning: kept.old: holds the old run; it was not put back, for kept is there again'
rmdir kept && mv kept.old kept

for mine in notes.json checkpoint-best.tar metrics.ods samples/me.png; do
    touch kept/$mine
    run quick --model conv --out kept --force
    ok "nor does a file of ours that is called like one of a run's: $mine" [ "$status" = 1 -a -e kept/$mine ]
    rm kept/$mine
done

# ---- stops ----

# stopped SIGNAL SIGN COMMAND…: begins it, sends the signal once a file like SIGN is there; $status is its exit status.
stopped()
{
    local signal=$1 sign=$2
    shift 2
    "$@" >out 2>err </dev/null &
    for _ in $(seq 1000); do
        if compgen -G "$sign" >/dev/null; then break; fi
        sleep 0.01
    done
    kill -s "$signal" $!
    status=0
    wait $! || status=$?
}

set -m # a shell lets its background jobs ignore SIGINT
printf 'input 4x4x1\ndense 2 -> z\nmirror\nloss mse y x\n' >tiny.hg
npy many.npy '(40000, 4, 4, 1)' '[k / 100 for k in range(100)]'
run hourglass train many.npy --limit 100 --model tiny.hg --epochs 1 --out tiny -q
stopped TERM 'folder.part-*' hourglass reconstruct tiny many.npy -o folder
ok 'SIGTERM ends a command with 143' [ "$status" = 143 ]
ok 'and takes the unfinished folder away' [ -z "$(compgen -G 'folder*')" ]
stopped INT 'folder.part-*' hourglass reconstruct tiny many.npy -o folder
ok 'Ctrl-C ends it with 130' [ "$status" = 130 -a -z "$(compgen -G 'folder*')" ]

mkdir tools
printf '#!/bin/sh\necho $$ >"%s/curl.pid"\nmkdir -p a/b && touch a/b/c && exec sleep 60\n' "$PWD" >tools/curl
chmod +x tools/curl
PATH=$PWD/tools:$PATH HOURGLASS_DATA=$PWD/data stopped TERM 'data/mnist/.fetch-*/a/b/c' hourglass data fetch mnist
ok 'a fetch that is stopped ends with 143' [ "$status" = 143 ]
ok 'and leaves no scratch folder' [ -d data/mnist -a -z "$(ls -A data/mnist)" ]
ok 'nor the program that fetched' sh -c '! kill -0 "$(cat curl.pid)" 2>/dev/null'
rm curl.pid
PATH=$PWD/tools:$PATH HOURGLASS_DATA=$PWD/data stopped TERM 'data/mnist/.fetch-*/a/b/c' hourglass train mnist --model conv
ok 'training does not wait for its data when it is stopped' [ "$status" = 143 -a ! -e runs ]
ok 'and takes the fetch with it' [ -s curl.pid -a -z "$(ls -A data/mnist)" ]
set +m

# ---- readers that go away ----

run bash -c 'set -o pipefail; hourglass train mnist-sample --limit 200 --model conv --epochs 3 --out piped 2>&1 | head -1'
ok 'training goes on when nobody reads its messages any more' [ -s piped/report.html ]
run bash -c 'hourglass data show mnist-sample -n 1000 | true; exit ${PIPESTATUS[0]}'
ok 'a result that nobody takes is a failure' [ "$status" = 1 ]
ok 'and is said' has err 'standard output: cannot be written: Broken pipe'

# ---- by-products ----

run hourglass train mnist-sample --limit 200 --epochs 1 --model conv --out marred -q
echo '{' >marred/env.json
rm -r marred/samples
run hourglass eval marred --json
ok 'eval gives its figures beside a damaged env.json' grep -q '"psnr_mean": [0-9]' out
ok 'and exits with 0' [ "$status" = 0 ]
ok 'it says why there is no report' has err 'warning: marred/env.json:'
ok 'it makes samples/ anew' [ -s marred/samples/eval.png ]
mkdir marred/eval.json.old && mv marred/eval.json marred/eval.json.old && mkdir marred/eval.json
run hourglass eval marred
ok 'nor does a document that cannot be written keep the figures back' [ "$status" = 0 -a -s out ]
ok 'it is named' has err 'warning: marred/eval.json: is a folder'
ok 'PCA that saw more than the model did is said to' has err 'all 1000 training samples of mnist-sample; the model had'
run hourglass train --resume marred --epochs 2 --json
ok 'a finished training is not failed by a damaged env.json' [ "$status" = 0 ]
ok 'its result is printed' has out '"epochs": 2'
ok 'and the report is named that could not be written' has err 'warning: marred/env.json:'

# ---- what is not where it was ----

mkdir pictures
hourglass reconstruct tiny many.npy --limit 4 -o pictures -q --force
ln -s nowhere pictures/zz.png
run hourglass data info pictures
ok 'a link to a picture that is gone is an error' [ "$status" = 1 -a ! -s out ]
ok 'which tells what to do' has err 'pictures/zz.png: cannot be opened: No such file or directory; --skip-damaged leaves'
run hourglass data info pictures --skip-damaged
ok 'it can be left out' [ "$status" = 0 ]
ok 'and is named' has err 'left out: pictures/zz.png'
rm pictures/zz.png
mkdir loop
ln -s . loop/again
run hourglass data info loop
ok 'a folder that leads back into itself is refused' [ "$status" = 3 ]
ok 'with a next step' has err 'lies more than 16 folders deep; take away a link that leads back'

cp many.npy moved.npy
run hourglass train moved.npy --limit 100 --model tiny.hg --epochs 1 --out moving
mv moved.npy elsewhere.npy
run hourglass train --resume moving --epochs 2
ok 'a run whose data are gone does not go on' [ "$status" = 3 ]
ok 'and is told how it would' has err 'hourglass train SOURCE --resume moving takes them from elsewhere'
run hourglass train elsewhere.npy --resume moving --epochs 2
ok 'as it then does' [ "$status" = 0 ]
cp tiny/model.safetensors model.st
run hourglass models show model.st
ok 'a model is known by what is in it, whatever its name' grep -q '^input 4x4x1$' out

# ---- names ----

odd=$(printf 'odd\033]0;title\007\302\233name')
mkdir "$odd"
hourglass reconstruct tiny many.npy --limit 9 -o "$odd" -q
plain() { ! LC_ALL=C grep -q "$(printf '[\033\007]\\|\302\233')" "$@"; }
run hourglass data info "$odd"
ok 'a folder'\''s name brings no control character to the terminal' plain out
ok 'while the rest is printed' has out '9 samples of 4 x 4 x 1'
run hourglass train "$odd" --val 0 --model tiny.hg --epochs 1 --out "$odd-run"
ok 'nor do the messages and the result of training' plain out err
ok 'which went well' [ "$status" = 0 -a -s out ]

# ---- messages ----

run hourglass train "$odd" --model tiny.hg --epochs 1 --out "it's a run"
ok 'the next step after training is a command that a shell understands' has err "hourglass eval 'it'\''s a run' measures it"
cp tiny.hg "$(printf '\377.hg')"
run hourglass models show "$(printf '\377.hg')" --json
ok 'a name that is no UTF-8 is no want of memory' [ "$status" = 0 ]
HOURGLASS_RESUME=x run hourglass train mnist-sample --model conv
ok 'a run that the environment resumes is told from where' has err 'or start a new run without HOURGLASS_RESUME'

# ---- numbers ----

npy subnormal.npy '(2, 2)' '[1e-45, 1e-45, 0.0, 0.0]'
run hourglass data info subnormal.npy --normalize standard --json
ok 'values that no scale brings apart are refused' [ "$status" = 3 -a ! -s out ]
ok 'and named' has err 'subnormal.npy: its values lie too near each other'
run hourglass train subnormal.npy --normalize standard --val 0 --model vector.hg --epochs 1 --out subnormal
ok 'also by training' [ "$status" = 3 -a ! -e subnormal ]
run hourglass data info subnormal.npy --normalize none --json
ok 'as they are, they can be looked at' grep -q '"greatest": 1.4012984643248' out
npy far.npy '(4, 2)' '[3e38, -3e38]'
run hourglass data info far.npy --normalize none --json
ok 'the largest floats can be summed up' grep -q '"deviation": 3.0000000' out

# ---- config.json ----

# with KEY VALUE: RUN/config.json says so of the data
with()
{
    python3 -c '
import json, sys
c = json.load(open("tiny/config.json"))
c["data"][sys.argv[1]] = json.loads(sys.argv[2])
json.dump(c, open("changed/config.json", "w"))' "$@"
}
cp -r tiny changed
for bad in 'resize "big"' 'resize 28' 'part "tset"' 'part 1' 'limit -1' 'limit "many"' 'normalize "nuit"'; do
    with ${bad%% *} "${bad#* }"
    run hourglass eval changed
    ok "config.json with $bad is refused" [ "$status" = 3 ]
    ok "and it is named: $bad" has err "hourglass: changed/config.json: \"${bad%% *}\": "
done
rm changed/config.json
run hourglass encode changed many.npy --limit 5 -o codes.npy
ok 'without config.json the model file suffices to encode' [ "$status" = 0 -a -s codes.npy ]
ok 'which is said' has err 'changed has no config.json'
run hourglass eval changed
ok 'but not to find the data' has err 'changed: a run without config.json does not know its data; add --source'

# ---- a checkpoint of another run ----

quick --model conv --out one >out 2>err
quick --model vae --out two >out 2>err
cp one/checkpoint two/checkpoint
rm -f two/checkpoint.previous
cp -r two before
run hourglass train --resume two --epochs 2
ok 'a checkpoint of another model is not gone on with' [ "$status" = 4 ]
ok 'and is named' has err 'two/checkpoint: is of another run: its graph is not the one in config.json'
ok 'the run stays as it was' diff -r two before

# ---- large files ----

# limited COMMAND…: with 8 GB of addresses; AddressSanitizer needs more
limited() { (case $HOURGLASS in */sanitize/*) ;; *) ulimit -v 8000000 ;; esac && exec "$@"); }

run hourglass train --resume tiny --epochs 2 -q # so that there is a checkpoint before the last
truncate -s 60G tiny/checkpoint
run limited hourglass train --resume tiny --epochs 3
ok 'a checkpoint that no memory holds is passed over' [ "$status" = 0 ]
ok 'for the one before' has err 'going on from checkpoint.previous'
cp tiny/model.safetensors padded.safetensors
truncate -s 60G padded.safetensors
run limited hourglass models show padded.safetensors
ok 'a model file with gigabytes behind it is refused without reading them' [ "$status" = 4 ]
ok 'as what it is' has err 'bytes follow the last tensor'
ln -s /dev/zero zero.safetensors
run timeout 10 hourglass models show zero.safetensors
ok 'nor is a device read as a model' [ "$status" = 1 ]
ok 'it is named' has err 'zero.safetensors: is no regular file'

{ # 2 TB in training
    echo 'input 1000x1000x1 -> x'
    for i in $(seq 80); do echo 'conv 3x3 50 relu'; done
    printf '%s\n' 'conv 3x3 2 /50' 'dense 2 -> z' 'mirror sigmoid -> y' 'loss mse y x'
} >wide.hg
run limited hourglass bench train --model wide.hg
ok 'a net that is too large for the bench is told with what helps there' has err 'wide.hg: takes more memory than there is, at the batch of 128 that bench measures with; --threads 1 or'

# small COMMAND…: where no file may be larger than 40 kB
small() { (ulimit -f 40 && exec "$@"); }

run small hourglass encode tiny many.npy -o codes-many.csv
ok 'a file larger than `ulimit -f` allows is an error in words' [ "$status" = 1 ]
ok 'which is named' has err 'codes-many.csv: cannot be written: File too large'
ok 'and nothing of it stays' [ -z "$(compgen -G 'codes-many*')" ]
run small hourglass train mnist-sample --limit 100 --epochs 1 --model conv --out large-run
ok 'nor does a run whose checkpoint may not be written' [ "$status" = 1 -a ! -e large-run ]

# ---- names of runs ----

ln -s /dev/null null
run quick --model conv --out null
ok 'a device is no run folder' [ "$status" = 1 -a ! -e null-2 ]
run quick --model conv --out kept/..
ok 'nor is a place that has no name of its own' [ "$status" = 2 -a -z "$(compgen -G 'kept/..-*')" ]
