# mistakes.sh: every mistake has its exit status, one line that says what and where, and leaves nothing behind.
. "$(dirname "$0")/../tap.sh"
export HOURGLASS_DATA=$PWD/cache XDG_CONFIG_HOME=$PWD/config

# refused STATUS TEXT COMMAND…: two cases: the exit status, and the one line of error that holds TEXT.
refused()
{
    local expected=$1 text=$2
    shift 2
    run hourglass "$@"
    ok "hourglass $* exits with $expected" [ "$status" = "$expected" ]
    ok "hourglass $* says: $text" explains "$text"
}
explains() { has err "$1" && lines err 1 && [ ! -s out ] && grep -q '^hourglass: ' err; }

refused 2 'trian: is no command; did you mean train?' trian
refused 2 'recon: is no command; did you mean reconstruct?' recon
refused 2 'denoise: is no command' denoise
refused 2 'did you mean fetch?' data fech mnist
refused 2 'did you mean train?' help trane
refused 2 'needs a sub-command' models --json
refused 2 '--modle: train has no such option; did you mean --model?' train mnist-sample --modle conv
refused 2 '--opt: train has no such option; did you mean --optimizer?' train mnist-sample --model conv --opt adam
refused 2 '-z: train has no such option' train mnist-sample -z
refused 2 '--epochs: needs a value' train mnist-sample --model conv --epochs
refused 2 '--epochs: needs a value' train mnist-sample --model conv --epochs --json
refused 2 '--epochs: "many" is not a whole number' train mnist-sample --model conv --epochs many
refused 2 '--threads: -1 is too small; the least is 0' train mnist-sample --model conv --threads -1
refused 2 '--epochs: -3 is too small; the least is 1' train mnist-sample --model conv --epochs=-3
refused 2 '--epochs: "-3x" is not a whole number' train mnist-sample --model conv --epochs=-3x
refused 2 '--seed: -2 is too small; the least is 0' train mnist-sample --model conv --seed -2
refused 2 '--epochs: 0 is too small; the least is 1' train mnist-sample --model conv --epochs=0
refused 2 '--resume: has an empty value' train mnist-sample --model conv --resume ''
refused 2 '--out: has an empty value' train mnist-sample --model conv --out=
refused 2 '--output: has an empty value' report a -o ''
refused 2 'eval: one of its words is empty' eval ''
refused 2 '-n.npy: info has no such option; --help lists those it has' data info -n.npy
refused 2 '--lr: "nan" is not a number' train mnist-sample --model conv --lr nan
refused 2 '--precision: nets do not train in int8; add --infer' models plan conv --precision int8
refused 2 'are too little: a batch of 128 takes' train mnist-sample --model conv --max-memory 1
refused 2 'are too little: a batch of 128 takes' train mnist-sample --model conv --max-memory 1e-300
refused 2 'are too little: a batch of 128 takes' models plan conv --max-memory 1e-300
refused 2 'did you mean adam?' train mnist-sample --model conv --optimizer adma
refused 2 '--progress: "loud" is not one of' doctor --progress loud
refused 2 '--resize: "28" is no size' train mnist-sample --model conv --resize 28
refused 1 'is a folder; name the study' tune report .
refused 1 'is not there, or its folder is not' tune report none.db
refused 1 'its folder is not there; make it' bench literature --only hinton-deep -o nowhere/page.html
printf 'input 28x28x1 -> x\ndense {z: 4..8} -> z\nmirror sigmoid -> y\nloss mse y x\n' >holes.hg
printf 'input 28x28x1 -> x\ndense 4 -> z\nmirror sigmoid -> y\nloss mse y x\nsearch lr={1e-4..1e-2}\n' >search.hg
refused 2 'holes.hg: is a template: its holes are filled by a study; hourglass tune mnist-sample --model holes.hg begins' \
    train mnist-sample --model holes.hg
