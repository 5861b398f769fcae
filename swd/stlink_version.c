// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "swd/stlink.h"

const char *stlink_version_text(const struct stlink *st, char *text, size_t size)
{
    const struct stlink_version *v = &st->version;
    size_t at = (size_t)snprintf(text, size, "V%uJ%u", v->hardware, v->jtag);
    if (v->msd && at < size)
        at += (size_t)snprintf(text + at, size - at, "M%u", v->msd);
    if (v->bridge && at < size)
        at += (size_t)snprintf(text + at, size - at, "B%u", v->bridge);
    if ((v->swim || (!v->msd && !v->bridge)) && at < size)
        at += (size_t)snprintf(text + at, size - at, "S%u", v->swim);
    if (v->power && at < size)
        snprintf(text + at, size - at, "P%u", v->power);
    return text;
}
