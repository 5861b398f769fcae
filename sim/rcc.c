// SPDX-License-Identifier: MIT
// Reset and clock control (RM0091, 6): clock sources and their ready bits, HCLK, enables, reset flags.
#include "sim/chip_state.h"

#define CR_HSION  (1u << 0)
#define CR_HSIRDY (1u << 1)
#define CR_HSEON  (1u << 16)
#define CR_HSERDY (1u << 17)
#define CR_PLLON  (1u << 24)
#define CR_PLLRDY (1u << 25)
#define CSR_LSION  (1u << 0)
#define CSR_LSIRDY (1u << 1)
#define CSR_RMVF   (1u << 24)
#define CSR_FLAGS  0xff000000u
#define HSI_HZ     8000000u
#define CR_RESET   0x00000083u

bool rcc_hsi_is_on(const struct sim_rcc *rcc)
{
    return rcc->cr & CR_HSION;
}

static uint32_t pll_hz(const struct sim_rcc *rcc)
{
    uint32_t multiply = (rcc->cfgr >> 18 & 15) + 2;
    if (multiply > 16)
        multiply = 16;
    uint32_t divide = (rcc->cfgr2 & 15) + 1;
    if (rcc->cfgr >> 16 & 1)
        return rcc->hse_hz / divide * multiply;
    return HSI_HZ / 2 * multiply;
}

static uint32_t sysclk_hz(const struct sim_rcc *rcc)
{
    switch (rcc->cfgr & 3) {
    case 1:
        return rcc->hse_hz;
    case 2:
        return pll_hz(rcc);
    default:
        return HSI_HZ;
    }
}

// The source that SW asks for must be running; else the switch does not happen (6.2.6).
static bool source_is_ready(const struct sim_rcc *rcc, uint32_t sw)
{
    if (sw == 0)
        return rcc->cr & CR_HSIRDY;
    if (sw == 1)
        return rcc->cr & CR_HSERDY;
    return sw == 2 && rcc->cr & CR_PLLRDY;
}

void rcc_apply_clock(struct sim_rcc *rcc)
{
    static const uint16_t divisors[8] = {2, 4, 8, 16, 64, 128, 256, 512};
    uint32_t hz = sysclk_hz(rcc), hpre = rcc->cfgr >> 4 & 15;
    if (hpre >= 8)
        hz /= divisors[hpre - 8];
    sim_core_set_hclk(rcc->chip->core, hz);
}

static void write_cr(struct sim_rcc *rcc, uint32_t v)
{
    uint32_t sw = rcc->cfgr & 3;
    if (sw == 0)
        v |= CR_HSION; // the source of SYSCLK cannot be switched off
    rcc->cr = (v & (CR_HSION | CR_HSEON | CR_PLLON | 0xd00f8u)) | (rcc->cr & 0xff00);
    if (v & CR_HSION)
        rcc->cr |= CR_HSIRDY;
    if (v & CR_HSEON && rcc->hse_hz)
        rcc->cr |= CR_HSERDY;
    bool pll_source = rcc->cfgr >> 16 & 1 ? (rcc->cr & CR_HSERDY) : (rcc->cr & CR_HSIRDY);
    if (v & CR_PLLON && pll_source)
        rcc->cr |= CR_PLLRDY;
}

static void write_cfgr(struct sim_rcc *rcc, uint32_t v)
{
    uint32_t sw = v & 3;
    uint32_t now = rcc->cfgr & 3;
    rcc->cfgr = (v & ~15u) | (source_is_ready(rcc, sw) ? sw : now);
    rcc_apply_clock(rcc);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc *rcc = self;
    rcc->cr = CR_RESET;
    rcc->cfgr = rcc->cir = rcc->apb2rstr = rcc->apb1rstr = rcc->apb2enr = rcc->apb1enr = 0;
    rcc->ahbrstr = rcc->cfgr2 = rcc->cfgr3 = 0;
    rcc->cr2 = 0x80;
    rcc->ahbenr = 0x14; // SRAM and FLITF
    if (kind == SIM_RESET_POWER) {
        rcc->csr = 0;
        rcc->bdcr = 0;
    }
    rcc->csr = (rcc->csr & CSR_FLAGS) | rcc->chip->reset_flags;
    rcc->chip->reset_flags = 0;
}

// Registers in address order; NULL: reserved.
static uint32_t *plain(struct sim_rcc *rcc, uint32_t offset)
{
    uint32_t *const regs[] = {NULL,          NULL,          &rcc->cir,    &rcc->apb2rstr,
                              &rcc->apb1rstr, &rcc->ahbenr,  &rcc->apb2enr, &rcc->apb1enr,
                              &rcc->bdcr,    NULL,          &rcc->ahbrstr, &rcc->cfgr2,
                              &rcc->cfgr3,   &rcc->cr2};
    return offset / 4 < sizeof regs / sizeof regs[0] ? regs[offset / 4] : NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc *rcc = self;
    uint32_t *reg = plain(rcc, offset & ~3u);
    uint32_t v = 0;
    switch (offset & ~3u) {
    case 0x00:
        v = rcc->cr;
        break;
    case 0x04:
        v = rcc->cfgr | (rcc->cfgr & 3) << 2; // SWS
        break;
    case 0x24:
        v = rcc->csr;
        break;
    default:
        v = reg ? *reg : 0;
        break;
    }
    v >>= 8 * (offset & 3);
    *value = size == 4 ? v : v & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

static void write_csr(struct sim_rcc *rcc, uint32_t v)
{
    if (v & CSR_RMVF)
        rcc->csr &= ~CSR_FLAGS;
    rcc->csr = (rcc->csr & CSR_FLAGS) | (v & CSR_LSION ? CSR_LSION | CSR_LSIRDY : 0);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc *rcc = self;
    if (size != 4) {
        sim_account_violation(rcc->chip->account, "RCC: a write of %u bytes, only words are modelled",
                              size);
        return SIM_BUS_OK;
    }
    uint32_t *reg = plain(rcc, offset);
    if (offset == 0x00)
        write_cr(rcc, value);
    else if (offset == 0x04)
        write_cfgr(rcc, value);
    else if (offset == 0x24)
        write_csr(rcc, value);
    else if (reg)
        *reg = value;
    return SIM_BUS_OK;
}

const struct sim_device rcc_device = {reset, read, write};
