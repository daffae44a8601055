/* command_doctor.c: `hourglass doctor`: what this machine has, what is wrong, and how to mend it. */
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/processor.h"
#include "base/team.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/datasets.h"
#include "kern/kernels.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

/* A line of the table and, where something is wrong, what to do about it. */
typedef struct findings {
    hg__text table;
    json_t *json;
    json_t *advice;
} findings;

static void note(findings *f, const char *name, const char *value)
{
    hg__text_add(&f->table, "  %-16s%s\n", name, value);
    json_object_set_new(f->json, name, json_string(value));
}

/* The text is for the table, the value for programs. Takes the value. */
static void note_value(findings *f, const char *name, const char *text, json_t *value)
{
    note(f, name, text);
    json_object_set_new(f->json, name, value);
}

static void advise(findings *f, const char *what) { json_array_append_new(f->advice, json_string(what)); }

/* ---- Processor and memory ----------------------------------------------------------------------------- */

static void find_cpu(findings *f)
{
    char name[256], threads[64];
    hg__processor_name(name, sizeof name);
    note(f, "processor", name);
    snprintf(threads, sizeof threads, "%zu that this process may use", hg__processors());
    note_value(f, "threads", threads, json_integer((json_int_t)hg__processors()));
}

static void find_memory(findings *f)
{
    const hg__memory m = hg__memory_look();
    char left[32], all[32], text[160];
    if (m.left == SIZE_MAX || !m.machine) return;
    snprintf(text, sizeof text, "%s free%s; the machine has %s", hg__output_bytes((double)m.left, left, sizeof left),
             m.by_group ? " in its control group (container, service, job)" : ", swap included",
             hg__output_bytes((double)m.machine, all, sizeof all));
    note_value(f, "memory", text,
               json_pack("{s:I, s:I, s:b}", "free_bytes", (json_int_t)m.left, "machine_bytes", (json_int_t)m.machine,
                         "by_group", m.by_group));
}

static void find_kernels(findings *f)
{
    hg_error e = {0};
    hg__text sets = {0};
    const hg__kernels *chosen = NULL;
    for (size_t i = 0; i < hg__kernel_sets(); i++) {
        bool runs = false;
        const hg__kernels *k = hg__kernel_set(i, &runs);
        hg__text_add(&sets, "%s%s%s", i ? ", " : "", k->name, runs ? "" : " (not on this processor)");
    }
    hg_status s = hg__kernels_choose(&chosen, HG_PRECISION_F32, &e);
    note(f, "kernel sets", sets.at ? sets.at : "");
    note(f, "kernels used", s ? "none" : chosen->name);
    const hg__kernels *bf16 = NULL;
    if (!hg__kernels_choose(&bf16, HG_PRECISION_BF16, NULL)) note(f, "in bf16", bf16->name);
    if (s) advise(f, e.what);
    else if (!strcmp(chosen->name, "ref") && !getenv("HOURGLASS_ISA"))
        advise(f, "Only the plain kernels run here: training will be slow.");
    hg__text_close(&sets);
}

/* ---- Libraries, data, disk --------------------------------------------------------------------- */

/* HG_LIBTURBOJPEG and HG_LIBMD are what it was built with: those two do not tell their version. */
static void find_libraries(findings *f)
{
    const char *const library[][2] = {{"zlib", zlibVersion()},
                                      {"libpng", png_get_libpng_ver(NULL)},
                                      {"jansson", jansson_version_str()},
                                      {"libturbojpeg", HG_LIBTURBOJPEG},
                                      {"libmd", HG_LIBMD}};
    hg__text text = {0};
    json_t *versions = json_object();
    for (size_t i = 0; i < sizeof library / sizeof *library; i++) {
        hg__text_add(&text, "%s%s %s", i ? ", " : "", library[i][0], library[i][1]);
        json_object_set_new(versions, library[i][0], json_string(library[i][1]));
    }
    note_value(f, "libraries", text.at ? text.at : "", versions);
    hg__text_close(&text);
}

