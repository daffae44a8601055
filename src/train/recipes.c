/* recipes.c: the option files of recipes/, embedded in the library when it is built. A recipe is a file there and a
 * line in the list here, which sets the order that people see. */
#include <hourglass/train.h>

#include "base/embedded.h"

#include <string.h>

extern const hg__embedded hg__recipe_files[];

static const struct {
    const char *name, *file, *help;
} recipes[] = {
    {"fast", "fast.json", "2 epochs up and down one rate: conv on MNIST below MSE 0.0040 in seconds"},
    {"sharp", "sharp.json", "80 epochs of sharp, digits bent and turned: the least error in a quarter of an hour"},
    {"smooth", "smooth.json", "250 epochs of smooth, digits bent and turned: half an hour"},
    {"rateless", "rateless.json", "80 epochs of rateless, digits bent and turned: one code for every length"},
};

size_t hg_recipes(void) { return sizeof recipes / sizeof *recipes; }
const char *hg_recipe_name(size_t i) { return recipes[i].name; }
const char *hg_recipe_help(size_t i) { return recipes[i].help; }

static const char *text_of(const char *file)
{
    for (const hg__embedded *f = hg__recipe_files; f->name; f++)
        if (!strcmp(f->name, file)) return (const char *)f->bytes;
    return NULL;
}

const char *hg_recipe_text(const char *name)
{
    for (size_t i = 0; i < hg_recipes(); i++)
        if (!strcmp(recipes[i].name, name)) return text_of(recipes[i].file);
    return NULL;
}
