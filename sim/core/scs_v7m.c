// SPDX-License-Identifier: MIT
// The System Control Block of ARMv7-M, where it differs from ARMv6-M's (DDI 0403, B3.2, B3.4.3 and
// B4.1 to B4.6). Registers that the architectures share are in scs.c.
#include <stddef.h>

#include "sim/core/core_state.h"

enum {
    ICTR = 0x004,
    ACTLR = 0x008,
    AIRCR = 0xd0c,
    CCR = 0xd14,
    SHCSR = 0xd24,
    CFSR = 0xd28,
    HFSR = 0xd2c,
    MMFAR = 0xd34,
    BFAR = 0xd38,
    AFSR = 0xd3c,
    ID_FIRST = 0xd40,
    ID_LAST = 0xd70,
    CPACR = 0xd88,
    STIR = 0xf00,
    FPCCR = 0xf34,
    FPCAR = 0xf38,
    FPDSCR = 0xf3c,
    MVFR0 = 0xf40,
    MVFR1 = 0xf44,
    MVFR2 = 0xf48,
    ABFSR = 0xfa8,
};

#define CCR_BITS                                                                                   \
    (CCR_NONBASETHRDENA | CCR_USERSETMPEND | CCR_UNALIGN_TRP | CCR_DIV_0_TRP | CCR_BFHFNMIGN |     \
     CCR_STKALIGN)

#define AIRCR_PRIGROUP  8 // shift
#define AIRCR_VECTRESET (1u << 0)

#define CPACR_CP10  20          // shift
#define CPACR_BITS  0x00f00000u // CP10 and CP11
#define FPDSCR_BITS 0x07c00000u

#define SHCSR_ACTIVE 0x00000d8bu // which bits tell that an exception is active,
#define SHCSR_PENDED 0x0000f000u // that it is pending,
#define SHCSR_ENA    0x00070000u // and that it is enabled

// Bits of SHCSR and the exceptions that they are of.
static const struct {
    uint8_t bit, exception;
} shcsr_row[] = {
    {0, SIM_EXC_MEMMANAGE}, {1, SIM_EXC_BUSFAULT},    {3, SIM_EXC_USAGEFAULT},
    {7, SIM_EXC_SVCALL},    {8, SIM_EXC_MONITOR},     {10, SIM_EXC_PENDSV},
    {11, SIM_EXC_SYSTICK},  {12, SIM_EXC_USAGEFAULT}, {13, SIM_EXC_MEMMANAGE},
    {14, SIM_EXC_BUSFAULT}, {15, SIM_EXC_SVCALL},     {16, SIM_EXC_MEMMANAGE},
    {17, SIM_EXC_BUSFAULT}, {18, SIM_EXC_USAGEFAULT},
};

static uint32_t read_shcsr(const struct sim_core *core)
{
    const struct sim_nvic *nvic = &core->nvic;
    uint32_t value = 0;
    for (size_t i = 0; i < sizeof shcsr_row / sizeof shcsr_row[0]; i++) {
        uint32_t bit = 1u << shcsr_row[i].bit;
        unsigned n = shcsr_row[i].exception;
        bool set = bit & SHCSR_ACTIVE   ? sim_exc_has(&nvic->active, n)
                   : bit & SHCSR_PENDED ? sim_exc_has(&nvic->pending, n)
                                        : sim_nvic_is_enabled(nvic, n);
        value |= set ? bit : 0;
    }
    return value;
}

static void change_exc_set(struct sim_exc_set *set, unsigned n, bool add)
{
    if (add)
        sim_exc_add(set, n);
    else
        sim_exc_remove(set, n);
}

static void write_shcsr(struct sim_core *core, uint32_t value)
{
    struct sim_nvic *nvic = &core->nvic;
    for (size_t i = 0; i < sizeof shcsr_row / sizeof shcsr_row[0]; i++) {
        uint32_t bit = 1u << shcsr_row[i].bit, exception = 1u << shcsr_row[i].exception;
        bool set = value & bit;
        if (bit & SHCSR_ACTIVE)
            change_exc_set(&nvic->active, shcsr_row[i].exception, set);
        else if (bit & SHCSR_PENDED)
            change_exc_set(&nvic->pending, shcsr_row[i].exception, set);
        else
            nvic->system_off = set ? nvic->system_off & ~exception : nvic->system_off | exception;
    }
}

