// SPDX-License-Identifier: MIT
// Reset and clock control of STM32F0 and F3: the registers (RM0091, 6.4; RM0316, 9.4). Oscillators
// and the clock tree are in rcc_clocks.c.
#include "sim/parts/rcc.h"

enum {
    RCC_CR = 0x00,
    RCC_CFGR = 0x04,
    RCC_CIR = 0x08,
    RCC_APB2RSTR = 0x0c,
    RCC_APB1RSTR = 0x10,
    RCC_AHBENR = 0x14,
    RCC_APB2ENR = 0x18,
    RCC_APB1ENR = 0x1c,
    RCC_BDCR = 0x20,
    RCC_CSR = 0x24,
    RCC_AHBRSTR = 0x28,
    RCC_CFGR2 = 0x2c,
    RCC_CFGR3 = 0x30,
    RCC_CR2 = 0x34,
};

#define CR_HSION     (1u << 0)
#define CR_HSITRIM   0xf8u
#define CR_HSICAL    0x5a00u // of this chip
#define CR_HSEON     (1u << 16)
#define CR_HSEBYP    (1u << 18)
#define CR_PLLON     (1u << 24)
#define CR_KEPT      (CR_HSION | CR_HSITRIM | CR_HSEON | CR_HSEBYP | RCC_CR_CSSON | CR_PLLON)
#define CR_AT_RESET  0x80u // HSITRIM; HSION and HSIRDY are kept elsewhere
#define CFGR_SWS     0xcu
#define CFGR_PLL     0x003f8000u // PLLSRC, PLLXTPRE, PLLMUL
#define CFGR_PLLSRC  0x00018000u
#define CIR_FLAGS    0x7fu // of the sources; CSSF has no enable bit
#define CR2_HSI14ON  (1u << 0)
#define CR2_HSI48ON  (1u << 16)
#define CR2_KEPT     0x000100fdu
#define BDCR_LSEON   (1u << 0)
#define BDCR_BDRST   (1u << 16)
#define BDCR_KEPT    0x0001831du
#define CSR_LSION    (1u << 0)
#define CSR_RMVF     (1u << 24)
#define AHBENR_RESET 0x14u // SRAM and FLITF

void sim_rcc_update_irq(struct sim_rcc *rcc)
{
    sim_part_irq(rcc->part, 0, (rcc->cir_flags & rcc->cir_enables) != 0);
}

static void write_cr(struct sim_rcc *rcc, uint32_t value)
{
    sim_clocks_switch(rcc, SIM_HSI, value & CR_HSION);
    sim_clocks_switch(rcc, SIM_HSE, value & CR_HSEON);
    sim_clocks_switch(rcc, SIM_PLL, value & CR_PLLON);
    rcc->cr = value & CR_KEPT;
    sim_clocks_update(rcc);
}

static uint32_t read_cr(const struct sim_rcc *rcc)
{
    uint32_t value = (rcc->cr & ~(CR_HSION | CR_HSEON | CR_PLLON)) | CR_HSICAL;
    value |= (rcc->on[SIM_HSI] ? 1u : 0) | (rcc->ready[SIM_HSI] ? 2u : 0);
    value |= (rcc->on[SIM_HSE] ? 1u << 16 : 0) | (rcc->ready[SIM_HSE] ? 1u << 17 : 0);
    value |= (rcc->on[SIM_PLL] ? 1u << 24 : 0) | (rcc->ready[SIM_PLL] ? 1u << 25 : 0);
    return value;
}

static void write_cfgr(struct sim_rcc *rcc, uint32_t value)
{
    if (rcc->on[SIM_PLL] && (value ^ rcc->cfgr) & CFGR_PLL) {
        sim_chip_violation(rcc->part->chip,
                           "rcc: the PLL's settings changed while it is on (6.4.2)");
        value = (value & ~CFGR_PLL) | (rcc->cfgr & CFGR_PLL);
    }
    rcc->cfgr = value & ~CFGR_SWS & (~CFGR_PLLSRC | sim_rcc_pllsrc_mask(rcc));
    // PLLXTPRE is the lowest bit of PREDIV.
    rcc->cfgr2 = (rcc->cfgr2 & ~1u) | (value >> 17 & 1);
    sim_clocks_update(rcc);
    sim_clocks_follow_sw(rcc);
    sim_clocks_apply(rcc);
}

