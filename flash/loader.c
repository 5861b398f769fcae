// SPDX-License-Identifier: MIT
// A loader from its start to its end. What it is given to do is in loader_queue.c.
#include "flash/loader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "flash/loader_queue.h"
#include "swd/mem_ap.h"

#define XPSR_IT 0x0600fc00u // the state of an IT block (ARMv7-M)

#define START_US 20000u

#define SEQUENCE_BYTES (8u * (FLASH_SEQUENCE_MAX + 1))

static uint32_t size_without_slots(const struct flash_loader_code *code)
{
    return (uint32_t)code->size + 4 * LOADER_CONTROL_WORDS + 2 * SEQUENCE_BYTES;
}

uint32_t loader_payload(const struct flash_loader_code *code, uint32_t ram_size)
{
    const uint32_t used = size_without_slots(code) + LOADER_SLOTS * LOADER_SLOT_HEADER;
    if (ram_size < used)
        return 0;
    const uint32_t payload = (ram_size - used) / LOADER_SLOTS / LOADER_GRAIN * LOADER_GRAIN;
    return payload < code->payload ? payload : code->payload;
}

static uint8_t *put_sequence(uint8_t *to, const struct flash_sequence *sequence)
{
    for (unsigned i = 0; i < sequence->count; i++, to += 8) {
        put_le32(to, sequence->step[i].addr);
        put_le32(to + 4, sequence->step[i].value);
    }
    put_le32(to, 0);
    put_le32(to + 4, 0);
    return to + 8;
}

static void put_control(struct loader *l, uint8_t *to, uint32_t enter, uint32_t leave)
{
    const struct flash_access *fa = l->fa;
    uint32_t word[LOADER_CONTROL_WORDS] = {
        [LOADER_REGS] = fa->bank->regs,
        [LOADER_CRC] = l->fa->bank->prepare->crc_unit,
        [LOADER_FIRST_SLOT] = l->slots,
        [LOADER_SLOTS_END] = l->slots + LOADER_SLOTS * loader_stride(l),
        [LOADER_SLOT_STRIDE] = loader_stride(l),
        [LOADER_ENTER] = enter,
        [LOADER_LEAVE] = leave,
        [LOADER_SAVED_LR] = l->regs[CORTEXM_LR],
    };
    for (unsigned i = 0; i < 2; i++) {
        bool is_there = fa->watchdog[i][0] != 0;
        // Without a watchdog the loader writes where it has the place of an error later.
        word[LOADER_WATCHDOG1 + 2 * i] =
            is_there ? fa->watchdog[i][0] : l->control + 4 * LOADER_WHERE;
        word[LOADER_WATCHDOG1 + 2 * i + 1] = fa->watchdog[i][1];
    }
    memcpy(&word[LOADER_SAVED_R0], &l->regs[CORTEXM_R0], 8 * sizeof word[0]);
    memcpy(&word[LOADER_CODE_WORD], fa->code_word, sizeof fa->code_word);
    for (unsigned i = 0; i < LOADER_CONTROL_WORDS; i++)
        put_le32(to + 4 * i, word[i]);
}

static enum err upload(struct loader *l)
{
    const struct flash_access *fa = l->fa;
    uint8_t image[LOADER_CODE_MAX + 4 * LOADER_CONTROL_WORDS + 2 * SEQUENCE_BYTES];
    size_t at = l->code->size;
    assert(at <= LOADER_CODE_MAX);
    memcpy(image, l->code->bytes, at);
    uint8_t *enter = image + at + 4 * LOADER_CONTROL_WORDS;
    uint8_t *leave = put_sequence(enter, &fa->enter);
    uint8_t *end = put_sequence(leave, &fa->leave);
    uint32_t base = fa->bank->ram_base;
    l->control = base + (uint32_t)at;
    l->slots = base + (uint32_t)(end - image);
    put_control(l, image + at, base + (uint32_t)(enter - image), base + (uint32_t)(leave - image));
    return mem_ap_write(fa->mem, base, image, (size_t)(end - image));
}

// The program's memory and registers, as they have to be again.
static enum err borrow(struct loader *l)
{
    struct flash_access *fa = l->fa;
    struct flash_working_area *working_area = fa->working_area;
    enum err e = ERR_OK;
    for (unsigned r = 0; r < CORTEXM_REG_COUNT && !e; r++)
        if (cortexm_has_reg(fa->core, r) && core_reg_is_basic(r))
            e = cortexm_read_reg(fa->core, r, &l->regs[r]);
    if (e || fa->reset_follows || working_area->len)
        return e;
    uint32_t len = size_without_slots(l->code) + LOADER_SLOTS * loader_stride(l);
    working_area->bytes = malloc(len);
    if (!working_area->bytes)
        return ERR_MEMORY;
    e = mem_ap_read(fa->mem, fa->bank->ram_base, working_area->bytes, len, NULL);
    if (e) {
        flash_working_area_forget(working_area);
        return e;
    }
    working_area->addr = fa->bank->ram_base;
    working_area->len = len;
    return ERR_OK;
}

