// SPDX-License-Identifier: MIT
// For a target that answers only while NRST is low: it is caught at its first instruction, asked
// who it is, told to keep its clocks and power in Stop and Standby (DBGMCU_CR; RM0091, 32.9.4), and
// let go. If the debug port dies all the same, the program took the pins; if it lives, the program
// went to sleep. The program starts again.
#include "base/signals.h"
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "doctor/measure.h"
#include "swd/mem_ap.h"
#include "targets/dbgmcu.h"

#define SLEEPDEEP   (1u << 2)
#define NRST_LOW_US 5000u
#define CATCH_US    300000u
#define STARTS_MAX  3u
#define WATCH_US    2500000u
#define SHORT_US    600000u // where the flash is closed, and so no program runs

// Halted at the first instruction, NRST released.
static enum err catch_start(struct measure *b)
{
    struct measured_reset *r = &b->m->reset;
    struct debug_probe *probe = b->probe;
    uint32_t dhcsr = 0;
    enum err e = debug_probe_drive_nrst(probe, DEBUG_PROBE_NRST_LOW);
    debug_probe_sleep_us(probe, NRST_LOW_US);
    if (e || (e = measure_connect(b, b->m->answer[ATTEMPT_UNDER_RESET].swclk_hz)) ||
        (e = debug_probe_drive_nrst(probe, DEBUG_PROBE_NRST_LOW)) ||
        (e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr)) ||
        (e = mem_ap_write32(&b->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT)) ||
        (e = mem_ap_write32(&b->mem, SCS_DEMCR, DEMCR_VC_CORERESET)) ||
        (e = debug_probe_drive_nrst(probe, DEBUG_PROBE_NRST_HIGH)))
        return e;
    uint64_t start = debug_probe_now_us(probe);
    do {
        if ((e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr)))
            return e;
        r->release_us = (uint32_t)(debug_probe_now_us(probe) - start);
    } while ((dhcsr & DHCSR_S_RESET_ST || !(dhcsr & DHCSR_S_HALT)) && r->release_us < CATCH_US);
    r->tested = r->works = true;
    r->held_after = dhcsr & DHCSR_S_RESET_ST;
    return dhcsr & DHCSR_S_HALT ? ERR_OK : ERR_STATE;
}

// One poll: asleep with SLEEPDEEP, and where that leads.
static enum err poll_sleep(struct measure *b, const struct family_doctor *facts)
{
    struct measured_survival *s = &b->m->survival;
    uint32_t dhcsr, scr, power = 0;
    enum err e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
    if (e || !(dhcsr & DHCSR_S_SLEEP) || (e = mem_ap_read32(&b->mem, SCS_SCR, &scr)) ||
        !(scr & SLEEPDEEP) ||
        (facts && facts->standby_addr && (e = mem_ap_read32(&b->mem, facts->standby_addr, &power))))
        return e;
    s->deep_sleep = true;
    s->standby =
        facts && facts->standby_addr && (power & facts->standby_mask) >= facts->standby_from;
    return ERR_OK;
}

// An error on the wires is over with the next connection; a port without pins or clock is not.
static enum err connect_again(struct measure *b)
{
    enum err e = debug_probe_leave(b->probe);
    return e ? e : measure_connect(b, b->m->answer[ATTEMPT_UNDER_RESET].swclk_hz);
}

static enum err watch_sleep(struct measure *b)
{
    struct measured_survival *s = &b->m->survival;
    struct debug_probe *probe = b->probe;
    uint64_t start = debug_probe_now_us(probe);
    const struct family_doctor *facts = b->m->chip.id.chip->family->doctor;
    const uint32_t watch_us = b->m->chip.id.rdp_level == 1 ? SHORT_US : WATCH_US;
    s->survived = true;
    while (s->survived && !s->deep_sleep && s->lived_us < watch_us) {
        enum err e = signals_check(b->log);
        if (e)
            return e;
        e = poll_sleep(b, facts);
        s->lived_us = (uint32_t)(debug_probe_now_us(probe) - start);
        if (e && !measure_is_fatal(e))
            e = connect_again(b);
        if (measure_is_fatal(e))
            return e;
        s->survived = !e;
    }
    return ERR_OK;
}

static enum err start_and_watch(struct measure *b)
{
    struct dbgmcu_state before;
    enum err e = catch_start(b);
    if (!e)
        e = measure_chip(b);
    const struct chip *chip = b->m->chip.id.chip;
    if (e || !chip)
        return e ? e : mem_ap_write32(&b->mem, SCS_DHCSR, DHCSR_DBGKEY);
    const struct dbgmcu_layout *dbgmcu = chip->family->dbgmcu;
    e = dbgmcu_set_low_power(&b->mem, dbgmcu, true, &before);
    if (e || (e = mem_ap_write32(&b->mem, SCS_DEMCR, 0)))
        return e;
    e = mem_ap_write32(&b->mem, SCS_DHCSR, DHCSR_DBGKEY);
    // The program may have ended debugging before the probe has asked how this went.
    if (e && (measure_is_fatal(e) || connect_again(b) == ERR_OK))
        return e;
    b->m->survival.tested = true;
    e = e ? ERR_OK : watch_sleep(b);
    if (!e && b->m->survival.survived)
        e = dbgmcu_put_back(&b->mem, dbgmcu, &before);
    return e;
}

enum err measure_survival(struct measure *b)
{
    struct measured_survival *s = &b->m->survival;
    enum err e;
    do {
        e = start_and_watch(b);
        if (!e || s->tested || measure_is_fatal(e))
            return e;
        s->failed++;
        log_forget(b->log);
        e = debug_probe_leave(b->probe);
    } while (!e && s->failed < STARTS_MAX);
    return e;
}
