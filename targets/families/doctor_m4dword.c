// SPDX-License-Identifier: MIT
// Bits: RM0351, 6.4 (RCC) and 3.7 (flash); the same in RM0394, RM0432, RM0440, RM0434 and RM0453.
#include "targets/families/doctor_m4dword.h"

#include <stdio.h>

#define CFGR_SWS        (3u << 2)
#define CR_MSIRGSEL     (1u << 3)
#define OPTR_NBOOT0     (1u << 27)
#define OPTR_NSWBOOT0   (1u << 26)
#define MSI_KHZ_RANGES  4u
#define MSI_RESET_RANGE 6u // 4 MHz

const char *m4dword_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    static const uint16_t khz[MSI_KHZ_RANGES] = {100, 200, 400, 800};
    const uint32_t cr = value[M4DWORD_READ_CR];
    const unsigned range = cr & CR_MSIRGSEL ? cr >> 4 & 15 : MSI_RESET_RANGE;
    clock_hpre_text(value[M4DWORD_READ_CFGR], 4, text, size);
    if (!text[0] && !(value[M4DWORD_READ_CFGR] & CFGR_SWS) && range < MSI_KHZ_RANGES)
        snprintf(text, size, "RCC_CR sets MSI, from which the core runs, to %u kHz", khz[range]);
    return text;
}

const char *m4dword_boots_loader(const uint32_t value[FAMILY_REGISTERS], uint32_t empty_bit,
                                 const char *empty, const char *pin)
{
    const uint32_t optr = value[M4DWORD_READ_OPTR];
    if (!(optr & OPTR_NSWBOOT0) && !(optr & OPTR_NBOOT0))
        return "the options nSWBOOT0=0 and nBOOT0=0 say so";
    if (value[M4DWORD_READ_EMPTY] & empty_bit)
        return empty;
    return optr & OPTR_NSWBOOT0 ? pin : "";
}
