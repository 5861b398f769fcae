// SPDX-License-Identifier: MIT
// The virtual STM32 put together: its making, its running, and what the debug port sees of it.
#include "sim/chip/chip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chip/chip_state.h"

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
                          chip->bus.master == SIM_MASTER_DEBUG ? "debugger" : "program");
}

void sim_chip_clocks_changed(struct sim_chip *chip)
{
    sim_wwdg_clock_changed(chip);
    sim_tim_clock_changed(chip);
}

void sim_chip_follow_debug(struct sim_chip *chip)
{
    bool halted = sim_core_is_halted(chip->core);
    sim_iwdg_freeze(chip, halted && chip->dbgmcu.fz[0] & DBGMCU_FZ1_IWDG);
    sim_wwdg_freeze(chip, halted && chip->dbgmcu.fz[0] & DBGMCU_FZ1_WWDG);
    sim_tim_follow_debug(chip, halted);
    chip->halted = halted;
}

// ---- running ------------------------------------------------------------------------------------

static void run_core(struct sim_chip *chip, uint64_t until_ns)
{
    enum sim_core_event event = sim_core_run(chip->core, until_ns);
    if (event == SIM_CORE_RESET_REQUEST)
        sim_reset_assert(chip, SIM_RESET_SYSTEM, RCC_CSR_SFTRSTF);
    if (sim_core_is_halted(chip->core) != chip->halted)
        sim_chip_follow_debug(chip);
    sim_pwr_follow_core(chip);
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

bool sim_chip_swd_alive(const struct sim_chip *chip)
{
    if (!chip->powered || chip->dead || chip->power_on_reset || chip->options.rdp_level == 2)
        return false;
    if (chip->pwr.mode == SIM_POWER_STOP && !(chip->dbgmcu.cr & DBGMCU_CR_DBG_STOP))
        return false;
    if (chip->pwr.mode == SIM_POWER_STANDBY && !(chip->dbgmcu.cr & DBGMCU_CR_DBG_STANDBY))
        return false;
    return sim_gpio_swd_connected(chip);
}

// While the system is in reset only DBGMCU answers beside the private bus; and whoever reaches for
// the system bus is a debugger, whom read protection remembers.
static enum sim_bus_status gate(void *arg, uint32_t addr)
{
    struct sim_chip *chip = arg;
    if (!chip->intruded) {
        chip->intruded = true;
        sim_map_update(chip);
    }
    return !chip->in_reset || addr - SIM_DBGMCU_BASE < 0x400 ? SIM_BUS_OK : SIM_BUS_FAULT;
}

enum sim_bus_status sim_chip_ap_read(struct sim_chip *chip, uint32_t addr, unsigned size,
                                     uint32_t *value)
{
    *value = 0;
    if (!sim_chip_swd_alive(chip))
        return SIM_BUS_FAULT;
    return sim_bus_read(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
}

enum sim_bus_status sim_chip_ap_write(struct sim_chip *chip, uint32_t addr, unsigned size,
                                      uint32_t value)
{
    if (!sim_chip_swd_alive(chip))
        return SIM_BUS_FAULT;
    enum sim_bus_status status = sim_bus_write(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
    if (sim_core_take_reset_request(chip->core)) // SYSRESETREQ
        sim_reset_request(chip, RCC_CSR_SFTRSTF);
    if (sim_core_is_halted(chip->core) != chip->halted)
        sim_chip_follow_debug(chip);
    return status;
}

uint32_t sim_chip_hclk_hz(const struct sim_chip *chip)
{
    return sim_clocks_hclk_hz(chip);
}

uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip)
{
    return chip->bus.stall_until_ns;
}

// ---- making -------------------------------------------------------------------------------------

static enum err refuse_name(const char *name, struct log *log)
{
    char names[512] = "";
    size_t len = 0;
    const struct sim_chip_row *row;
    for (unsigned i = 0; (row = sim_chips_at(i)) && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "", row->name);
    return log_fail(log, ERR_USAGE, "there is no virtual chip \"%s\"; there are %s", name, names);
}

static void make_peripherals(struct sim_chip *chip)
{
    chip->fpec.chip = chip->dbgmcu.chip = chip->syscfg.chip = chip->pwr.chip = chip->exti.chip =
        chip->crc.chip = chip;
    for (unsigned i = 0; i < SIM_GPIO_PORTS; i++)
        chip->gpio[i] = (struct sim_gpio){.chip = chip, .port = i};
    sim_reset_create(chip);
    sim_flash_create(chip);
    sim_rcc_create(chip);
    sim_usart_create(chip);
    sim_iwdg_create(chip);
    sim_wwdg_create(chip);
    sim_adc_create(chip);
    sim_tim_create(chip);
}

static bool make_memories(struct sim_chip *chip)
{
    static const uint8_t factory_options[] = {0xaa, 0x55, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00,
                                              0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00};
    chip->flash.bytes = malloc(chip->row->flash_size);
    chip->sram = calloc(1, chip->row->sram_size);
    chip->system = malloc(chip->row->system_size);
    chip->usart_out = malloc(SIM_USART_ROOM);
    if (!chip->flash.bytes || !chip->sram || !chip->system || !chip->usart_out)
        return false;
    memset(chip->flash.bytes, 0xff, chip->row->flash_size);
    memcpy(chip->options.bytes, factory_options, sizeof factory_options);
    sim_ids_fill(chip);
    return true;
}

enum err sim_chip_create(struct sim_chip **out, const char *name, struct sim_clock *clock,
                         struct sim_account *account, struct log *log)
{
    const struct sim_chip_row *row = sim_chips_find(name);
    if (!row)
        return refuse_name(name, log);
    struct sim_chip *chip = calloc(1, sizeof *chip);
    if (!chip)
        return ERR_MEMORY;
    chip->row = row;
    chip->clock = clock;
    chip->account = account;
    chip->log = log;
    chip->random = 0x5eed5eed5eed5eedu;
    chip->vdda_mv = 3300;
    chip->bus = (struct sim_bus){

        .clock = clock, .account = account, .log = log, .debug_gate = gate, .debug_gate_arg = chip};
    chip->core = sim_core_create(&chip->bus, clock, account);
    if (!chip->core || !make_memories(chip)) {
        sim_chip_destroy(chip);
        return ERR_MEMORY;
    }
    sim_identity_create(chip);
    make_peripherals(chip);
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
    if (chip->core)
        sim_core_destroy(chip->core);
    free(chip->flash.bytes);
    free(chip->sram);
    free(chip->system);
    free(chip->usart_out);
    free(chip);
}

void sim_chip_set_flash_time(struct sim_chip *chip, enum sim_flash_time time)
{
    chip->flash.time = time;
}

struct sim_core *sim_chip_core(struct sim_chip *chip)
{
    return chip->core;
}

struct sim_bus *sim_chip_bus(struct sim_chip *chip)
{
    return &chip->bus;
}

unsigned sim_chip_erase_count(const struct sim_chip *chip, uint32_t addr)
{
    uint32_t offset = addr - SIM_FLASH_BASE;
    return offset < chip->row->flash_size ? chip->flash.erase_count[offset / chip->row->page_size]
                                          : 0;
}
