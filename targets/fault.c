// SPDX-License-Identifier: MIT
// Why a fault. Mainline cores have fault status registers (cortex/fault_v7m.h). ARMv6-M has none
// (DDI 0419, B1.5.14): there the stacked frame is read, and the instruction at its PC tells what it
// tried. The encodings are DDI 0419, A5 and A6.7.
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "cortex/fault_v7m.h"
#include "cortex/thumb.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define FRAME_SIZE          32u
#define EXC_RETURN_PSP      (1u << 2)
#define XPSR_STACK_ALIGN    (1u << 9)
#define XPSR_EXCEPTION_NMI  2u
#define XPSR_EXCEPTION_HARD 3u

// The registers as they were at the instruction that faulted.
struct scene {
    uint32_t r[16];
    uint32_t xpsr;
    uint16_t code[2]; // the instruction, and what follows it
};

// How an instruction makes its address.
enum address_mode {
    BASE_REG,   // [Rn, Rm]
    BASE_IMM,   // [Rn, #imm5 * size]
    SP_IMM,     // [sp, #imm8 * 4]
    PC_IMM,     // [pc, #imm8 * 4]
    SP_DOWN,    // PUSH
    SP_UP,      // POP
    BASE_MULTI, // LDM, STM
};

static const struct transfer {
    uint16_t mask, value;
    bool write;
    uint8_t size;
    enum address_mode mode;
} transfers[] = {
    {0xf800, 0x4800, false, 4, PC_IMM},     {0xfe00, 0x5000, true, 4, BASE_REG},
    {0xfe00, 0x5200, true, 2, BASE_REG},    {0xfe00, 0x5400, true, 1, BASE_REG},
    {0xfe00, 0x5600, false, 1, BASE_REG},   {0xfe00, 0x5800, false, 4, BASE_REG},
    {0xfe00, 0x5a00, false, 2, BASE_REG},   {0xfe00, 0x5c00, false, 1, BASE_REG},
    {0xfe00, 0x5e00, false, 2, BASE_REG},   {0xf800, 0x6000, true, 4, BASE_IMM},
    {0xf800, 0x6800, false, 4, BASE_IMM},   {0xf800, 0x7000, true, 1, BASE_IMM},
    {0xf800, 0x7800, false, 1, BASE_IMM},   {0xf800, 0x8000, true, 2, BASE_IMM},
    {0xf800, 0x8800, false, 2, BASE_IMM},   {0xf800, 0x9000, true, 4, SP_IMM},
    {0xf800, 0x9800, false, 4, SP_IMM},     {0xfe00, 0xb400, true, 4, SP_DOWN},
    {0xfe00, 0xbc00, false, 4, SP_UP},      {0xf800, 0xc000, true, 4, BASE_MULTI},
    {0xf800, 0xc800, false, 4, BASE_MULTI},
};

static const struct transfer *find_transfer(uint16_t code)
{
    for (unsigned i = 0; i < sizeof transfers / sizeof transfers[0]; i++)
        if ((code & transfers[i].mask) == transfers[i].value)
            return &transfers[i];
    return NULL;
}

static uint32_t transfer_addr(const struct transfer *x, const struct scene *s)
{
    uint16_t code = s->code[0];
    uint32_t rn = s->r[code >> 3 & 7];
    switch (x->mode) {
    case BASE_REG:
        return rn + s->r[code >> 6 & 7];
    case BASE_IMM:
        return rn + (code >> 6 & 31u) * x->size;
    case SP_IMM:
        return s->r[13] + (code & 0xffu) * 4;
    case PC_IMM:
        return ((s->r[15] + 4) & ~3u) + (code & 0xffu) * 4;
    case SP_DOWN:
        return s->r[13] - 4 * (uint32_t)__builtin_popcount(code & 0x1ffu);
    case SP_UP:
        return s->r[13];
    case BASE_MULTI:
        return s->r[code >> 8 & 7];
    }
    return 0;
}

