#include "tests/ci/script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

char script_said[1 << 16];

int script_run(const char *line)
{
    FILE *f = popen(line, "r");
    cr_assert(f);
    script_said[fread(script_said, 1, sizeof script_said - 1, f)] = '\0';
    while (fgetc(f) != EOF) /* what writes more must not die of it */
        continue;
    const int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void script_says(const char *words)
{
    cr_assert(strstr(script_said, words), "it does not say '%s':\n%s", words, script_said);
}
