# tap.sh: for tests of the program as people call it. A script in tests/cli/ sources it first, is then in a fresh
# folder of its own with `hourglass` on its PATH, and says one sentence a case:
#
#     . "$(dirname "$0")/../tap.sh"
#     run hourglass trian
#     ok 'an unknown command exits with 2' [ "$status" = 2 ]
#     ok 'and is answered with the nearest one' has err 'did you mean train?'
#
# Exit status, standard output and standard error of what was run are in $status, out and err.
set -u
HOURGLASS=$(realpath "${HOURGLASS:-$(dirname "${BASH_SOURCE[0]}")/../build/hourglass}")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
PATH=$(dirname "$HOURGLASS"):$PATH
export HOURGLASS SOURCE_DIR PATH LC_ALL=C.UTF-8
unset "${!HOURGLASS_@}" # HOURGLASS_SEED and the like would change what is tested
cases=0 failures=0
cd "$(mktemp -d "${TMPDIR:-/tmp}/hourglass-test.XXXXXX")" || exit 1
trap 'rm -rf "$PWD"; echo "1..$cases"; exit $((failures > 0))' EXIT

# run COMMAND…: what came of it is in $status, out and err.
run()
{
    status=0
    "$@" >out 2>err </dev/null || status=$?
}

# ok SENTENCE CONDITION…: one case; it passes when the condition, a command, does.
ok()
{
    local sentence=$1
    shift
    cases=$((cases + 1))
    if "$@"; then
        echo "ok $cases - $sentence"
    else
        failures=$((failures + 1))
        echo "not ok $cases - $sentence"
        printf '# %s\n' "not so: $*" "status: ${status-}"
        sed 's/^/# out: /' out 2>/dev/null
        sed 's/^/# err: /' err 2>/dev/null
    fi
}

# skip SENTENCE REASON: one case that cannot be tried here.
skip()
{
    cases=$((cases + 1))
    echo "$2"
    echo "ok $cases # SKIP $1"
}

has() { grep -qF -e "$2" "$1"; }            # FILE TEXT
lacks() { ! grep -qF -e "$2" "$1"; }        # FILE TEXT
lines() { [ "$(wc -l <"$1")" -eq "$2" ]; }  # FILE COUNT
