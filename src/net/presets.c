/* presets.c: the graphs of models/, embedded in the library when it is built. A preset is a file there and a line
 * in the list here, which sets the order that people see. */
#include <hourglass/net.h>

#include "base/embedded.h"

#include <string.h>

extern const hg__embedded hg__preset_files[];

static const struct {
    const char *name, *file;
} presets[] = {
    {"conv", "conv.hg"},   {"deep", "deep.hg"},     {"pool", "pool.hg"},         {"vae", "vae.hg"},
    {"sharp", "sharp.hg"}, {"smooth", "smooth.hg"}, {"rateless", "rateless.hg"},
};

size_t hg_presets(void) { return sizeof presets / sizeof *presets; }
const char *hg_preset_name(size_t i) { return presets[i].name; }

static const char *text_of(const char *file)
{
    for (const hg__embedded *f = hg__preset_files; f->name; f++)
        if (!strcmp(f->name, file)) return (const char *)f->bytes;
    return NULL;
}

const char *hg_preset_text(const char *name)
{
    for (size_t i = 0; i < hg_presets(); i++)
        if (!strcmp(presets[i].name, name)) return text_of(presets[i].file);
    return NULL;
}