// ID_PFR0 to ID_ISAR4 (DDI 0337, table 4-1; DDI 0439, table 4-1; DDI 0489, table 3-1).
static uint32_t read_id(const struct sim_core *core, uint32_t offset)
{
    static const uint32_t m3[] = {0x00000030, 0x00000200, 0x00100000, 0x00000000, 0x00100030,
                                  0x00000000, 0x01000000, 0x00000000, 0x01100110, 0x02111000,
                                  0x21112231, 0x01111110, 0x01310132};
    static const uint32_t m4[] = {0x00000030, 0x00000200, 0x00100000, 0x00000000, 0x00100030,
                                  0x00000000, 0x01000000, 0x00000000, 0x01101110, 0x02112000,
                                  0x21232231, 0x01111131, 0x01310132};
    static const uint32_t m7[] = {0x00000030, 0x00000200, 0x00100000, 0x00000000, 0x00100030,
                                  0x00000000, 0x01000000, 0x00000000, 0x01101110, 0x02112000,
                                  0x20232231, 0x01111131, 0x01310132};
    const uint32_t *ids = core->kind->l1 ? m7 : core->kind->arch == SIM_ARMV7EM ? m4 : m3;
    return ids[(offset - ID_FIRST) / 4];
}

static uint32_t read_fpccr(const struct sim_core *core)
{
    const struct sim_cpu_fp *fp = &core->cpu.fp;
    return core->v7m.fpccr | (fp->aspen ? FPCCR_ASPEN : 0) | (fp->lspact ? FPCCR_LSPACT : 0);
}

// MVFR0 to MVFR2: FPv4-SP, FPv5 with single precision alone, and with both (DDI 0439, table 7-2;
// DDI 0489, 8.3).
static uint32_t read_mvfr(const struct sim_core *core, unsigned n)
{
    static const uint32_t values[3][3] = {{0x10110021, 0x11000011, 0},
                                          {0x10110021, 0x11000011, 0x40},
                                          {0x10110221, 0x12000011, 0x40}};
    return values[core->cpu.fp.has_v5 + core->cpu.fp.has_double][n];
}

static bool read_fp(const struct sim_core *core, uint32_t offset, uint32_t *value)
{
    switch (offset) {
    case CPACR:
        *value = core->v7m.cpacr;
        break;
    case FPCCR:
        *value = read_fpccr(core);
        break;
    case FPCAR:
        *value = core->v7m.fpcar;
        break;
    case FPDSCR:
        *value = core->cpu.fp.fpdscr;
        break;
    case MVFR0:
    case MVFR1:
    case MVFR2:
        *value = read_mvfr(core, (offset - MVFR0) / 4);
        break;
    default:
        return false;
    }
    if (!core->cpu.fp.present)
        *value = 0;
    return true;
}

static bool read_fault_status(const struct sim_core *core, uint32_t offset, uint32_t *value)
{
    const struct sim_v7m *v = &core->v7m;
    switch (offset) {
    case CFSR:
        *value = v->cfsr;
        return true;
    case HFSR:
        *value = v->hfsr;
        return true;
    case MMFAR:
        *value = v->mmfar;
        return true;
    case BFAR:
        *value = v->bfar;
        return true;
    case AFSR:
        *value = 0;
        return true;
    case ABFSR:
        *value = v->abfsr;
        return core->kind->l1;
    default:
        return read_fp(core, offset, value);
    }
}

bool sim_v7m_read(struct sim_core *core, uint32_t offset, uint32_t *value)
{
    if (core->kind->l1 && sim_l1_read(&core->l1, offset, value))
        return true;
    if (offset >= ID_FIRST && offset <= ID_LAST) {
        *value = read_id(core, offset);
        return true;
    }
    switch (offset) {
    case ICTR:
        *value = (core->nvic.interrupts + 31) / 32 - 1;
        return true;
    case ACTLR:
        *value = core->v7m.actlr;
        return true;
    case AIRCR:
        *value = AIRCR_KEYSTAT | core->nvic.prigroup << AIRCR_PRIGROUP;
        return true;
    case CCR:
        *value = core->v7m.ccr;
        return true;
    case SHCSR:
        *value = read_shcsr(core);
        return true;
    default:
        return read_fault_status(core, offset, value);
    }
}

