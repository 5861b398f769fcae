// SPDX-License-Identifier: MIT
// The virtual STM32: core, memories, parts, supply, reset and boot pins. A chip is a row of data of
// a family in sim/families/ over parts in sim/parts/; sim/families/chips.h makes one by its name.
#ifndef SWDLINK_SIM_CHIP_CHIP_H
#define SWDLINK_SIM_CHIP_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/core/bus.h"
#include "sim/core/core.h"
#include "sim/time/account.h"
#include "sim/time/clock.h"

struct sim_chip;

// What the chip says of itself. designer is a JEP106 code: continuations << 7 | code, 0x020 for ST.
struct sim_identity {
    uint32_t dpidr, ap_idr, rom_base;
    uint32_t idcode; // DBGMCU_IDCODE
    uint32_t cpuid;
    uint16_t designer, part; // of the ROM table at rom_base
    // Its first access port permits no transfers (DeviceEn is 0), as of a chip whose protection
    // keeps debuggers out. Which of them does it so is not modelled.
    bool ap_closed;
};

// What an access port is connected to.
enum sim_ap_view {
    SIM_AP_FIRST_CORE, // its bus with all that is private to it
    SIM_AP_SYSTEM,     // the buses beside the cores: nothing that is private to a core
    SIM_AP_DEBUG_BUS,  // the units of debug of an STM32H7 at 0xe00e0000, reset or no reset
    SIM_AP_SECOND_CORE,
};

// An access port beyond the first one: it reaches a part of the address space only.
struct sim_ap_row {
    uint32_t idr, rom_base;
    uint32_t base, size; // of what it reaches
    enum sim_ap_view view;
};
#define SIM_MAX_APS 4u

// Its pins and its supply: typical values of the data sheet.
struct sim_electrics {
    uint32_t power_on_mv, power_down_mv; // VDD, rising and falling; VDDA too, where it is watched
    double running_ma, resting_ma;       // what it draws, powered and below its power-on reset
    double drive_ohms, pull_ohms;        // of a pin
    float vil_per_vdd, vil_mv;           // an input is low below vil_per_vdd * VDD + vil_mv
    float vih_per_vdd, vih_mv;           // and high above this
};

struct sim_chip_row;
struct sim_part;
struct sim_part_row;
struct sim_family;

// A factory-new chip as its row describes it, not powered. The row stays in use.
enum err sim_chip_create(struct sim_chip **chip, const struct sim_chip_row *row,
                         struct sim_clock *clock, struct sim_account *account,
                         struct log *log) MUST_CHECK;
void sim_chip_destroy(struct sim_chip *chip);

// Pins. Power: off loses SRAM, registers and the DP; a page under erase or a halfword under
// programming is then left undefined (seeded). On starts with a power-on reset.
void sim_chip_set_power(struct sim_chip *chip, bool on);
void sim_chip_set_nrst(struct sim_chip *chip, bool low);
// NRST as an output: pulls is called when the chip begins to pull it low (open drain) and when it
// lets go, as it does for each of its own resets (RM0091, 6.1.1).
void sim_chip_on_nrst(struct sim_chip *chip, void (*pulls)(void *arg, bool low), void *arg);
void sim_chip_set_boot0(struct sim_chip *chip, bool high);
void sim_chip_set_boot1(struct sim_chip *chip, bool high); // from outside, on PB2
// A pin of a port ('A' to 'F') as something outside drives it, or lets go of it.
void sim_chip_drive_pin(struct sim_chip *chip, char port, unsigned pin, bool high);
void sim_chip_release_pin(struct sim_chip *chip, char port, unsigned pin);
// The level on a pin, whoever makes it.
bool sim_chip_pin_level(const struct sim_chip *chip, char port, unsigned pin);
// The SWO pin: changed is called for each change of the trace port's level, with the time in
// picoseconds, late but in order; the trace goes on when the chip runs, or up to a time on demand.
void sim_chip_on_swo(struct sim_chip *chip, void (*changed)(void *arg, uint64_t at_ps, bool level),
                     void *arg);
void sim_chip_run_trace(struct sim_chip *chip);
// What the trace port makes of the pin now; false: the pin is not the trace port's.
bool sim_chip_swo(const struct sim_chip *chip, bool *level);
bool sim_chip_is_powered(const struct sim_chip *chip);
// Lets the chip run until the clock stands at until_ns.
void sim_chip_run(struct sim_chip *chip, uint64_t until_ns);

