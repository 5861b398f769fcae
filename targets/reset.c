// SPDX-License-Identifier: MIT
// A reset of the target: what the flash is at comes to its end before, and a chip that had found
// its flash empty starts the program afterwards.
#include "swd/mem_ap.h"
#include "targets/target_private.h"

// What the slowest chip takes for an operation, in typical times (40 ms for 30 ms on an STM32F0, 4
// s for 2 s on an STM32F4), with some to spare.
#define FLASH_SLOWEST 3u
#define FLASH_MORE_US 10000u

// A register says that the flash was empty when the option bytes were loaded, and can be told that
// it is so no longer (RM0444, 3.3). Another tool may have left it, too.
static enum err reset_after_empty_flag(struct target *t, bool halt)
{
    const struct flash_driver *driver = t->bank.driver;
    const uint32_t addr = t->bank.regs + driver->empty_offset;
    uint32_t flag = 0;
    bool empty = true;
    enum err e = mem_ap_read32(&t->mem, addr, &flag);
    if (!e && (flag & driver->empty_mask))
        e = target_read_empty(t, &empty);
    // A flash that cannot be read is no reason not to reset, and may hold no program.
    if (e == ERR_FAULT) {
        log_forget(t->log);
        e = ERR_OK;
        empty = true;
    }
    if (!e && !empty) {
        log_line(t->log, LOG_NOTE,
                 "the chip had found its flash empty: its flag is cleared, so that it starts the "
                 "program");
        e = mem_ap_write32(&t->mem, addr,
                           driver->empty_toggles ? driver->empty_mask : flag & ~driver->empty_mask);
    }
    return e ? e : cortexm_reset(&t->core, halt);
}

// A chip that found its flash empty when it loaded its option bytes starts its boot loader at every
// reset until it loads them again (RM0091, 2.5).
static enum err reset_core(struct target *t, bool halt)
{
    const struct flash_driver *driver = t->bank.driver;
    bool empty;
    if (t->second)
        return second_core_reset(t, halt);
    if (t->id.chip && t->id.chip->empty_check && driver->empty_mask)
        return reset_after_empty_flag(t, halt);
    if (!t->found_empty || !driver->reload_value)
        return cortexm_reset(&t->core, halt);
    enum err e = target_read_empty(t, &empty);
    if (e || empty)
        return e ? e : cortexm_reset(&t->core, halt);
    t->found_empty = false;
    log_line(t->log, LOG_NOTE,
             "the chip had found its flash empty: it loads its option bytes anew, so that it "
             "starts the program");
    struct flash_access fa = {.mem = &t->mem, .log = t->log, .bank = &t->bank};
    if (driver->reload_prepare && (e = driver->reload_prepare(&fa)))
        return e;
    return cortexm_reset_by(&t->core, halt, t->bank.regs + driver->reload_offset,
                            driver->reload_value);
}

// Everybody waits meanwhile, so that there is a limit: sectors of which the erase takes seconds are
// not waited for, and the user is told.
#define FLASH_WAIT_LIMIT_US 150000u
static uint32_t longest_wait_us(const struct flash_layout *layout)
{
    const uint32_t longest = flash_layout_longest_us(layout);
    return longest < FLASH_WAIT_LIMIT_US / FLASH_SLOWEST ? FLASH_SLOWEST * longest + FLASH_MORE_US
                                                         : FLASH_WAIT_LIMIT_US;
}

// Whether the controller works, in either of its banks.
static enum err read_busy(struct target *t, uint32_t *status)
{
    const struct flash_driver *driver = t->bank.driver;
    uint32_t other = 0;
    enum err e = mem_ap_read32(&t->mem, t->bank.regs + driver->busy_offset, status);
    if (!e && t->bank.bank2 && driver->busy_offset2)
        e = mem_ap_read32(&t->mem, t->bank.regs + driver->busy_offset2, &other);
    *status |= other;
    return e;
}

// A reset in the middle of programming or erasing leaves cells that are neither 0 nor 1 (RM0091,
// chapter 3): the program is stopped, and the controller has the time that its longest operation
// takes. What cannot be read is no reason not to reset.
static void let_flash_finish(struct target *t)
{
    const struct flash_driver *driver = t->bank.driver;
    if (!driver || !driver->busy_mask || t->state != TARGET_RUNNING)
        return;
    uint64_t deadline = debug_probe_now_us(t->probe) + longest_wait_us(&t->bank.layout);
    uint32_t status = driver->busy_mask;
    enum err e = cortexm_halt(&t->core);
    while (!e && (status & driver->busy_mask) && debug_probe_now_us(t->probe) < deadline)
        e = read_busy(t, &status);
    if (!e && (status & driver->busy_mask))
        log_line(t->log, LOG_WARN,
                 "the program was erasing or programming flash, and the reset came before that was "
                 "over: what it wrote may be incomplete");
    if (e)
        log_forget(t->log);
}

enum err target_reset(struct target *t, bool halt)
{
    // What a flash job has borrowed need not come back.
    enum err e = t->state == TARGET_LOST ? ERR_OK : target_take_over(t, false);
    if (e || (e = target_claim(t)) || (e = breaks_end_step(t)))
        return target_note_error(t, e);
    let_flash_finish(t);
    t->step_ended = false;
    if ((e = breaks_apply(t)))
        return target_note_error(t, e);
    e = reset_core(t, halt);
    if (e == ERR_TIMEOUT) {
        log_line(t->log, LOG_WARN, "the core does not reset itself; trying the NRST wire");
        log_forget(t->log);
        e = strategy_pulse_nrst(t, halt);
    }
    if (e)
        return target_note_error(t, e);
    (void)cortexm_take_reset(&t->core);
    swo_note_undone(t);
    t->primask_set = false;
    t->state = TARGET_RUNNING;
    if ((e = connect_raise_after_reset(t)))
        return target_note_error(t, e);
    return halt ? run_take_stop(t, TARGET_STOP_RESET) : ERR_OK;
}
