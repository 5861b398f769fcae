// SPDX-License-Identifier: MIT
#include "targets/families/fpec.h"

#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"

// FLASH_OBR bits 2:1 and the byte RDP, for which level 1 is any value but those of levels 0 and 2
// (RM0091, 3.5.7 and 3.3.1; RM0316, 3.3).
const struct rdp_scheme fpec_rdp = {
    .status_addr = FPEC_FLASH_OBR,
    .status = {.shift = 1, .bits = 2, .level0 = 0, .level2 = 3},
    .option_word = FPEC_RDP,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0xbb,
};

const char *fpec_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return clock_hpre_text(value[FPEC_READ_CFGR], 4, text, size);
}

#define GPIOA 0x48000000u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = FPEC_RCC_AHBENR,
    .clock_mask = 1u << 17, // IOPAEN
    .reset_name = "RCC_AHBRSTR",
    .reset_addr = FPEC_RCC_AHBRSTR,
};

const struct family_pins fpec_pins = GPIO_PINS(&port_a, GPIOA, FPEC_RCC_AHBRSTR);
