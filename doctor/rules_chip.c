// SPDX-License-Identifier: MIT
// The chip and its program. Register facts: RM0091 (6.4 RCC, 9.1 SYSCFG, 3.5 FLASH), DDI 0419 (C1.6
// DHCSR).
#include <stdio.h>
#include <string.h>

#include "cortex/cortexm.h"
#include "doctor/odds.h"
#include "doctor/rules.h"

#define DESIGNER_ST     0x020u // JEP106, bank 0
#define DESIGNER_ARM    0x23bu // of a core's own ROM table, which says nothing of the chip
#define IMPLEMENTER_ARM 0x41u  // CPUID, bits 31:24
#define SCR_SLEEPDEEP   (1u << 2)

// ---- who it is ----------------------------------------------------------------------------------

// Every answer said the same; one that stands alone is a bit that was disturbed.
static bool is_dpidr_certain(const struct measurements *m)
{
    for (unsigned attempt = 0; attempt < ATTEMPT_COUNT; attempt++) {
        const struct measured_answer *a = &m->answer[attempt];
        if (a->good && (a->dpidr_varies || a->dpidr != m->chip.id.dpidr))
            return false;
    }
    return true;
}

// Of what ST makes: the core by CPUID, bits 15:4, and its debug port (DDI 0432, 5.3; DDI 0484;
// RM0316 and RM0090, SW-DP). With a Cortex-M3 there are two of them.
static const struct {
    unsigned part;
    const char *name;
    uint32_t dpidr;
} cores[] = {{0xc20, "Cortex-M0", 0x0bb11477u},
             {0xc60, "Cortex-M0+", 0x0bc11477u},
             {0xc24, "Cortex-M4", 0x2ba01477u}};

// The dual-core ones have a debug port of version 2, whose DPIDR OpenOCD's files for them expect.
#define DPIDR_OF_DUAL_CORE 0x6ba02477u

static uint32_t expected_dpidr(const struct chip_identity *id, unsigned core)
{
    const char *family = id->die ? id->die->family : "";
    bool is_dual = strcmp(family, "STM32WB") == 0 || strcmp(family, "STM32WL") == 0;
    return is_dual ? DPIDR_OF_DUAL_CORE : cores[core].dpidr;
}

// The core's row if its debug port is another one, else -1.
static int core_with_another_port(const struct measurements *m)
{
    const struct measured_chip *c = &m->chip;
    for (unsigned i = 0; c->known && i < sizeof cores / sizeof cores[0]; i++) {
        if ((c->id.cpuid >> 4 & 0xfff) == cores[i].part &&
            c->id.dpidr != expected_dpidr(&c->id, i) && is_dpidr_certain(m))
            return (int)i;
    }
    return -1;
}

static bool is_another_makers(const struct measured_chip *c)
{
    return c->designer_known && c->designer != DESIGNER_ST && c->designer != DESIGNER_ARM;
}

unsigned rule_foreign_chip(const struct measurements *m, struct evidence *ev)
{
    const struct measured_chip *c = &m->chip;
    if (measure_refuses(m)) {
        rules_say(
            ev,
            "the debug port answers with DPIDR 0x%08x, and the probe's firmware refuses the chip",
            m->answer[ATTEMPT_ASKED].dpidr);
        return 85;
    }
    int core = core_with_another_port(m);
    if (core >= 0) {
        rules_say(ev, "a %s of ST's has DPIDR 0x%08x, and this one 0x%08x", cores[core].name,
                  expected_dpidr(&c->id, (unsigned)core), c->id.dpidr);
        return 65;
    }
    if (!is_another_makers(c))
        return 0;
    const struct chip_maker maker = {.known = true, .designer = (uint16_t)c->designer};
    const char *name = chip_maker_name(&maker);
    rules_say(ev, "its ROM table names maker 0x%03x (JEP106%s%s), and ST is 0x020", c->designer,
              name ? ": " : "", name ? name : "");
    return 92;
}

