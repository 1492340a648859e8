/* --pin and --realtime through the program: what they came to stands in env.json's settings. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/cli.h"

TestSuite(cli_realtime, .init = cli_begin, .fini = cli_end);

/* One value of `hymbench env --json`; the caller decrefs. */
static json_t *value(const struct cli *c, const char *section, const char *key)
{
    json_error_t error;
    json_t *env = json_loads(c->out, 0, &error);
    cr_assert_not_null(env, "%s: %s", error.text, c->out);
    json_t *v = json_incref(json_object_get(json_object_get(env, section), key));
    json_decref(env);
    cr_assert_not_null(v, "no %s.%s", section, key);
    return v;
}

static void expect(const struct cli *c, const char *section, const char *key, const char *text)
{
    json_t *v = value(c, section, key);
    char *dump = json_dumps(v, JSON_ENCODE_ANY);
    cr_assert_str_eq(dump, text, "%s.%s is %s", section, key, dump);
    free(dump);
    json_decref(v);
}

Test(cli_realtime, is_off_unless_asked_for)
{
    const struct cli *c = cli_good("unset OMP_PLACES OMP_PROC_BIND; $H env --json");
    expect(c, "settings", "realtime", "\"off\"");
    expect(c, "settings", "pinned", "false");
    expect(c, "settings", "threads_asked", "1");
}

Test(cli_realtime, says_so_where_it_is_not_allowed)
{
    const char *line =
        "prlimit --rtprio=0 setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice $H env --json --realtime";
    if (geteuid() != 0)
        line = "prlimit --rtprio=0 $H env --json --realtime";
    const struct cli *c = cli_good(line);
    expect(c, "settings", "realtime", "\"refused\"");
    cr_assert(strstr(c->err, "CAP_SYS_NICE"), "%s", c->err);
    c = cli_good("HYMBENCH_REALTIME=0 $H env --json");
    expect(c, "settings", "realtime", "\"off\"");
    cli_refused(2, "HYMBENCH_REALTIME", "HYMBENCH_REALTIME=maybe $H env");
}

Test(cli_realtime, measures_before_others_where_it_is_allowed)
{
    const struct cli *c = cli_good("$H env --json --realtime");
    json_t *state = value(c, "settings", "realtime");
    const bool on = strcmp(json_string_value(state), "on") == 0;
    json_decref(state);
    if (!on)
        cr_skip_test("this process may not run before others (SCHED_FIFO)");
    cr_assert_eq(c->err[0], '\0', "%s", c->err);
    /* the kernels' table comes out the same way, and at some moment the program was seen to run before others */
    pid_t p = cli_start("exec $H micro --realtime --filter rmsnorm --budget 3 --csv $D/k.csv");
    char line[128];
    snprintf(line, sizeof line, "for i in $(seq 300); do chrt -a -p %d; sleep 0.01; done | grep -q SCHED_FIFO", (int)p);
    const bool seen = system(line) == 0;
    cr_assert(cli_settled(cli_wait(p)));
    cr_assert(seen, "never under SCHED_FIFO");
    cr_assert(cli_exists("k.csv"));
}

Test(cli_realtime, pins_each_thread)
{
    const struct cli *c = cli_good("unset OMP_PLACES OMP_PROC_BIND; $H env --json --pin");
    expect(c, "settings", "pinned", "true");
    expect(c, "settings", "threads", "1");
    json_t *places = value(c, "variables", "OMP_PLACES");
    cr_assert_eq(json_string_value(places)[0], '{');
    json_decref(places);
    c = cli_good("unset OMP_PLACES; OMP_PROC_BIND=false $H env --json --pin");
    expect(c, "settings", "pinned", "false"); /* who set it is obeyed */
    c = cli_good("unset OMP_PLACES OMP_PROC_BIND; $H env --json --pin --threads 200");
    expect(c, "settings", "pinned", "false");
    cr_assert(strstr(c->err, "--pin: 200 threads are more"), "%s", c->err);
}
