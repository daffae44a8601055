# checks.sh: the scripts of ./dev check find what they are for, in a small tree made here.
. "$(dirname "$0")/../tap.sh"

mkdir -p src/base src/kern src/net include/hourglass tests tools
cp "$SOURCE_DIR"/tools/{layers,sizes,hygiene,tally} tools/
git init -q . && printf 'out\nerr\n' >.gitignore
for room in base kern net; do echo "# $room" >src/$room/README.md; done
cat >src/net/plan.c <<'END'
/* plan.c: a file with nothing against it. */
#include "base/fail.h"
#include "kern/kernels.h"
#include <hourglass/base.h>

int f(int a, int b, int c, int d, int e)
{
    return a;
}
END
for check in layers sizes hygiene; do
    run tools/$check
    ok "$check says nothing of a clean tree" [ "$status" = 0 ]
done

echo '#include "net/plan.h"' >src/kern/ref.c
run tools/layers
ok 'an include of a higher floor is found' has out 'src/kern/ref.c:1: kern/ may not include net/'
echo '#include <hourglass/net.h>' >src/kern/ref.c
run tools/layers
ok 'and of its public header' has out 'src/kern/ref.c:1: kern/ may not include net/'
echo '#include "data/set.h"' >src/kern/ref.c
run tools/layers
ok 'an include of a neighbour is found' has out 'kern/ may not include data/'
echo '#include "ref.h"' >src/kern/ref.c
run tools/layers
ok 'an include without its room is found' has out 'src/kern/ref.c:1: is not of the form "room/file.h"'
rm src/kern/ref.c
seq 16 >src/net/README.md
touch src/base/plan.c
run tools/layers
ok 'a README of 16 lines is found' has out 'src/net/README.md: is longer than 15 lines'
ok 'two files of one name are found' has out 'plan.c: is the name of two files'
rm src/base/plan.c

function_of() { printf 'int g(void)\n{\n%s}\n' "$(yes '    h();' | head -n "$1")
"; }
function_of 78 >src/net/long.c
run tools/sizes
ok 'a function of 81 lines is found' has out 'src/net/long.c:1: is a function of 81 lines'
{ echo '/* size: a table of cases. */'; function_of 78; } >src/net/long.c
run tools/sizes
ok 'and excused by a reason' [ "$status" = 0 ]
echo 'int f(int a, int (*b)(int, int), int c, int d, int e, int f);' >src/net/long.c
run tools/sizes
ok 'a function of six parameters is found' has out 'has 6 parameters'
printf 'int f(int a, int b, int c,\n      int d, int e, hg_error *error);\n' >src/net/long.c
run tools/sizes
ok 'the error is not counted' [ "$status" = 0 ]
printf '/* %0115d */\n/* %038d%s */\n' 0 0 "$(printf '…%.0s' {1..76})" >src/net/long.c
run tools/sizes
ok 'a line of 121 columns is found' has out 'src/net/long.c:1: has 121 columns'
ok 'and columns are not bytes' lines out 1
yes '/* */' | head -n 701 >src/net/long.c
yes '/* */' | head -n 201 >include/hourglass/net.h
run tools/sizes
ok 'a file of 701 lines is found' has out 'src/net/long.c: has 701 lines; 700 at most'
ok 'a public header of 201 lines is found' has out 'include/hourglass/net.h: has 201 lines; 200 at most'
rm src/net/long.c include/hourglass/net.h

printf 'int a; \n\tint b;\nint c;\r\n// %s/somebody/x\nint d;' /home >src/net/stray.c
run tools/hygiene
ok 'a space at the end of a line is found' has out 'src/net/stray.c:1: has a space at its end'
ok 'a tab is found' has out 'src/net/stray.c:2: has a tab'
ok 'a carriage return is found' has out 'src/net/stray.c:3: ends with a carriage return'
ok 'a path of one machine is found' has out 'src/net/stray.c:4: names a path of one machine'
ok 'a missing last newline is found' has out 'src/net/stray.c: does not end with a newline'

cat >log <<'END'
1/2 Testing: test_good
1..3
ok 1 - good
no numpy here
not ok 2 # SKIP compared
not ok 3 - bad
Test Failed.
2/2 Testing: test_dead
1..3
ok 1 - good
Test Failed.
END
run tools/tally log
ok 'the tally counts the cases that a dead program never reached' has out '2 passed, 3 failed, 1 skipped'
ok 'and says why a case was skipped' has out 'skipped: test_good: compared: no numpy here'
ok 'and fails' [ "$status" = 1 ]