refused 2 'search.hg: is a template' train mnist-sample --model search.hg
rm holes.hg search.hg
refused 2 'name the data to train on' train
refused 2 'name the model to train' train mnist-sample
refused 2 "did you mean 'conv'?" train mnist-sample --model cnov
refused 2 'rotate' train mnist-sample --model conv --augment rotat=3
refused 2 '--warmup: 21 epochs of warm-up are more than the 20' train mnist-sample --model conv --warmup 21
refused 2 'hourglass: --augment: flip=x: h, v or hv is expected' train mnist-sample --model conv --augment flip=x
refused 2 '--augment: shift=40: is beyond pictures of 28 x 28; the most is 27' train mnist-sample --model conv --augment shift=40
refused 2 '--augment: occlude=99: is beyond pictures of 28 x 28; the most is 28' data show mnist-sample --augment occlude=99
refused 2 '--augment: ,: there is no augmentation on one of its sides' train mnist-sample --model conv --augment rotate=5,
refused 2 '--augment: share=0.5: nothing follows the share' train mnist-sample --model conv --augment share=0.5
refused 2 '--noise: gausian:0.3: there is no augmentation "gausian"; did you mean gaussian' \
    train mnist-sample --model conv --noise gausian:0.3
refused 2 '--noise: occlude=99: is beyond pictures of 28 x 28' train mnist-sample --model conv --noise occlude:99
refused 1 'mnist-sample: needs 4295.0 GB of memory, and ' train mnist-sample --model conv --resize 65536x65536
refused 2 'something is missing' eval
refused 2 'is one word too many' report a b
refused 3 'did you mean "mnist"?' train minst --model conv
refused 3 'is neither a built-in data set nor a path' train no/such.idx --model conv
refused 1 'no-such: there is no such run folder' eval no-such
refused 3 'no-such: ' train --resume no-such
refused 1 'no-such.json' doctor --config no-such.json
refused 1 'fasst: is neither a file nor a recipe; did you mean '\''fast'\''? the recipes are fast, sharp, smooth, rateless' train mnist-sample --model conv --config fasst
refused 1 'mnist' data info mnist --offline
ok 'nothing was left behind' [ -z "$(ls | grep -v -e '^out$' -e '^err$' -e '^cache$')" ]

mkdir begun && echo '{}' >begun/config.json
refused 2 "begun: is a folder, and a graph is a file; of a run, 'hourglass models show' prints it" train mnist-sample --model begun
refused 1 'begun: holds no model.safetensors: it is no run folder, or its first epoch is not done' eval begun
head -c 4000 /dev/urandom >noise.bin
refused 3 'noise.bin: ' train noise.bin --model conv
refused 4 'noise.bin: ' eval noise.bin --source mnist-sample
printf '\0\0\x08\x03\0\0\0\x09\0\0\0\x1c\0\0\0\x1c12345' >short.idx
refused 3 'short.idx' data info short.idx
ln -s loop loop && ln -s nowhere astray && mkfifo pipe
refused 1 'loop: cannot be opened: Too many levels of symbolic links' models plan loop
refused 1 'astray: cannot be opened: No such file' bench --model astray
refused 4 'pipe: is an empty file, or a pipe that nobody writes to' models plan pipe
rm loop astray pipe
printf 'input 28x28x1 -> x\ndense 10 -> z\ndanse 784 -> y\nloss mse y x\n' >bad.hg
refused 4 "did you mean 'dense'?" models show bad.hg
refused 4 'bad.hg:3' train mnist-sample --model bad.hg --out runs/bad
ok 'a model that cannot be read makes no run folder' [ ! -e runs/bad ]
printf 'input 28x28x1 -> x\ndense 90 relu\ndense 10\ndense 28x28x1 sigmoid -> y\nloss mse y x\n' >codeless.hg
refused 4 "codeless.hg: no line gives z, the code; write '-> z' behind line 3 (dense, 1x1x10" models plan codeless.hg
refused 4 "no line gives z, the code; write '-> z' behind line 3" train mnist-sample --model codeless.hg --out runs/bad
ok 'a model without a code makes no run folder' [ ! -e runs/bad ]

echo '{"epoch": 2}' >config.json
refused 2 'config.json: "epoch" is not the name of an option; did you mean "epochs"?' train mnist-sample --model conv --config config.json
for key in config help; do
    echo "{\"$key\": \"x\"}" >config.json
    refused 2 "config.json: \"$key\" belongs on the command line" doctor --config config.json
