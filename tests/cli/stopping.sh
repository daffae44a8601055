# stopping.sh: Ctrl-C and SIGTERM save, say how to go on, and lose nothing.
. "$(dirname "$0")/../tap.sh"

# wait_for PATTERN FILE: until a line of FILE matches, a minute at most.
wait_for()
{
    for _ in $(seq 3000); do
        if grep -q "$1" "$2"; then return; fi
        sleep 0.02
    done
}

# stop_with SIGNAL: trains, stops in the second epoch, and leaves the exit status in $status.
stop_with()
{
    rm -rf runs
    hourglass train mnist-sample --model conv --epochs 12 --out 'runs/a b' >out 2>err </dev/null &
    local program=$!
    wait_for '^epoch *1/' err
    kill -s "$1" $program
    status=0
    wait $program || status=$?
}

sum_of() { sed -n 's/.*"weights_sha256": "\(.*\)".*/\1/p' out; }
run hourglass train mnist-sample --model conv --epochs 12 --json -q --out straight
whole=$(sum_of)

# A shell ignores SIGINT in its background jobs, so the program is asked to hear it.
set -m
stop_with INT
ok 'Ctrl-C exits with 130' [ "$status" = 130 ]
ok 'and prints the exact command that goes on' has err "hourglass train --resume 'runs/a b'"
run hourglass train --resume 'runs/a b' --json -q
ok 'which does' [ "$status" = 0 ]
ok 'and ends with the weights of an uninterrupted run' [ "$(sum_of)" = "$whole" ]

stop_with TERM
ok 'SIGTERM exits with 143' [ "$status" = 143 ]
run hourglass train --resume 'runs/a b' --json -q
ok 'and the run goes on to the same weights' [ "$(sum_of)" = "$whole" ]

stop_with KILL
ok 'kill -9 leaves a run' [ -s 'runs/a b/checkpoint' ]
run hourglass train --resume 'runs/a b' --json -q
ok 'that goes on to the same weights' [ "$(sum_of)" = "$whole" ]

hourglass train mnist-sample --model conv --epochs 100000 --patience 0 --out busy >/dev/null 2>busy.err </dev/null &
busy=$!
wait_for '^epoch *1/' busy.err
run hourglass train mnist-sample --model deep --epochs 1 --out busy --force -q
ok '--force leaves a run alone that is still being trained' [ "$status" = 1 -a -s busy/model.safetensors ]
ok 'and says so' has err 'busy: another process is training in this folder'
kill -s KILL $busy
wait $busy 2>/dev/null || true
