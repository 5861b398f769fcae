// SPDX-License-Identifier: MIT
#include "cli/chip_support.h"

#include <stdio.h>

const char *chip_support_text(const struct chip_support *s, char *text, size_t size)
{
    snprintf(text, size, "debug%s%s%s%s%s", s->flash ? ", flash" : "",
             s->options ? ", options" : "", s->protection ? ", protection" : "",
             s->doctor ? ", doctor" : "", s->flash ? "" : " (RAM only)");
    return text;
}

const char *chip_support_tried_text(const struct chip_support *s)
{
    if (s->tried_on_hardware)
        return "on hardware";
    if (s->tried_on_board)
        return s->tried_by_others ? "virtual board, other tools; not hardware"
                                  : "virtual board; not hardware";
    return s->core_on_board ? "core on the virtual board; not hardware" : "never";
}

json_t *chip_support_json(const struct chip_support *s)
{
    return json_pack("{s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b}", "debug", true, "flash",
                     s->flash, "options", s->options, "protection", s->protection, "doctor",
                     s->doctor, "core_tried_on_board", s->core_on_board || s->tried_on_board,
                     "tried_on_board", s->tried_on_board, "tried_by_others", s->tried_by_others,
                     "tried_on_hardware", s->tried_on_hardware);
}