done
echo '{"epochs": [2]}' >config.json
refused 2 'is not the kind of value that --epochs takes' train mnist-sample --model conv --config config.json
echo '{"epochs": 2,}' >config.json
refused 3 'config.json:1' train mnist-sample --model conv --config config.json
echo '[1]' >config.json
refused 3 'is no JSON object' train mnist-sample --model conv --config config.json

mkfifo config.fifo
run timeout 5 hourglass doctor --config config.fifo
ok 'a FIFO that nobody writes to is empty and is not waited for' [ "$status" = 3 ]

export HOURGLASS_EPOCHS=x
refused 2 'HOURGLASS_EPOCHS: "x" is not a whole number' train mnist-sample --model conv
unset HOURGLASS_EPOCHS
HOURGLASS_ISA=mmx run hourglass models plan conv
ok 'an unknown kernel set exits with 2' [ "$status" = 2 ]
ok 'and is named' has err mmx
ok 'beside those that run here' grep -q 'here run ref, generic' err
HOURGLASS_ISA=generic run hourglass train mnist-sample --model conv --precision bf16 --epochs 1 --out never
ok 'bf16 where there is none exits with 2' [ "$status" = 2 ]
ok 'and says why' has err "names 'generic', which has f32; unset one"
HOURGLASS_ISA=avx512int8 run hourglass train mnist-sample --model conv --epochs 1 --out never
ok 'training with a kernel set in int8 exits with 2' [ "$status" = 2 ]
ok 'and says why' grep -Eq "HOURGLASS_ISA: names 'avx512int8', which has int8, and train does not; unset it|there is no kernel set" err
HOURGLASS_ISA=avx512bf16 run hourglass train mnist-sample --model conv --precision f32 --epochs 1 --out never
ok 'a kernel set of another precision than the one that is asked for exits with 2' [ "$status" = 2 ]
ok 'and says which two contradict' grep -Eq "names 'avx512bf16', which has bf16; unset one|there is no kernel set" err
refused 2 '"int8" is not one of f32, bf16' train mnist-sample --model conv --precision int8 --out never
ok 'encode takes f32, bf16 or int8' sh -c "hourglass encode a b -o c --precision fp8 2>&1 | grep -q 'is not one of f32, bf16, int8'"

mkdir locked
chmod 555 locked
if [ "$(id -u)" = 0 ]; then
    skip 'a folder that may not be written exits with 1' 'root may write everywhere'
else
    refused 1 'Permission denied' data show mnist-sample -o locked/sheet.png
    refused 1 'locked/page.html: cannot be written: Permission denied' bench literature --only hinton-deep -o locked/page.html
    refused 1 'locked/new.db: cannot be written: Permission denied' \
        tune mnist-sample --model conv --search 'lr={1e-3,1e-2}' --study locked/new.db
    mkdir shut && echo '{}' >shut/config.json && chmod 000 shut
    refused 1 'shut: cannot be opened: Permission denied' report shut -o report.html
    chmod 755 shut
    refused 1 'Permission denied' train mnist-sample --model conv --epochs 1 -q --out locked/run
fi

if [ -w /dev/full ]; then
    run sh -c 'hourglass --help >/dev/full'
    ok 'a full standard output exits with 1' [ "$status" = 1 ]
    ok 'and is said' has err 'standard output: cannot be written: No space left on device'
fi
run sh -c 'hourglass models list >&-'
ok 'a closed standard output exits with 1' [ "$status" = 1 ]
run sh -c 'hourglass data show mnist-sample -o sheet.png <&- 2>&-'
ok 'closed input and error do no harm' [ "$status" = 0 ]
run sh -c 'hourglass help train | head -1'
ok 'a reader that goes away is no error' [ ! -s err ]
bad=$(printf 'a\033[31mb')
run hourglass eval "$bad"
ok 'a control character in a name does not reach the terminal' sh -c "! grep -q '$(printf '\033')' err"
