// SPDX-License-Identifier: MIT
// The chip's debug unit: it keeps debugging alive in Stop and Standby and stops the watchdogs while
// the core is halted. Its registers survive everything but a power-on reset, so that what is not
// put back stays wrong in the field. Where it has a clock gate, that has to be open for a write; a
// system reset closes it.
#ifndef SWDLINK_TARGETS_DBGMCU_H
#define SWDLINK_TARGETS_DBGMCU_H

#include "base/err.h"
#include "swd/mem_batch.h"
#include "targets/families/family.h"

// What was found.
struct dbgmcu_state {
    uint32_t value[DBGMCU_MAX_REGS];
    bool gate_was_closed;
    bool known; // all of it was read, and something may have been changed since
};

// Sets what keeps debugging alive in low-power modes (on), or clears it. The gate is as it was
// afterwards. *found may be NULL. A layout that is NULL has nothing to set.
enum err dbgmcu_set_low_power(const struct mem_ap *mem, const struct dbgmcu_layout *layout, bool on,
                              struct dbgmcu_state *found) MUST_CHECK;
// The registers as they are; *found->known says whether they could be read. The gate is open then.
enum err dbgmcu_read(const struct mem_ap *mem, const struct dbgmcu_layout *layout,
                     struct dbgmcu_state *found) MUST_CHECK;
// The same as part of a batch, by a caller that knows what the gate's register holds.
void dbgmcu_add_read(struct mem_batch *b, const struct dbgmcu_layout *layout, uint32_t gate,
                     struct dbgmcu_state *found);
// What dbgmcu_set() writes, as part of a batch.
void dbgmcu_add_set(struct mem_batch *b, const struct dbgmcu_layout *layout, bool low_power,
                    const struct dbgmcu_state *found);
// Sets what debugging needs: the freezes, and with low_power the other bits as well. The gate stays
// open, unless the registers cannot be read: then nothing was changed, and found->known is false.
enum err dbgmcu_set(const struct mem_ap *mem, const struct dbgmcu_layout *layout, bool low_power,
                    struct dbgmcu_state *found) MUST_CHECK;
// Puts back what was found, the gate too.
enum err dbgmcu_put_back(const struct mem_ap *mem, const struct dbgmcu_layout *layout,
                         const struct dbgmcu_state *found) MUST_CHECK;

#endif
