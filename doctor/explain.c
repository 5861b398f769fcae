// SPDX-License-Identifier: MIT
#include "doctor/explain.h"

#include <stddef.h>
#include <string.h>

const char *explain_find(const char *id)
{
    for (unsigned i = 0; i < explanation_count; i++)
        if (strcmp(explanations[i].id, id) == 0)
            return explanations[i].text;
    return NULL;
}
