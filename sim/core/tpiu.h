// SPDX-License-Identifier: MIT
// The Trace Port Interface Unit of ARMv7-M (DDI 0403, C1.10; DDI 0337 and DDI 0439 for what the
// processors have): the formatter, and the pin that sends bytes one bit after the other.
#ifndef SWDLINK_SIM_CORE_TPIU_H
#define SWDLINK_SIM_CORE_TPIU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/itm.h"

#define SIM_TPIU_FRAME 16u // bytes

enum sim_tpiu_protocol { SIM_TPIU_PARALLEL, SIM_TPIU_MANCHESTER, SIM_TPIU_NRZ };

// Where a frame stands (the formatter of ARM's CoreSight components, DDI 0314).
struct sim_formatter {
    unsigned position; // of the next byte, 0 to 15
    uint8_t id;        // of the stream that the bytes belong to
    uint8_t next_id;   // behind the next byte; the same as id as a rule
    uint8_t low_bits;  // of the bytes at even positions, and when their IDs take effect
};

struct sim_tpiu {
    uint32_t cspsr, acpr, sppr, ffcr;
    struct sim_formatter frame;
    uint64_t next_ps; // when the pin can change next
    uint32_t levels;  // that come, the first one in bit 0
    unsigned left;    // of them
    bool level;       // of the pin
    unsigned burst;   // Manchester: bytes since the last start bit, 0: idle
};

void sim_tpiu_reset(struct sim_tpiu *tpiu); // power-on only
// By the offset from 0xe0040000.
uint32_t sim_tpiu_read(const struct sim_tpiu *tpiu, uint32_t offset);
void sim_tpiu_write(struct sim_tpiu *tpiu, uint32_t offset, uint32_t value);

// The level of the pin while there is nothing to send.
bool sim_tpiu_idle_level(const struct sim_tpiu *tpiu);
// When something happens at the port next, for a bit of bit_ps; SIM_ITM_NEVER: nothing does.
uint64_t sim_tpiu_due(const struct sim_tpiu *tpiu, const struct sim_itm *itm);
// That happens, at at_ps, when it is due: tpiu->level is then that of the pin.
void sim_tpiu_step(struct sim_tpiu *tpiu, struct sim_itm *itm, uint64_t at_ps, uint64_t bit_ps);

// One byte of a frame. waiting: how many bytes of stream id there are; *take: the first of them was
// used up. Bytes of stream 0 are zeros, with which a frame is filled.
uint8_t sim_formatter_next(struct sim_formatter *f, uint8_t id, unsigned waiting, uint8_t first,
                           bool *take);

#endif