static void write_cfgr2(struct sim_rcc *rcc, uint32_t value)
{
    if (rcc->on[SIM_PLL] && (value ^ rcc->cfgr2) & RCC_CFGR2_PREDIV) {
        sim_chip_violation(rcc->part->chip, "rcc: PREDIV changed while the PLL is on (6.4.12)");
        return;
    }
    const struct sim_rcc_config *config = rcc->part->config;
    rcc->cfgr2 = value & (RCC_CFGR2_PREDIV | config->more_cfgr2_bits);
    rcc->cfgr = (rcc->cfgr & ~(1u << 17)) | (value & 1) << 17;
}

static void write_cir(struct sim_rcc *rcc, uint32_t value)
{
    rcc->cir_enables = value >> 8 & CIR_FLAGS;
    rcc->cir_flags &= ~(value >> 16 & (CIR_FLAGS | RCC_CIR_CSSF));
    sim_rcc_update_irq(rcc);
}

static void write_bdcr(struct sim_rcc *rcc, uint32_t value)
{
    if (!sim_part_level(rcc->part, SIM_BACKUP_WRITABLE, 0)) {
        log_line(rcc->part->log, LOG_DEBUG, "rcc: RCC_BDCR is written while PWR_CR.DBP is 0");
        return;
    }
    rcc->bdcr = value & BDCR_BDRST ? BDCR_BDRST : value & BDCR_KEPT;
    rcc->on[SIM_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_clocks_update(rcc);
}

static void write_csr(struct sim_rcc *rcc, uint32_t value)
{
    if (value & CSR_RMVF)
        rcc->csr = 0;
    rcc->on[SIM_LSI] = value & CSR_LSION || sim_part_level(rcc->part, SIM_WATCHDOG_RUNNING, 0);
    sim_clocks_update(rcc);
}

static void write_cr2(struct sim_rcc *rcc, uint32_t value)
{
    if (!sim_rcc_has_hsi14(rcc))
        return;
    rcc->cr2 = value & CR2_KEPT;
    rcc->on[SIM_HSI14] = value & CR2_HSI14ON;
    if (sim_rcc_has_hsi48(rcc))
        sim_clocks_switch(rcc, SIM_HSI48, value & CR2_HSI48ON);
    sim_clocks_update(rcc);
}

static uint32_t read_cr2(const struct sim_rcc *rcc)
{
    uint32_t value = rcc->cr2 & ~(CR2_HSI14ON | CR2_HSI48ON);
    value |= (rcc->on[SIM_HSI14] ? 1u : 0) | (rcc->ready[SIM_HSI14] ? 2u : 0);
    value |= (rcc->on[SIM_HSI48] ? 1u << 16 : 0) | (rcc->ready[SIM_HSI48] ? 1u << 17 : 0);
    return value;
}

// Registers without a side effect of their own.
static uint32_t *plain(struct sim_rcc *rcc, uint32_t offset)
{
    switch (offset) {
    case RCC_APB2RSTR:
        return &rcc->rstr[SIM_ON_APB2];
    case RCC_APB1RSTR:
        return &rcc->rstr[SIM_ON_APB1];
    case RCC_AHBRSTR:
        return &rcc->rstr[SIM_ON_AHB];
    case RCC_APB2ENR:
        return &rcc->enr[SIM_ON_APB2];
    case RCC_APB1ENR:
        return &rcc->enr[SIM_ON_APB1];
    case RCC_AHBENR:
        return &rcc->enr[SIM_ON_AHB];
    case RCC_CFGR3:
        return &rcc->cfgr3;
    default:
        return NULL;
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        *value = read_cr(rcc);
        break;
    case RCC_CFGR:
        *value = rcc->cfgr | rcc->sws << 2;
        break;
    case RCC_CIR:
        *value = rcc->cir_flags | rcc->cir_enables << 8;
        break;
    case RCC_BDCR:
        *value = rcc->bdcr | (rcc->ready[SIM_LSE] ? 2u : 0);
        break;
    case RCC_CSR:
        *value = rcc->csr | (rcc->on[SIM_LSI] ? 1u : 0) | (rcc->ready[SIM_LSI] ? 2u : 0);
        break;
    case RCC_CFGR2:
        *value = rcc->cfgr2;
        break;
    case RCC_CR2:
        *value = read_cr2(rcc);
        break;
    default:
        *value = plain(rcc, offset) ? *plain(rcc, offset) : 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIR:
        write_cir(rcc, value);
        break;
    case RCC_BDCR:
        write_bdcr(rcc, value);
        break;
    case RCC_CSR:
        write_csr(rcc, value);
        break;
    case RCC_CFGR2:
        write_cfgr2(rcc, value);
        break;
    case RCC_CR2:
        write_cr2(rcc, value);
        break;
    default:
        if (plain(rcc, offset))
            *plain(rcc, offset) = value;
        sim_chip_follow_resets(rcc->part->chip);
        sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
        break;
    }
    return SIM_BUS_OK;
}

// Flags outlive every reset but that of power (6.4.10).
static void hear_reset(void *self, unsigned line, uint64_t causes)
{
    static const struct {
        unsigned cause;
        uint32_t flag;
    } flags[] = {
        {SIM_CAUSE_CORE_SUPPLY, 1u << 23},     // V18PWRRSTF
        {SIM_CAUSE_OPTIONS, 1u << 25},         // OBLRSTF
        {SIM_CAUSE_PIN, 1u << 26},             // PINRSTF
        {SIM_CAUSE_SUPPLY, 1u << 27},          // PORRSTF
        {SIM_CAUSE_SOFTWARE, 1u << 28},        // SFTRSTF
        {SIM_CAUSE_WATCHDOG, 1u << 29},        // IWDGRSTF
        {SIM_CAUSE_WINDOW_WATCHDOG, 1u << 30}, // WWDGRSTF
        {SIM_CAUSE_LOW_POWER, 1u << 31},       // LPWRRSTF
    };
    struct sim_rcc *rcc = self;
    (void)line;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        rcc->csr |= causes & flags[i].cause ? flags[i].flag : 0;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc *rcc = self;
    struct sim_rcc fresh = {.part = rcc->part,
                            .hse_hz = rcc->hse_hz,
                            .timer = rcc->timer,
                            .cr = CR_AT_RESET,
                            .cr2 = sim_rcc_has_hsi14(rcc) ? 0x80 : 0};
    if (kind != SIM_RESET_POWER) { // the backup domain and the flags stay
        fresh.csr = rcc->csr;
        fresh.bdcr = rcc->bdcr;
    }
    *rcc = fresh;
    rcc->enr[SIM_ON_AHB] = AHBENR_RESET;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++)
        rcc->ready_ns[s] = SIM_NEVER;
    rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    rcc->on[SIM_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_clocks_update(rcc);
    sim_rcc_update_irq(rcc);
    sim_clocks_apply(rcc);
}

static uint64_t level_enabled(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    return rcc->enr[line];
}

static uint64_t level_held(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    return rcc->rstr[line];
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc *rcc = state;
    rcc->part = part;
    rcc->hse_hz = (uint32_t)sim_part_level(part, SIM_HSE_HZ, 0);
    sim_clock_add(part->clock, &rcc->timer, sim_clocks_source_ready, rcc);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_BUSES, level_enabled},
    {SIM_RESET_HELD, SIM_RCC_BUSES, level_held},
    {SIM_HCLK_HZ, 1, sim_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_BUSES, sim_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_BUSES, sim_clocks_timer},
    {SIM_USART_HZ, SIM_RCC_USARTS, sim_clocks_usart},
    {SIM_LSI_HZ, 1, sim_clocks_lsi},
    {SIM_CAPTURE_HZ, SIM_RCC_CAPTURES, sim_clocks_capture},
    {SIM_CAPTURE_DIVIDER, SIM_RCC_CAPTURES, sim_clocks_capture_divider},
    {SIM_HSI_READY, 1, sim_clocks_hsi_ready},
    {SIM_ADC_CLOCK_WAIT_NS, 1, sim_clocks_adc_wait_ns},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, hear_reset},
    {SIM_POWER_MODE, sim_clocks_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_clocks_hear_latency},
    {SIM_LSI_WANTED, sim_clocks_hear_lsi_wanted},
    {SIM_ADC_CLOCK_WANTED, sim_clocks_hear_adc_wanted},
    {SIM_HSE_HZ, sim_clocks_hear_hse},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc = {
    .name = "rcc",
    .state_size = sizeof(struct sim_rcc),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
