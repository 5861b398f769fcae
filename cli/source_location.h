// SPDX-License-Identifier: MIT
// Which function, file and line an address belongs to, by DWARF.
#ifndef SWDLINK_CLI_SOURCE_LOCATION_H
#define SWDLINK_CLI_SOURCE_LOCATION_H

#include <stdbool.h>
#include <stdint.h>

#define SOURCE_LOCATION_SIZE 256

// "main at /home/me/main.c:12", cut to fit; the function is the innermost one, also an inlined one.
// False: the file cannot be read, or has no line for the address.
bool source_location_find(const char *elf, uint32_t pc, char text[SOURCE_LOCATION_SIZE]);

#endif
