// SPDX-License-Identifier: MIT
// The virtual STM32 put together: its making, its running, and what the debug port sees of it.
#include "sim/chip/chip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chip/chip_state.h"

#define DEFAULT_HSE_HZ 8000000u // of the crystal on the board
#define CORE_ROM_TABLE 0xe00ff000u

uint32_t sim_chip_random(struct sim_chip *chip)
{
    // xorshift64 (Marsaglia).
    chip->random ^= chip->random << 13;
    chip->random ^= chip->random >> 7;
    chip->random ^= chip->random << 17;
    return (uint32_t)(chip->random >> 32);
}

void sim_chip_set_seed(struct sim_chip *chip, uint64_t seed)
{
    chip->random = seed;
}

void sim_chip_violation(struct sim_chip *chip, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    sim_account_violation(chip->account, "%s, by the %s", text,
                          chip->used_bus->master == SIM_MASTER_DEBUG ? "debugger" : "program");
}

const struct sim_chip_row *sim_chip_row(const struct sim_chip *chip)
{
    return chip->row;
}

bool sim_chip_is_in_reset(const struct sim_chip *chip)
{
    return chip->in_reset;
}

uint32_t sim_chip_vdd_mv(const struct sim_chip *chip)
{
    return chip->vdd_mv;
}

void sim_chip_set_vdd(struct sim_chip *chip, uint32_t mv)
{
    chip->vdd_mv = mv;
}

uint32_t sim_chip_vdda_mv(const struct sim_chip *chip)
{
    return chip->vdda_mv;
}

enum sim_bus_status sim_chip_stall(struct sim_chip *chip, uint64_t until_ns)
{
    chip->used_bus->stall_until_ns = until_ns;
    return SIM_BUS_STALL;
}

void sim_chip_follow_debug(struct sim_chip *chip)
{
    sim_signal_tell(&chip->signals, SIM_FREEZE, 0, 0);
    chip->halted = sim_core_is_halted(chip->core);
    chip->halted2 = sim_chip_is_second_halted(chip);
}

// ---- running ------------------------------------------------------------------------------------

static void run_core(struct sim_chip *chip, uint64_t until_ns)
{
    enum sim_core_event event = sim_core_run(chip->core, sim_second_limit(chip, until_ns));
    if (event == SIM_CORE_RESET_REQUEST)
        sim_reset_assert(chip, SIM_RESET_SYSTEM, SIM_CAUSE_SOFTWARE);
    if (sim_core_is_halted(chip->core) != chip->halted)
        sim_chip_follow_debug(chip);
    sim_signal_tell(&chip->signals, SIM_CORE_RAN, 0, 0);
    sim_second_run(chip);
}

void sim_chip_run(struct sim_chip *chip, uint64_t until_ns)
{
    struct sim_clock *clock = chip->clock;
    while (clock->now_ns < until_ns) {
        clock->rearmed = false;
        uint64_t next = sim_clock_next(clock);
        if (next > until_ns)
            next = until_ns;
        if (next > clock->now_ns && chip->powered) {
            run_core(chip, next);
            next = clock->now_ns; // it may have come back early
        }
        sim_clock_move(clock, next);
    }
}

// ---- debug port ---------------------------------------------------------------------------------

bool sim_chip_is_powered(const struct sim_chip *chip)
{
    return chip->powered;
}

bool sim_chip_stands_still(const struct sim_chip *chip)
{
    return sim_core_is_halted(chip->core) || sim_core_is_locked_up(chip->core);
}

bool sim_chip_swd_alive(const struct sim_chip *chip)
{
    const struct sim_family *family = chip->row->family;
    if (!chip->powered || chip->dead || chip->power_on_reset ||
        sim_chip_level(chip, SIM_RDP_LEVEL, 0) == 2)
        return false;
    if (sim_chip_level(chip, SIM_DEBUG_CLOSED, 0))
        return false;
    uint64_t mode = sim_chip_level(chip, SIM_POWER_MODE, 0);
    if (mode != SIM_POWER_RUN && !(sim_chip_level(chip, SIM_DEBUG_KEEPS, 0) >> mode & 1))
        return false;
    return sim_signal_pin_is(&chip->signals, &family->swdio) &&
           sim_signal_pin_is(&chip->signals, &family->swclk);
}

// TRACESWO is PB3 in all families (JTDO without SWD), as the pin's function 0.
static const struct sim_pin swo_pin = {'B', 3, 0};

