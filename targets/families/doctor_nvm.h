// SPDX-License-Identifier: MIT
// What the doctor can read and measure in the same way on the STM32L0 and L1, whose RCC have the
// same bits at other addresses (RM0367, 7; RM0038, 6). What differs between them is said by
// their own files.
#ifndef SWDLINK_TARGETS_FAMILIES_DOCTOR_NVM_H
#define SWDLINK_TARGETS_FAMILIES_DOCTOR_NVM_H

#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/self_measure.h"

// family_doctor.reg of both. OPTIONS is the register with the options that were loaded.
enum {
    NVM_READ_CSR,
    NVM_READ_CR,
    NVM_READ_CFGR,
    NVM_READ_ICSCR,
    NVM_READ_OPTIONS,
};

// The fields of a family_doctor that both have, but for addresses of registers and a firewall.
#define NVM_DOCTOR                                                                                 \
    .hse_register = NVM_READ_CR, .hse_on = 1u << 16, .reset_register = NVM_READ_CSR,               \
    .reset_otherwise = "the NRST pin", .slow_clock = nvm_slow_clock, /* PWR_CR: PDDS */            \
        .standby_addr = 0x40007000u, .standby_mask = 1u << 1, .standby_from = 1u << 1,             \
    .library_hse_hz = 8000000

// Of RCC_CSR; the program itself is a row of its own, behind a firewall's.
#define NVM_RESETS_BY_WATCHDOGS                                                                    \
    {1u << 29, "the independent watchdog", RESET_BY_WATCHDOG},                                     \
        {1u << 30, "the window watchdog", RESET_BY_WATCHDOG},                                      \
    {                                                                                              \
        1u << 31, "an entry into Stop or Standby that the option bytes forbid", RESET_BY_OTHER     \
    }
#define NVM_OTHER_RESETS                                                                           \
    {1u << 28, "the program itself", RESET_BY_SOFTWARE},                                           \
        {1u << 25, "the loading of option bytes", RESET_BY_OTHER},                                 \
    {                                                                                              \
        1u << 27, "the supply or the NRST pin", RESET_BY_OTHER                                     \
    }

// Of HPRE, and of MSI, from which a core runs at 0 of RCC_CFGR's SW.
const char *nvm_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);

// An RCC: addresses of CR and CFGR, and the bit of CR which says that HSI runs.
struct nvm_rcc {
    uint32_t cr, cfgr, hsi_ready;
};
// Switches HSI on; *runs: it does.
enum err nvm_start_hsi(const struct nvm_rcc *rcc, const struct mem_ap *mem, bool *runs) MUST_CHECK;
// The core gets HSI, with the wait states that have been set before, and CFGR these bits too.
enum err nvm_run_from_hsi(const struct nvm_rcc *rcc, const struct mem_ap *mem, uint32_t cfgr,
                          bool *runs) MUST_CHECK;

#endif
