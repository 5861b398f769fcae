// SPDX-License-Identifier: MIT
#include "cli/crash_report.h"

#include <stdio.h>

#include "base/bytes.h"
#include "cli/source_location.h"
#include "targets/outcome.h"

#define FRAME_WORDS    8u
#define REGS_IN_LINE   4u
#define EXC_RETURN_PSP (1u << 2)

static void report_location(const char *elf, const char *what, uint32_t pc, struct log *log)
{
    char place[SOURCE_LOCATION_SIZE];
    if (elf && source_location_find(elf, pc, place))
        log_line(log, LOG_WARN, "%s 0x%08x: %s", what, pc, place);
    else
        log_line(log, LOG_WARN, "%s 0x%08x", what, pc);
}

static bool read_regs(struct target *t, uint32_t reg[CORTEXM_REG_COUNT])
{
    for (enum cortexm_reg r = CORTEXM_R0; r <= CORTEXM_PSP; r++)
        if (target_read_reg(t, r, &reg[r]) != ERR_OK) {
            log_forget(target_log(t));
            return false;
        }
    return true;
}

static void print_crash_registers(const uint32_t reg[CORTEXM_REG_COUNT], struct log *log)
{
    char line[REGS_IN_LINE * sizeof "xpsr 12345678  "];
    for (unsigned first = CORTEXM_R0; first <= CORTEXM_PSP; first += REGS_IN_LINE) {
        int at = 0;
        for (unsigned r = first; r < first + REGS_IN_LINE && r <= CORTEXM_PSP; r++)
            at += snprintf(line + at, sizeof line - (size_t)at, "%s%-3s %08x",
                           r > first ? "  " : "", core_regs[r].name, reg[r]);
        log_line(log, LOG_WARN, "%s", line);
    }
}

// What the core pushed when it took the exception (DDI 0419, B1.5.6): r0 to r3, r12, lr, pc, xpsr.
static void print_crash_frame(struct target *t, const uint32_t reg[CORTEXM_REG_COUNT],
                              const char *elf, struct log *log)
{
    uint32_t sp = reg[CORTEXM_LR] & EXC_RETURN_PSP ? reg[CORTEXM_PSP] : reg[CORTEXM_MSP];
    uint8_t bytes[4 * FRAME_WORDS];
    if (reg[CORTEXM_LR] < 0xffffffe0u)
        return; // not in a handler's first instructions
    if (target_read_mem(t, sp, bytes, sizeof bytes, NULL) != ERR_OK) {
        log_forget(target_log(t));
        log_line(log, LOG_WARN, "the stack pointer 0x%08x leads nowhere", sp);
        return;
    }
    uint32_t w[FRAME_WORDS];
    for (unsigned i = 0; i < FRAME_WORDS; i++)
        w[i] = get_le32(&bytes[4 * i]);
    log_line(log, LOG_WARN,
             "stacked: r0 %08x  r1 %08x  r2 %08x  r3 %08x  r12 %08x  lr %08x  pc %08x  xpsr %08x",
             w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    report_location(elf, "it faulted at", w[6], log);
    report_location(elf, "and would have returned to", w[5] & ~1u, log);
}

void crash_report_print(struct target *t, const struct target_stop *stop, const char *elf,
                        struct log *log)
{
    uint32_t reg[CORTEXM_REG_COUNT] = {0};
    if (stop->detail[0])
        log_line(log, LOG_WARN, "%s", stop->detail);
    if (!read_regs(t, reg))
        return;
    print_crash_registers(reg, log);
    if (stop->cause == TARGET_STOP_FAULT)
        print_crash_frame(t, reg, elf, log);
    else
        report_location(elf, "it stands at", reg[CORTEXM_PC], log);
    if (target_is_boot_rom(t, reg[CORTEXM_PC]))
        log_line(log, LOG_WARN,
                 "that is the boot loader in the chip's ROM, and not the program: %s",
                 target_why_boot_rom(t));
}