// Privileged, without interrupts, on no stack.
static enum err let_run(struct loader *l)
{
    struct cortexm *core = l->fa->core;
    uint32_t xpsr = (l->regs[CORTEXM_XPSR] & ~XPSR_IT) | XPSR_T;
    enum err e = cortexm_write_reg(core, CORTEXM_PC, l->fa->bank->ram_base);
    if (!e && l->regs[CORTEXM_PRIMASK] != 1)
        e = cortexm_write_reg(core, CORTEXM_PRIMASK, 1);
    if (!e && l->regs[CORTEXM_CONTROL] != 0)
        e = cortexm_write_reg(core, CORTEXM_CONTROL, 0);
    if (!e && xpsr != l->regs[CORTEXM_XPSR])
        e = cortexm_write_reg(core, CORTEXM_XPSR, xpsr);
    if (!e)
        e = cortexm_pause_watchpoints(core, true);
    return e ? e : cortexm_resume(core);
}

// The exceptions of the loader are its own. A reset puts VTOR back by itself.
static enum err plan_vectors(struct loader *l)
{
    struct flash_access *fa = l->fa;
    uint32_t vtor = 0;
    if (!l->code->vectors)
        return ERR_OK;
    enum err e = fa->reset_follows ? ERR_OK : mem_ap_read32(fa->mem, SCS_VTOR, &vtor);
    flash_sequence_write(&fa->enter, SCS_VTOR, fa->bank->ram_base);
    flash_sequence_write(&fa->leave, SCS_VTOR, vtor);
    return e;
}

// A reset puts it back by itself.
static enum err plan_bus_faults(struct loader *l)
{
    struct flash_access *fa = l->fa;
    uint32_t ccr = 0;
    if (!l->code->faultmask)
        return ERR_OK;
    enum err e = mem_ap_read32(fa->mem, SCS_CCR, &ccr);
    flash_sequence_write(&fa->enter, SCS_CCR, ccr | CCR_BFHFNMIGN);
    flash_sequence_write(&fa->leave, SCS_CCR, ccr);
    return e;
}

enum err loader_start(struct loader *l, struct flash_access *fa)
{
    *l = (struct loader){.fa = fa, .code = fa->bank->driver->loader};
    l->payload = loader_payload(l->code, fa->bank->ram_size);
    enum err e = borrow(l);
    if (!e)
        e = plan_vectors(l);
    if (!e)
        e = plan_bus_faults(l);
    if (!e)
        e = upload(l);
    if (!e)
        e = let_run(l);
    l->running = !e;
    l->busy_until_us = l->busy_limit_us = loader_now_us(l);
    return e;
}

static enum err wait_halted(struct loader *l)
{
    uint64_t deadline = loader_now_us(l) + START_US;
    for (;;) {
        bool late = loader_now_us(l) > deadline;
        uint32_t dhcsr;
        enum err e = cortexm_read_dhcsr(l->fa->core, &dhcsr);
        if (e || dhcsr & DHCSR_S_HALT)
            return e;
        if (late)
            return loader_fail_dead(l, "does not come to its end");
    }
}

// CONTROL first: it says which stack pointer is in use. SP is then one of the two.
static enum err give_registers_back(struct loader *l)
{
    static const uint8_t first[] = {CORTEXM_CONTROL, CORTEXM_XPSR, CORTEXM_MSP, CORTEXM_PSP};
    struct cortexm *core = l->fa->core;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < sizeof first + CORTEXM_REG_COUNT && !e; i++) {
        enum cortexm_reg r = i < sizeof first ? first[i] : i - sizeof first;
        uint32_t value;
        if (!cortexm_has_reg(core, r) || !core_reg_is_basic(r) || r == CORTEXM_SP)
            continue;
        e = cortexm_read_reg(core, r, &value);
        if (!e && value != l->regs[r])
            e = cortexm_write_reg(core, r, l->regs[r]);
    }
    return e;
}

// Stops a loader that is broken, and undoes what it would have undone.
static enum err force_end(struct loader *l)
{
    enum err e = cortexm_halt(l->fa->core);
    return e ? e : l->fa->bank->driver->end(l->fa);
}

static enum err end_properly(struct loader *l)
{
    uint8_t slot[8] = {0};
    put_le32(&slot[4], LOADER_WORK_LEAVE);
    if (loader_is_at_long_work(l))
        log_line(l->fa->log, LOG_NOTE,
                 "flash: an erase is going on, which nothing can stop: waiting for its end");
    enum err e = loader_submit(l, slot, sizeof slot, (struct loader_span){0, 0});
    if (!e)
        e = loader_wait(l);
    return e ? e : wait_halted(l);
}

enum err loader_stop(struct loader *l)
{
    if (!l->running)
        return ERR_OK;
    enum err e = l->broken ? ERR_OK : end_properly(l);
    const struct log_mark kept = log_keep(l->fa->log);
    enum err forced = ERR_OK;
    // After an error that it reported, it has left by itself.
    if ((e || l->broken) && !l->status)
        forced = force_end(l);
    else if (l->broken)
        forced = wait_halted(l);
    l->running = false;
    if (!forced)
        forced = cortexm_pause_watchpoints(l->fa->core, false);
    if (!forced)
        forced = mem_ap_write32(l->fa->mem, SCS_DFSR, DFSR_BKPT | DFSR_HALTED);
    if (!forced && !l->fa->reset_follows)
        forced = give_registers_back(l);
    if (e)
        log_restore(l->fa->log, &kept);
    return e ? e : forced;
}
