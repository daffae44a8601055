/* words.c: see words.h. A word is understood by its form ("3x3", "/2", "p1", "relu"); the op's mask says
 * which forms its line may hold, so all ops share one small grammar. */
#include "net/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 24 }; /* of any one number of a graph */

/* Whether the text is UTF-8 (Unicode 15, table 3-7): a comment may be, and a model file holds nothing else. */
static bool is_utf8(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        size_t more = *p < 0x80 ? 0 : *p < 0xc2 ? 9 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : *p < 0xf5 ? 3 : 9;
        unsigned char least = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
        unsigned char most = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;
        if (more > 3) return false;
        for (; more; more--, least = 0x80, most = 0xbf)
            if (*++p < least || *p > most) return false;
    }
    return true;
}

hg_status hg__line_split(hg__line *l, const char *text, size_t length, hg_error *e)
{
    hg__node none = {.line = l->number};
    if (length >= sizeof l->text) return hg__line_fail(e, &none, "is longer than %d letters", HG__LINE_LENGTH - 1);
    memcpy(l->text, text, length);
    l->text[length] = 0;
    if (!is_utf8(l->text)) return hg__line_fail(e, &none, "is not UTF-8 text");
    l->text[strcspn(l->text, "#")] = 0;
    l->words = 0;
    for (char *p = l->text; *p;) {
        if (isspace((unsigned char)*p)) *p++ = 0;
        else if (l->words == HG__LINE_WORDS) return hg__line_fail(e, &none, "has more than %d words", HG__LINE_WORDS);
        else {
            l->word[l->words++] = p;
            for (; *p && !isspace((unsigned char)*p); p++)
                if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
                    return hg__line_fail(e, &none, "holds the byte 0x%02x; a graph is plain ASCII text",
                                         (unsigned char)*p);
        }
    }
    return HG_OK;
}

/* "28", "3x3", "7x7x64" → 1 to 3 numbers; 0: the text is nothing of the kind. */
static size_t read_sizes(const char *text, size_t size[3])
{
    size_t n = 0;
    for (;;) {
        if (!isdigit((unsigned char)*text)) return 0;
        char *end;
        errno = 0;
        unsigned long long value = strtoull(text, &end, 10);
        if (errno || value > LARGEST) return 0;
        size[n++] = (size_t)value;
        if (!*end) return n;
        if (*end != 'x' || n == 3) return 0;
        text = end + 1;
    }
}

/* One or two numbers behind a prefix: "/2", "p1x0". */
static bool read_pair(const char *text, size_t *a, size_t *b)
{
    size_t size[3], n = read_sizes(text, size);
    if (n != 1 && n != 2) return false;
    *a = size[0];
    *b = size[n - 1];
    return true;
}

static bool read_number(const char *text, double *value)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || !(v <= 1e30 && v >= -1e30)) return false;
    *value = v;
    return true;
}

/* A word that may stand once: a pair of numbers of at least 1. */
static bool put_once(const size_t from[2], size_t *a, size_t *b)
{
    if (*a || !from[0] || !from[1]) return false;
    *a = from[0], *b = from[1];
    return true;
}

static bool read_prefixed(const char *word, unsigned may, hg__attr *a)
{
    size_t pair[2];
    if (!read_pair(word + 1, &pair[0], &pair[1])) return false;
    switch (*word) {
    case '/': return may & HG__WORD_STRIDE && put_once(pair, &a->sh, &a->sw);
    case 'd': return may & HG__WORD_DILATION && put_once(pair, &a->dh, &a->dw);
    case 'g': return may & HG__WORD_GROUPS && pair[0] == pair[1] && put_once(pair, &a->groups, &pair[1]);
    case 'p':
        if (!(may & HG__WORD_PAD) || a->pad_given) return false;
        a->ph = pair[0], a->pw = pair[1];
        return a->pad_given = true;
    default: return false;
    }
}

static bool read_flag(const char *word, unsigned may, hg__attr *a)
{
    if (may & HG__WORD_BIAS && !strcmp(word, "nobias")) return a->bias = false, true;
    if (may & HG__WORD_SUM && !strcmp(word, "sum")) return a->sum = true;
    if (may & HG__WORD_PAD && !strcmp(word, "valid") && !a->pad_given) return a->pad_given = true;
    return false;
}

/* Plain numbers: the kernel first, where there is one, then the size, then a value. */
static bool read_numbers(const char *word, hg__node *node)
{
    hg__attr *a = &node->attr;
    unsigned may = node->op->words;
    size_t size[3], n = read_sizes(word, size);
    if (may & HG__WORD_KERNEL && !a->kh && (n == 1 || n == 2)) {
        a->kh = size[0];
        a->kw = size[n - 1];
        a->one_kernel = n == 1;
        return true;
    }
    if (may & HG__WORD_SIZE && !a->size_length && (n == 1 || n == 3)) {
        a->size = n == 1 ? (hg_shape){1, 1, size[0]} : (hg_shape){size[0], size[1], size[2]};
        a->plain = n == 1;
        a->size_length = strlen(word);
        return true;
    }
    return may & HG__WORD_VALUE && read_number(word, &a->value);
}

static bool read_range(const char *word, hg__attr *a)
{
    const char *dots = strstr(word, "..");
    size_t size[3], upto[3];
    char first[24];
    if (!dots || dots == word || (size_t)(dots - word) >= sizeof first) return false;
    memcpy(first, word, (size_t)(dots - word));
    first[dots - word] = 0;
    if (read_sizes(first, size) != 1 || read_sizes(dots + 2, upto) != 1) return false;
    a->from = size[0], a->upto = upto[0];
    return true;
}

