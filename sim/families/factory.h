// SPDX-License-Identifier: MIT
// What the factory writes into a chip of any family; each family says where it is.
#ifndef SWDLINK_SIM_FAMILIES_FACTORY_H
#define SWDLINK_SIM_FAMILIES_FACTORY_H

#include "sim/chip/chip_row.h"

// Puts a boot loader at the beginning of the system memory, whose contents are at bytes. It listens
// to nobody, but it is real code: a vector table and a loop.
void sim_factory_put_boot_loader(const struct sim_chip_row *row,
                                 const struct sim_memory_row *system, uint8_t *bytes);

// Puts what a converter of 12 bits reads for a voltage when its supply is vdda_mv.
void sim_factory_put_calibration(uint8_t *at, uint32_t mv, uint32_t vdda_mv);

// Puts the size of the chip's flash in KiB, as 16 bits.
void sim_factory_put_flash_size(const struct sim_chip_row *row, uint8_t *at);

// Puts a unique number of 12 bytes, as STM32F0 and F1 have it.
void sim_factory_put_unique_number(uint8_t *at);

// Puts the 16 option bytes of an STM32F0, F1 or F3: the protection byte, and all others erased,
// each with its complement.
void sim_factory_put_option_bytes(uint8_t rdp, uint8_t *bytes);

#endif