void sim_chip_on_swo(struct sim_chip *chip, void (*changed)(void *arg, uint64_t at_ps, bool level),
                     void *arg)
{
    sim_core_on_swo(chip->core, changed, arg);
}

// "By default, TRACECLKIN is tied to GND": the trace port has HCLK once TRACE_IOEN is set (RM0090,
// 38.17.2; RM0440, 47.17.2). A program that waits for a stimulus port waits for that, too.
static void hear_trace_pins(void *self, unsigned line, uint64_t value)
{
    struct sim_chip *chip = self;
    (void)line;
    sim_core_clock_trace(chip->core, value & 1);
}

void sim_chip_run_trace(struct sim_chip *chip)
{
    if (chip->powered)
        sim_core_run_trace(chip->core, chip->clock->now_ns);
}

bool sim_chip_swo(const struct sim_chip *chip, bool *level)
{
    return sim_core_swo_level(chip->core, level) && chip->powered && !chip->power_on_reset &&
           sim_chip_level(chip, SIM_TRACE_PINS, 0) == 1 &&
           sim_signal_pin_is(&chip->signals, &swo_pin);
}

void sim_chip_mark_ap_accesses(struct sim_chip *chip, bool cacheable)
{
    chip->bus.debug_cacheable = cacheable;
}

uint32_t sim_chip_hclk_hz(const struct sim_chip *chip)
{
    return (uint32_t)sim_chip_level(chip, SIM_HCLK_HZ, 0);
}

uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip)
{
    return chip->bus.stall_until_ns > chip->bus2.stall_until_ns ? chip->bus.stall_until_ns
                                                                : chip->bus2.stall_until_ns;
}

// ---- making -------------------------------------------------------------------------------------

const struct sim_identity *sim_chip_identity(const struct sim_chip *chip)
{
    return &chip->identity;
}

void sim_chip_set_identity(struct sim_chip *chip, const struct sim_identity *identity)
{
    chip->identity = *identity;
    // Where the chip has a table of its own, the core's is ARM's (ARM DDI 0484, 2.2).
    bool in_core = identity->rom_base >> 12 == CORE_ROM_TABLE >> 12;
    sim_core_set_identity(chip->core, identity->cpuid, in_core ? identity->designer : 0,
                          identity->part);
}

const struct sim_electrics *sim_chip_electrics(const struct sim_chip *chip)
{
    return &chip->row->family->electrics;
}

const struct sim_ap_row *sim_chip_more_aps(const struct sim_chip *chip, unsigned *count)
{
    *count = chip->row->family->more_aps;
    return chip->row->family->ap;
}

static void set_own_identity(struct sim_chip *chip)
{
    struct sim_identity own = chip->row->family->identity;
    own.idcode = chip->row->idcode;
    sim_chip_set_identity(chip, &own);
}

static bool allocate(struct sim_chip *chip)
{
    const struct sim_family *family = chip->row->family;
    const struct sim_core_config config = {.cpuid = family->identity.cpuid,
                                           .interrupts = family->interrupts,
                                           .no_mpu = family->no_mpu,
                                           .systick_calib = family->systick_calib,
                                           .mpu_regions = family->mpu_regions,
                                           .single_only = family->has_single_fpu,
                                           .l1 = family->l1};
    chip->core = sim_core_create(&chip->bus, chip->clock, chip->account, &config);
    chip->usart_out = malloc(SIM_USART_ROOM);
    if (!chip->core || !chip->usart_out || !sim_map_create_memories(chip) ||
        !sim_second_create(chip))
        return false;
    sim_reset_create(chip);
    sim_signal_set(&chip->signals, SIM_HSE_HZ, 0, family->hse_hz ? family->hse_hz : DEFAULT_HSE_HZ);
    sim_signal_listen(&chip->signals, SIM_TRACE_PINS, hear_trace_pins, chip);
    sim_map_follow_gates(chip);
    return sim_slot_create_parts(chip);
}

