// SPDX-License-Identifier: MIT
// What the layers above may know of a target without a look into its struct.
#include "targets/target.h"

const struct chip_identity *target_identity(const struct target *t)
{
    return &t->id;
}

const struct flash_bank *target_flash(const struct target *t)
{
    return &t->bank;
}

const struct flash_bank *target_eeprom(const struct target *t)
{
    return &t->eeprom;
}

const struct core_caps *target_core_caps(const struct target *t)
{
    return &t->core.caps;
}

uint32_t target_cpuid(const struct target *t)
{
    return t->core.cpuid;
}

unsigned target_break_comparators(const struct target *t)
{
    return t->core.bpu.count;
}

unsigned target_watch_comparators(const struct target *t)
{
    return t->core.dwt.count;
}

uint32_t target_vector_catch(const struct target *t)
{
    return t->core.vcatch;
}

bool target_has_flash_job(const struct target *t)
{
    return t->job != NULL;
}
