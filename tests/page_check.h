/* page_check.h: what holds of every page that Hourglass writes. Include cmocka.h first. */
#ifndef HG_TEST_PAGE_CHECK_H
#define HG_TEST_PAGE_CHECK_H

#include <stdio.h>
#include <string.h>

/* The end of the tag that begins at p, behind its '>'. */
static inline const char *end_of_tag(const char *p)
{
    char quote = 0;
    for (p++; *p && (quote || *p != '>'); p++)
        if (*p == quote) quote = 0;
        else if (!quote && *p == '"') quote = *p;
    assert_true(*p == '>');
    return p + 1;
}

/* Every element is closed in its order, but for those that have no end. */
static inline void check_nesting(const char *html)
{
    static const char *const void_elements[] = {"!DOCTYPE", "meta", "img"};
    char open[64][16];
    size_t depth = 0;
    for (const char *p = strchr(html, '<'); p; p = strchr(p, '<')) {
        bool closing = p[1] == '/', none = false;
        const char *name = p + 1 + closing, *end = end_of_tag(p);
        size_t n = strcspn(name, " />\n");
        assert_true(n && n < 16);
        for (size_t i = 0; i < 3; i++) none |= strlen(void_elements[i]) == n && !strncmp(name, void_elements[i], n);
        p = end;
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_true(strlen(open[depth]) == n && !strncmp(open[depth], name, n));
        } else if (!none && end[-2] != '/') {
            assert_true(depth < 64);
            snprintf(open[depth++], 16, "%.*s", (int)n, name);
        }
    }
    assert_int_equal(depth, 0);
}

/* It nests, has no script, and names no other place. */
static inline void check_page(const char *html)
{
    check_nesting(html);
    assert_non_null(strstr(html, "<html lang=\"en\">"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "http://"));
    assert_null(strstr(html, "https://"));
}

#endif
