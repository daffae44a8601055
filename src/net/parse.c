/* parse.c: graph text → nodes. Each line is read, its inputs are looked up and its shapes solved before
 * the next, so an error always names its line, and a graph can have no loop. The text is written out
 * again as it is read, with `mirror` replaced by the lines it stands for and the options put in: that is the
 * text a model file keeps. */
#include "net/parse.h"

#include "base/file.h"
#include "net/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TEXT = 1 << 20, PARAM_ALIGN = 16 };

typedef struct parser {
    hg_graph *g;
    hg_graph_options o;
    char sized[2][32]; /* the values whose size is the code's … */
    size_t sized_line; /* … or the line that gives it without a name; 0: none */
    hg__text text;     /* what has been read, written out */
    size_t last;       /* node of the last value; HG__MOST_NODES: none yet */
    bool reading;      /* a line: errors are named by its number, to which the graph's name is added at the end */
    hg_error *e;
} parser;

static const hg__op *find_op(parser *p, const hg__line *l, hg__node *node)
{
    const char *word = l->word[0];
    hg__act act;
    real slope;
    const hg__op *op = hg__op_named(hg__act_named(word, &act, &slope) ? "act" : word);
    if (op) return op;
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < hg__ops() && n < 63; i++) names[n++] = hg__op_at(i)->name;
    names[n++] = "mirror";
    const char *near = hg__nearest(word, names, n);
    if (near) hg__line_fail(p->e, node, "unknown op '%s'; did you mean '%s'?", word, near);
    else hg__line_fail(p->e, node, "unknown op '%s'; 'hourglass models ops' lists them", word);
    return NULL;
}

static hg_status find_inputs(parser *p, hg__node *node, const hg__names *names)
{
    const hg__op *op = node->op;
    node->inputs = names->inputs;
    for (size_t i = 0; i < names->inputs; i++) {
        node->input[i] = hg__graph_find(p->g, names->input[i]);
        if (node->input[i] == HG__MOST_NODES)
            return hg__line_fail(p->e, node, "no line above gives '%s'", names->input[i]);
    }
    if (!node->inputs && op->most_inputs && !(op->words & HG__WORD_INPUTS)) {
        if (p->last == HG__MOST_NODES)
            return hg__line_fail(p->e, node, "has no input; begin with a line 'input 28x28x1'");
        node->input[node->inputs++] = p->last;
    }
    if (node->inputs < op->least_inputs || node->inputs > op->most_inputs)
        return hg__line_fail(p->e, node, "has %zu input%s; usage: %s", node->inputs, node->inputs == 1 ? "" : "s",
                             op->usage);
    if (op->flags & HG__OP_LOSS && !p->g->node[node->input[0]].inputs)
        return hg__line_fail(p->e, node, "'%s' is the input, which no training changes; name the output first: mse y x",
                             p->g->node[node->input[0]].name);
    for (size_t i = 0; i < node->inputs; i++) node->in[i] = p->g->node[node->input[i]].shape;
    return HG_OK;
}

/* Every size of the value and the params must fit the int32 offsets of the kernels. */
static hg_status check_sizes(parser *p, hg__node *node)
{
    size_t values = 0;
    const size_t most = INT32_MAX / 8;
    if (!hg__mul(node->shape.h, node->shape.w, &values) || !hg__mul(values, node->shape.c, &values) || values > most)
        return hg__line_fail(p->e, node, "gives %zux%zux%zu values, more than a plan can hold", node->shape.h,
                             node->shape.w, node->shape.c);
    for (size_t i = 0; i < node->params; i++) {
        hg__param *w = &node->param[i];
        size_t size = 1;
        for (size_t d = 0; d < w->dims; d++)
            if (!hg__mul(size, w->dim[d], &size) || size > most)
                return hg__line_fail(p->e, node, "its %s has more values than a plan can hold", w->name);
        w->offset = p->g->weights;
        p->g->weights += (w->size + PARAM_ALIGN - 1) / PARAM_ALIGN * PARAM_ALIGN;
        if (!w->frozen) p->g->parameters += w->size;
    }
    return HG_OK;
}

