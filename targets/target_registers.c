// SPDX-License-Identifier: MIT
// The registers of a halted core.
#include "targets/target_private.h"

enum err target_read_reg(struct target *t, enum cortexm_reg reg, uint32_t *value)
{
    enum err e = target_claim_halted(t);
    return e ? e : target_note_error(t, cortexm_read_reg(&t->core, reg, value));
}

enum err target_read_reg64(struct target *t, enum cortexm_reg reg, uint64_t *value)
{
    enum err e = target_claim_halted(t);
    return e ? e : target_note_error(t, cortexm_read_reg64(&t->core, reg, value));
}

enum err target_write_reg64(struct target *t, enum cortexm_reg reg, uint64_t value)
{
    enum err e = target_claim_halted(t);
    return e ? e : target_note_error(t, cortexm_write_reg64(&t->core, reg, value));
}

enum err target_write_reg(struct target *t, enum cortexm_reg reg, uint32_t value)
{
    enum err e = target_claim_halted(t);
    return e ? e : target_note_error(t, cortexm_write_reg(&t->core, reg, value));
}
