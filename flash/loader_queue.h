// SPDX-License-Identifier: MIT
// What loader.c, which starts and ends a loader, needs of its queue.
#ifndef SWDLINK_FLASH_LOADER_QUEUE_H
#define SWDLINK_FLASH_LOADER_QUEUE_H

#include "flash/loader.h"

// Words of the control block.
enum {
    LOADER_PUBLISHED,
    LOADER_DONE,
    LOADER_WHERE,
    LOADER_REGS,
    LOADER_CRC,
    LOADER_FIRST_SLOT,
    LOADER_SLOTS_END,
    LOADER_SLOT_STRIDE,
    LOADER_WATCHDOG1,
    LOADER_ENTER = 12,
    LOADER_LEAVE,
    LOADER_SAVED_LR = 16,
    LOADER_SAVED_R0,
    LOADER_CODE_WORD = LOADER_SAVED_R0 + 8,
    LOADER_CONTROL_WORDS = LOADER_CODE_WORD + 2,
};

#define LOADER_SLOT_HEADER 8u // address and work
#define LOADER_WORK_LEAVE  (1u << 25)

// Bytes from a slot to the next one.
uint32_t loader_stride(const struct loader *l);
uint64_t loader_now_us(const struct loader *l);
// What the work of a slot takes at least, and how much longer it may take, where that is seconds.
struct loader_span {
    uint64_t min_us, more_us;
};
// Writes a slot and publishes it; waits for a free one.
enum err loader_submit(struct loader *l, const uint8_t *slot, size_t len,
                       struct loader_span span) MUST_CHECK;
// ERR_STATE: the loader `what`, and counts as broken.
enum err loader_fail_dead(struct loader *l, const char *what) MUST_CHECK;

#endif
