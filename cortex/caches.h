// SPDX-License-Identifier: MIT
// The caches of a Cortex-M7 (DDI 0403, B2.2.7 and B3.2; DDI 0489), as far as a debugger has to
// care. The access port decides whether an access of the debugger looks into the data cache
// (HPROT[3] of its CSW), and no probe tells how it has set that; the instruction cache is never
// looked into. What is done here is right in either case:
//  - before memory is read, lines that hold it are written back;
//  - before it is written they are written back and dropped, and so afterwards, because the write
//    itself may have been taken by a line, and instructions are fetched from memory;
//  - before the core goes on, the instruction cache is emptied, if memory has changed that it may
//    hold (cortexm.c).
// The tightly coupled memories have no caches. A data cache that is off is left alone: it may never
// have been emptied since power-on, and hold anything.
#ifndef SWDLINK_CORTEX_CACHES_H
#define SWDLINK_CORTEX_CACHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cortex/core_caps.h"
#include "swd/mem_batch.h"

#define CACHE_LINE 32u

struct caches {
    bool has_data, has_code; // the core has them
    bool stale_code;         // memory has changed that instructions may be fetched from
    // CCR as it was read when the core had run so often (cortexm.runs).
    bool seen;
    uint32_t seen_runs;
    bool data_on;
    bool learnt; // the following
    uint32_t itcm_size, dtcm_size;
    uint32_t sets, ways;
    bool cleaned; // all lines were written back at that stop
    uint32_t cleaned_runs;
};

void caches_attach(struct caches *c, const struct core_caps *caps);
// What CCR says at the stop that `runs` stands for.
void caches_note_ccr(struct caches *c, uint32_t ccr, uint32_t runs);
// The same, read, unless it is known of a core that has not run since; of one that runs it never
// is. Of the first data cache that is found on its size is read, too, and which memories it leaves
// out.
enum err caches_look(struct caches *c, const struct mem_ap *mem, uint32_t runs,
                     bool halted) MUST_CHECK;

// Whether a line of the data cache, as far as it was seen, may hold what is at the address; and
// whether one of the instruction cache may.
bool caches_may_hold_data(const struct caches *c, uint32_t addr);
bool caches_may_hold_code(const struct caches *c, uint32_t addr);

// Of the line at an address: writes it back, and drops it. As part of a batch.
void caches_add_clean(struct mem_batch *b, uint32_t addr);
void caches_add_drop(struct mem_batch *b, uint32_t addr);
// Of the lines of a range, or of all where that is less.
enum err caches_clean(struct caches *c, const struct mem_ap *mem, uint32_t addr, size_t len,
                      uint32_t runs) MUST_CHECK;
enum err caches_drop(struct caches *c, const struct mem_ap *mem, uint32_t addr,
                     size_t len) MUST_CHECK;

// Of a halted core: caches and MPU are off while code of the debugger works on the flash, and the
// data cache is empty then and afterwards. Nothing on a core without caches.
struct caches_held {
    bool held;
    uint32_t ccr, mpu_ctrl;
};
enum err caches_hold(struct caches *c, const struct mem_ap *mem,
                     struct caches_held *held) MUST_CHECK;
enum err caches_give_back(struct caches *c, const struct mem_ap *mem,
                          struct caches_held *held) MUST_CHECK;

#endif
