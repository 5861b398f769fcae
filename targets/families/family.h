// SPDX-License-Identifier: MIT
// What a family of chips is: const data and a few functions, one const struct for each family, all
// of it in targets/families/. doc/porting-a-family.md says how a new one is written.
#ifndef SWDLINK_TARGETS_FAMILIES_FAMILY_H
#define SWDLINK_TARGETS_FAMILIES_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flash/flash.h"

struct family;

#define CHIP_RAMS 4
struct chip_ram {
    uint32_t base, size; // size 0: no more
};

// One die: the parts that answer with the same number. Sizes that differ within it are read from
// the chip.
struct chip {
    const struct family *family;
    uint16_t dev_id;            // DBGMCU_IDCODE bits 11:0
    const char *name;           // "STM32F031x4/x6, F030x4/x6, F038x6"
    uint32_t features;          // bits of the family's own, for its option fields
    uint32_t flash_base;        // as of layout.run[0]
    uint32_t flash_alias;       // where it can be read as well, in its own address order; 0: at 0,
                                // unless there is RAM
    uint32_t flash_size_addr;   // 16 bit, KiB
    uint32_t flash_max;         // bytes, of the largest part of this die
    struct flash_layout layout; // of the largest part
    struct flash_layout eeprom; // data EEPROM; no runs: none
    // Parts with at most so much flash have so many bytes of it.
    uint32_t eeprom_small_to, eeprom_small;
    uint32_t sram_base, sram_size;
    uint32_t sram2_base, sram2_size;     // a second one that does not follow the first; 0: none
    struct chip_ram more_ram[CHIP_RAMS]; // and those of other domains
    uint32_t system_base, system_size;   // boot loader ROM
    uint32_t system_alias;               // where it can be read as well; 0: nowhere
    uint32_t option_base, option_size;
    // Identity, calibration and OTP where they are neither there nor in the boot loader ROM; 0:
    // else.
    uint32_t factory_base, factory_size;
    uint32_t otp_size; // bytes from factory_base on that can be written once, and are not by us
    bool empty_check;  // a flash that was empty at option loading boots the system memory
    uint32_t uid_addr;
    uint32_t uid_last_addr;   // its third word, where that does not follow the second; 0: it does
    const void *flash_params; // where the die differs from its family; NULL: the family's
    const struct flash_prepare *prepare; // the same
    bool tested_on_hardware;             // printed at attach when false
};

// The debug unit. Each register once, with the bits that debugging sets in it.
#define DBGMCU_MAX_REGS 4
struct dbgmcu_layout {
    uint32_t gate_addr; // its clock gate; 0: it has none
    uint32_t gate_mask;
    struct {
        uint32_t addr;      // 0: no more
        uint32_t low_power; // what keeps clocks and power in Stop and Standby
        uint32_t freeze;    // what stops the watchdogs while the core is halted
    } reg[DBGMCU_MAX_REGS];
};

// A register and bits of it. Address 0: there is none.
struct rcc_bits {
    uint32_t addr, bits;
};

// What connects the trace pin, of families whose core has an ITM. NULL in a family with its debug
// unit on the private bus: as usual there (targets/swo.c).
struct family_trace {
    uint32_t addr; // a register of the debug unit; 0: the pin needs nothing
    uint32_t mask, value;
    uint32_t reset_hz; // the core's clock after a reset; 0: not known
};

// DBGMCU_CR on the private bus: TRACE_IOEN, and TRACE_MODE for one pin, PB3, which is then SWO as
// long as the program leaves it at its function after a reset (RM0008, RM0316, RM0090 and others,
// debug support).
#define FAMILY_TRACE_ON_PPB(hz_after_reset)                                                        \
    {                                                                                              \
        .addr = 0xe0042004u, .mask = 7u << 5, .value = 1u << 5, .reset_hz = (hz_after_reset),      \
    }

// A named value in the option words of the flash driver (flash_driver.read_options).
struct option_field {
    const char *name;
    const char *alias; // as another manual or tool calls it; may be NULL
    uint8_t word, shift, bits;
    const char *what;    // for people
    uint32_t feature;    // only on dies with one of these bits in chip.features; 0: on all
    uint32_t flash_over; // only on parts whose flash ends behind so many bytes
    uint32_t
        flash_per_half; // each 16 of the bits are for as many bytes behind those; 0: all are there
    bool is_rdp;        // read and written as the level, 0 to 2, by the family's scheme
    // Leaving level 1 makes it 0 when the option of this name is not 0: nothing else can. NULL:
    // never.
    const char *unlock_clears_with;
    uint32_t unlock_value; // or this, instead of 0
    // What a value other than 0 does together with read protection, "ends all debugging of this
    // chip for good": such a pair is refused. NULL: nothing of the kind.
    const char *with_rdp;
    bool read_only; // shown, and never changed from here
};

