// SPDX-License-Identifier: MIT
// A port of general-purpose pins (RM0091, 8): what the program makes of them, what the outside
// drives, and to which peripheral a pin belongs.
#include "sim/parts/gpio_common.h"
#include "sim/parts/parts.h"

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

struct sim_gpio {
    struct sim_part *part;
    uint32_t moder, otyper, ospeedr, pupdr, odr, afr[2];
    struct sim_gpio_lock lock;
    uint16_t reported; // the levels that the listeners know
};

static unsigned mode_of(const struct sim_gpio *g, unsigned pin)
{
    return g->moder >> 2 * pin & 3;
}

static bool pin_level(const struct sim_gpio *g, unsigned pin)
{
    bool out = g->odr >> pin & 1, open_drain = g->otyper >> pin & 1;
    uint64_t outside = sim_part_level(g->part, SIM_PORT_OUTSIDE, g->part->row->number);
    if (mode_of(g, pin) == MODE_OUTPUT && !(open_drain && out))
        return out;
    if (outside >> pin & 1)
        return outside >> (16 + pin) & 1;
    return (g->pupdr >> 2 * pin & 3) == PULL_UP;
}

static uint64_t level_pins(void *self, unsigned line)
{
    const struct sim_gpio *g = self;
    uint64_t levels = 0;
    (void)line;
    for (unsigned pin = 0; pin < 16; pin++)
        levels |= pin_level(g, pin) ? 1ull << pin : 0;
    return levels;
}

// As IDR shows them: a pin in analog mode reads as 0.
static uint16_t input_levels(const struct sim_gpio *g)
{
    uint16_t levels = 0;
    for (unsigned pin = 0; pin < 16; pin++) {
        if (mode_of(g, pin) != MODE_ANALOG && pin_level(g, pin))
            levels |= (uint16_t)(1u << pin);
    }
    return levels;
}

static void report_changes(struct sim_gpio *g)
{
    sim_gpio_report_changes(g->part, input_levels(g), &g->reported);
}

static void hear_outside(void *self, unsigned line, uint64_t value)
{
    struct sim_gpio *g = self;
    (void)value;
    if (line == g->part->row->number)
        report_changes(g);
}

static uint64_t level_alternate(void *self, unsigned line)
{
    const struct sim_gpio *g = self;
    uint64_t pins = 0;
    (void)line;
    for (unsigned pin = 0; pin < 16; pin++)
        pins |= mode_of(g, pin) == MODE_ALTERNATE ? 1ull << pin : 0;
    return pins;
}

static uint64_t level_functions(void *self, unsigned line)
{
    const struct sim_gpio *g = self;
    (void)line;
    return (uint64_t)g->afr[1] << 32 | g->afr[0];
}

// The registers that a lock freezes have one, two or four bits a pin.
static uint32_t locked_bits(const struct sim_gpio *g, unsigned width, unsigned first_pin)
{
    uint32_t bits = 0;
    if (!(g->lock.lckr & SIM_GPIO_LCKK))
        return 0;
    for (unsigned i = 0; i < 32 / width && first_pin + i < 16; i++) {
        if (g->lock.lckr >> (first_pin + i) & 1)
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

static void reset(void *self, enum sim_reset kind)
{
    struct sim_gpio *g = self;
    (void)kind;
    const struct sim_gpio_config *config = g->part->config;
    *g = (struct sim_gpio){.part = g->part, .reported = g->reported};
    if (config) { // pins that are the debug port's after a reset
        g->moder = config->moder;
        g->ospeedr = config->ospeedr;
        g->pupdr = config->pupdr;
    }
    report_changes(g);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_gpio *g = self;
    const uint32_t registers[] = {g->moder, g->otyper, g->ospeedr,   g->pupdr,  input_levels(g),
                                  g->odr,   0,         g->lock.lckr, g->afr[0], g->afr[1]};
    (void)size;
    *value = offset / 4 < sizeof registers / sizeof registers[0] ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_gpio *g = self;
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
        sim_gpio_write_lock(&g->lock, value);
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
    report_changes(g);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_gpio *g = state;
    g->part = part;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_PORT_LEVELS, 0, level_pins},
    {SIM_PORT_ALTERNATE, 0, level_alternate},
    {SIM_PORT_FUNCTIONS, 0, level_functions},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_PORT_OUTSIDE, hear_outside},
    {0, NULL},
};

const struct sim_part_kind sim_part_gpio = {
    .name = "gpio",
    .state_size = sizeof(struct sim_gpio),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
