// SPDX-License-Identifier: MIT
// Which function, file and line an address belongs to, by DWARF.
#ifndef SWDLINK_CLI_PLACE_H
#define SWDLINK_CLI_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_SIZE 256

// By addr2line of the binutils for ARM, or by GDB, whichever is there. False: neither is, or the
// file does not tell.
bool place_find(const char *elf, uint32_t pc, char place[PLACE_SIZE]);

#endif
