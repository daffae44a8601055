#!/usr/bin/env bash
# other_processor.sh: the program built for another processor, under an emulator, does what the native one does. What
# is whole numbers and text is the same there; figures agree to rounding.
. "$(dirname "$0")/../tap.sh"
here=$SOURCE_DIR/build/hourglass

# agree TOLERANCE A B: two JSON documents have the same shape and texts, and numbers that differ by rounding alone.
agree()
{
    python3 - "$@" <<'END'
import json, math, sys
def agree(a, b):
    if isinstance(a, dict): return a.keys() == b.keys() and all(agree(a[k], b[k]) for k in a)
    if isinstance(a, list): return len(a) == len(b) and all(map(agree, a, b))
    if isinstance(a, float): return math.isclose(a, b, rel_tol=float(sys.argv[1]))
    return a == b
sys.exit(not agree(*(json.load(open(name)) for name in sys.argv[2:])))
END
}

run hourglass doctor
ok 'the best kernel set is neon' grep -q 'kernels used *neon' out

shapes() { sed '/^memory/,$d' "$1"; } # the memory is laid out for the caches here or there
"$here" models plan conv --threads 1 >mine
run hourglass models plan conv --threads 1
ok 'a plan has the same shapes' [ "$status" = 0 -a "$(shapes out)" = "$(shapes mine)" ]

small='train mnist-sample --model conv --epochs 1 --limit 100 -q --json'
"$here" $small --out run-here >mine
run hourglass $small --out run-1 --threads 1
cp out one
run hourglass $small --out run-2 --threads 2
ok 'it trains' [ "$status" = 0 ]
figure() { python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))[sys.argv[2]]))' "$@"; }
for file in mine one; do figure $file train_loss >$file-loss; done
ok 'and its loss is the same to rounding' agree 1e-5 mine-loss one-loss
ok 'and its weights are the same to the bit with one thread and two' \
    [ "$(figure one weights_sha256)" = "$(figure out weights_sha256)" ]

"$here" eval run-here/model.safetensors --source mnist-sample --no-pca --json >mine
run hourglass eval run-here/model.safetensors --source mnist-sample --no-pca --json
ok 'a model from here has the same figures there to rounding' agree 1e-5 mine out
run "$here" eval run-1/model.safetensors --source mnist-sample --no-pca --json
ok 'and a model from there is read here' [ "$status" = 0 ]
