// SPDX-License-Identifier: MIT
// The signals of a virtual chip: how its parts tell each other what they need to know. No part
// calls another one by name; it reads or tells a signal, and the chip does not care who is at the
// other end.
//
// A signal has up to SIM_SIGNAL_LINES lines (a bus, a port, an option) and on each of them a level
// of 64 bits:
// - A part may *drive* a line: its function works the level out whenever somebody reads it, so that
//   a level can never be older than the registers behind it.
// - A line that nobody drives holds what was *set* last, at first 0.
// - Whoever *listens* to a signal is told of changes: by sim_signal_set() when the level becomes
//   another one, and by sim_signal_tell() for something that happens and leaves no level (an event,
//   a request) or for a driven level that may have changed. Listeners are called in the order in
//   which they came, at once.
#ifndef SWDLINK_SIM_CHIP_SIGNALS_H
#define SWDLINK_SIM_CHIP_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_SIGNAL_LINES         16u
#define SIM_BOOT_ADDRESSES       4u // lines
#define SIM_FREEZE_OF_SECOND     4u // the first line of SIM_FREEZE for the second core
#define SIM_SIGNAL_MAX_LISTENERS 96u

enum sim_signal {
    // Clocks in Hz, 0: stopped. Driven by the clock control.
    SIM_HCLK_HZ,
    SIM_PCLK_HZ,
    SIM_TIMER_HZ,
    SIM_USART_HZ,        // a line for each USART
    SIM_LSI_HZ,          // nominal, whether it runs or not
    SIM_CAPTURE_HZ,      // what a timer can capture; a line for each choice
    SIM_CAPTURE_DIVIDER, // and by what that is divided
    SIM_HSI_READY,
    SIM_ADC_HZ,            // of an ADC that has no oscillator of its own
    SIM_ADC_CLOCK_WAIT_NS, // until the ADC's own oscillator is ready; SIM_NEVER: it is off
    SIM_CLOCK_ENABLED,     // a line for each bus: the word of its clock enable bits
    SIM_RESET_HELD,        // a line for each bus: the word of its reset bits
    SIM_CLOCKS_CHANGED,    // event: any of these may have changed
    SIM_LSI_WANTED,        // request, for good: until the next reset the LSI stays on
    SIM_ADC_CLOCK_WANTED,  // request
    SIM_HSE_HZ,            // set by the board: the crystal; 0: none, or broken

    // Power and reset.
    SIM_POWER_MODE,       // of enum sim_power_mode, set by the power control
    SIM_BACKUP_WRITABLE,  // driven by the power control
    SIM_VOLTAGE_RANGE,    // driven by the power control: of the core's supply; 0: it has none
    SIM_OVERDRIVE,        // driven by the system configuration of an STM32H7: VOS1 becomes VOS0
    SIM_CORE_RAN,         // event: the core has run, and may have fallen asleep or woken up
    SIM_WAKE,             // event: something that ends Stop has happened
    SIM_RESET_CAUSE,      // event: a reset, with its causes (enum sim_reset_cause)
    SIM_RESET_RELEASED,   // event: the reset is over, with the memory to boot from
    SIM_WATCHDOG_RUNNING, // driven by the independent watchdog
    SIM_NRST_MODE,        // of enum sim_nrst_mode; driven by the flash controller

    // Debug.
    SIM_SWJ,           // driven, where the debug port's pins are switched: bit 0, SWD has them
    SIM_FREEZE,        // driven: words of freeze bits; told when core or bits have changed
    SIM_DEBUG_KEEPS,   // driven: bit n set: power mode n leaves clocks and debug on
    SIM_TRACE_PINS,    // driven by the debug support unit: bit 0, pins are given to trace; from
                       // bit 1 on how many beside the first, 0: asynchronous trace; told, too
    SIM_DEBUG_CLOSED,  // driven: the program keeps debuggers out
    SIM_DEBUGGER_SEEN, // set: a debugger has used the system bus since power-on
    SIM_MAPPED_MEMORY, // driven: of enum sim_memory_kind, what address 0 shows
    SIM_BOOTED_MEMORY, // set: of enum sim_memory_kind, what the last reset decided
    SIM_CORE_LET_GO,   // event: a core that the options hold may start; 0: the first one, 1
    SIM_BANKS_SWAPPED, // driven: the addresses of the two banks of the flash are exchanged

