#include "bench/compare/value_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *hy_value_text(char text[HY_VALUE_TEXT], double value, const char *unit, int digits)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}};
    double shown = value;
    const char *name = unit;
    for (size_t i = 0; strcmp(unit, "ns") == 0 && i < sizeof units / sizeof *units; i++)
        if (value >= units[i].ns) {
            shown = value / units[i].ns;
            name = units[i].name;
            break;
        }
    if (isnan(value))
        text[0] = '\0';
    else if (fabs(shown) >= 1e5 && fabs(shown) < 1e15)
        snprintf(text, HY_VALUE_TEXT, "%.0f%s%.20s", shown, name[0] ? " " : "", name);
    else
        snprintf(text, HY_VALUE_TEXT, "%.*g%s%.20s", digits, shown, name[0] ? " " : "", name);
    return text;
}
