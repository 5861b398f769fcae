// SPDX-License-Identifier: MIT
// Wiring of the virtual STM32F0: supply, reset, boot, clocks, run loop, and what the debug port may reach.
#include "sim/chip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/chip_state.h"

// The SW-DP and the AHB-AP of a Cortex-M0 (DDI 0432, 7), and what an STM32F0's ROM table says.
#define DPIDR_VALUE  0x0bb11477u
#define AP_IDR_VALUE 0x04770021u
#define ROM_BASE     0xe00ff003u
#define CPUID_VALUE  0x410cc200u
#define DESIGNER_ST  0x020u
#define ROM_PART     0x440u
#define DBG_STOP     (1u << 1)
#define DBG_STANDBY  (1u << 2)
#define FZ_IWDG      (1u << 12)
#define PWR_PDDS     (1u << 1)
#define WDG_SW       (1u << 8) // in FLASH_OBR: 0 starts the watchdog by hardware

uint32_t chip_random(struct sim_chip *chip)
{
    // xorshift64: any mix will do, as long as the seed decides.
    chip->seed ^= chip->seed << 13;
    chip->seed ^= chip->seed >> 7;
    chip->seed ^= chip->seed << 17;
    return (uint32_t)(chip->seed >> 16);
}

// ---- memory map -----------------------------------------------------------------------------------------

bool chip_flash_is_protected(const struct sim_chip *chip)
{
    // Level 1 bites when debugging is detected, or when the boot loader or SRAM was booted (3.3.1).
    return chip->rdp_level >= 1 && (chip->intruded || (chip->syscfg_cfgr1 & 3) != 0);
}

void chip_update_windows(struct sim_chip *chip)
{
    bool open = !fpec_is_busy(&chip->fpec) && !chip_flash_is_protected(chip);
    struct sim_window *w = chip->bus.window;
    const struct sim_chip_row *row = chip->row;
    w[WINDOW_FLASH] = (struct sim_window){SIM_FLASH_BASE, open ? row->flash_size : 0, chip->flash, false};
    w[WINDOW_SRAM] = (struct sim_window){SIM_SRAM_BASE, row->sram_size, chip->sram, true};
    w[WINDOW_SYSTEM] = (struct sim_window){row->system_base, row->system_size, chip->system, false};
    switch (chip->syscfg_cfgr1 & 3) {
    case 1:
        w[WINDOW_BOOT] = (struct sim_window){0, row->system_size, chip->system, false};
        break;
    case 3:
        w[WINDOW_BOOT] = (struct sim_window){0, row->sram_size, chip->sram, true};
        break;
    default:
        w[WINDOW_BOOT] = (struct sim_window){0, open ? row->flash_size : 0, chip->flash, false};
        break;
    }
}

// Regions that exist in silicon and are not modelled: touching one is logged by name.
static const struct {
    const char *name;
    uint32_t base;
} unmodelled[] = {
    {"TIM2", 0x40000000},  {"TIM3", 0x40000400},  {"TIM6", 0x40001000},  {"TIM14", 0x40002000},
    {"RTC", 0x40002800},   {"WWDG", 0x40002c00},  {"SPI2", 0x40003800},  {"USART2", 0x40004400},
    {"I2C1", 0x40005400},  {"I2C2", 0x40005800},  {"EXTI", 0x40010400},  {"ADC", 0x40012400},
    {"TIM1", 0x40012c00},  {"SPI1", 0x40013000},  {"TIM15", 0x40014000}, {"TIM16", 0x40014400},
    {"TIM17", 0x40014800}, {"DMA", 0x40020000},   {"TSC", 0x40024000},
};

static void map_devices(struct sim_chip *chip)
{
    struct sim_bus *bus = &chip->bus;
    sim_bus_map(bus, "flash", SIM_FLASH_BASE, chip->row->flash_size, &fpec_flash_device, &chip->fpec);
    sim_bus_map(bus, "boot alias", 0, chip->row->flash_size, &fpec_flash_device, &chip->fpec);
    sim_bus_map(bus, "option bytes", SIM_OPTION_BASE, SIM_OPTION_SIZE, &fpec_option_device, &chip->fpec);
    sim_bus_map(bus, "FPEC", 0x40022000, 0x400, &fpec_device, &chip->fpec);
    sim_bus_map(bus, "RCC", 0x40021000, 0x400, &rcc_device, &chip->rcc);
    sim_bus_map(bus, "DBGMCU", 0x40015800, 0x400, &dbgmcu_device, chip);
    sim_bus_map(bus, "SYSCFG", 0x40010000, 0x400, &syscfg_device, chip);
    sim_bus_map(bus, "PWR", 0x40007000, 0x400, &pwr_device, chip);
    sim_bus_map(bus, "USART1", 0x40013800, 0x400, &usart_device, &chip->usart1);
    sim_bus_map(bus, "IWDG", 0x40003000, 0x400, &iwdg_device, &chip->iwdg);
    sim_bus_map(bus, "CRC", 0x40023000, 0x400, &crc_device, &chip->crc);
    for (unsigned i = 0; i < SIM_GPIO_PORTS; i++)
        sim_bus_map(bus, "GPIO", 0x48000000 + 0x400 * i, 0x400, &gpio_device, &chip->gpio[i]);
    for (unsigned i = 0; i < sizeof unmodelled / sizeof unmodelled[0]; i++)
        sim_bus_map(bus, unmodelled[i].name, unmodelled[i].base, 0x400, NULL, NULL);
}

