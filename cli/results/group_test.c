// SPDX-License-Identifier: MIT
#include <string.h>

#include "cli/results/readers.h"

bool readers_take_group_test(const char **p, struct span *group, struct span *name, bool *ignored)
{
    const char *at = *p;
    *ignored = text_skip(&at, "IGNORE_TEST(");
    if (!*ignored && !text_skip(&at, "TEST("))
        return false;
    const char *comma = strchr(at, ','), *end = at;
    for (unsigned open = 1; *end && open > 0; end++)
        open += *end == '(' ? 1u : *end == ')' ? -1u : 0u;
    if (!comma || end[-1] != ')' || comma + 1 >= end) // the comma of something behind it
        return false;
    *group = span_trim((struct span){at, (size_t)(comma - at)});
    *name = span_trim((struct span){comma + 1, (size_t)(end - comma - 2)});
    *p = end;
    return group->len > 0 && name->len > 0;
}
