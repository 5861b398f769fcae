// SPDX-License-Identifier: MIT
// Bits: RM0091, 6.4, and the same in the manuals of the other families.
#include "targets/families/clock_facts.h"

#include <stdio.h>

#include "targets/families/self_measure.h"
#include "targets/target.h"

#define CR_HSEON     (1u << 16)
#define CR_HSERDY    (1u << 17)
#define CR_HSEBYP    (1u << 18)
#define HSE_START_US 100000u // more than any crystal takes (DS9773, 6.3.7)

enum err clock_start_hse(const struct mem_ap *mem, uint32_t cr_addr, uint32_t cr, bool *runs)
{
    enum err e = self_set_bits(mem, cr_addr, CR_HSEON | (cr & CR_HSEBYP));
    return e ? e : self_wait_bits(mem, cr_addr, CR_HSERDY, CR_HSERDY, HSE_START_US, runs);
}

enum err clock_measure_hse(const struct self_timer *timer, uint32_t cr_addr, uint32_t cr,
                           struct target *t, struct family_hse *found)
{
    enum err e = clock_start_hse(target_mem(t), cr_addr, cr, &found->runs);
    return e || !found->runs || !timer ? e : self_count_clock(timer, t, &found->hz);
}

const char *clock_hpre_text(uint32_t cfgr, unsigned shift, char *text, size_t size)
{
    static const uint16_t divisors[16] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512};
    const unsigned divisor = divisors[cfgr >> shift & 15];
    text[0] = '\0';
    if (divisor > 1)
        snprintf(text, size, "RCC_CFGR divides the core's clock by %u", divisor);
    return text;
}

void clock_msi_text(unsigned range, char *text, size_t size)
{
    static const uint16_t khz[] = {100, 200, 400, 800};
    if (range < sizeof khz / sizeof khz[0])
        snprintf(text, size, "RCC_CR sets MSI, from which the core runs, to %u kHz", khz[range]);
}
