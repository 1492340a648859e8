/* What the run was made on and with, readable; env.json has all of it. */
#include "report/pages/environment.h"

#include <stdlib.h>
#include <string.h>

const char *hy_environment_text(struct hy_doc *d, const struct hy_report *r, const char *paths)
{
    char *owned;
    const char *text = hy_doc_format(d, "%s", hy_env_text(&r->data, paths, &owned));
    free(owned);
    return text;
}

/* ---- facts from env.json, those that are there ------------------------------------------------------------- */
struct known {
    const char *label, *paths;
    bool bytes;
};

static void facts(struct hy_doc *d, const struct hy_report *r, const struct known *known, size_t count)
{
    struct hy_fact *fact = hy_doc_alloc(d, count * sizeof *fact);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = hy_environment_text(d, r, known[i].paths);
        if (!*text || strcmp(text, "unknown") == 0)
            continue;
        if (known[i].bytes)
            text = hy_cell_bytes(d, hy_csv_to_number(text)).text;
        fact[n++] = (struct hy_fact){_(known[i].label), text};
    }
    if (n > 0)
        hy_doc_facts(d, fact, n);
}

static const struct known machine[] = {{N_("processor"), "machine.cpu|cpu", false},
                                       {N_("cores"), "machine.cores|cores", false},
                                       {N_("cores allowed"), "machine.cores_allowed", false},
                                       {N_("clock (MHz)"), "machine.clock_mhz", false},
                                       {N_("memory"), "machine.memory_bytes|memory_bytes", true},
                                       {N_("L1 data"), "machine.l1d_bytes", true},
                                       {N_("L2"), "machine.l2_bytes", true},
                                       {N_("last-level cache"), "machine.llc_bytes", true},
                                       {N_("system"), "machine.os|os", false},
                                       {N_("kernel"), "machine.kernel", false},
                                       {N_("hypervisor"), "host.hypervisor", false},
                                       {N_("governor"), "host.governor", false},
                                       {N_("turbo"), "host.turbo", false},
                                       {N_("hyperthreads"), "host.smt", false},
                                       {N_("huge pages"), "host.transparent_huge_pages", false},
                                       {N_("NUMA nodes"), "host.numa_nodes", false},
                                       {N_("group's CPUs"), "host.cgroup_cpus", false},
                                       {N_("group's memory"), "host.cgroup_memory_bytes", true}};

static const struct known program[] = {{N_("version"), "build.version", false},
                                       {N_("commit"), "build.git_sha|git.sha|git_sha", false},
                                       {N_("with changes"), "build.dirty|git.dirty|dirty", false},
                                       {N_("compiler"), "build.compiler|compiler", false},
                                       {N_("flags"), "build.flags", false},
                                       {N_("flags by ISA"), "build.isa_flags", false},
                                       {N_("ISA used"), "settings.isa|machine.isa|isa", false},
                                       {N_("threads"), "settings.threads|machine.threads|threads", false},
                                       {N_("threads asked"), "settings.threads_asked", false},
                                       {N_("pinned"), "settings.pinned", false},
                                       {N_("real time"), "settings.realtime", false},
                                       {N_("products by"), "blas.products", false},
                                       {N_("oneDNN's ISA"), "blas.onednn_isa", false},
                                       {N_("started"), "run.started|time_utc", false},
                                       {N_("note"), "note", false}};

/* ---- lists of env.json -------------------------------------------------------------------------------------- */

/* "OpenBLAS 0.3.21 NO_LAPACKE ..." is 0.3.21: the first word that begins with a digit, else all. */
static const char *version_in(struct hy_doc *d, const char *text)
{
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        if (*word >= '0' && *word <= '9')
            return hy_doc_format(d, "%.*s", (int)length, word);
        word += length + (word[length] == ' ');
    }
    return text;
}

static void libraries(struct hy_doc *d, const struct hy_report *r)
{
    json_t *list = json_object_get(r->data.env, "libraries"), *value;
    const char *name;
    struct hy_fact *fact = hy_doc_alloc(d, (json_object_size(list) + 1) * sizeof *fact);
    size_t n = 0;
    json_object_foreach(list, name, value)
    {
        if (json_is_string(value))
            fact[n++] = (struct hy_fact){name, version_in(d, json_string_value(value))};
    }
    if (n == 0)
        return;
    hy_doc_heading(d, "environment-libraries", _("Libraries"));
    hy_doc_facts(d, fact, n);
}

static const char *as_text(struct hy_doc *d, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
    const char *text = hy_doc_format(d, "%s", dumped ? dumped : "");
    free(dumped);
    return text;
}

/* GPUs that were opened: what their driver says of them. */
static void devices(struct hy_doc *d, const struct hy_report *r)
{
    json_t *list = json_object_get(r->data.env, "devices"), *device, *value;
    size_t i;
    const char *name;
    json_array_foreach(list, i, device)
    {
        struct hy_fact *fact = hy_doc_alloc(d, (json_object_size(device) + 1) * sizeof *fact);
        size_t n = 0;
        json_object_foreach(device, name, value)
        {
            fact[n++] = (struct hy_fact){name, as_text(d, value)};
        }
        if (n == 0)
            continue;
        hy_doc_heading(d, NULL, _("GPU"));
        hy_doc_facts(d, fact, n);
    }
}

/* Variables that may change what runs: those that were set, for by default none is. */
static void variables(struct hy_doc *d, const struct hy_report *r)
{
    json_t *list = json_object_get(r->data.env, "variables"), *value;
    const char *name, *text = "";
    if (!list)
        return;
    json_object_foreach(list, name, value)
    {
        text = hy_doc_format(d, "%s%s%s=%s", text, *text ? "\n" : "", name, as_text(d, value));
    }
    hy_doc_heading(d, "environment-variables", _("Variables of the environment"));
    if (*text)
        hy_doc_paragraph(d, HY_CODE, text);
    hy_doc_paragraph(d, HY_CAPTION,
                     *text ? _("Those that were set, of all that may change what runs or how fast: OMP_, OPENBLAS_, "
                               "DNNL_, CUDA_, HYMBENCH_ and the like. All others were left at their defaults.")
                           : _("None was set of those that may change what runs or how fast: all were left at their "
                               "defaults."));
}

void hy_page_environment(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "environment", _("Reproduction and environment"), false);
    hy_environment_reproduction(d, r);
    if (!r->data.env) {
        hy_page_missing(d, hy_doc_format(d, _("The environment is not known: %s."), r->data.env_why));
        return;
    }
    hy_doc_heading(d, "environment-machine", _("Machine"));
    facts(d, r, machine, sizeof machine / sizeof *machine);
    devices(d, r);
    hy_doc_heading(d, "environment-program", _("Program"));
    facts(d, r, program, sizeof program / sizeof *program);
    libraries(d, r);
    hy_environment_peaks(d, r);
    variables(d, r);
    hy_doc_paragraph(d, HY_CAPTION, _("env.json in the run folder has all of it in full."));
}