static bool read_kind(const char *word, hg__node *node)
{
    for (size_t i = 0; node->op->kinds[i]; i++)
        if (!strcmp(word, node->op->kinds[i])) return node->attr.kind = i, true;
    return false;
}

/* "to 27x27" and "* 0.5": words that take the next one with them. */
static bool read_two(const char *word, const char *next, unsigned may, hg__attr *a)
{
    size_t size[3];
    if (may & HG__WORD_FACTOR && !strcmp(word, "*")) return next && read_number(next, &a->factor);
    if (!(may & HG__WORD_TO) || strcmp(word, "to") || !next || read_sizes(next, size) != 2) return false;
    a->to = (hg_shape){size[0], size[1], 0};
    return true;
}

static bool is_name(const char *word)
{
    if (!isalpha((unsigned char)*word) && *word != '_') return false;
    for (; *word; word++)
        if (!isalnum((unsigned char)*word) && *word != '_' && *word != '-') return false;
    return true;
}

static hg_status add_input(const hg__node *node, const char *word, hg__names *names, hg_error *e)
{
    if (names->inputs == HG__MOST_INPUTS) return hg__line_fail(e, node, "takes at most %d inputs", HG__MOST_INPUTS);
    names->input[names->inputs++] = word;
    return HG_OK;
}

/* Everything from "<-" or "->" on; *i stands on the arrow and is moved behind what was read. */
static hg_status read_arrow(hg__line *l, size_t *i, const hg__node *node, hg__names *names, hg_error *e)
{
    const char *arrow = l->word[(*i)++];
    bool in = !strcmp(arrow, "<-");
    if (*i == l->words || (!in && names->output))
        return hg__line_fail(e, node, "'%s' is too much, or lacks a name", arrow);
    for (size_t first = *i; *i < l->words; ++*i) {
        const char *word = l->word[*i];
        if (!strcmp(word, "->") || !strcmp(word, "<-")) return HG_OK;
        if (!is_name(word)) return hg__line_fail(e, node, "'%s' is not a name", word);
        hg_status s = HG_OK;
        if (in) s = add_input(node, word, names, e);
        else if (*i == first) names->output = word;
        else s = hg__line_fail(e, node, "a line gives one value; '%s' is too much", word);
        if (s) return s;
    }
    return HG_OK;
}

/* An op behind which an activation may stand, once. The op `act` is one itself. */
static bool takes_act(const hg__node *node)
{
    const hg__op *op = node->op;
    return op->most_inputs && !(op->flags & HG__OP_LOSS) && strcmp(op->name, "act") && node->attr.act == HG__ACT_NONE;
}

static hg_status unknown_kind(const hg__node *node, const char *word, hg_error *e)
{
    size_t n = 0;
    while (node->op->kinds[n]) n++;
    const char *near = hg__nearest(word, node->op->kinds, n);
    if (near) return hg__line_fail(e, node, "there is no kind '%s'; did you mean '%s'?", word, near);
    return hg__line_fail(e, node, "there is no kind '%s'; usage: %s", word, node->op->usage);
}

/* One word; *i is moved behind what was read. */
static hg_status read_word(hg__line *l, size_t *i, hg__node *node, hg__names *names, hg_error *e)
{
    const char *word = l->word[*i], *next = *i + 1 < l->words ? l->word[*i + 1] : NULL;
    unsigned may = node->op->words;
    hg__attr *a = &node->attr;
    bool wants_kind = may & HG__WORD_KIND && a->kind == SIZE_MAX;
    if (wants_kind && read_kind(word, node)) return ++*i, HG_OK;
    if (read_two(word, next, may, a)) return *i += 2, HG_OK;
    bool known =
        read_flag(word, may, a) || read_prefixed(word, may, a) || (may & HG__WORD_RANGE && read_range(word, a));
    if (!known && read_numbers(word, node)) {
        if (!a->size_at && a->size_length) a->size_at = (size_t)(word - l->text);
        known = true;
    }
    if (!known && takes_act(node)) known = hg__act_named(word, &a->act, &a->slope);
    ++*i;
    if (known) return HG_OK;
    if (wants_kind) return unknown_kind(node, word, e);
    if (may & HG__WORD_INPUTS && is_name(word)) return add_input(node, word, names, e);
    return hg__line_fail(e, node, "'%s' is not understood; usage: %s", word, node->op->usage);
}

hg_status hg__words_read(hg__line *l, hg__node *node, hg__names *names, hg_error *e)
{
    *names = (hg__names){0};
    node->attr = (hg__attr){.bias = true, .factor = 1, .value = -1, .kind = node->op->kinds ? SIZE_MAX : 0};
    for (size_t i = 1; i < l->words;) {
        bool arrow = !strcmp(l->word[i], "->") || !strcmp(l->word[i], "<-");
        hg_status s = arrow ? read_arrow(l, &i, node, names, e) : read_word(l, &i, node, names, e);
        if (s) return s;
    }
    if (node->op->kinds && node->attr.kind == SIZE_MAX)
        return hg__line_fail(e, node, "wants a kind; usage: %s", node->op->usage);
    return HG_OK;
}

void hg__words_settle(hg__attr *a, hg_shape in)
{
    if (!a->one_kernel || in.h != 1 || in.w == 1) return;
    a->kh = 1;
    a->ph = 0;
    if (a->sh) a->sh = 1;
    if (a->dh) a->dh = 1;
}