unsigned rule_unknown_chip(const struct measurements *m, struct evidence *ev)
{
    const struct measured_chip *c = &m->chip;
    if (c->known && c->id.cpuid >> 24 != IMPLEMENTER_ARM) {
        rules_say(ev, "CPUID 0x%08x is not one of ARM's", c->id.cpuid);
        return 90;
    }
    char why[CHIP_DOUBT_SIZE];
    if (!c->known || c->id.chip || is_another_makers(c))
        return 0;
    // A chip of ST's that is only not programmed here is a healthy one.
    if (c->id.die && !c->id.from_rom_table && !chip_doubt(&c->id, why, sizeof why))
        return 0;
    rules_say(ev, "%s: CPUID 0x%08x, DBGMCU_IDCODE 0x%08x", chip_name(&c->id), c->id.cpuid,
              c->id.idcode);
    return 85;
}

unsigned rule_debug_locked(const struct measurements *m, struct evidence *ev)
{
    const struct measured_port *p = &m->port;
    if (!p->closed)
        return 0;
    rules_say(
        ev,
        "the debug port answers, and its access port permits no transfers (CSW 0x%08x, IDR 0x%08x)",
        p->csw, p->idr);
    return 93;
}

unsigned rule_core_elsewhere(const struct measurements *m, struct evidence *ev)
{
    if (!m->port.elsewhere || m->port.closed)
        return 0;
    rules_say(
        ev, "the first access port (IDR 0x%08x) leads to debug units, and the second one to memory",
        m->port.idr);
    return 90;
}

unsigned rule_chip_dead(const struct measurements *m, struct evidence *ev)
{
    const struct measured_series *v = &m->supply.idle;
    if (!rules_is_silent(m))
        return 0;
    // Neither off nor on: something draws the supply down, such as a chip that is turned round.
    if (m->supply.known && v->min_mv > 300 && v->max_mv < 1250 && v->max_mv - v->min_mv < 100) {
        rules_say(ev, "VTref is at %u mV, as if something drew the supply down", v->mean_mv);
        return 20;
    }
    rules_say_silence(m, ev);
    return odds_of("chip-dead");
}

// Of the registers that were read, the one that tells the level; NULL: none.
static const struct family_register *protection_register(const struct measurements *m)
{
    const struct family_doctor *facts = measure_facts(m);
    const struct rdp_scheme *rdp = facts ? m->chip.id.chip->family->rdp : NULL;
    for (unsigned i = 0; rdp && i < FAMILY_REGISTERS && facts->reg[i].name; i++)
        if (facts->reg[i].addr == rdp->status_addr)
            return &facts->reg[i];
    return NULL;
}

unsigned rule_read_protected_1(const struct measurements *m, struct evidence *ev)
{
    const struct measured_chip *c = &m->chip;
    if (!c->known || c->id.rdp_level != 1)
        return 0;
    // Protected flash is closed by the first debugger that reads: the level is known after that
    // only.
    const char *unreadable = c->flash_readable
                                 ? ""
                                 : ", and the flash cannot be read: its program stands "
                                   "still from now on, until the power is cycled";
    const struct family_register *status = protection_register(m);
    if (status)
        rules_say(ev, "%s is 0x%08x%s", status->name, c->reg[status - measure_facts(m)->reg],
                  unreadable);
    else
        rules_say(ev, "the option bytes say level 1%s", unreadable);
    return 95;
}

unsigned rule_read_protected_2(const struct measurements *m, struct evidence *ev)
{
    if (!rules_is_silent(m))
        return 0;
    rules_say_silence(m, ev);
    return odds_of("read-protected-2");
}

// ---- what the program does ----------------------------------------------------------------------

// A protected flash is closed while a debugger is there: its program was not really started.
static bool started_protected(const struct measurements *m)
{
    return m->chip.id.rdp_level == 1;
}

// The program ends debugging, and was not seen to do so while it was watched: how it does that, and
// when, is not known.
static bool ends_later(const struct measurements *m)
{
    const struct measured_survival *s = &m->survival;
    return rules_only_under_reset(m) && !rules_shaky_under_reset(m) && !s->deep_sleep &&
           (!s->tested || s->survived) && (m->loss.seen || s->tested) && !started_protected(m);
}

