// SPDX-License-Identifier: MIT
// Lists of register accesses, carried out by the debugger.
#include "flash/flash.h"

#include <assert.h>

#include "swd/mem_ap.h"

#define WAIT_LIMIT_US 10000u

enum { WAIT_SET = 1, WAIT_CLEAR = 2 };

static void add_step(struct flash_sequence *sequence, uint32_t addr, uint32_t value)
{
    assert(sequence->count < FLASH_SEQUENCE_MAX); // drivers and families know how much they append
    sequence->step[sequence->count].addr = addr;
    sequence->step[sequence->count].value = value;
    sequence->count++;
}

void flash_sequence_write(struct flash_sequence *sequence, uint32_t addr, uint32_t value)
{
    add_step(sequence, addr, value);
}

void flash_sequence_wait_set(struct flash_sequence *sequence, uint32_t addr, uint32_t mask)
{
    add_step(sequence, addr | WAIT_SET, mask);
}

void flash_sequence_wait_clear(struct flash_sequence *sequence, uint32_t addr, uint32_t mask)
{
    add_step(sequence, addr | WAIT_CLEAR, mask);
}

static enum err wait_for(const struct mem_ap *mem, uint32_t addr, uint32_t mask, uint32_t wanted)
{
    uint64_t deadline = debug_probe_now_us(mem->probe) + WAIT_LIMIT_US;
    for (;;) {
        bool late = debug_probe_now_us(mem->probe) > deadline;
        uint32_t value;
        enum err e = mem_ap_read32(mem, addr, &value);
        if (e || (value & mask) == wanted)
            return e;
        if (late)
            return log_fail(
                mem->probe->log, ERR_TIMEOUT,
                "the chip does not get its flash ready: the bits 0x%08x of the register at 0x%08x "
                "should become 0x%08x, and it holds 0x%08x; reset the target and try again",
                mask, addr, wanted, value);
    }
}

enum err flash_sequence_run(const struct flash_sequence *sequence, const struct mem_ap *mem)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < sequence->count && !e; i++) {
        uint32_t addr = sequence->step[i].addr & ~3u, value = sequence->step[i].value;
        if (sequence->step[i].addr & 3)
            e = wait_for(mem, addr, value, sequence->step[i].addr & WAIT_SET ? value : 0);
        else
            e = mem_ap_write32(mem, addr, value);
    }
    return e;
}