static hg_status name_node(parser *p, hg__node *node, const char *name)
{
    if (!name) {
        snprintf(node->name, sizeof node->name, "%zu", p->g->nodes);
        return HG_OK;
    }
    if (strlen(name) >= sizeof node->name)
        return hg__line_fail(p->e, node, "the name '%.40s…' is longer than 31 letters", name);
    if (hg__graph_find(p->g, name) != HG__MOST_NODES)
        return hg__line_fail(p->e, node, "'%s' is given by a line above already", name);
    snprintf(node->name, sizeof node->name, "%s", name);
    return HG_OK;
}

static hg_status push(parser *p, hg__node *node)
{
    hg_graph *g = p->g;
    hg_status s = check_sizes(p, node);
    if (s) return s;
    if (g->nodes == HG__MOST_NODES) return hg__line_fail(p->e, node, "a graph has at most %d ops", HG__MOST_NODES);
    if (g->nodes == g->room) {
        g->room = g->room ? 2 * g->room : 32;
        hg__node *larger = realloc(g->node, g->room * sizeof *larger);
        if (!larger) return hg__fail_memory(p->e, g->name, g->room * sizeof *larger);
        g->node = larger;
    }
    if (!(node->op->flags & HG__OP_LOSS)) p->last = g->nodes;
    g->node[g->nodes++] = *node;
    return HG_OK;
}

/* Where the op cannot take its activation in, a node of its own follows and takes the name. */
static hg_status push_with_act(parser *p, hg__node *node, const char *name)
{
    hg__attr *a = &node->attr;
    bool fused = node->op->words & HG__WORD_ACT && (!hg__act_needs_input(a->act) || !strcmp(node->op->name, "act"));
    if (a->act == HG__ACT_NONE || fused) {
        hg_status s = name_node(p, node, name);
        return s ? s : push(p, node);
    }
    hg__node after = {.op = hg__op_named("act"), .line = node->line, .inputs = 1, .shape = node->shape};
    after.in[0] = node->shape;
    after.attr = (hg__attr){.act = a->act, .slope = a->slope};
    a->act = HG__ACT_NONE;
    hg_status s = name_node(p, node, NULL);
    if (!s) s = push(p, node);
    after.input[0] = p->last;
    if (!s) s = name_node(p, &after, name);
    return s ? s : push(p, &after);
}

/* Puts the options' code length and input shape in place of what the line says. */
static hg_status override_size(parser *p, hg__node *node, const char *output, bool *changed)
{
    hg__attr *a = &node->attr;
    *changed = false;
    if (!strcmp(node->op->name, "input") && p->o.input.h) return a->size = p->o.input, *changed = true, HG_OK;
    bool named = output && (!strcmp(output, p->sized[0]) || !strcmp(output, p->sized[1]));
    if (!p->o.code || !(named || node->line == p->sized_line)) return HG_OK;
    if (strcmp(node->op->name, "dense") || !a->plain)
        return hg__line_fail(
            p->e, node,
            "the code length can only be set where a line like 'dense 32' gives it; edit the graph instead");
    a->size.c = p->o.code;
    return *changed = true, HG_OK;
}

static void write_out(parser *p, const char *line, size_t length, const hg__node *node, bool changed)
{
    const hg__attr *a = &node->attr;
    if (!changed) hg__text_add(&p->text, "%.*s\n", (int)length, line);
    else {
        bool said = a->size_length; /* a bare "input" gets its size behind the word */
        size_t at = said ? a->size_at : strspn(line, " \t\r\v\f") + strlen(node->op->name), rest = at + a->size_length;
        hg__text_add(&p->text, "%.*s%s", (int)at, line, said ? "" : " ");
        if (strcmp(node->op->name, "input")) hg__text_add(&p->text, "%zu", a->size.c);
        else hg__text_add(&p->text, "%zux%zux%zu", a->size.h, a->size.w, a->size.c);
        hg__text_add(&p->text, "%.*s\n", (int)(length - rest), line + rest);
    }
}

