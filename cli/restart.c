// SPDX-License-Identifier: MIT
#include "cli/restart.h"

#define NO_INSTRUCTION 0xfffffffeu // what an erased reset vector, or a lockup, leaves in the PC

enum err restart_target(struct restart *r, struct target *t, bool halt)
{
    *r = (struct restart){.halted = halt};
    enum err e = target_reset(t, halt);
    if (e)
        return e;
    if (!halt)
        return target_watch_outcome(t, &r->outcome);
    e = target_read_reg(t, CORTEXM_PC, &r->pc);
    if (!e && target_is_boot_rom(t, r->pc))
        r->boot_rom = target_why_boot_rom(t);
    return e;
}

enum err restart_after_failure(struct restart *r, struct target *t, bool changed, enum err e)
{
    const struct log_mark kept = log_keep(target_log(t));
    *r = (struct restart){.halted = changed || target_was_halted(t)};
    if (target_state(t) != TARGET_LOST && target_reset(t, r->halted) != ERR_OK)
        log_line(target_log(t), LOG_DEBUG, "the target could not be reset either");
    log_restore(target_log(t), &kept);
    if (e != ERR_INTERRUPTED || changed)
        return e;
    return log_fail(target_log(t), e, "%s: nothing was changed, and the chip was reset",
                    kept.sentence);
}

static void report_halt(const struct restart *r, struct log *log)
{
    if (r->pc == NO_INSTRUCTION)
        log_line(log, LOG_WARN, "reset; halted, and there is no program that could start");
    else if (r->boot_rom)
        log_line(
            log, LOG_WARN,
            "reset; halted at the start of the boot loader in the chip's ROM (0x%08x), and not "
            "of the program: %s",
            r->pc, r->boot_rom);
    else
        log_line(log, LOG_NOTE, "reset; halted at the first instruction, 0x%08x", r->pc);
}

void restart_report(const struct restart *r, struct log *log)
{
    char text[512];
    if (r->halted)
        report_halt(r, log);
    else
        log_line(log, r->outcome.kind == TARGET_OUTCOME_RUNS ? LOG_NOTE : LOG_WARN, "reset; %s",
                 target_outcome_text(&r->outcome, text, sizeof text));
}

void restart_add_json(const struct restart *r, json_t *object)
{
    uint32_t pc = r->halted ? r->pc : r->outcome.pc;
    json_object_set_new(object, "state",
                        json_string(r->halted ? "halted" : target_outcome_name(r->outcome.kind)));
    if (r->halted || r->outcome.pc_known)
        json_object_set_new(object, "pc", json_integer((json_int_t)pc));
}
