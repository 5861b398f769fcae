// SPDX-License-Identifier: MIT
// All dies of ST, also those whose flash cannot be programmed here: how they are recognised, what
// they are called, and where they say how much flash they have and which one they are.
#ifndef SWDLINK_TARGETS_DIES_H
#define SWDLINK_TARGETS_DIES_H

#include <stdbool.h>
#include <stdint.h>

// CPUID bits 15:4 (technical reference manuals of the cores).
enum die_core {
    DIE_CORE_M0 = 0xc20,
    DIE_CORE_M0PLUS = 0xc60,
    DIE_CORE_M3 = 0xc23,
    DIE_CORE_M4 = 0xc24,
    DIE_CORE_M7 = 0xc27,
    DIE_CORE_M33 = 0xd21,
    DIE_CORE_M55 = 0xd22,
};

struct die {
    uint16_t dev_id;          // DBGMCU_IDCODE bits 11:0
    uint16_t core;            // enum die_core
    uint32_t idcode_addr;     // of the DBGMCU, or what stands for it
    uint32_t flash_size_addr; // 16 bits, see die_flash_kib(); 0: not known
    uint32_t uid_addr;        // 96 bits; 0: not known
    const char *family;       // "STM32F1"
    const char *name;         // "STM32F101, F102, F103, 64 to 128 KiB"
};

extern const struct die dies[];
extern const unsigned die_count;

// NULL when there is none of that number.
const struct die *die_find(uint32_t dev_id);

// What stands at an address from which a chip is recognised.
enum die_id_kind {
    DIE_ID_DBGMCU, // the number of the die in bits 11:0, of its revision in bits 31:16
    DIE_ID_JTAG,   // the id code of a JTAG port
    DIE_ID_UID64,  // the second word of a radio's own id
};

#define DIE_PLACE_CORES 3u
struct die_place {
    uint32_t addr;
    uint16_t cores[DIE_PLACE_CORES]; // of the chips that have it there
    enum die_id_kind kind;
};

// The places where chips have their id; first those where chips with this core have it (*own).
// Reading them changes nothing: where a chip has none, the access is refused or reads another
// value. NULL behind the last one.
const struct die_place *die_place(uint32_t cpuid, unsigned n, bool *own);
// The die with such an id and such a core; NULL: none.
const struct die *die_of_id(enum die_id_kind kind, uint32_t value, uint32_t cpuid);

// "Z", for a revision that has a letter; NULL: only its number is known.
const char *die_revision(uint16_t dev_id, uint16_t rev_id);
// A chip of that die has this core, as its only or its second one.
bool die_has_core(const struct die *die, uint32_t cpuid);
// A sentence about the other core of a die with two; NULL: it has one.
const char *die_cores_note(const struct die *die);
uint32_t die_flash_base(const struct die *die);
// RAM below 0x20000000: bytes (0: none), and *base.
uint32_t die_code_ram(const struct die *die, uint32_t *base);
// Between the second and the third word of the unique id lie 12 other bytes.
bool die_uid_has_gap(const struct die *die);
// What the register of the flash's size means, in KiB.
unsigned die_flash_kib(const struct die *die, uint16_t size);

#endif
