// SPDX-License-Identifier: MIT
// The core's debug unit, for the layers above.
#include "targets/target.h"

enum err target_read_dhcsr(struct target *t, uint32_t *dhcsr)
{
    return cortexm_read_dhcsr(&t->core, dhcsr);
}

enum err target_set_vector_catch(struct target *t, uint32_t bits)
{
    return target_note_error(t, cortexm_set_vcatch(&t->core, bits));
}

enum err target_catch_reset(struct target *t, bool on)
{
    return cortexm_catch_reset(&t->core, on);
}

bool target_take_reset(struct target *t)
{
    return cortexm_take_reset(&t->core);
}
