/* forward_options.c: see forward_options.h. */
#include "cli/forward_options.h"

#include "base/json.h"
#include "cli/output.h"
#include "cli/walk_rows.h"
#include "kern/kernels.h"

#include <string.h>

#define AT(field) offsetof(hg__forward_options, field)
static const hg__option rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = HG__TEXT,
     .offset = AT(output),
     .value = "OUT",
     .help = "what to write; - is standard output"},
    {.name = "force", .type = HG__FLAG, .offset = AT(force), .help = "overwrite what is there"},
    HG__KEEP_ROW(AT(keep), "only the first K values of the code, of a model that is trained for it (nested); 0: all"),
    HG__BATCH_ROW(AT(batch), "samples at a time; never changes the result"),
    HG__THREADS_ROW(AT(threads)),
    HG__PRECISION_ROW(AT(precision),
                      "of the layers' products; bf16 and int8 are faster, and need AVX-512-BF16 and AVX-512-VNNI"),
    {0},
};
#undef AT

const hg__option_group hg__forward_groups[] = {
    {"Output", rows, 0},
    {"Reading", hg__input_rows, offsetof(hg__forward_options, source)},
    HG__COMMON_GROUP,
    HG__GROUPS_END,
};
const hg__option_group hg__decode_groups[] = {{"Output", rows, 0}, HG__COMMON_GROUP, HG__GROUPS_END};

hg_status hg__forward_open(hg__call *call, hg__subject *s, hg_error *e)
{
    const hg__forward_options *v = call->values;
    if (!v->output || !*v->output)
        return hg__fail(e, HG_USAGE, "-o", "name what to write; usage: hourglass %s %s", call->command->name,
                        call->command->words);
    if (call->common->json && !strcmp(v->output, "-"))
        return hg__fail(e, HG_USAGE, "--json",
                        "standard output cannot hold both the document and the data; name a file with -o");
    hg_status status = hg__subject_open(s, call->word[0], e);
    if (!status && s->lacks_config)
        hg__console_say(&call->console, "warning: %s has no config.json; going by its model.safetensors", s->path);
    return status ? status : hg__subject_cut(s, v->keep, e);
}

hg__walk hg__forward_walk(const hg__forward_options *v, const char *from, const char *to)
{
    return (hg__walk){.from = from,
                      .to = to,
                      .threads = v->threads,
                      .batch = v->batch,
                      .precision = hg__precision_named(v->precision)};
}

hg_status hg__forward_done(hg__call *call, size_t n, const char *what, hg_error *e)
{
    const hg__forward_options *v = call->values;
    if (call->common->json)
        return hg__output_json(&call->out,
                               json_pack("{s:o, s:I}", "output", hg__json_word(v->output), "n", (json_int_t)n), e);
    if (strcmp(v->output, "-")) hg__console_say(&call->console, "%s: %zu %s%s.", v->output, n, what, n == 1 ? "" : "s");
    return HG_OK;
}
