// SPDX-License-Identifier: MIT
#include "sim/wire/dap_kind.h"

#include <stddef.h>

// The M0's: an nRF51822 (Cortex-M0, DPIDR and AP IDR of an STM32F0) read 0 in 241 of 241 first
// reads and CSW = 0x03000040 after 0xa2000020 was written: no Prot bits, no packed increment.
#define M0_PORT                                                                                    \
    .forgets_result = true, .brings_whole_word = true, .csw_fixed = 0x03000040,                    \
    .csw_writable = 0x00000013
// The M4's: an STM32F429 gave the last result in 35,033 of 35,033 first reads, and answered an AP
// read or a write of SELECT behind an AP write with one WAIT 37,915 times of 37,915. With two idle
// cycles between, the ACK comes 11 cycles behind the write, and is a WAIT; the repeated request's
// ACK comes after 22. Packed increments exist in silicon and not in this model, so CSW refuses
// them.
#define M4_PORT .write_cycles = 16, .csw_fixed = 0x00000040, .csw_writable = 0x7f000f17

static const struct sim_dap_kind kinds[] = {
    {.core = "Cortex-M0", .dpidr = 0x0bb11477, M0_PORT},
    {.core = "Cortex-M0+", .dpidr = 0x0bc11477, M0_PORT}, // not seen: taken for an M0's
    {.core = "Cortex-M3", .dpidr = 0x1ba01477, M4_PORT},  // not seen: taken for an M4's
    {.core = "Cortex-M4", .dpidr = 0x2ba01477, M4_PORT},
    {.core = "Cortex-M4", .dpidr = 0x6ba02477, M4_PORT}, // STM32WB and WL, and H7: not seen
    {.core = "Cortex-M7", .dpidr = 0x5ba02477, M4_PORT}, // not seen
};

const struct sim_dap_kind *sim_dap_kind_of(uint32_t dpidr)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].dpidr == dpidr)
            return &kinds[i];
    return &kinds[0];
}