/* The input is the first line and gives x; a loss gives nothing. */
static hg_status check_output(parser *p, const hg__node *node, hg__names *names)
{
    bool is_input = !node->op->most_inputs, is_loss = node->op->flags & HG__OP_LOSS;
    if (is_loss && names->output)
        return hg__line_fail(p->e, node, "gives no value that '%s' could name", names->output);
    if (!is_input) return HG_OK;
    if (p->g->nodes) return hg__line_fail(p->e, node, "stands once, above all other lines");
    if (names->output && strcmp(names->output, "x")) return hg__line_fail(p->e, node, "its value is always called x");
    names->output = "x";
    return HG_OK;
}

static hg_status parse_op(parser *p, hg__line *l, const char *line, size_t length)
{
    hg__node node = {.line = l->number};
    node.op = find_op(p, l, &node);
    if (!node.op) return HG_MODEL;
    hg__names names;
    hg_status s = hg__words_read(l, &node, &names, p->e);
    if (!strcmp(node.op->name, "act")) hg__act_named(l->word[0], &node.attr.act, &node.attr.slope);
    bool changed = false;
    if (!s) s = check_output(p, &node, &names);
    if (!s) s = override_size(p, &node, names.output, &changed);
    if (!s) s = find_inputs(p, &node, &names);
    if (!s) hg__words_settle(&node.attr, node.in[0]);
    if (!s) s = node.op->solve(&node, p->e);
    if (!s) s = push_with_act(p, &node, names.output);
    if (!s) write_out(p, line, length, &node, changed);
    return s;
}

static hg_status parse_lines(parser *p, const char *text, size_t fixed_number);

/* mirror [ACT] [-> NAME] */
static hg_status parse_mirror(parser *p, hg__line *l)
{
    const char *last = "sigmoid", *output = "y";
    hg__node node = {.line = l->number};
    hg__act act;
    real slope;
    for (size_t i = 1; i < l->words; i++) {
        if (!strcmp(l->word[i], "->") && i + 1 < l->words) output = l->word[++i];
        else if (hg__act_named(l->word[i], &act, &slope)) last = l->word[i];
        else
            return hg__line_fail(p->e, &node, "mirror: '%s' is not understood; usage: mirror [ACTIVATION] [-> NAME]",
                                 l->word[i]);
    }
    if (p->last == HG__MOST_NODES || !p->g->node[p->last].inputs)
        return hg__line_fail(p->e, &node, "mirror: there is nothing above to undo");
    hg__text lines = {0};
    hg_status s = hg__mirror_write(&lines, p->g, &(hg__mirror){p->last, last, output}, p->e);
    if (!s) s = hg__text_done(&lines, p->e);
    if (!s) s = parse_lines(p, lines.at, l->number);
    hg__text_close(&lines);
    return s;
}

/* fixed_number: the line all of them came from, or 0. */
static hg_status parse_lines(parser *p, const char *text, size_t fixed_number)
{
    hg__line l = {.words = 0};
    for (size_t number = 1; *text; number++) {
        size_t length = strcspn(text, "\n");
        l.number = fixed_number ? fixed_number : number;
        hg_status s = hg__line_split(&l, text, length, p->e);
        if (!s && !l.words) hg__text_add(&p->text, "%.*s\n", (int)length, text);
        else if (!s && !strcmp(l.word[0], "mirror")) s = parse_mirror(p, &l);
        else if (!s) s = parse_op(p, &l, text, length);
        if (s) return s;
        text += length + (text[length] == '\n');
    }
    return HG_OK;
}

