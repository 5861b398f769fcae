// SPDX-License-Identifier: MIT
// A GPIO port (RM0091, 8.4). Port A starts with its SWD pins in alternate function.
#include "sim/chip_state.h"

#define PORT_A_MODER   0x28000000u // PA13, PA14: alternate function
#define PORT_A_PUPDR   0x24000000u
#define PORT_A_OSPEEDR 0x0c000000u

static bool clocked(const struct sim_gpio *gpio)
{
    return gpio->chip->rcc.ahbenr >> (17 + gpio->port) & 1;
}

// SWDIO is PA13 and SWCLK PA14: alternate function 0 on both (8.3.2).
bool gpio_swd_pins_are_swd(const struct sim_gpio *port_a)
{
    return (port_a->moder >> 26 & 15) == 0xa && (port_a->afr[1] >> 20 & 0xff) == 0;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_gpio *gpio = self;
    (void)kind;
    gpio->moder = gpio->port == 0 ? PORT_A_MODER : 0;
    gpio->ospeedr = gpio->port == 0 ? PORT_A_OSPEEDR : 0;
    gpio->pupdr = gpio->port == 0 ? PORT_A_PUPDR : 0;
    gpio->otyper = gpio->odr = gpio->afr[0] = gpio->afr[1] = 0;
}

// Outputs read back what they drive, all else what the outside does.
static uint32_t read_idr(const struct sim_gpio *gpio)
{
    uint32_t v = gpio->pins;
    for (unsigned pin = 0; pin < 16; pin++)
        if ((gpio->moder >> 2 * pin & 3) == 1)
            v = (v & ~(1u << pin)) | (gpio->odr & 1u << pin);
    return v & 0xffff;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_gpio *gpio = self;
    uint32_t regs[12] = {gpio->moder, gpio->otyper, gpio->ospeedr, gpio->pupdr, read_idr(gpio), gpio->odr,
                         0,           0,            gpio->afr[0],  gpio->afr[1]};
    uint32_t v = clocked(gpio) && offset < sizeof regs ? regs[offset / 4] >> 8 * (offset & 3) : 0;
    *value = size == 4 ? v : v & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_gpio *gpio = self;
    uint32_t *const regs[] = {&gpio->moder, &gpio->otyper, &gpio->ospeedr, &gpio->pupdr, NULL,
                              &gpio->odr,   NULL,          NULL,           &gpio->afr[0], &gpio->afr[1]};
    (void)size;
    if (!clocked(gpio)) {
        log_line(gpio->chip->log, LOG_DEBUG, "virtual GPIO%c ignores a write: its clock is off",
                 'A' + (int)gpio->port);
        return SIM_BUS_OK;
    }
    if (offset == 0x18) // BSRR: set wins (8.4.7)
        gpio->odr = (gpio->odr & ~(value >> 16)) | (value & 0xffff);
    else if (offset == 0x28) // BRR
        gpio->odr &= ~(value & 0xffff);
    else if (offset / 4 < sizeof regs / sizeof regs[0] && regs[offset / 4])
        *regs[offset / 4] = value;
    return SIM_BUS_OK;
}

const struct sim_device gpio_device = {reset, read, write};