// How a value stands for a level of read protection: any other than these two is level 1.
#define RDP_NO_LEVEL 0xffffffffu
struct rdp_code {
    uint8_t shift, bits;
    uint32_t level0, level2; // RDP_NO_LEVEL: there is no such level
};

struct rdp_scheme {
    uint32_t status_addr; // a register that tells the level of a running chip
    struct rdp_code status;
    uint8_t option_word; // of the flash driver, in which the level is written
    struct rdp_code option;
    uint32_t option_level1; // what swdlink writes for it
};

// Options that let the core execute a part of the flash and nobody read it, by the names of their
// fields. Such flash can be made more and not less, until read protection is left.
#define FAMILY_AREAS 4
struct family_execute_only {
    struct {
        const char *name, *first, *last; // the fields are its first and its last step
        const char *leaves;              // 0: leaving read protection leaves this one as well
    } area[FAMILY_AREAS];                // no name: no more
    const char *leaves_areas;            // the same of all areas that have no such field
    const char *mode;    // 1: sectors whose bit is 0 are for execution only; NULL: always
    bool ones;           // or those whose bit is 1
    const char *sectors; // the fields with these bits are numbered, from 1 on, where there are more
};

// ---- what options make of the flash -------------------------------------------------------------

// The sectors of a part as they are with its options.
struct family_geometry {
    struct flash_layout layout; // at first that of the chip, cut to the part's size
    uint32_t bank2;             // where the second bank begins; 0: there is one
    uint32_t largest;           // bytes of the largest part with banks like these; at first of all
    bool joined;                // two are made one
    bool by_pages;              // no command erases everything at once
    const char *taken_by;       // whose the flash behind the layout is; NULL: it is not taken
};
#define FAMILY_GEOMETRY_REGS 2

// ---- what the doctor reads and measures ---------------------------------------------------------

struct target;
struct gpio_port;

// A register that is read and reported, by the name that the reference manual gives it.
struct family_register {
    const char *name; // "RCC_CSR"; NULL: no more
    uint32_t addr;
};
#define FAMILY_REGISTERS 7

enum reset_by { RESET_BY_OTHER, RESET_BY_WATCHDOG, RESET_BY_SOFTWARE };

struct reset_flag {
    uint32_t mask; // 0: no more
    const char *who;
    enum reset_by by;
};

struct family_vdda {
    bool known;
    unsigned mv;
    unsigned vrefint, vrefint_cal; // raw: now, and in the factory
};

struct family_hse {
    bool runs;
    uint32_t hz; // against the internal oscillator; 0: not known
};

// What a program can do to the pins of SWD, and how it is kept from it.
struct family_pins {
    uint32_t watch[2][2];         // registers to watch in a first and in a second try
    const struct gpio_port *port; // what the functions get
    // Until a reset of the chip or of the port.
    enum err (*lock)(const struct gpio_port *port, const struct mem_ap *mem);
    // Whether a value of such a register takes the pins away.
    bool (*taken)(const struct gpio_port *port, uint32_t addr, uint32_t value);
    // "" when there is none.
    const char *(*register_name)(const struct gpio_port *port, uint32_t addr);
    // "PA13 (SWDIO) becomes an output". Returns text.
    const char *(*text)(const struct gpio_port *port, uint32_t addr, uint32_t value, char *text,
                        size_t size);
};

// An address or a mask of 0 and a NULL function: the family has no such thing, or it is not known.
#define FAMILY_RESET_FLAGS 8
struct family_doctor {
    // Read in this order, of any chip that answers. Others below name them by their index, and get
    // their values.
    struct family_register reg[FAMILY_REGISTERS];
    uint8_t reset_register;                           // which of them has the flags of resets
    struct reset_flag reset_flag[FAMILY_RESET_FLAGS]; // the first that is set counts
    const char *reset_otherwise;
    uint8_t hse_register; // which of them has the bit that switches HSE on
    uint32_t hse_on;
    // Why the core's clock is slower than the oscillator that it comes from: "RCC_CFGR divides the
    // core's clock by 16"; "" when it is not. Returns text.
    const char *(*slow_clock)(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);
    // What makes the core's own supply: "the LDO"; "" when the registers do not tell. Returns text.
    const char *(*core_supply)(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);
    // Why the chip has started its boot loader, as far as its registers tell; "" when they do not.
    const char *(*boots_loader)(const uint32_t value[FAMILY_REGISTERS]);
    // A register and its bits that choose Standby before Stop, from that value of theirs on.
    uint32_t standby_addr;
    uint32_t standby_mask, standby_from;
    uint32_t library_hse_hz; // HSE_VALUE of ST's libraries, unless a project says otherwise
    unsigned hsi_percent;    // what the internal oscillator is off by, at most
    // With the chip halted at its first instruction and all peripherals in their reset state; it is
    // reset afterwards.
    enum err (*vdda)(const struct mem_ap *mem, struct family_vdda *found);
    // value: of the registers as the program had set them.
    enum err (*hse)(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                    struct family_hse *found);
    const struct family_pins *pins;
};