// The debug port's view. False: the SWD pins are dead (RDP level 2, debug closed or pins taken by
// the program, Stop or Standby without DBGMCU bits, no power, dead chip).
bool sim_chip_swd_alive(const struct sim_chip *chip);
// The core is halted or locked up.
bool sim_chip_stands_still(const struct sim_chip *chip);
// How often its power domain was reset, which takes the debug port with it.
unsigned sim_chip_power_resets(const struct sim_chip *chip);
// The access ports beyond the first one, in their order; count is set.
const struct sim_ap_row *sim_chip_more_aps(const struct sim_chip *chip, unsigned *count);
// A word as the debug bus master would read or write it, without being a debugger: read protection
// stays as it is. False: nothing answers there.
bool sim_chip_peek_word(struct sim_chip *chip, uint32_t addr, uint32_t *value);
bool sim_chip_poke_word(struct sim_chip *chip, uint32_t addr, uint32_t value);
// An access of a MEM-AP. Brings the RDP level 1 lock into effect as the reference manual says.
enum sim_bus_status sim_chip_ap_read(struct sim_chip *chip, uint32_t addr, unsigned size,
                                     uint32_t *value);
enum sim_bus_status sim_chip_ap_write(struct sim_chip *chip, uint32_t addr, unsigned size,
                                      uint32_t value);
// Whether those that follow are marked cacheable (HPROT[3]): a Cortex-M7 looks them up in its data
// cache.
void sim_chip_mark_ap_accesses(struct sim_chip *chip, bool cacheable);
// The same of any access port.
enum sim_bus_status sim_chip_view_read(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                       unsigned size, uint32_t *value);
enum sim_bus_status sim_chip_view_write(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                        unsigned size, uint32_t value);
const struct sim_electrics *sim_chip_electrics(const struct sim_chip *chip);
// Of the bus clock HCLK, in which the MEM-AP's accesses take their time; 0: stopped.
uint32_t sim_chip_hclk_hz(const struct sim_chip *chip);
// When a stalled access may be tried again.
uint64_t sim_chip_stall_until_ns(const struct sim_chip *chip);

// From outside of the simulation: what a test or the board's options do to a chip.
const struct sim_identity *sim_chip_identity(const struct sim_chip *chip);
void sim_chip_set_identity(struct sim_chip *chip, const struct sim_identity *identity);
void sim_chip_set_dead(struct sim_chip *chip, bool dead);
// The crystal or clock on OSC_IN; 0: none, or broken. 8 MHz at first.
void sim_chip_set_hse(struct sim_chip *chip, uint32_t hz);
// The supply as it is while the chip is powered, 3300 mV at first: what programming the flash and
// fast clocks need of it.
void sim_chip_set_vdd(struct sim_chip *chip, uint32_t mv);
// The analog supply, 3300 mV at first. Too little of it holds the chip in power-on reset, as VDD
// would.
void sim_chip_set_vdda(struct sim_chip *chip, uint32_t mv);
// What erasing and programming take: of the data sheet's range.
enum sim_flash_time { SIM_FLASH_TYP, SIM_FLASH_MIN, SIM_FLASH_MAX };
void sim_chip_set_flash_time(struct sim_chip *chip, enum sim_flash_time time);
// Where chance decides (SRAM after power-on, what a cut leaves behind). Not 0.
void sim_chip_set_seed(struct sim_chip *chip, uint64_t seed);
// Option byte RDP as if programmed earlier (0, 1, 2), loaded at the next power-on.
enum err sim_chip_set_rdp(struct sim_chip *chip, unsigned level) MUST_CHECK;
// Puts an ELF or a raw binary file into flash without any erase count.
void sim_chip_erase(struct sim_chip *chip); // as above: flash as it comes from the factory
enum err sim_chip_load_firmware(struct sim_chip *chip, const char *path) MUST_CHECK;
// Memory as it is, without side effects, and by its cells, whose banks are never swapped; false
// outside of flash, SRAM, option bytes, system memory and the like.
bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len);
bool sim_chip_poke(struct sim_chip *chip, uint32_t addr, const void *data, size_t len);
struct sim_core *sim_chip_core(struct sim_chip *chip);
struct sim_core *sim_chip_second_core(struct sim_chip *chip); // NULL: there is none
struct sim_bus *sim_chip_bus(struct sim_chip *chip);
// How often the page at addr was erased.
unsigned sim_chip_erase_count(const struct sim_chip *chip, uint32_t addr);
// What the program sent on its USARTs: bytes since the start, read and removed. Returns how many.
size_t sim_chip_take_usart(struct sim_chip *chip, uint8_t *data, size_t cap);
// flash, option bytes and erase counts from and to a file (the board's store= option).
enum err sim_chip_store_read(struct sim_chip *chip, const char *path) MUST_CHECK;
enum err sim_chip_store_write(const struct sim_chip *chip, const char *path) MUST_CHECK;

#endif
