/* test_memory.c: what is left of memory is asked before much of it is filled. */
#include "base/file.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "temp_folder.h"

static void memory_that_is_not_there_is_refused_with_both_sizes(void **state)
{
    (void)state;
    hg_error e = {0};
    size_t left = hg__memory_left();
    assert_true(left > 1 << 20);
    assert_int_equal(hg__memory_check(left / 2, "mnist", "ask for less", &e), HG_OK);
    if (left == SIZE_MAX) skip(); /* not told here */
    assert_int_equal(hg__memory_check(4 * left, "mnist", "ask for less", &e), HG_MEMORY);
    assert_string_equal(e.where, "mnist");
    assert_non_null(strstr(e.what, " GB are left; ask for less"));
}

/* A file of a pretended /sys/fs/cgroup, its folder made as needed. */
static void group_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(hg__dir_make(folder, NULL), HG_OK);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void memory_that_a_control_group_leaves_is_the_least_on_its_path(void **state)
{
    (void)state;
    char root[256], list[300], path[300];
    assert_true(temp_open(root, sizeof root));
    snprintf(list, sizeof list, "%s/list", root);

    group_file(root, "list", "1:cpu:/\n0::/job/step\n"); /* the second version */
    assert_true(hg__memory_left_in_groups(list, root) == SIZE_MAX);
    snprintf(path, sizeof path, "%s/job", root);
    group_file(path, "memory.max", "1000000\n");
    group_file(path, "memory.current", "700000\n");
    group_file(path, "memory.stat", "anon 500000\nfile 200000\ninactive_file 100000\nactive_file 50000\n");
    assert_int_equal(hg__memory_left_in_groups(list, root), 450000);
    snprintf(path, sizeof path, "%s/job/step", root);
    group_file(path, "memory.max", "max\n");
    group_file(path, "memory.current", "600000\n");
    assert_int_equal(hg__memory_left_in_groups(list, root), 450000);
    group_file(path, "memory.max", "500000\n");
    assert_int_equal(hg__memory_left_in_groups(list, root), 0);

    group_file(root, "list", "4:memory:/box\n0::/\n"); /* the first, of a container that sees its own as the root */
    snprintf(path, sizeof path, "%s/memory", root);
    group_file(path, "memory.limit_in_bytes", "300000\n");
    group_file(path, "memory.usage_in_bytes", "100000\n");
    group_file(path, "memory.stat", "total_inactive_file 0\n");
    assert_int_equal(hg__memory_left_in_groups(list, root), 200000);
    assert_true(hg__memory_left_in_groups("no/such/list", root) == SIZE_MAX);
    temp_close(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_not_there_is_refused_with_both_sizes),
        cmocka_unit_test(memory_that_a_control_group_leaves_is_the_least_on_its_path),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