/* The value that a line `nested …` makes the code of: its name, or "" for that of the line before; false: it is no such
 * line. */
static bool is_nested_code(const hg__line *l, char from[32])
{
    size_t n = l->words;
    from[0] = 0;
    if (n < 3 || strcmp(l->word[0], "nested") || strcmp(l->word[n - 2], "->") || strcmp(l->word[n - 1], "z"))
        return false;
    if (n > 4 && !strcmp(l->word[n - 4], "<-")) snprintf(from, 32, "%s", l->word[n - 3]);
    return true;
}

/* Which lines' sizes are the code's: that of z, of the two heads that a `gaussian MU LOGVAR -> z` draws it from, or of
 * what a `nested -> z` cuts. */
static void find_sized(parser *p, const char *text)
{
    hg__line l = {.number = 1};
    size_t before = 0;
    snprintf(p->sized[0], sizeof p->sized[0], "z");
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n', l.number++) {
        char mu[32], logvar[32];
        int end = 0;
        if (hg__line_split(&l, line, strcspn(line, "\n"), NULL)) return; /* it will be read again, and refused */
        if (is_nested_code(&l, mu)) {
            snprintf(p->sized[0], sizeof p->sized[0], "%s", mu);
            p->sized_line = *mu ? 0 : before;
        } else if (sscanf(line, " gaussian %31s %31s -> z%n", mu, logvar, &end) == 2 && end) {
            memcpy(p->sized[0], mu, sizeof mu);
            memcpy(p->sized[1], logvar, sizeof logvar);
        }
        if (l.words) before = l.number;
    }
}

static hg_status check_whole(parser *p)
{
    hg_graph *g = p->g;
    size_t losses = 0;
    for (size_t i = 0; i < g->nodes; i++) losses += g->node[i].op->flags & HG__OP_LOSS ? 1 : 0;
    if (hg__graph_find(g, "x") == HG__MOST_NODES)
        return hg__fail(p->e, HG_MODEL, g->name, "has no input; begin with a line 'input 28x28x1'");
    if (hg__graph_find(g, "y") == HG__MOST_NODES)
        return hg__fail(p->e, HG_MODEL, g->name,
                        "no line gives y, the reconstruction; end the decoder's last line with '-> y'");
    if (!losses) return hg__fail(p->e, HG_MODEL, g->name, "has no loss; add a line 'loss mse y x'");
    if (p->o.code && hg__graph_find(g, "z") == HG__MOST_NODES)
        return hg__fail(p->e, HG_MODEL, g->name,
                        "no line gives z, so its length cannot be set; write '-> z' behind the code's line");
    return HG_OK;
}

static bool is_loss_of(const hg__node *node, const char *kind)
{
    return node->op->flags & HG__OP_LOSS && !strcmp(node->op->kinds[node->attr.kind], kind);
}

/* y's line has logits, so it must not bound them, and no other loss may read them as a picture. */
static hg_status check_logits(parser *p, size_t y, size_t loss)
{
    const hg_graph *g = p->g;
    hg__act act = g->node[y].attr.act;
    if (act == HG__ACT_SIGMOID || act == HG__ACT_TANH)
        return hg__line_fail(p->e, &g->node[loss],
                             "bce_logits takes y before the sigmoid, but line %zu ends with %s; write 'mirror none' "
                             "(or none behind the layer), or 'loss bce y x'",
                             g->node[y].line, hg__act_name(act));
    for (size_t i = 0; i < g->nodes; i++)
        if (g->node[i].op->flags & HG__OP_LOSS && g->node[i].input[0] == y && !is_loss_of(&g->node[i], "bce_logits"))
            return hg__line_fail(p->e, &g->node[i],
                                 "y is in logits here, as 'loss bce_logits' of line %zu takes it; keep one of the two",
                                 g->node[loss].line);
    return HG_OK;
}