// 32-bit instructions of ARMv6-M: BL, MSR, MRS and the barriers all begin with 11110 (DDI 0419,
// A5.3).
static bool is_undefined(const struct scene *s)
{
    uint16_t code = s->code[0];
    if (code >= 0xe800)
        return code >> 11 != 0x1e || !(s->code[1] & 0x8000);
    if ((code & 0xff00) == 0xde00)
        return true; // UDF
    if ((code & 0xf500) == 0xb100)
        return true;                                  // CBZ, CBNZ of ARMv7-M
    return (code & 0xff00) == 0xbf00 && (code & 0xf); // IT of ARMv7-M
}

static void explain_transfer(const struct target *t, const struct transfer *x,
                             const struct scene *s, char *text, size_t size)
{
    uint32_t addr = transfer_addr(x, s);
    const char *verb = x->write ? "write" : "read";
    const struct target_region *r = region_at(t, addr);
    if (addr % x->size)
        snprintf(text, size, "it tried to %s %u bytes at 0x%08x, which is not aligned", verb,
                 x->size, addr);
    else if (r && r->kind != TARGET_REGION_RAM && r->kind != TARGET_REGION_EEPROM && x->write)
        snprintf(text, size, "it tried to write to 0x%08x, which is read-only", addr);
    else if (r)
        snprintf(text, size, "it tried to %s 0x%08x, and nothing there answered", verb, addr);
    else
        snprintf(text, size, "it tried to %s 0x%08x, where this chip has nothing", verb, addr);
}

// Why a core without fault status registers faulted at an instruction.
static void explain_instruction(const struct target *t, const struct scene *s, char *text,
                                size_t size)
{
    const struct transfer *x = find_transfer(s->code[0]);
    if (thumb_is_bkpt(s->code[0]))
        snprintf(text, size,
                 "a BKPT, which is a fault without a debugger (`swdlink run` serves semihosting)");
    else if (is_undefined(s))
        snprintf(text, size, "0x%04x is no instruction of this core (built for another one?)",
                 s->code[0]);
    else if ((s->code[0] & 0xff00) == 0xdf00)
        snprintf(text, size, "an SVC where exceptions of its priority are masked or active");
    else if (x)
        explain_transfer(t, x, s, text, size);
    else
        snprintf(text, size, "the instruction 0x%04x does not tell why", s->code[0]);
}

// Reads what the exception entry has stacked (DDI 0419, B1.5.6); r4 to r11 are still in the core.
static enum err read_scene(struct target *t, struct scene *s)
{
    static const uint8_t stacked[] = {0, 1, 2, 3, 12, 14, 15};
    uint8_t frame[FRAME_SIZE];
    uint32_t exc_return, sp;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_LR, &exc_return);
    for (unsigned i = 4; !e && i < 12; i++)
        e = cortexm_read_reg(&t->core, (enum cortexm_reg)i, &s->r[i]);
    if (!e)
        e = cortexm_read_reg(&t->core, exc_return & EXC_RETURN_PSP ? CORTEXM_PSP : CORTEXM_MSP,
                             &sp);
    if (!e)
        e = coherence_before_read(t, sp, sizeof frame);
    if (!e)
        e = mem_ap_read(&t->mem, sp, frame, sizeof frame, NULL);
    if (e)
        return e;
    for (unsigned i = 0; i < sizeof stacked; i++)
        s->r[stacked[i]] = get_le32(&frame[4 * i]);
    s->xpsr = get_le32(&frame[28]);
    s->r[13] = sp + FRAME_SIZE + (s->xpsr & XPSR_STACK_ALIGN ? 4 : 0);
    return ERR_OK;
}

// A chip without a program gets its stack and its first instruction from erased words.
static bool is_flash_empty(struct target *t)
{
    uint8_t reset_vector[4];
    if (mem_ap_read(&t->mem, 4, reset_vector, sizeof reset_vector, NULL)) {
        log_forget(t->log);
        return false;
    }
    return t->bank.size > 0 &&
           flash_layout_is_erased(&t->bank.layout, reset_vector, sizeof reset_vector);
}

// An erased word, of ones or of zeros, less what exceptions have stacked: not the stack of a
// program in RAM.
static bool has_stack_of_empty_flash(struct target *t)
{
    uint32_t sp = 0;
    if (cortexm_read_reg(&t->core, CORTEXM_SP, &sp))
        log_forget(t->log);
    return sp >= 0xffffff00u;
}

