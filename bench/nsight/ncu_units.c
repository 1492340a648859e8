#include "bench/nsight/ncu_units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "report/table/csv.h"

bool hy_ncu_number(const char *text, double *value)
{
    char plain[64];
    size_t n = 0, digits = 0; /* since the last comma */
    bool commas = false, point = false;
    for (; *text && *text != ' ' && n + 1 < sizeof plain; text++) {
        if (*text == ',') {
            if (point || digits == 0 || digits > 3 || (commas && digits != 3))
                return false;
            commas = true;
            digits = 0;
            continue;
        }
        if (!point && !isdigit((unsigned char)*text) && commas && digits != 3)
            return false;
        point |= *text == '.' || *text == 'e' || *text == 'E';
        digits += !point && isdigit((unsigned char)*text);
        plain[n++] = *text;
    }
    plain[n] = '\0';
    if ((commas && !point && digits != 3) || (*text && strncmp(text, " (", 2) != 0))
        return false;
    *value = hy_csv_to_number(plain);
    return *value == *value;
}

/* A time's factor to seconds; 0: no time. */
static double seconds_of(const char *word)
{
    static const struct {
        const char *word;
        double seconds;
    } times[] = {{"second", 1},     {"s", 1},     {"msecond", 1e-3}, {"ms", 1e-3},
                 {"usecond", 1e-6}, {"us", 1e-6}, {"nsecond", 1e-9}, {"ns", 1e-9}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (strcmp(word, times[i].word) == 0)
            return times[i].seconds;
    return 0;
}

/* What is counted, and the factor of the prefix before it: K, M, G, T before a word of at least two letters. */
static double counted_of(const char **word)
{
    static const char prefixes[] = "KMGTP";
    static const double factors[] = {1e3, 1e6, 1e9, 1e12, 1e15};
    const char *prefix = **word ? strchr(prefixes, **word) : NULL;
    if (!prefix || !islower((unsigned char)(*word)[1]) || !(*word)[2])
        return 1;
    (*word)++;
    return factors[prefix - prefixes];
}

double hy_ncu_unit(const char *unit, char *base, size_t size)
{
    char above[48];
    const char *slash = strchr(unit, '/'), *word = above;
    snprintf(above, sizeof above, "%.*s", slash ? (int)(slash - unit) : (int)strlen(unit), unit);
    if (strcmp(unit, "%") == 0) {
        snprintf(base, size, "percent");
        return 1;
    }
    const double time = seconds_of(above), per = slash ? seconds_of(slash + 1) : 0;
    double factor = time > 0 ? time * 1e9 : counted_of(&word);
    if (per > 0)
        factor /= per;
    snprintf(base, size, "%s%s%s", time > 0 ? "ns" : word, slash ? "/" : "", per > 0 ? "s" : slash ? slash + 1 : "");
    return factor;
}