enum err sim_chip_create(struct sim_chip **out, const struct sim_chip_row *row,
                         struct sim_clock *clock, struct sim_account *account, struct log *log)
{
    struct sim_chip *chip = calloc(1, sizeof *chip);
    if (!chip)
        return ERR_MEMORY;
    chip->row = row;
    chip->clock = clock;
    chip->account = account;
    chip->log = log;
    chip->random = 0x5eed5eed5eed5eedu;
    chip->vdd_mv = chip->vdda_mv = 3300;
    chip->bus = (struct sim_bus){.clock = clock,
                                 .account = account,
                                 .log = log,
                                 .debug_gate = sim_view_gate,
                                 .debug_gate_arg = chip};
    chip->used_bus = &chip->bus;
    if (!allocate(chip)) {
        sim_chip_destroy(chip);
        return ERR_MEMORY;
    }
    set_own_identity(chip);
    sim_map_build(chip);
    sim_map_reset(chip, SIM_RESET_POWER);
    sim_map_update(chip);
    *out = chip;
    return ERR_OK;
}

void sim_chip_destroy(struct sim_chip *chip)
{
    if (!chip)
        return;
    sim_slot_destroy_parts(chip);
    sim_map_destroy_memories(chip);
    if (chip->core)
        sim_core_destroy(chip->core);
    if (chip->core2)
        sim_core_destroy(chip->core2);
    free(chip->usart_out);
    free(chip);
}

void sim_chip_set_flash_time(struct sim_chip *chip, enum sim_flash_time time)
{
    sim_signal_set(&chip->signals, SIM_FLASH_TIME, 0, time);
}

void sim_chip_set_hse(struct sim_chip *chip, uint32_t hz)
{
    sim_signal_set(&chip->signals, SIM_HSE_HZ, 0, hz);
}

enum err sim_chip_set_rdp(struct sim_chip *chip, unsigned level)
{
    if (level > 2)
        return log_fail(chip->log, ERR_USAGE, "read protection has the levels 0, 1 and 2, not %u",
                        level);
    if (level > 1 && chip->row->family->has_one_protection_level)
        return log_fail(chip->log, ERR_USAGE, "an %s has no read protection level 2",
                        chip->row->family->name);
    sim_signal_tell(&chip->signals, SIM_OPTIONS_RDP, 0, level);
    return ERR_OK;
}

struct sim_core *sim_chip_core(struct sim_chip *chip)
{
    return chip->core;
}

struct sim_bus *sim_chip_bus(struct sim_chip *chip)
{
    return chip->used_bus;
}

// ---- pins and what goes out of them -------------------------------------------------------------

static void set_outside(struct sim_chip *chip, char port, unsigned pin, bool driven, bool high)
{
    unsigned line = (unsigned)(port - 'A');
    uint64_t outside = sim_chip_level(chip, SIM_PORT_OUTSIDE, line);
    uint64_t drive = 1ull << pin, level = 1ull << (16 + pin);
    outside = driven ? outside | drive : outside & ~drive;
    if (driven)
        outside = high ? outside | level : outside & ~level;
    sim_signal_set(&chip->signals, SIM_PORT_OUTSIDE, line, outside);
}

void sim_chip_drive_pin(struct sim_chip *chip, char port, unsigned pin, bool high)
{
    set_outside(chip, port, pin, true, high);
}

void sim_chip_release_pin(struct sim_chip *chip, char port, unsigned pin)
{
    set_outside(chip, port, pin, false, false);
}

bool sim_chip_pin_level(const struct sim_chip *chip, char port, unsigned pin)
{
    unsigned line = (unsigned)(port - 'A');
    uint64_t outside = sim_chip_level(chip, SIM_PORT_OUTSIDE, line);
    if (!chip->powered)
        return false;
    if (sim_signal_is_driven(&chip->signals, SIM_PORT_LEVELS, line))
        return sim_chip_level(chip, SIM_PORT_LEVELS, line) >> pin & 1;
    return outside & outside >> 16 & 1ull << pin; // a port that the chip does not have
}

void sim_chip_put_usart(struct sim_chip *chip, uint8_t byte)
{
    if (chip->usart_len == SIM_USART_ROOM) {
        chip->usart_start = (chip->usart_start + 1) % SIM_USART_ROOM;
        chip->usart_len--;
    }
    chip->usart_out[(chip->usart_start + chip->usart_len++) % SIM_USART_ROOM] = byte;
}

size_t sim_chip_take_usart(struct sim_chip *chip, uint8_t *data, size_t cap)
{
    size_t n = 0;
    for (; n < cap && chip->usart_len; n++) {
        data[n] = chip->usart_out[chip->usart_start];
        chip->usart_start = (chip->usart_start + 1) % SIM_USART_ROOM;
        chip->usart_len--;
    }
    return n;
}