static void write_actlr(struct sim_core *core, uint32_t value)
{
    core->v7m.actlr = value & core->kind->actlr_mask;
    core->cpu.buffers_writes = !(core->v7m.actlr & ACTLR_DISDEFWBUF);
}

static void write_ccr(struct sim_core *core, uint32_t value)
{
    core->v7m.ccr = value & CCR_BITS;
    if (core->kind->l1) {
        core->v7m.ccr |= CCR_BP | (core->l1.code.size ? value & CCR_IC : 0) |
                         (core->l1.data.size ? value & CCR_DC : 0);
        sim_l1_switch(&core->l1, value & CCR_IC, value & CCR_DC);
    }
    core->cpu.unalign_trp = value & CCR_UNALIGN_TRP;
    core->cpu.div_0_trp = value & CCR_DIV_0_TRP;
}

// What ARMv7-M has in it besides the requests that scs.c knows.
static void write_aircr(struct sim_core *core, uint32_t value)
{
    if (value >> 16 != AIRCR_KEY)
        return;
    core->nvic.prigroup = value >> AIRCR_PRIGROUP & 7;
    core->local_reset |= value & AIRCR_VECTRESET;
}

static void write_stir(struct sim_core *core, uint32_t value)
{
    unsigned n = value & 0x1ff;
    if (n < core->nvic.interrupts)
        sim_exception_pend(core, SIM_EXC_IRQ0 + n);
}

static void write_fpccr(struct sim_core *core, uint32_t value)
{
    core->v7m.fpccr = value & (FPCCR_LSPEN | FPCCR_MONRDY | FPCCR_BFRDY | FPCCR_MMRDY |
                               FPCCR_HFRDY | FPCCR_THREAD | FPCCR_USER);
    core->cpu.fp.aspen = value & FPCCR_ASPEN;
    core->cpu.fp.lspact = value & FPCCR_LSPACT;
}

static bool write_fp(struct sim_core *core, uint32_t offset, uint32_t value)
{
    bool present = core->cpu.fp.present;
    switch (offset) {
    case CPACR:
        core->v7m.cpacr = present ? value & CPACR_BITS : 0;
        core->cpu.fp.access = core->v7m.cpacr >> CPACR_CP10 & 3;
        return true;
    case FPCCR:
        if (present)
            write_fpccr(core, value);
        return true;
    case FPCAR:
        core->v7m.fpcar = present ? value & ~7u : 0;
        return true;
    case FPDSCR:
        core->cpu.fp.fpdscr = present ? value & FPDSCR_BITS : 0;
        return true;
    default:
        return offset >= MVFR0 && offset <= MVFR2;
    }
}

static bool write_fault_status(struct sim_core *core, uint32_t offset, uint32_t value)
{
    struct sim_v7m *v = &core->v7m;
    switch (offset) {
    case CFSR: // ones clear
        v->cfsr &= ~(value & CFSR_ALL);
        return true;
    case HFSR:
        v->hfsr &= ~(value & HFSR_ALL);
        return true;
    case MMFAR:
        v->mmfar = value;
        return true;
    case BFAR:
        v->bfar = value;
        return true;
    case ABFSR: // any write clears it (DDI 0489, 3.3)
        v->abfsr = 0;
        return core->kind->l1;
    default:
        return write_fp(core, offset, value);
    }
}

bool sim_v7m_write(struct sim_core *core, uint32_t offset, uint32_t value)
{
    if (core->kind->l1 && sim_l1_write(&core->l1, offset, value))
        return true;
    switch (offset) {
    case ACTLR:
        write_actlr(core, value);
        return true;
    case AIRCR:
        write_aircr(core, value);
        return false; // the rest of it is scs.c's
    case CCR:
        write_ccr(core, value);
        return true;
    case SHCSR:
        write_shcsr(core, value);
        return true;
    case STIR:
        write_stir(core, value);
        return true;
    default:
        return write_fault_status(core, offset, value);
    }
}
