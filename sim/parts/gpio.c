// SPDX-License-Identifier: MIT
// A port of general-purpose pins (RM0091, 8): what the program makes of them, what the outside
// drives, and whether PA13 and PA14 are still the debug port.
#include <string.h>

#include "sim/chip/chip_state.h"

enum {
    GPIO_MODER = 0x00,
    GPIO_OTYPER = 0x04,
    GPIO_OSPEEDR = 0x08,
    GPIO_PUPDR = 0x0c,
    GPIO_IDR = 0x10,
    GPIO_ODR = 0x14,
    GPIO_BSRR = 0x18,
    GPIO_LCKR = 0x1c,
    GPIO_AFRL = 0x20,
    GPIO_AFRH = 0x24,
    GPIO_BRR = 0x28,
};

enum { MODE_INPUT, MODE_OUTPUT, MODE_ALTERNATE, MODE_ANALOG };
enum { PULL_NONE, PULL_UP, PULL_DOWN };

#define LCKR_LCKK (1u << 16)

static unsigned mode_of(const struct sim_gpio *g, unsigned pin)
{
    return g->moder >> 2 * pin & 3;
}

static bool pin_level(const struct sim_gpio *g, unsigned pin)
{
    bool out = g->odr >> pin & 1, open_drain = g->otyper >> pin & 1;
    if (mode_of(g, pin) == MODE_OUTPUT && !(open_drain && out))
        return out;
    if (g->driven >> pin & 1)
        return g->level >> pin & 1;
    return (g->pupdr >> 2 * pin & 3) == PULL_UP;
}

uint16_t sim_gpio_levels(const struct sim_gpio *g)
{
    uint16_t levels = 0;
    for (unsigned pin = 0; pin < 16; pin++) {
        if (mode_of(g, pin) != MODE_ANALOG && pin_level(g, pin))
            levels |= (uint16_t)(1u << pin);
    }
    return levels;
}

// Tells the listeners which pins have changed since then.
static void tell_changes(struct sim_gpio *g, uint16_t before)
{
    uint16_t now = sim_gpio_levels(g), changed = now ^ before;
    for (unsigned pin = 0; changed >> pin; pin++) {
        if (!(changed >> pin & 1))
            continue;
        sim_exti_pin_changed(g->chip, g->port, pin, now >> pin & 1);
        sim_pwr_pin_changed(g->chip, (char)('A' + g->port), pin, now >> pin & 1);
    }
}

static struct sim_gpio *port_of(const struct sim_chip *chip, char port)
{
    // Ports that the chip lacks exist here too: nothing maps them.
    const struct sim_gpio *g = &chip->gpio[(unsigned)(port - 'A') % SIM_GPIO_PORTS];
    return (struct sim_gpio *)(uintptr_t)g;
}

bool sim_gpio_is_alternate(const struct sim_chip *chip, char port, unsigned pin, unsigned af)
{
    const struct sim_gpio *g = port_of(chip, port);
    return mode_of(g, pin) == MODE_ALTERNATE && (g->afr[pin / 8] >> 4 * (pin % 8) & 15) == af;
}

bool sim_gpio_is_driven(const struct sim_chip *chip, char port, unsigned pin, bool *high)
{
    const struct sim_gpio *g = port_of(chip, port);
    *high = g->level >> pin & 1;
    return g->driven >> pin & 1;
}

bool sim_gpio_swd_connected(const struct sim_chip *chip)
{
    return sim_gpio_is_alternate(chip, 'A', 13, 0) && sim_gpio_is_alternate(chip, 'A', 14, 0);
}

void sim_chip_drive_pin(struct sim_chip *chip, char port, unsigned pin, bool high)
{
    struct sim_gpio *g = port_of(chip, port);
    uint16_t before = sim_gpio_levels(g), bit = (uint16_t)(1u << pin);
    g->driven |= bit;
    g->level = (uint16_t)(high ? g->level | bit : g->level & ~bit);
    tell_changes(g, before);
}

