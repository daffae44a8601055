/* test64_cuts.c: test_cuts.c in double precision, where a maximum's place takes half a slot. */
#include "test_cuts.c"
