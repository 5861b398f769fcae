// SPDX-License-Identifier: MIT
// Bits: RM0351, 6.4 (RCC) and 3.7 (flash); the same in RM0394, RM0432, RM0440, RM0434 and RM0453.
#include "targets/families/doctor_m4dword.h"

#include "targets/families/m4dword.h"

#define CFGR_SWS        (3u << 2)
#define CR_MSIRGSEL     (1u << 3)
#define OPTR_NBOOT0     (1u << 27)
#define OPTR_NSWBOOT0   (1u << 26)
#define MSI_RESET_RANGE 6u // 4 MHz

const char *m4dword_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    const uint32_t cr = value[M4DWORD_READ_CR];
    const unsigned range = cr & CR_MSIRGSEL ? cr >> 4 & 15 : MSI_RESET_RANGE;
    clock_hpre_text(value[M4DWORD_READ_CFGR], 4, text, size);
    if (!text[0] && !(value[M4DWORD_READ_CFGR] & CFGR_SWS))
        clock_msi_text(range, text, size);
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

const char *m4dword_boots_loader_w(const uint32_t value[FAMILY_REGISTERS])
{
    return m4dword_boots_loader(value, 1u << 16,
                                "the flash was empty at power-on (FLASH_ACR.EMPTY)",
                                "BOOT0 (PH3) was high (nSWBOOT0=1)");
}

// ---- pins ---------------------------------------------------------------------------------------

#define GPIOA    0x48000000u
#define AHB2RSTR 0x2cu // of the RCC
#define PORT_A(rcc)                                                                                \
    {                                                                                              \
        .base = GPIOA, .clock_addr = (rcc) + 0x4c, .clock_mask = 1u << 0,                          \
        .reset_name = "RCC_AHB2RSTR", .reset_addr = (rcc) + AHB2RSTR,                              \
    }

static const struct gpio_port port_a = PORT_A(M4DWORD_RCC), port_a_w = PORT_A(M4DWORD_RCC_W);

const struct family_pins m4dword_pins = GPIO_PINS(&port_a, GPIOA, M4DWORD_RCC + AHB2RSTR);
const struct family_pins m4dword_pins_w = GPIO_PINS(&port_a_w, GPIOA, M4DWORD_RCC_W + AHB2RSTR);