void sim_chip_release_pin(struct sim_chip *chip, char port, unsigned pin)
{
    struct sim_gpio *g = port_of(chip, port);
    uint16_t before = sim_gpio_levels(g);
    g->driven &= (uint16_t) ~(1u << pin);
    tell_changes(g, before);
}

bool sim_chip_pin_level(const struct sim_chip *chip, char port, unsigned pin)
{
    return chip->powered && pin_level(port_of(chip, port), pin);
}

// The registers that a lock freezes have one, two or four bits a pin.
static uint32_t locked_bits(const struct sim_gpio *g, unsigned width, unsigned first_pin)
{
    uint32_t bits = 0;
    if (!(g->lckr & LCKR_LCKK))
        return 0;
    for (unsigned i = 0; i < 32 / width && first_pin + i < 16; i++) {
        if (g->lckr >> (first_pin + i) & 1)
            bits |= ((1u << width) - 1) << width * i;
    }
    return bits;
}

static void put_lockable(const struct sim_gpio *g, uint32_t *reg, uint32_t value, unsigned width,
                         unsigned first_pin)
{
    uint32_t locked = locked_bits(g, width, first_pin);
    *reg = (*reg & locked) | (value & ~locked);
}

// The key sequence of 8.4.8: LCKK 1, 0, 1 with the same pins, then a read.
static void write_lckr(struct sim_gpio *g, uint32_t value)
{
    static const bool key[] = {true, false, true};
    if (g->lckr & LCKR_LCKK)
        return;
    bool same = g->lock_step == 0 || (value & 0xffff) == g->lckr;
    if (same && !!(value & LCKR_LCKK) == key[g->lock_step])
        g->lock_step++;
    else
        g->lock_step = 0;
    g->lckr = value & 0xffff;
    if (g->lock_step == 3) {
        g->lckr |= LCKR_LCKK;
        g->lock_step = 0;
    }
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_gpio *g = self;
    (void)kind;
    uint16_t before = sim_gpio_levels(g);
    *g =
        (struct sim_gpio){.chip = g->chip, .port = g->port, .driven = g->driven, .level = g->level};
    if (g->port == 0) { // the debug port: PA13 pulled up and fast, PA14 pulled down (8.4)
        g->moder = 0x28000000;
        g->ospeedr = 0x0c000000;
        g->pupdr = 0x24000000;
    }
    tell_changes(g, before);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_gpio *g = self;
    const uint32_t registers[] = {g->moder, g->otyper, g->ospeedr, g->pupdr,  sim_gpio_levels(g),
                                  g->odr,   0,         g->lckr,    g->afr[0], g->afr[1]};
    (void)size;
    *value = offset / 4 < sizeof registers / sizeof registers[0] ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_gpio *g = self;
    uint16_t before = sim_gpio_levels(g);
    (void)size;
    switch (offset) {
    case GPIO_MODER:
        put_lockable(g, &g->moder, value, 2, 0);
        break;
    case GPIO_OTYPER:
        put_lockable(g, &g->otyper, value & 0xffff, 1, 0);
        break;
    case GPIO_OSPEEDR:
        put_lockable(g, &g->ospeedr, value, 2, 0);
        break;
    case GPIO_PUPDR:
        put_lockable(g, &g->pupdr, value, 2, 0);
        break;
    case GPIO_ODR:
        g->odr = value & 0xffff;
        break;
    case GPIO_BSRR: // setting wins (8.4.7)
        g->odr = (g->odr & ~(value >> 16)) | (value & 0xffff);
        break;
    case GPIO_LCKR:
        write_lckr(g, value);
        break;
    case GPIO_AFRL:
    case GPIO_AFRH:
        put_lockable(g, &g->afr[offset == GPIO_AFRH], value, 4, offset == GPIO_AFRH ? 8 : 0);
        break;
    case GPIO_BRR:
        g->odr &= ~value & 0xffff;
        break;
    default: // GPIO_IDR
        break;
    }
    tell_changes(g, before);
    return SIM_BUS_OK;
}

const struct sim_device sim_gpio_device = {reset, read, write};
