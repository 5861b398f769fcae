// SPDX-License-Identifier: MIT
// Power control (RM0091, 5): Stop and Standby, how the chip gets into them and what ends them.
#include "sim/chip/chip_state.h"

enum { PWR_CR = 0x0, PWR_CSR = 0x4 };

#define CR_PDDS        (1u << 1)
#define CR_CWUF        (1u << 2)
#define CR_CSBF        (1u << 3)
#define CR_DBP         (1u << 8)
#define CR_KEPT        0x1f3u
#define CSR_WUF        (1u << 0)
#define CSR_SBF        (1u << 1)
#define CSR_VREFINTRDY (1u << 3)
#define CSR_EWUP1      (1u << 8)
#define CSR_EWUP2      (1u << 9)
#define CSR_EWUP       0xff00u

bool sim_pwr_backup_writable(const struct sim_chip *chip)
{
    return chip->pwr.cr & CR_DBP;
}

static void enter(struct sim_chip *chip)
{
    bool standby = chip->pwr.cr & CR_PDDS;
    uint8_t allowed_by = standby ? OPTION_NRST_STDBY : OPTION_NRST_STOP;
    if (sim_flash_is_busy(chip)) // waits for the flash (5.3.5)
        return;
    if (!(chip->options.user & allowed_by)) {
        sim_reset_request(chip, RCC_CSR_LPWRRSTF);
        return;
    }
    chip->pwr.mode = standby ? SIM_POWER_STANDBY : SIM_POWER_STOP;
    if (standby)
        chip->pwr.csr |= CSR_SBF;
    log_line(chip->log, LOG_DEBUG, "the chip goes to %s", standby ? "Standby" : "Stop");
    sim_clocks_apply(chip);
}

void sim_pwr_follow_core(struct sim_chip *chip)
{
    bool deep = sim_core_deep_sleep(chip->core);
    if (chip->in_reset || deep == (chip->pwr.mode != SIM_POWER_RUN))
        return;
    if (deep) {
        enter(chip);
    } else { // an interrupt or the debugger has woken the core
        chip->pwr.mode = SIM_POWER_RUN;
        sim_clocks_leave_stop(chip);
    }
}

void sim_pwr_wake(struct sim_chip *chip)
{
    if (chip->pwr.mode != SIM_POWER_STOP)
        return;
    chip->pwr.mode = SIM_POWER_RUN;
    sim_clocks_leave_stop(chip);
}

// A rising edge on WKUP1 (PA0) or WKUP2 (PC13).
void sim_pwr_pin_changed(struct sim_chip *chip, char port, unsigned pin, bool high)
{
    uint32_t enable = port == 'A' && pin == 0    ? CSR_EWUP1
                      : port == 'C' && pin == 13 ? CSR_EWUP2
                                                 : 0;
    if (!high || !(chip->pwr.csr & enable))
        return;
    chip->pwr.csr |= CSR_WUF;
    if (chip->pwr.mode == SIM_POWER_STANDBY)
        sim_reset_assert(chip, SIM_RESET_SYSTEM, 0);
}

// SBF and WUF tell a program that it comes from Standby; only power clears SBF (5.4.2).
static void reset(void *self, enum sim_reset kind)
{
    struct sim_pwr *p = self;
    uint32_t kept = kind == SIM_RESET_SYSTEM ? p->csr & CSR_SBF : 0;
    *p = (struct sim_pwr){.chip = p->chip, .csr = kept | CSR_VREFINTRDY};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_pwr *p = self;
    (void)size;
    *value = offset == PWR_CR ? p->cr : offset == PWR_CSR ? p->csr : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_pwr *p = self;
    (void)size;
    if (offset == PWR_CR) {
        p->cr = value & CR_KEPT;
        p->csr &= ~((value & CR_CWUF ? CSR_WUF : 0) | (value & CR_CSBF ? CSR_SBF : 0));
    } else if (offset == PWR_CSR) {
        p->csr = (p->csr & ~CSR_EWUP) | (value & CSR_EWUP);
    }
    return SIM_BUS_OK;
}

const struct sim_device sim_pwr_device = {reset, read, write};
