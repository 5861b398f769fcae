// SPDX-License-Identifier: MIT
// The sentence about what swdlink cannot do with a chip.
#include "targets/target.h"

enum err target_fail_unknown_flash(const struct target *t, const char *what)
{
    char parts[160];
    return log_fail(t->log, ERR_UNSUPPORTED,
                    "swdlink cannot %s this chip (%s, id 0x%03x): it can be debugged and read, and "
                    "programs run in its RAM",
                    what, chip_parts(&t->id, parts, sizeof parts), chip_device_id(&t->id));
}