unsigned rule_target_lost(const struct measurements *m, struct evidence *ev)
{
    const struct measured_survival *s = &m->survival;
    if (m->loss.seen && (rules_is_silent(m) || !s->tested)) {
        rules_say_silence(m, ev);
        return 95;
    }
    if (!ends_later(m))
        return 0;
    rules_say(ev,
              "SWD answers under reset, still does %u ms after the program has started, and not "
              "later",
              s->lived_us / 1000);
    return 90;
}

unsigned rule_swd_off_by_program(const struct measurements *m, struct evidence *ev)
{
    const struct measured_survival *s = &m->survival;
    if (rules_is_silent(m)) {
        rules_say(ev, "a program that takes the SWD pins, with NRST not wired, looks like this");
        return odds_of("swd-off-by-program");
    }
    if (!rules_only_under_reset(m) || s->deep_sleep)
        return 0;
    if (rules_shaky_under_reset(m)) {
        rules_say(ev, "SWD answers under reset only, and not each time");
        return 35;
    }
    if (s->tested && !s->survived) {
        rules_say(ev, "SWD answers under reset, and dies %u ms after the program has started",
                  s->lived_us / 1000);
        return 92;
    }
    rules_say(ev, "SWD answers only under reset");
    return s->tested || m->loss.seen || started_protected(m) || s->failed ? 45 : 60;
}

unsigned rule_low_power(const struct measurements *m, struct evidence *ev)
{
    const struct measured_survival *s = &m->survival;
    const struct measured_core *c = &m->core;
    if (s->deep_sleep) {
        rules_say(ev, "%u ms after its start the program enters %s", s->lived_us / 1000,
                  s->standby ? "Standby" : "Stop");
        return 95;
    }
    if (rules_only_under_reset(m)) {
        rules_say(ev, "SWD answers only under reset");
        if (started_protected(m))
            return 45;
        return (s->tested && s->survived) || s->failed ? 45 : 25;
    }
    if (rules_is_silent(m)) {
        rules_say(ev, "a chip in Stop or Standby, with NRST not wired, looks like this");
        return odds_of("low-power");
    }
    if (c->known && c->lost > 2 && m->chip.state_known && m->chip.scr & SCR_SLEEPDEEP) {
        rules_say(ev, "SWD was lost %u times, and the program has SLEEPDEEP set", c->lost);
        return 80;
    }
    if (c->sleeping > c->looks / 2) {
        rules_say(ev, "the core sleeps (WFI), which does not keep a debugger away");
        return 10;
    }
    return 0;
}

static const char *reset_words(const struct measurements *m)
{
    const struct family_doctor *facts = measure_facts(m);
    const struct reset_flag *flag = measure_reset_flag(m);
    if (!facts)
        return "something";
    return flag ? flag->who : facts->reset_otherwise;
}

// "RCC_CSR is 0x24000000".
static const char *reset_flags_text(const struct measurements *m, const char *is, char *text,
                                    size_t size)
{
    uint32_t flags;
    const char *name = measure_reset_register(m, &flags);
    if (!name)
        return "no register";
    snprintf(text, size, "%s %s0x%08x", name, is, flags);
    return text;
}

unsigned rule_reset_loop(const struct measurements *m, struct evidence *ev)
{
    const struct measured_core *c = &m->core;
    const char *who = reset_words(m);
    char flags[48];
    if (m->reset.held_before || m->reset.held_after)
        return 0;
    if (c->resets >= 2) {
        char period[32] = "";
        if (c->reset_period_us)
            snprintf(period, sizeof period, ", about every %u ms", c->reset_period_us / 1000);
        rules_say(ev, "%u resets in %u ms%s; %s says: by %s", c->resets, c->watched_us / 1000,
                  period, reset_flags_text(m, "", flags, sizeof flags), who);
        return 95;
    }
    bool watchdog = measure_was_reset_by(m, RESET_BY_WATCHDOG);
    if (!watchdog && !c->resets && !measure_was_reset_by(m, RESET_BY_SOFTWARE))
        return 0;
    rules_say(ev, "%s: a reset by %s, and %u seen in %u ms",
              reset_flags_text(m, "is ", flags, sizeof flags), who, c->resets,
              c->watched_us / 1000);
    if (c->resets) // nobody asked for it
        return watchdog ? 85 : 75;
    return watchdog ? 60 : 5;
}

