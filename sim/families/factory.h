// SPDX-License-Identifier: MIT
// What the factory writes into a chip of any family; each family says where it is.
#ifndef SWDLINK_SIM_FAMILIES_FACTORY_H
#define SWDLINK_SIM_FAMILIES_FACTORY_H

#include "sim/chip/chip_row.h"

#define SIM_FACTORY_UID_SIZE 12u

// Puts a boot loader at the beginning of the system memory, whose contents are at bytes. It listens
// to nobody, but it is real code: a vector table and a loop.
void sim_factory_put_boot_loader(const struct sim_chip_row *row,
                                 const struct sim_memory_row *system, uint8_t *bytes);

// The addresses of what a family's electronic signature holds, 0 where it holds none, and the
// voltages that its calibration values stand for.
struct sim_factory_signature {
    uint32_t uid, flash_size, ts_cal1, ts_cal2, vrefint_cal;
    uint32_t cal_vdda_mv, ts_cal1_mv, ts_cal2_mv, vrefint_mv;
    uint32_t full_scale; // of the converter; 0: 12 bits
};
// Puts the signature into the memory that has it, whose contents are at bytes: the unique number,
// the size of the flash in KiB as 16 bits, and what a converter reads for each of the
// voltages when its supply is cal_vdda_mv.
void sim_factory_put_signature(const struct sim_factory_signature *signature,
                               const uint8_t uid[SIM_FACTORY_UID_SIZE],
                               const struct sim_chip_row *row, const struct sim_memory_row *memory,
                               uint8_t *bytes);

// A unique number, as STM32F0 and F1 have it.
extern const uint8_t sim_factory_uid[SIM_FACTORY_UID_SIZE];

// Puts the 16 option bytes of an STM32F0, F1 or F3: the protection byte, and all others erased,
// each with its complement.
void sim_factory_put_option_bytes(uint8_t rdp, uint8_t *bytes);

#endif