static void find_data(findings *f)
{
    char text[256];
    for (size_t i = 0; i < hg_datasets(); i++) {
        const char *name = hg_dataset_at(i)->name;
        hg_error e = {0};
        bool here = !hg_dataset_fetch(name, true, NULL, NULL, &e);
        note_value(f, name, here ? "here and verified" : "not here", json_boolean(here));
        if (here) continue;
        if (e.status == HG_NETWORK)
            snprintf(text, sizeof text, "%s is not here; to get it: hourglass data fetch %s", name, name);
        else snprintf(text, sizeof text, "%s: %.180s", name, e.what);
        advise(f, text);
    }
}

/* The folder itself, or the nearest one above it that is there. */
static void existing_folder(char *path)
{
    while (*path && !hg__is_dir(path)) {
        char *slash = strrchr(path, '/');
        if (!slash) snprintf(path, 2, ".");
        else slash[slash == path] = 0;
    }
}

static void find_room(findings *f, const char *what, const char *folder)
{
    char path[4096], size[32], text[4200];
    struct statvfs disk;
    snprintf(path, sizeof path, "%s", folder);
    existing_folder(path);
    if (statvfs(path, &disk)) return;
    double left = (double)disk.f_bavail * (double)disk.f_frsize;
    snprintf(text, sizeof text, "%s (%s free)", folder, hg__output_bytes(left, size, sizeof size));
    note_value(f, what, text, json_pack("{s:o, s:I}", "folder", hg__json_word(folder), "free_bytes", (json_int_t)left));
    if (access(path, W_OK)) {
        snprintf(text, sizeof text, "%.3800s cannot be written; choose another folder%s", path,
                 strcmp(what, "data cache") ? "" : " with HOURGLASS_DATA=FOLDER");
        advise(f, text);
    }
    if (left < 200e6) {
        snprintf(text, sizeof text, "%.3800s has only %s free; make room", path, size);
        advise(f, text);
    }
}

static void find_folders(findings *f)
{
    char cache[4096];
    hg_error e = {0};
    if (hg__cache_folder(cache, sizeof cache, &e)) advise(f, e.what);
    else find_room(f, "data cache", cache);
    find_room(f, "this folder", ".");
}

static void find_terminal(findings *f, const hg__console *c)
{
    static const char *const colours[] = {"no colour", "256 colours", "24-bit colour"};
    note(f, "terminal", c->terminal_out ? colours[c->colour_out] : "none: standard output goes elsewhere");
}

/* ---- The command ------------------------------------------------------------------------------- */

static hg_status print(hg__call *call, findings *f, hg_error *e)
{
    if (call->common->json) {
        json_object_set(f->json, "advice", f->advice);
        return hg__output_json(&call->out, json_incref(f->json), e);
    }
    hg__text_add(&call->out, "%s", f->table.at ? f->table.at : "");
    hg__text_add(&call->out, "\n%s\n", json_array_size(f->advice) ? "What could be better" : "All is well.");
    for (size_t i = 0; i < json_array_size(f->advice); i++)
        hg__text_add(&call->out, "  %s\n", json_string_value(json_array_get(f->advice, i)));
    return hg__text_done(&f->table, e);
}

static hg_status run_doctor(hg__call *call, hg_error *e)
{
    findings f = {.json = json_object(), .advice = json_array()};
    note(&f, "version", HG_VERSION);
    find_cpu(&f);
    find_memory(&f);
    find_kernels(&f);
    find_libraries(&f);
    find_data(&f);
    find_folders(&f);
    find_terminal(&f, &call->console);
    hg_status s = print(call, &f, e);
    hg__text_close(&f.table);
    json_decref(f.json);
    json_decref(f.advice);
    return s;
}

const hg__command hg__command_doctor = {
    .name = "doctor",
    .summary = "what this machine has, what is wrong, and how to mend it",
    .words = "",
    .examples =
        (const hg__example[]){{"hourglass doctor", "processor, memory, kernels, libraries, data, disk and terminal"},
                              {NULL, NULL}},
    .groups = (const hg__option_group[]){HG__COMMON_GROUP, HG__GROUPS_END},
    .size = sizeof(hg__common),
    .run = run_doctor,
};