unsigned rule_reset_while_halted(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    if (!d->reset_while_halted || m->core.resets)
        return 0;
    rules_say(ev, "%u ms after the core was halted, with its own watchdogs frozen, it was reset",
              d->halted_us / 1000);
    return 90;
}

unsigned rule_lockup(const struct measurements *m, struct evidence *ev)
{
    const struct measured_core *c = &m->core;
    if (!c->known || !(c->dhcsr & DHCSR_S_LOCKUP || c->lockup) || m->chip.flash_blank)
        return 0;
    if (m->chip.flash_readable)
        rules_say(ev,
                  "S_LOCKUP is set in DHCSR (0x%08x); the vector table has SP 0x%08x and entry "
                  "0x%08x",
                  c->dhcsr, m->chip.vector_sp, m->chip.vector_pc);
    else
        rules_say(ev, "S_LOCKUP is set in DHCSR (0x%08x); the vector table was not read", c->dhcsr);
    return m->chip.id.rdp_level == 1 ? 40 : 93; // protected flash locks up whoever is debugged
}

unsigned rule_blank_flash(const struct measurements *m, struct evidence *ev)
{
    if (!m->chip.flash_blank)
        return 0;
    const struct chip *chip = m->chip.id.chip;
    rules_say(ev, "the first bytes of the flash are all 0x%02x", chip ? chip->layout.erased : 0xff);
    return 93;
}

unsigned rule_boot_system_memory(const struct measurements *m, struct evidence *ev)
{
    if (!m->chip.boots_system)
        return 0;
    const struct family_doctor *facts = measure_facts(m);
    const char *why = facts && facts->boots_loader ? facts->boots_loader(m->chip.reg) : "";
    rules_say(ev, "%s%s%s",
              m->chip.vectors_tell ? "the core's vector table is that of the boot loader ROM"
                                   : "the boot loader ROM stands at address 0, and not the flash",
              why[0] ? ": " : "", why);
    // Such a chip starts its boot loader without BOOT0 as well (RM0091, 2.5).
    bool by_itself = m->chip.flash_blank && m->chip.id.chip && m->chip.id.chip->empty_check;
    return by_itself ? 40 : 92;
}

// ---- clocks -------------------------------------------------------------------------------------

unsigned rule_hse_dead(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    if (rules_is_present(m) && !d->tested)
        return rules_not_tested(ev);
    if (d->hse != HSE_DEAD)
        return 0;
    if (!d->hse_used) {
        rules_note(ev, "HSERDY does not come within 100 ms; the program does not use it, and a "
                       "board without a crystal shows this too");
        return 60;
    }
    rules_say(ev, "HSERDY does not come within 100 ms; the program wants it");
    return 92;
}

unsigned rule_hse_frequency(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    const struct family_doctor *facts = measure_facts(m);
    if (rules_is_present(m) && !d->tested)
        return rules_not_tested(ev);
    if (d->hse != HSE_RUNS || !d->hse_hz || !facts)
        return 0;
    uint32_t wanted = m->asked.hse_hz ? m->asked.hse_hz : facts->library_hse_hz;
    uint32_t off = d->hse_hz > wanted ? d->hse_hz - wanted : wanted - d->hse_hz;
    if (off < wanted / 100 * facts->hsi_percent)
        return 0;
    if (!m->asked.hse_hz) {
        rules_note(ev,
                   "HSE runs at %u.%03u MHz against HSI, and ST's libraries assume %u.%03u MHz "
                   "unless a project says otherwise",
                   d->hse_hz / 1000000, d->hse_hz / 1000 % 1000, wanted / 1000000,
                   wanted / 1000 % 1000);
        return 55;
    }
    rules_say(ev, "HSE runs at %u.%03u MHz against HSI, and should run at %u.%03u MHz",
              d->hse_hz / 1000000, d->hse_hz / 1000 % 1000, wanted / 1000000, wanted / 1000 % 1000);
    return 92;
}
