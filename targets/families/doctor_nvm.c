// SPDX-License-Identifier: MIT
// Bits: RM0367, 7; RM0038, 6.
#include "targets/families/doctor_nvm.h"

#include <stdio.h>

#include "swd/mem_ap.h"

#define CR_HSION     (1u << 0)
#define CFGR_SW_HSI  (1u << 0)
#define CFGR_SWS     (3u << 2)
#define CFGR_SWS_HSI (1u << 2)
#define MSI_LEAST_HZ 65536u
#define MSI_MHZ      4u // its range of 1 MHz

const char *nvm_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    const uint32_t cfgr = value[NVM_READ_CFGR];
    const unsigned range = value[NVM_READ_ICSCR] >> 13 & 7;
    clock_hpre_text(cfgr, 4, text, size);
    if (!text[0] && !(cfgr & CFGR_SWS) && range < MSI_MHZ)
        snprintf(text, size, "RCC_ICSCR sets MSI, from which the core runs, to %u kHz",
                 (MSI_LEAST_HZ << range) / 1000);
    return text;
}

enum err nvm_start_hsi(const struct nvm_rcc *rcc, const struct mem_ap *mem, bool *runs)
{
    enum err e = self_set_bits(mem, rcc->cr, CR_HSION);
    return e ? e : self_wait_bits(mem, rcc->cr, rcc->hsi_ready, rcc->hsi_ready, SELF_WAIT_US, runs);
}

enum err nvm_run_from_hsi(const struct nvm_rcc *rcc, const struct mem_ap *mem, uint32_t cfgr,
                          bool *runs)
{
    enum err e = nvm_start_hsi(rcc, mem, runs);
    if (e || !*runs || (e = mem_ap_write32(mem, rcc->cfgr, CFGR_SW_HSI | cfgr)))
        return e;
    return self_wait_bits(mem, rcc->cfgr, CFGR_SWS, CFGR_SWS_HSI, SELF_WAIT_US, runs);
}
