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
