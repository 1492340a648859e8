#include "report/table/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/table/csv.h"

/* printf's %.<decimals>f with a point whatever the locale, which report text must not depend on. */
static void print_fixed(char text[400], double value, int decimals)
{
    snprintf(text, 400, "%.*f", decimals, value);
    char *comma = strchr(text, ',');
    if (comma)
        *comma = '.';
}

static const char *dash(struct hy_number *out)
{
    memcpy(out->text, HY_DASH, sizeof HY_DASH);
    return out->text;
}

const char *hy_show_fixed(struct hy_number *out, double value, int decimals)
{
    char plain[400], shown[sizeof out->text] = "", *to = shown;
    if (!isfinite(value))
        return dash(out);
    if (fabs(value) >= 1e15) {
        hy_csv_format(out->text, value, 3);
        return out->text;
    }
    print_fixed(plain, fabs(value), decimals);
    bool zero = strspn(plain, "0.") == strlen(plain); /* no minus before a rounded zero */
    if (value < 0 && !zero)
        to += sprintf(to, "\xE2\x88\x92");
    size_t digits = strcspn(plain, ".");
    for (size_t i = 0; plain[i]; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0)
            *to++ = ',';
        *to++ = plain[i];
    }
    *to = '\0';
    memcpy(out->text, shown, sizeof shown);
    return out->text;
}

const char *hy_show_short(struct hy_number *out, double value)
{
    double size = fabs(value);
    if (!isfinite(value))
        return dash(out);
    if (size != 0 && (size < 1e-4 || size >= 1e9)) {
        hy_csv_format(out->text, value, 3);
        return out->text;
    }
    /* after rounding to three digits, so that 0.9999 is 1.00 */
    int decimals = size == 0 ? 0 : 2 - (int)floor(log10(size) + 0.000217);
    return hy_show_fixed(out, value, decimals < 0 ? 0 : decimals);
}

const char *hy_show_ppl(struct hy_number *out, double value)
{
    if (!isfinite(value))
        return dash(out);
    if (value >= 1e6) {
        hy_csv_format(out->text, value, 2);
        return out->text;
    }
    return hy_show_fixed(out, value, value < 1000 ? 2 : 0);
}

const char *hy_show_percent(struct hy_number *out, double value)
{
    struct hy_number bare;
    if (!isfinite(value))
        return dash(out);
    hy_show_fixed(&bare, value, 1);
    bool plus = value > 0 && strcmp(bare.text, "0.0") != 0;
    snprintf(out->text, sizeof out->text, "%s%.30s\xC2\xA0%%", plus ? "+" : "", bare.text);
    return out->text;
}

/* The value divided down to its unit, three significant digits. */
static const char *with_unit(struct hy_number *out, double value, double step, const char *const *units, int count)
{
    int unit = 0;
    struct hy_number bare;
    if (!isfinite(value))
        return dash(out);
    while (unit + 1 < count && fabs(value) >= step * 0.9995) {
        value /= step;
        unit++;
    }
    snprintf(out->text, sizeof out->text, "%.30s%s%s", hy_show_short(&bare, value), *units[unit] ? " " : "",
             units[unit]);
    return out->text;
}

const char *hy_show_bytes(struct hy_number *out, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    return with_unit(out, bytes, 1024, units, 5);
}

const char *hy_show_time_ns(struct hy_number *out, double ns)
{
    static const char *const units[] = {"ns", "\xC2\xB5s", "ms", "s"};
    return with_unit(out, ns, 1000, units, 4);
}
