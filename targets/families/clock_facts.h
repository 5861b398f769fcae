// SPDX-License-Identifier: MIT
// What the doctor reads and starts in the RCC in the same way on all families.
#ifndef SWDLINK_TARGETS_FAMILIES_CLOCK_FACTS_H
#define SWDLINK_TARGETS_FAMILIES_CLOCK_FACTS_H

#include "targets/families/family.h"

struct self_timer;

// Starts HSE by RCC_CR, which stands at cr_addr and was `cr` in the program: its HSEBYP is kept.
// *runs false: HSE did not become ready.
enum err clock_start_hse(const struct mem_ap *mem, uint32_t cr_addr, uint32_t cr,
                         bool *runs) MUST_CHECK;

// Starts HSE so, and counts its frequency by the timer; NULL: there is none that could.
enum err clock_measure_hse(const struct self_timer *timer, uint32_t cr_addr, uint32_t cr,
                           struct target *t, struct family_hse *found) MUST_CHECK;

// What HPRE says, whose four bits begin at that shift of RCC_CFGR: "RCC_CFGR divides the core's
// clock by 16", "" when it does not. Returns text.
const char *clock_hpre_text(uint32_t cfgr, unsigned shift, char *text, size_t size);

// What MSIRANGE of RCC_CR says of a core that runs from MSI: "RCC_CR sets MSI, from which the core
// runs, to 800 kHz"; from 1 MHz on the text stays as it is (RM0351, 6.4.1; RM0503, RCC_CR).
void clock_msi_text(unsigned range, char *text, size_t size);

#endif
