// SPDX-License-Identifier: MIT
// The values in a board's text.
#include <stdlib.h>

#include "sim/board/board_state.h"

enum err board_bad_value(struct sim_board *board, const char *key, const char *value,
                         const char *allowed)
{
    return log_fail(board->log, ERR_USAGE, "the virtual board's %s cannot be \"%s\": it is %s", key,
                    value, allowed);
}

bool board_parse_number(const char *value, unsigned long long most, unsigned long long *number)
{
    char *end;
    if (*value < '0' || *value > '9')
        return false;
    *number = strtoull(value, &end, 0);
    return !*end && *number <= most;
}