// The core's own map of every device, for reset.
static void reset_devices(struct sim_chip *chip, enum sim_reset kind)
{
    const struct sim_bus *bus = &chip->bus;
    for (unsigned i = 0; i < bus->mapping_count; i++)
        if (bus->mapping[i].device)
            bus->mapping[i].device->reset(bus->mapping[i].self, kind);
}

// ---- reset and power ------------------------------------------------------------------------------------

static void release(struct sim_chip *chip)
{
    if (!chip->powered || chip->nrst_low || chip->dead)
        return;
    sim_core_release(chip->core);
    if (!(chip->fpec.obr & WDG_SW))
        iwdg_start(&chip->iwdg);
}

static void assert_reset(struct sim_chip *chip, enum sim_reset kind, uint32_t csr_flags)
{
    chip->reset_flags |= csr_flags;
    sim_core_hold(chip->core, kind);
    reset_devices(chip, kind);
}

void chip_reset_from_inside(struct sim_chip *chip, uint32_t csr_flag)
{
    // The chip pulls its own NRST low, which sets the pin flag as well (RM0091, 6.1.1).
    assert_reset(chip, SIM_RESET_SYSTEM, csr_flag | RCC_CSR_PINRSTF);
    release(chip);
    chip->clock->rearmed = true;
}

void sim_chip_set_power(struct sim_chip *chip, bool on)
{
    if (on == chip->powered)
        return;
    chip->powered = on;
    if (!on) {
        fpec_power_cut(&chip->fpec);
        sim_core_hold(chip->core, SIM_RESET_POWER);
        return;
    }
    for (uint32_t i = 0; i < chip->row->sram_size; i++)
        chip->sram[i] = (uint8_t)chip_random(chip);
    chip->intruded = false;
    fpec_load_options(&chip->fpec);
    assert_reset(chip, SIM_RESET_POWER, RCC_CSR_PORRSTF | RCC_CSR_PINRSTF);
    release(chip);
}

void sim_chip_set_nrst(struct sim_chip *chip, bool low)
{
    if (low == chip->nrst_low)
        return;
    chip->nrst_low = low;
    if (!chip->powered)
        return;
    if (low)
        assert_reset(chip, SIM_RESET_SYSTEM, RCC_CSR_PINRSTF);
    else
        release(chip);
}

void sim_chip_set_boot0(struct sim_chip *chip, bool high)
{
    chip->boot0 = high;
}

void sim_chip_set_vdda(struct sim_chip *chip, uint32_t mv)
{
    chip->vdda_mv = mv;
}

void sim_chip_set_hse(struct sim_chip *chip, uint32_t hz)
{
    chip->rcc.hse_hz = hz;
}

bool sim_chip_is_powered(const struct sim_chip *chip)
{
    return chip->powered;
}

void sim_chip_set_dead(struct sim_chip *chip, bool dead)
{
    chip->dead = dead;
    if (dead)
        sim_core_hold(chip->core, SIM_RESET_POWER);
}

// ---- running --------------------------------------------------------------------------------------------

static bool in_stop(const struct sim_chip *chip)
{
    return sim_core_deep_sleep(chip->core);
}

static bool in_standby(const struct sim_chip *chip)
{
    return in_stop(chip) && chip->pwr_cr & PWR_PDDS;
}

// Stop halts the clock unless DBG_STOP keeps HCLK for the debugger.
static void follow_low_power(struct sim_chip *chip)
{
    if (in_stop(chip) && !(chip->dbgmcu_cr & DBG_STOP))
        sim_core_set_hclk(chip->core, 0);
}

