// SPDX-License-Identifier: MIT
// Which chip the probe is connected to.
#ifndef SWDLINK_TARGETS_CHIP_H
#define SWDLINK_TARGETS_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"
#include "swd/mem_batch.h"
#include "targets/dies.h"
#include "targets/families/family.h"

// The maker that the ROM table of the core's access port names (IHI 0031, D1.2).
struct chip_maker {
    bool known;
    uint16_t designer; // JEP106: continuation << 7 | code
    uint16_t part;
    uint32_t rom_base;
};
#define CHIP_MAKER_ST 0x020u
#define CHIP_MAKER_ARM                                                                             \
    0x23bu // its core's own table, as ARM delivers it: tells no maker of the chip

// What was read from the chip.
struct chip_identity {
    const struct chip *chip; // NULL: unknown; then only core debugging is offered
    const struct die *die;   // the name that belongs to the id, of a known chip as well; NULL: none
    uint32_t idcode_addr;    // where idcode was read; 0: nowhere
    enum die_id_kind id_kind;
    bool from_rom_table;     // the id does not tell the die, and the ROM table does
    struct chip_maker maker; // read when the id alone does not tell
    uint32_t dpidr, ap_idr, cpuid, idcode;
    uint32_t flash_size; // bytes; 0: not known
    uint8_t uid[12];
    bool uid_known;
    uint32_t geometry[FAMILY_GEOMETRY_REGS]; // of family.geometry_reg
    bool geometry_known;
    unsigned rdp_level; // 0, 1 or 2
    bool rdp_known;     // it was read
};

// Reads the IDs of the attached chip. An unknown chip is ERR_OK with chip == NULL. What cannot be
// read, or cannot be true, stays unknown.
enum err chip_identify(struct chip_identity *id, const struct mem_ap *mem,
                       struct log *log) MUST_CHECK;
// The same in parts, for whoever has more to ask in the same lists of accesses. First: which chip
// it is. What waits in `first` is carried out with the first question, and with it are read the
// clock gates of the debug units that chips with this id's place may have (gates may be NULL).
#define CHIP_GATES_MAX 8u
struct chip_gates {
    unsigned count;
    uint32_t addr[CHIP_GATES_MAX], value[CHIP_GATES_MAX];
};
enum err chip_find(struct chip_identity *id, struct mem_batch *first, struct chip_gates *gates,
                   struct log *log) MUST_CHECK;
// Then its sizes, numbers and protection: reads that are added to a batch, and what they brought.
// By itself: for a batch of which something could not be read.
struct chip_facts {
    uint32_t flash_size, uid[3], geometry[FAMILY_GEOMETRY_REGS], rdp;
};
void chip_add_facts(const struct chip_identity *id, struct mem_batch *b, struct chip_facts *facts);
void chip_take_facts(struct chip_identity *id, const struct chip_facts *facts, struct log *log);
enum err chip_read_facts(struct chip_identity *id, const struct mem_ap *mem,
                         struct log *log) MUST_CHECK;
// The IDs of debug port and access port, which nobody needs who only debugs.
enum err chip_read_ports(struct chip_identity *id, const struct mem_ap *mem,
                         struct log *log) MUST_CHECK;
// Bytes of data EEPROM of the part; 0: none.
uint32_t chip_eeprom_size(const struct chip_identity *id);
// Reads who made the chip. Not known (ERR_OK): the probe or the chip does not tell.
enum err chip_read_maker(struct chip_maker *maker, const struct mem_ap *mem,
                         struct log *log) MUST_CHECK;
// "GigaDevice"; NULL: a number that is not known here.
const char *chip_maker_name(const struct chip_maker *maker);
// The level of read protection, 0 to 2, that a register or option word says.
unsigned rdp_level(const struct rdp_code *code, uint32_t value);

// The second core of a chip; second_core.c.
struct chip_second_core {
    const struct family_second_core *facts; // NULL: none, as far as the probe can tell
    bool starts;                            // after a reset by itself
    bool held;                              // since the last one
    bool reached;                           // the probe's firmware reaches its memory
};
// Of a chip (NULL: an unknown one) that was identified through access port 0.
enum err chip_find_second_core(const struct chip *chip, const struct mem_ap *first,
                               struct chip_second_core *found) MUST_CHECK;

// What swdlink can do with a chip beyond debugging it, and where that was tried. support.c
struct chip_support {
    bool flash, options, protection, doctor;
    bool core_on_board;   // without flash: core and memory were debugged on the virtual board
    bool tried_on_board;  // the tests of swdlink on its virtual board
    bool tried_by_others; // other programs got the same from the virtual chip
    bool tried_on_hardware;
};
struct chip_support chip_support_of(const struct die *die);
// The same of a chip that answers: nothing of a family that has not recognised it.
struct chip_support chip_support_found(const struct chip_identity *id);

// chip_text.c. The parts that the chip can be, "STM32F101x8, F102x8 or F103x8"; else the name of
// the die, or "an unknown chip".
const char *chip_name(const struct chip_identity *id);
const char *chip_parts(const struct chip_identity *id, char *text, size_t size);
// "rev Z", "rev 0x1009", or "" where there is none. Returns text.
const char *chip_revision(const struct chip_identity *id, char *text, size_t size);
// The bits of its id that are its device and its revision.
unsigned chip_device_id(const struct chip_identity *id);
unsigned chip_revision_id(const struct chip_identity *id);
// SRAM from 0x20000000 on, in KiB, as the parts have that it can be. False: not known.
bool chip_ram_kib(const struct chip_identity *id, unsigned *least, unsigned *most);
// What speaks against an ST chip of that id, for behind its name: "with another core". NULL:
// nothing. Returns text.
#define CHIP_DOUBT_SIZE 128u
const char *chip_doubt(const struct chip_identity *id, char *text, size_t size);
// "STM32F031x4/x6 …, rev 1.0, 32 KiB flash, 4 KiB SRAM". Returns text.
const char *chip_describe(const struct chip_identity *id, char *text, size_t size);

#endif
