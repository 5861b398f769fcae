// SPDX-License-Identifier: MIT
// Registers and their bits: RM0091, 8.4, and the same in the manuals of all later families.
#include "targets/families/gpio_pins.h"

#include <stdio.h>

#include "swd/mem_ap.h"

#define MODER     0x00u
#define LCKR      0x1cu
#define AFRH      0x24u
#define LCKK      (1u << 16)
#define SWD_PINS  (1u << 13 | 1u << 14)
#define SWD_AF    0u
#define ALTERNATE 2u

enum err gpio_pins_lock(const struct gpio_port *port, const struct mem_ap *mem)
{
    const uint32_t lckr = port->base + LCKR;
    uint32_t clocks, lock;
    enum err e = mem_ap_read32(mem, port->clock_addr, &clocks);
    if (e || (e = mem_ap_write32(mem, port->clock_addr, clocks | port->clock_mask)) ||
        (e = mem_ap_read32(mem, lckr, &lock)))
        return e;
    if (!(lock & LCKK) &&
        ((e = mem_ap_write32(mem, lckr, LCKK | SWD_PINS)) ||
         (e = mem_ap_write32(mem, lckr, SWD_PINS)) ||
         (e = mem_ap_write32(mem, lckr, LCKK | SWD_PINS)) || (e = mem_ap_read32(mem, lckr, &lock))))
        return e;
    return mem_ap_write32(mem, port->clock_addr, clocks);
}

bool gpio_pins_taken(const struct gpio_port *port, uint32_t addr, uint32_t value)
{
    if (addr == port->base + MODER)
        return (value >> 26 & 3) != ALTERNATE || (value >> 28 & 3) != ALTERNATE;
    return (value >> 20 & 15) != SWD_AF || (value >> 24 & 15) != SWD_AF;
}

const char *gpio_pins_register_name(const struct gpio_port *port, uint32_t addr)
{
    if (addr == port->base + MODER)
        return "GPIOA_MODER";
    if (addr == port->base + AFRH)
        return "GPIOA_AFRH";
    return addr == port->reset_addr ? port->reset_name : "";
}

const char *gpio_pins_text(const struct gpio_port *port, uint32_t addr, uint32_t value, char *text,
                           size_t size)
{
    static const char *const modes[] = {"an input", "an output", NULL, "an analog input"};
    static const char *const pins[] = {"PA13 (SWDIO)", "PA14 (SWCLK)"};
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 2 && used < size; i++) {
        unsigned mode = value >> (26 + 2 * i) & 3, af = value >> (20 + 4 * i) & 15;
        const char *joint = used ? ", " : "";
        int n = 0;
        if (addr == port->base + MODER && mode != ALTERNATE)
            n = snprintf(&text[used], size - used, "%s%s becomes %s", joint, pins[i], modes[mode]);
        else if (addr == port->base + AFRH && af != SWD_AF)
            n = snprintf(&text[used], size - used, "%s%s gets alternate function %u", joint,
                         pins[i], af);
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}
