// SPDX-License-Identifier: MIT
// RTT: ring buffers in the target's RAM by which a program talks while it runs (SEGGER
// UM08001, 16.3). The debugger finds the control block by its name, empties the "up" channels and
// fills the "down" ones with plain memory accesses, so the core is never halted. Bounded steps; no
// clock and no socket in here.
#ifndef SWDLINK_SERVER_RTT_H
#define SWDLINK_SERVER_RTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "targets/target.h"

#define RTT_MAX_CHANNELS 16u // of each direction
#define RTT_NAME_SIZE    32u
#define RTT_READ_MAX     4096u // bytes that one step brings

struct rtt_channel {
    uint32_t descriptor; // its address
    uint32_t buffer, size;
    char name[RTT_NAME_SIZE];
};

struct rtt {
    struct target *t;
    struct log *log;
    uint32_t search_base, search_size;
    uint32_t search_at; // how far this round of searching is
    uint32_t block;     // address of the control block; 0: not found (yet)
    unsigned up_count, down_count;
    struct rtt_channel up[RTT_MAX_CHANNELS], down[RTT_MAX_CHANNELS];
};

// The search is for the whole SRAM of the chip.
void rtt_init(struct rtt *r, struct target *t, struct log *log);
// A control block that is known, or a range to search (len 0: exactly there).
void rtt_set_search(struct rtt *r, uint32_t addr, uint32_t len);
// After a reset: what was found may be of the program before.
void rtt_forget(struct rtt *r);
// One step of the search, at most 4 KiB of RAM; *found when the block is known. A block that makes
// no sense (buffers outside of RAM) is not one.
enum err rtt_find(struct rtt *r, bool *found) MUST_CHECK;
// All of one round of the search.
enum err rtt_find_all(struct rtt *r, bool *found) MUST_CHECK;
// Overwrites the name of every control block where the search would look: what is found afterwards
// was made by the program that runs then. For a halted core, before its program starts.
enum err rtt_erase_blocks(struct rtt *r) MUST_CHECK;
// The program is about to start afresh, maybe another one: the block that is known must not be
// taken for that one's. Without one the search's range is looked through.
enum err rtt_retire(struct rtt *r) MUST_CHECK;
// Whether a control block may lie there.
bool rtt_may_lie_at(const struct rtt *r, uint32_t addr);
// What the program has written to an up channel, at most cap bytes; *len 0: nothing. A block that
// was overwritten is forgotten, which is no error.
enum err rtt_read(struct rtt *r, unsigned channel, uint8_t *data, size_t cap,
                  size_t *len) MUST_CHECK;
// As much as the program has room for in a down channel: *written.
enum err rtt_write(struct rtt *r, unsigned channel, const uint8_t *data, size_t len,
                   size_t *written) MUST_CHECK;

#endif