// A second core that can be debugged. Parts of the same die may lack it: then its access port is
// empty.
struct family_second_core {
    uint8_t ap;
    const char *text;            // "Cortex-M4"
    const char *held_by;         // the option that holds it after a reset: "BCM4=0"
    struct rcc_bits starts;      // a bit that is set when it starts after a reset by itself
    struct rcc_bits start;       // a bit that starts it
    uint32_t ram_base, ram_size; // for its code that programs flash
    const struct dbgmcu_layout *dbgmcu;
};

struct family {
    const char *name;     // "STM32F0"
    uint32_t idcode_addr; // of DBGMCU_IDCODE
    uint8_t idcode_ap;    // the access port that reaches it
    const struct chip *chips;
    unsigned chip_count;
    const struct dbgmcu_layout *dbgmcu;           // NULL: none
    const struct family_second_core *second_core; // NULL: none
    const struct family_trace *trace;
    uint32_t flash_regs; // of the controller
    const struct flash_driver *driver;
    const struct flash_driver *eeprom_driver; // NULL: there is no EEPROM
    const void *flash_params;                 // the drivers' own (their header says which)
    // Where size or options change sectors or banks: registers that are read when the chip is
    // identified (0: no more), and what they make of it. A chip that refuses them has its table's
    // layout.
    uint32_t geometry_reg[FAMILY_GEOMETRY_REGS];
    void (*geometry)(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g);
    const struct flash_prepare *prepare; // what a flash job needs of the chip around the controller
    const struct option_field *options;  // NULL: none that are known
    unsigned option_count;
    const struct rdp_scheme *rdp;                   // NULL: not known
    const struct family_execute_only *execute_only; // NULL: no such options
    bool external;             // memories outside of the chip are at 0x60000000 to 0xdfffffff
    const char *swdio, *swclk; // the pins of SWD; NULL: PA13 and PA14, as nearly everywhere
    unsigned vdd_min_mv, vdd_max_mv;
    bool vdda_is_vdd; // one pin is both
    // Parts of the same dies whose line ends in this digit ("F038": '8') are made for 1.8 V; 0:
    // none.
    char low_supply_line;
    const struct family_doctor *doctor; // NULL: the doctor measures the core and the wires only
    unsigned tried;                     // FAMILY_TRIED_…: what `swdlink list-chips` tells
};

// The flash and debugging tests run on chips of this family on the virtual board.
#define FAMILY_TRIED_ON_BOARD  (1u << 0)
// OpenOCD, the stlink tools or pyOCD program and read such a virtual chip, with the same result.
#define FAMILY_TRIED_BY_OTHERS (1u << 1)

// In one const table: identify walks it, and so do the tests.
extern const struct family *const families[];
extern const unsigned family_count;

extern const struct family stm32f0_family;
extern const struct family stm32f1_family;
extern const struct family stm32f2_family;
extern const struct family stm32f3_family;
extern const struct family stm32f4_family;
extern const struct family stm32f7_family;
extern const struct family stm32h7_family;
extern const struct family stm32l0_family;
extern const struct family stm32l1_family;
extern const struct family stm32g0_family;
extern const struct family stm32c0_family;
extern const struct family stm32u0_family;
extern const struct family stm32l4_family;
extern const struct family stm32l4plus_family;
extern const struct family stm32g4_family;
extern const struct family stm32wb_family;
extern const struct family stm32wl_family;

// The pins of SWD of a chip, "PA13"; of an unknown one (NULL): those of nearly all STM32.
const char *family_swdio(const struct chip *chip);
const char *family_swclk(const struct chip *chip);
// The supply that a chip bears; of an unknown one (NULL): the widest range of all families.
void family_supply(const struct chip *chip, unsigned *min_mv, unsigned *max_mv);
// The part of the chip's die, without "STM32", that is made for a supply of 1.8 V +-8 % if that is
// one; NULL: there is none, or it is another voltage. Parts of one die have the same id. Writes to
// text.
const char *family_low_supply(const struct chip *chip, unsigned mv, char *text, size_t size);
// The family that wants most, which may be the one of a chip that does not answer.
const struct family *family_most_demanding(void);

#endif