void sim_chip_run(struct sim_chip *chip, uint64_t until_ns)
{
    struct sim_clock *clock = chip->clock;
    while (clock->now_ns < until_ns) {
        uint64_t next = sim_clock_next(clock);
        if (next > until_ns)
            next = until_ns;
        if (next > clock->now_ns && chip->powered && !chip->dead) {
            iwdg_freeze(&chip->iwdg,
                        sim_core_is_halted(chip->core) && chip->dbgmcu_apb1_fz & FZ_IWDG);
            if (sim_core_run(chip->core, next) == SIM_CORE_RESET_REQUEST) {
                chip_reset_from_inside(chip, RCC_CSR_SFTRSTF);
                continue;
            }
            follow_low_power(chip);
            next = clock->rearmed ? clock->now_ns : next;
        }
        sim_clock_move(clock, next);
    }
}

// ---- debug port -----------------------------------------------------------------------------------------

bool sim_chip_swd_alive(const struct sim_chip *chip)
{
    if (!chip->powered || chip->dead || chip->rdp_level == 2)
        return false;
    if (in_standby(chip) && !(chip->dbgmcu_cr & DBG_STANDBY))
        return false;
    if (in_stop(chip) && !in_standby(chip) && !(chip->dbgmcu_cr & DBG_STOP))
        return false;
    return gpio_swd_pins_are_swd(&chip->gpio[0]);
}

static enum sim_bus_status debug_gate(void *arg, uint32_t addr)
{
    struct sim_chip *chip = arg;
    // While NRST is low the bus is held in reset; what belongs to debugging answers.
    if (chip->nrst_low)
        return addr >> 10 == 0x40015800u >> 10 ? SIM_BUS_OK : SIM_BUS_FAULT;
    // The private bus does not trip the lock of level 1, the first access to the system bus does.
    if (!chip->intruded) {
        chip->intruded = true;
        chip_update_windows(chip);
    }
    return SIM_BUS_OK;
}

enum sim_bus_status sim_chip_ap_read(struct sim_chip *chip, uint32_t addr, unsigned size,
                                     uint32_t *value)
{
    return sim_bus_read(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
}

enum sim_bus_status sim_chip_ap_write(struct sim_chip *chip, uint32_t addr, unsigned size, uint32_t value)
{
    enum sim_bus_status status = sim_bus_write(&chip->bus, SIM_MASTER_DEBUG, addr, size, value);
    // SYSRESETREQ by the debugger works on a halted core too, which does not run to notice it.
    if (status == SIM_BUS_OK && sim_core_take_reset_request(chip->core))
        chip_reset_from_inside(chip, RCC_CSR_SFTRSTF);
    return status;
}

uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip)
{
    return chip->bus.stall_until_ns;
}

// ---- from outside ---------------------------------------------------------------------------------------

// Real Thumb code, so that BOOT0 = 1 runs something: a stack pointer, a reset vector, an endless loop.
static void make_system_memory(struct sim_chip *chip)
{
    memset(chip->system, 0xff, chip->row->system_size);
    put_le32(chip->system, SIM_SRAM_BASE + chip->row->sram_size);
    for (unsigned i = 1; i < 16; i++)
        put_le32(chip->system + 4 * i, chip->row->system_base + 0x101);
    put_le16(chip->system + 0x100, 0xe7fe); // b .
}

// What the factory writes at the end of the system memory: unique ID, calibration, flash size (RM0091, 33).
static void make_factory_values(struct sim_chip *chip)
{
    static const uint8_t uid[12] = {0x1f, 0x00, 0x30, 0x00, 0x0e, 0x51, 0x33, 0x33, 0x32, 0x32, 0x36, 0x34};
    const uint32_t base = chip->row->system_base;
    memcpy(chip->system + (0x1ffff7ac - base), uid, sizeof uid);
    put_le16(chip->system + (0x1ffff7ba - base), 1524); // VREFINT_CAL at 3.3 V, 30 °C
    put_le16(chip->system + (0x1ffff7cc - base), (uint16_t)(chip->row->flash_size / 1024));
}

static void make_peripherals(struct sim_chip *chip)
{
    chip->fpec.chip = chip->rcc.chip = chip->usart1.chip = chip->iwdg.chip = chip->crc.chip = chip;
    chip->fpec.times = (struct sim_flash_times){53500, 30000000, 30000000};
    chip->rcc.hse_hz = 8000000;
    chip->vdda_mv = 3300;
    chip->usart1.irq = 27;
    for (unsigned i = 0; i < SIM_GPIO_PORTS; i++) {
        chip->gpio[i].chip = chip;
        chip->gpio[i].port = i;
    }
}

static void make_identity(struct sim_chip *chip)
{
    const struct sim_identity identity = {.dpidr = DPIDR_VALUE,
                                          .ap_idr = AP_IDR_VALUE,
                                          .rom_base = ROM_BASE,
                                          .idcode = chip->row->idcode,
                                          .cpuid = CPUID_VALUE,
                                          .designer = DESIGNER_ST,
                                          .part = ROM_PART};
    sim_chip_set_identity(chip, &identity);
}