    // Flash and option bytes, driven by the flash controller.
    SIM_FLASH_BUSY,
    SIM_FLASH_CLOSED,  // a line for each of enum sim_memory_kind: an access has to ask, no window
    SIM_FLASH_LATENCY, // wait states; told when they are written
    SIM_FLASH_EMPTY,   // the empty check flag, as loaded with the option bytes
    SIM_FLASH_BOOTS_BANK2, // the option is set, and the second bank holds a program
    SIM_BOOT_ADDRESS,      // driven: of a chip that boots by address, with BOOT0 low and high,
                           // and from line 2 on the second core's
    SIM_FLASH_CUT,         // event: power or reset ends a job; 1: by a reset, which is a violation
    SIM_FLASH_TIME,        // set: of enum sim_flash_time
    SIM_FLASH_WRP,         // driven: the bits of WRPR, for a second controller
    SIM_RDP_LEVEL,
    SIM_OPTION,             // a line for each of enum sim_option
    SIM_OPTIONS_RELOAD,     // event: load them
    SIM_PROTECTION_REMOVED, // event: read protection was left, and what it guarded is erased
    SIM_OPTIONS_RDP,        // event, from outside: as if this level had been programmed earlier

    // Pins; a line for each port, from A on.
    SIM_PORT_LEVELS,    // driven: as the pins are, whoever makes it
    SIM_PORT_ALTERNATE, // driven: the pins that belong to a peripheral
    SIM_PORT_FUNCTIONS, // driven: to which one, four bits a pin
    SIM_PORT_OUTSIDE,   // set: pins that something outside drives, and from bit 16 on how
    SIM_PIN_CHANGED,    // event: pin << 1 | its new level
    SIM_REMAP,          // driven, of an STM32F1: AFIO_MAPR, which pins a peripheral has
    SIM_EXTI_PORT,      // driven: a line for each external interrupt: the port it listens to
    SIM_SIGNALS,
};

enum sim_power_mode { SIM_POWER_RUN, SIM_POWER_STOP, SIM_POWER_STANDBY, SIM_POWER_SHUTDOWN };

// What the reset pin is. As a port's pin it resets nothing, and the chip never pulls it.
enum sim_nrst_mode { SIM_NRST_BOTH, SIM_NRST_INPUT, SIM_NRST_PORT };

enum sim_option {
    SIM_OPTION_WATCHDOG_BY_SOFTWARE,
    SIM_OPTION_NO_RESET_IN_STOP,
    SIM_OPTION_NO_RESET_IN_STANDBY,
    SIM_OPTION_NBOOT0,
    SIM_OPTION_NBOOT1,
    SIM_OPTION_VDDA_MONITOR,
    SIM_OPTION_BOOT_SEL,
    SIM_OPTION_BFB2, // boot from the second bank
    SIM_OPTION_NO_RESET_IN_SHUTDOWN,
    SIM_OPTION_WINDOW_WATCHDOG_BY_SOFTWARE,
    SIM_OPTION_WATCHDOG_IN_STOP, // it goes on there
    SIM_OPTION_WATCHDOG_IN_STANDBY,
    SIM_OPTION_BOOT_LOCK,
    SIM_OPTION_BOOTS_CORE1, // of two: by itself after a reset, or when RCC lets it go
    SIM_OPTION_BOOTS_CORE2,
    SIM_OPTIONS,
};

enum sim_reset_cause {
    SIM_CAUSE_PIN = 1 << 0,
    SIM_CAUSE_SUPPLY = 1 << 1,      // VDD
    SIM_CAUSE_CORE_SUPPLY = 1 << 2, // the regulator's domain
    SIM_CAUSE_SOFTWARE = 1 << 3,
    SIM_CAUSE_WATCHDOG = 1 << 4, // the independent one
    SIM_CAUSE_WINDOW_WATCHDOG = 1 << 5,
    SIM_CAUSE_LOW_POWER = 1 << 6, // a mode that an option byte forbids
    SIM_CAUSE_OPTIONS = 1 << 7,   // and loads the option bytes
};

// What the parts of a chip promise each other. level is a pure look; heard may do anything.
typedef uint64_t sim_signal_level_fn(void *self, unsigned line);
typedef void sim_signal_heard_fn(void *self, unsigned line, uint64_t value);

struct sim_signals {
    struct {
        sim_signal_level_fn *level; // NULL: the line holds what was set
        void *self;
        uint64_t held;
    } line[SIM_SIGNALS][SIM_SIGNAL_LINES];
    struct {
        enum sim_signal signal;
        sim_signal_heard_fn *heard;
        void *self;
    } listener[SIM_SIGNAL_MAX_LISTENERS];
    unsigned listeners;
};

void sim_signal_drive(struct sim_signals *s, enum sim_signal signal, unsigned line,
                      sim_signal_level_fn *level, void *self);
void sim_signal_listen(struct sim_signals *s, enum sim_signal signal, sim_signal_heard_fn *heard,
                       void *self);
// A line beyond the last one has the level 0, and nobody drives or sets it.
uint64_t sim_signal_level(const struct sim_signals *s, enum sim_signal signal, unsigned line);
bool sim_signal_is_driven(const struct sim_signals *s, enum sim_signal signal, unsigned line);
void sim_signal_set(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t level);
// As sim_signal_set(), and nobody is told: for a reset, which starts everybody anew.
void sim_signal_put(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t level);
void sim_signal_tell(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t value);
// "HCLK_HZ", for messages and tests.
const char *sim_signal_name(enum sim_signal signal);

#endif
