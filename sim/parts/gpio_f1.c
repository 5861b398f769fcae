// SPDX-License-Identifier: MIT
// A port of general-purpose pins of the STM32F1 (RM0008, 9.2): four bits a pin in CRL and CRH. A
// pin has one alternate function, which AFIO may give to other pins; here its number is 1. The
// debug port's pins are not in these registers: AFIO hands them out, DBGMCU_CR the one for
// asynchronous trace, and they count as function 0.
#include "sim/parts/gpio_common.h"
#include "sim/parts/parts.h"

enum {
    GPIO_CRL = 0x00,
    GPIO_CRH = 0x04,
    GPIO_IDR = 0x08,
    GPIO_ODR = 0x0c,
    GPIO_BSRR = 0x10,
    GPIO_BRR = 0x14,
    GPIO_LCKR = 0x18,
};

#define FLOATING   0x44444444u // of eight pins
#define MODE       3u          // of a pin's four bits: 0 is an input
#define CNF        2           // shift
#define DEBUG_PORT 0           // A
#define DEBUG_PINS 0x6000u
#define TRACE_PORT 1 // B
#define TRACE_PIN  3 // JTDO, or TRACESWO (RM0008, 31.4.2)

enum { IN_ANALOG, IN_FLOATING, IN_PULLED };
enum { OUT_OPEN_DRAIN = 1, OUT_ALTERNATE = 2 };

struct sim_gpio_f1 {
    struct sim_part *part;
    uint32_t cr[2], odr;
    struct sim_gpio_lock lock;
    uint16_t reported; // the levels that the listeners know
};

static unsigned bits_of(const struct sim_gpio_f1 *g, unsigned pin)
{
    return g->cr[pin / 8] >> 4 * (pin % 8) & 15;
}

static bool is_output(const struct sim_gpio_f1 *g, unsigned pin)
{
    return bits_of(g, pin) & MODE;
}

// PA13 and PA14, while SWD has them (RM0008, 9.3.5), and PB3 with trace (31.17.2).
static bool is_debug_pin(const struct sim_gpio_f1 *g, unsigned pin)
{
    if (g->part->row->number == TRACE_PORT && pin == TRACE_PIN)
        return sim_part_level(g->part, SIM_TRACE_PINS, 0) == 1 &&
               sim_part_level(g->part, SIM_SWJ, 0) & 1;
    return g->part->row->number == DEBUG_PORT && DEBUG_PINS >> pin & 1 &&
           sim_part_level(g->part, SIM_SWJ, 0) & 1;
}

static bool is_alternate(const struct sim_gpio_f1 *g, unsigned pin)
{
    return is_output(g, pin) && bits_of(g, pin) >> CNF & OUT_ALTERNATE;
}

static bool pin_level(const struct sim_gpio_f1 *g, unsigned pin)
{
    unsigned cnf = bits_of(g, pin) >> CNF;
    bool out = g->odr >> pin & 1;
    uint64_t outside = sim_part_level(g->part, SIM_PORT_OUTSIDE, g->part->row->number);
    bool drives = is_output(g, pin) && !is_alternate(g, pin) && !(cnf & OUT_OPEN_DRAIN && out);
    if (drives && !is_debug_pin(g, pin))
        return out;
    if (outside >> pin & 1)
        return outside >> (16 + pin) & 1;
    return !is_output(g, pin) && cnf == IN_PULLED && out; // ODR says to which side
}

static uint64_t level_pins(void *self, unsigned line)
{
    const struct sim_gpio_f1 *g = self;
    uint64_t levels = 0;
    (void)line;
    for (unsigned pin = 0; pin < 16; pin++)
        levels |= pin_level(g, pin) ? 1ull << pin : 0;
    return levels;
}

// As IDR shows them: a pin in analog mode reads as 0.
static uint16_t input_levels(const struct sim_gpio_f1 *g)
{
    uint16_t levels = 0;
    for (unsigned pin = 0; pin < 16; pin++) {
        bool analog = bits_of(g, pin) == IN_ANALOG && !is_debug_pin(g, pin);
        if (!analog && pin_level(g, pin))
            levels |= (uint16_t)(1u << pin);
    }
    return levels;
}

static void report_changes(struct sim_gpio_f1 *g)
{
    sim_gpio_report_changes(g->part, input_levels(g), &g->reported);
}

static void hear_outside(void *self, unsigned line, uint64_t value)
{
    struct sim_gpio_f1 *g = self;
    (void)value;
    if (line == g->part->row->number)
        report_changes(g);
}

static uint64_t level_alternate(void *self, unsigned line)
{
    const struct sim_gpio_f1 *g = self;
    uint64_t pins = 0;
    (void)line;
    for (unsigned pin = 0; pin < 16; pin++)
        pins |= is_debug_pin(g, pin) || is_alternate(g, pin) ? 1ull << pin : 0;
    return pins;
}

static uint64_t level_functions(void *self, unsigned line)
{
    const struct sim_gpio_f1 *g = self;
    uint64_t functions = 0;
    (void)line;
    for (unsigned pin = 0; pin < 16; pin++)
        functions |= is_debug_pin(g, pin) ? 0 : 1ull << 4 * pin;
    return functions;
}

static void write_config(struct sim_gpio_f1 *g, unsigned half, uint32_t value)
{
    uint32_t locked = 0;
    for (unsigned i = 0; g->lock.lckr & SIM_GPIO_LCKK && i < 8; i++)
        locked |= g->lock.lckr >> (8 * half + i) & 1 ? 15u << 4 * i : 0;
    g->cr[half] = (g->cr[half] & locked) | (value & ~locked);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_gpio_f1 *g = self;
    (void)kind;
    *g = (struct sim_gpio_f1){.part = g->part, .cr = {FLOATING, FLOATING}, .reported = g->reported};
    report_changes(g);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_gpio_f1 *g = self;
    const uint32_t registers[] = {g->cr[0], g->cr[1], input_levels(g), g->odr, 0, 0, g->lock.lckr};
    (void)size;
    *value = offset <= GPIO_LCKR ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_gpio_f1 *g = self;
    (void)size;
    switch (offset) {
    case GPIO_CRL:
    case GPIO_CRH:
        write_config(g, offset == GPIO_CRH, value);
        break;
    case GPIO_ODR:
        g->odr = value & 0xffff;
        break;
    case GPIO_BSRR: // setting wins (9.2.5)
        g->odr = (g->odr & ~(value >> 16)) | (value & 0xffff);
        break;
    case GPIO_BRR:
        g->odr &= ~value & 0xffff;
        break;
    case GPIO_LCKR:
        sim_gpio_write_lock(&g->lock, value);
        break;
    default: // GPIO_IDR
        break;
    }
    report_changes(g);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_gpio_f1 *g = state;
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

const struct sim_part_kind sim_part_gpio_f1 = {
    .name = "gpio_f1",
    .state_size = sizeof(struct sim_gpio_f1),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