static const struct sim_chip_row *find_row(const char *name, struct log *log)
{
    char names[256] = "";
    size_t at = 0;
    for (unsigned i = 0; i < sim_chip_row_count; i++) {
        if (strcmp(sim_chip_rows[i].name, name) == 0)
            return &sim_chip_rows[i];
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "",
                               sim_chip_rows[i].name);
    }
    (void)!log_fail(log, ERR_USAGE, "there is no virtual chip \"%s\"; there are %s", name, names);
    return NULL;
}

enum err sim_chip_create(struct sim_chip **out, const char *name, struct sim_clock *clock,
                         struct sim_account *account, struct log *log)
{
    const struct sim_chip_row *row = find_row(name, log);
    if (!row)
        return ERR_USAGE;
    struct sim_chip *chip = calloc(1, sizeof *chip);
    if (!chip)
        return ERR_MEMORY;
    *chip = (struct sim_chip){.row = row, .clock = clock, .account = account, .log = log,
                              .seed = 0x9e3779b97f4a7c15};
    chip->bus = (struct sim_bus){.clock = clock, .account = account, .log = log,
                                 .debug_gate = debug_gate, .debug_gate_arg = chip};
    chip->flash = malloc(row->flash_size);
    chip->sram = calloc(1, row->sram_size);
    chip->system = malloc(row->system_size);
    chip->usart_out = malloc(SIM_USART_ROOM);
    chip->core = sim_core_create(&chip->bus, clock, account);
    if (!chip->flash || !chip->sram || !chip->system || !chip->usart_out || !chip->core) {
        sim_chip_destroy(chip);
        return ERR_MEMORY;
    }
    memset(chip->flash, 0xff, row->flash_size);
    static const uint8_t factory[SIM_OPTION_SIZE] = {0xaa, 0x55, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00,
                                                     0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00};
    memcpy(chip->option, factory, sizeof factory);
    make_system_memory(chip);
    make_factory_values(chip);
    make_peripherals(chip);
    make_identity(chip);
    map_devices(chip);
    reset_devices(chip, SIM_RESET_POWER);
    *out = chip;
    return ERR_OK;
}

void sim_chip_destroy(struct sim_chip *chip)
{
    if (!chip)
        return;
    sim_core_destroy(chip->core);
    free(chip->flash);
    free(chip->sram);
    free(chip->system);
    free(chip->usart_out);
    free(chip);
}

enum err sim_chip_set_rdp(struct sim_chip *chip, unsigned level)
{
    static const uint8_t codes[3] = {0xaa, 0xbb, 0xcc};
    if (level > 2)
        return log_fail(chip->log, ERR_USAGE, "rdp is 0, 1 or 2, not %u", level);
    chip->option[0] = codes[level];
    chip->option[1] = (uint8_t)~codes[level];
    return ERR_OK;
}

static uint8_t *memory_at(const struct sim_chip *chip, uint32_t addr, size_t len)
{
    const struct {
        uint32_t base, size;
        const uint8_t *bytes;
    } areas[] = {{SIM_FLASH_BASE, chip->row->flash_size, chip->flash},
                 {SIM_SRAM_BASE, chip->row->sram_size, chip->sram},
                 {SIM_OPTION_BASE, SIM_OPTION_SIZE, chip->option},
                 {chip->row->system_base, chip->row->system_size, chip->system}};
    for (unsigned i = 0; i < sizeof areas / sizeof areas[0]; i++)
        if (addr >= areas[i].base && len <= areas[i].size && addr - areas[i].base <= areas[i].size - len)
            return (uint8_t *)(uintptr_t)areas[i].bytes + (addr - areas[i].base);
    return NULL;
}

bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len)
{
    const uint8_t *p = memory_at(chip, addr, len);
    if (p)
        memcpy(data, p, len);
    return p != NULL;
}

bool sim_chip_poke(struct sim_chip *chip, uint32_t addr, const void *data, size_t len)
{
    uint8_t *p = memory_at(chip, addr, len);
    if (p)
        memcpy(p, data, len);
    return p != NULL;
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
    uint32_t page = (addr - SIM_FLASH_BASE) / chip->row->page_size;
    return page < chip->row->flash_size / chip->row->page_size ? chip->erase_count[page] : 0;
}

size_t sim_chip_take_usart(struct sim_chip *chip, uint8_t *data, size_t cap)
{
    size_t n = chip->usart_len < cap ? chip->usart_len : cap;
    memcpy(data, chip->usart_out, n);
    memmove(chip->usart_out, chip->usart_out + n, chip->usart_len - n);
    chip->usart_len -= n;
    return n;
}