// The first access of a debugger to a protected chip's bus cuts its program off from the flash.
static bool explain_protection(const struct target *t, const char *what, char *text, size_t size)
{
    if (t->id.rdp_level == 0)
        return false;
    snprintf(text, size,
             "%s: read protection level %u stops a program in flash as soon as a debugger is "
             "attached; it runs again after a power cycle",
             what, t->id.rdp_level);
    return true;
}

// Of a mainline core: what its fault status registers say.
static void explain_by_status(struct target *t, char *why, size_t size)
{
    struct fault_status status;
    if (fault_status_read(&status, &t->mem) == ERR_OK) {
        fault_status_text(&status, why, size);
        return;
    }
    log_forget(t->log);
    snprintf(why, size, "its fault status registers cannot be read");
}

// Of a core without such registers: what the instruction tried.
static void explain_by_code(struct target *t, struct scene *s, char *why, size_t size)
{
    uint8_t code[4];
    if (mem_ap_read(&t->mem, s->r[15], code, sizeof code, NULL)) {
        log_forget(t->log);
        snprintf(why, size, "the program jumped there, and there is no code");
        return;
    }
    s->code[0] = get_le16(&code[0]);
    s->code[1] = get_le16(&code[2]);
    if (!(s->xpsr & XPSR_T))
        snprintf(why, size, "the program jumped there without the Thumb bit (bit 0)");
    else
        explain_instruction(t, s, why, size);
}

static const char *fault_name(struct target *t)
{
    uint32_t xpsr = 0;
    if (cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr))
        log_forget(t->log);
    const char *name = fault_exception_name(xpsr & XPSR_EXCEPTION);
    return name ? name : "fault";
}

void fault_explain(struct target *t, char *text, size_t size)
{
    struct scene s;
    char why[192];
    const char *name = fault_name(t);
    bool mainline = core_caps_is_mainline(&t->core.caps);
    if (explain_protection(t, name, text, size))
        return;
    enum err e = read_scene(t, &s);
    if (e)
        log_forget(t->log);
    if (e && has_stack_of_empty_flash(t) && is_flash_empty(t)) {
        snprintf(text, size, "%s: there is no program in the flash", name);
        return;
    }
    if (e && !mainline) {
        snprintf(text, size, "%s; its stack frame cannot be read (is the stack pointer wrong?)",
                 name);
        return;
    }
    if (mainline)
        explain_by_status(t, why, sizeof why);
    else
        explain_by_code(t, &s, why, sizeof why);
    if (e)
        snprintf(text, size, "%s; its stack frame cannot be read: %s", name, why);
    else
        snprintf(text, size, "%s at pc 0x%08x, called from lr 0x%08x: %s", name, s.r[15], s.r[14],
                 why);
}

// Where a core with fault status registers is locked up, they tell of the second fault as well.
static void add_status(struct target *t, char *text, size_t size)
{
    size_t at = strlen(text);
    char why[192];
    if (!core_caps_is_mainline(&t->core.caps) || at >= size)
        return;
    explain_by_status(t, why, sizeof why);
    snprintf(text + at, size - at, ": %s", why);
}

void fault_explain_lockup(struct target *t, char *text, size_t size)
{
    uint32_t xpsr = 0, sp = 0;
    if (explain_protection(t, "the core is locked up", text, size))
        return;
    if (is_flash_empty(t)) {
        snprintf(text, size, "the core is locked up: there is no program in the flash");
        return;
    }
    if (cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr) ||
        cortexm_read_reg(&t->core, CORTEXM_SP, &sp))
        log_forget(t->log);
    uint32_t exception = xpsr & XPSR_EXCEPTION;
    if (exception == XPSR_EXCEPTION_HARD || exception == XPSR_EXCEPTION_NMI)
        snprintf(text, size,
                 "the core is locked up: a second fault inside the %s handler (sp 0x%08x)",
                 exception == XPSR_EXCEPTION_HARD ? "HardFault" : "NMI", sp);
    else
        snprintf(text, size,
                 "the core is locked up: a fault whose handler could not be entered (sp 0x%08x)",
                 sp);
    add_status(t, text, size);
}