/* A loss bce_logits makes logits of y's line. The reconstruction is their sigmoid: a value of its own, for which the
 * name y stands from here on, so that whoever asks for y gets pictures, while training stays on the logits. */
static hg_status add_reconstruction(parser *p)
{
    const hg_graph *g = p->g;
    size_t y = hg__graph_find(g, "y"), loss = 0;
    while (loss < g->nodes && !(is_loss_of(&g->node[loss], "bce_logits") && g->node[loss].input[0] == y)) loss++;
    if (y == HG__MOST_NODES || loss == g->nodes) return HG_OK;
    hg_status s = check_logits(p, y, loss);
    if (s) return s;
    hg_shape shape = g->node[y].shape;
    hg__node after = {.op = hg__op_named("act"),
                      .name = "y",
                      .line = g->node[loss].line,
                      .input = {y},
                      .inputs = 1,
                      .in = {shape},
                      .shape = shape,
                      .attr.act = HG__ACT_SIGMOID};
    return push(p, &after);
}

hg_status hg_graph_parse(hg_graph **out, const char *text, const char *name, const hg_graph_options *o, hg_error *e)
{
    hg_error mine = {0};
    hg_graph *g = calloc(1, sizeof *g);
    if (!g) return hg__fail_memory(e, name, sizeof *g);
    snprintf(g->name, sizeof g->name, "%s", name);
    parser p = {.g = g, .o = o ? *o : (hg_graph_options){.code = 0}, .last = HG__MOST_NODES, .e = &mine};
    if (p.o.code) find_sized(&p, text);
    hg_status s;
    if (strlen(text) > LONGEST_TEXT) s = hg__fail(&mine, HG_MODEL, name, "is longer than a graph may be (1 MiB)");
    else p.reading = true, s = parse_lines(&p, text, 0);
    if (!s) s = add_reconstruction(&p);
    bool names_line = s == HG_MODEL && p.reading;
    if (!s) s = check_whole(&p);
    if (!s) s = hg__text_done(&p.text, &mine);
    if (s && e) {
        *e = mine;
        if (names_line) snprintf(e->where, sizeof e->where, "%.240s:%.20s", g->name, mine.where);
    }
    g->text = p.text.at;
    if (s) hg_graph_close(&g);
    else *out = g;
    return s;
}

hg_status hg_graph_open(hg_graph **g, const char *preset_or_path, const hg_graph_options *o, hg_error *e)
{
    const char *preset = hg_preset_text(preset_or_path);
    if (preset) return hg_graph_parse(g, preset, preset_or_path, o, e);
    if (hg__is_dir(preset_or_path))
        return hg__fail(e, HG_USAGE, preset_or_path,
                        "is a folder, and a graph is a file; of a run, 'hourglass models show' prints it");
    if (hg__is_absent(preset_or_path) && !strchr(preset_or_path, '/') && !strchr(preset_or_path, '.')) {
        const char *names[64];
        size_t n = 0;
        for (; n < hg_presets() && n < 64; n++) names[n] = hg_preset_name(n);
        const char *near = hg__nearest(preset_or_path, names, n);
        return hg__fail(e, HG_USAGE, preset_or_path,
                        "is neither a preset nor a file; %s%s%s'hourglass models list' shows the presets",
                        near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
    }
    char *text = NULL;
    size_t size;
    hg_status s = hg__file_read(preset_or_path, LONGEST_TEXT, &text, &size, e);
    if (!s && !size)
        s = hg__fail(e, HG_MODEL, preset_or_path,
                     "is an empty file, or a pipe that nobody writes to; a graph begins with a line 'input 28x28x1'");
    if (!s && strlen(text) != size)
        s = hg__fail(e, HG_MODEL, preset_or_path,
                     "holds a zero byte, so it is no graph's text (of a run or its model.safetensors, 'hourglass "
                     "models show' prints that)");
    if (!s) s = hg_graph_parse(g, text, preset_or_path, o, e);
    free(text);
    return s;
}
